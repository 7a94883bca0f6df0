"""The command `repl`: a Python prompt in the live loop, as aiorepl of micropython-lib has it.

Not that library: it reads and edits by itself, on stdin only. `evse` (evse.py) is the box, `await`
may stand anywhere. A line that does not end holds up rings 1 and 2, and ring 0 then opens in good
order; Ctrl-C ends the firmware, as ever.
"""

import asyncio
import io
import sys

from ..loading import unload
from .evse import Evse
from .table import Leave, WrongError

_PROMPT, _MORE = ">>> ", "... "


class _Prompt:
    """One session: `scope` is what its lines see."""

    def __init__(self, con):
        self._con = con
        self._said = []
        evse = Evse(con, self._print)
        self.scope = {"evse": evse, "asyncio": asyncio, "print": self._print}

    def _print(self, *values, sep=" ", end="\n"):
        self._said.append(sep.join([str(value) for value in values]) + end)

    async def obey(self, text):
        """Run it and show what comes of it."""
        try:
            value = await self._run(text)
            if value is not None:
                self._said.append(repr(value) + "\n")
        except Leave:
            raise
        except Exception as error:  # whatever a person has written
            told = io.StringIO()
            print_exception = getattr(sys, "print_exception", None)
            if print_exception:
                print_exception(error, told)
            else:  # CPython
                told.write("%r\n" % error)  # pyright: ignore[reportAttributeAccessIssue]
            self._said.append(told.getvalue())  # pyright: ignore[reportAttributeAccessIssue]
        said, self._said = self._said, []
        for part in said:
            await self._con.write(part)

    async def _run(self, text):
        scope = self.scope
        if "await " not in text:
            try:
                code = compile(text, "repl", "eval")
            except SyntaxError:
                exec(text, scope)
                return None
            return eval(code, scope)
        name = text.split("=")[0].strip()
        head = "async def __it__():\n"
        if name != text.strip() and _name_at(name.encode(), len(name)) == 0:
            head += " global %s\n" % name  # what is assigned is there afterwards
        try:
            exec(head + " return " + text, scope)
        except SyntaxError:
            exec(head + "".join([" " + line + "\n" for line in text.split("\n")]), scope)
        return await scope.pop("__it__")()

    def complete(self, before):
        """Names that the last word of `before` may become; attributes of names, no calls."""
        start = _name_at(before, len(before), b"_.")
        word = before[start:].decode()
        lead = before[before.rfind(b" ") + 1 : start].decode()
        path, _, begun = word.rpartition(".")
        try:
            thing = None
            for name in path.split(".") if path else ():
                thing = getattr(thing, name) if thing else self.scope[name]
        except (AttributeError, KeyError):
            return []
        names = dir(thing) if path else list(self.scope)
        lead += path + "." if path else ""
        return sorted([(lead + name).encode() for name in names if name.startswith(begun)])


def _name_at(data, end, others=b"_"):
    """Where the name begins that ends there in `data` (bytes)."""
    while end and (data[end - 1 : end].isalpha() or data[end - 1] in others + b"0123456789"):
        end -= 1
    return end


async def _repl(con, _args):
    if not con.app.hal.board.get("repl", True):
        raise WrongError("repl-is-not-here")
    await con.say("repl-has-begun")
    prompt = _Prompt(con)
    words, con.complete = con.complete, prompt.complete
    try:
        while True:
            text = (await con.ask(_PROMPT)).decode()
            if text.rstrip()[-1:] == ":":
                while True:
                    more = (await con.ask(_MORE)).decode()
                    if not more.strip():
                        break
                    text += "\n" + more
            if text.strip() in ("exit", "exit()", "quit()"):
                return
            if text.strip():
                await prompt.obey(text)
    finally:
        con.complete = words
        unload("console.evse")


COMMANDS = {"repl": _repl}
