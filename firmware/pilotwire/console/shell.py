"""The line shell: reads keys, runs what a line says, and gives its memory back when it is left.

A task of the loop like any other: it takes a key a turn and shows 64 bytes a turn, so that nobody
waits for it. Ctrl-C is not its own: on a chip it ends the firmware (main.py).
"""

import asyncio

from micropython import const

from ..link.commands import Refused
from ..loading import unload
from . import table
from .editor import Editor
from .table import USER, Leave, WrongError

_PIECE = const(64)  # bytes shown before others have their turn
_IDLE_S = const(300)  # a line, or a screen, that takes longer leaves the console
_ENDS = ("> ", "# ", "! ")  # of the prompt
_NAMES = ("user", "installer", "factory")
_sitting = []  # while there is one


class Shell:
    """What commands see: the `app`, the `level`, the `lang`, keys `staged` for saving, the
    login.Pin once somebody has tried it, and what is done of commissioning.
    """

    def __init__(self, app, stream, key):
        self.app = app
        self.level = USER
        self.lang = app.config["lang"]
        self.staged = {}
        self.pin = None
        self.state = {}  # of commissioning
        self._stream = stream
        self._key = key if key > b" " else b""  # Enter has only woken it
        self.complete = self._words  # of a line before the cursor: what its last word may become
        self._editor = Editor(lambda before: self.complete(before))

    async def run(self):
        """Until it is left."""
        await self.say("welcome-text", self.app.config["id"])
        while True:
            await self.obey(await self.ask(self.app.config["id"] + _ENDS[self.level]))

    async def obey(self, line):
        """Do as a line (bytes) says, or say what is wrong with it. Raises Leave."""
        try:
            words = table.split(line)
            if words:
                await self._obey(words)
        except WrongError as error:
            await self.say(*error.args)
        except Refused as refused:
            await self.say("order-refused", *refused.args[1:])
        except (MemoryError, OSError) as error:
            await self.say("order-failed", repr(error))

    async def say(self, key, *values):
        """A text in the person's language, on a line of its own."""
        said = table.text(self.lang, key) or key
        await self.write((said % values if values else said) + "\n")

    async def write(self, text):
        """Show it. Raises Leave where nobody takes it."""
        try:
            await asyncio.wait_for(self._show(text.encode().replace(b"\n", b"\r\n")), _IDLE_S)
        except asyncio.TimeoutError:
            raise Leave from None

    async def ask(self, prompt, hidden=False):
        """The line that a person enters (bytes). Raises Leave."""
        editor = self._editor
        await self.write(editor.begin(prompt.encode(), hidden).decode())
        try:
            return await asyncio.wait_for(self._line(), _IDLE_S)
        except asyncio.TimeoutError:
            raise Leave from None

    async def pressed(self, s):
        """Whether a key comes within so many seconds; it is taken."""
        try:
            await asyncio.wait_for(self._stream.read(1), s)
        except asyncio.TimeoutError:
            return False
        return True

    def _words(self, before):
        return table.complete(before, self.app.config)

    async def _line(self):
        editor = self._editor
        while editor.line is None:
            key = self._key or await self._stream.read(1)
            self._key = b""
            if not key:
                raise Leave
            out = editor.feed(key[0])
            await self._show(out)
            if editor.closed:
                raise Leave
        return editor.line

    async def _show(self, data):
        """In pieces: a slow terminal holds nobody up but this task.

        Without a time limit of its own: MicroPython's wait_for inside another one has hung.
        """
        for at in range(0, len(data), _PIECE):
            self._stream.write(data[at : at + _PIECE])
            await self._stream.drain()

    async def _obey(self, words):
        row, words = table.find(words)
        if self.level < row["level"]:
            raise WrongError("level-too-low", _NAMES[row["level"]])
        args = table.check(row, words, self.app.config)
        if "order" in row:
            result = self.app.obey(row["order"], args)
            await self.say(result.get("written", "done-as-asked"))
            return
        if row["in"] == "shows":
            from .shows import COMMANDS
        elif row["in"] == "parts":
            from .parts import COMMANDS
        elif row["in"] == "commission":
            from .commission import COMMANDS
        elif row["in"] == "sealing":
            from .sealing import COMMANDS
        elif row["in"] == "trials":
            from .trials import COMMANDS
        elif row["in"] == "net":
            from .net import COMMANDS
        elif row["in"] == "logs":
            from .logs import COMMANDS
        elif row["in"] == "keeping":
            from .keeping import COMMANDS
        elif row["in"] == "repl":
            from .repl import COMMANDS
        elif row["in"] == "bus":
            from .bus import COMMANDS
        else:
            from .changes import COMMANDS
        await COMMANDS[row["name"]](self, args)


async def talk(app, stream, key):
    """One sitting, which begins with this key: whether there was one, as there is one at a time.
    Raises OSError where the terminal does.
    """
    if _sitting:
        try:
            stream.write(b"console: in use\r\n")
            await stream.drain()
        except OSError:
            pass
        return False
    shell = Shell(app, stream, key)
    _sitting.append(shell)
    try:
        try:
            await shell.run()
        except Leave:
            await shell.say("console-left")
    except Leave:
        pass
    finally:
        _sitting.clear()
        unload("link.arguments", "orders.settings", "record.seal")
    return True
