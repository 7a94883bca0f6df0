"""Keys without a person: `--keys "p...u"`, or a script of words on standard input.

As keys each character is one of hands.KEYS, and a point waits a second. As words each line is one
of theirs, or `wait SECONDS`, `until charging`, `car NAME`, `quit`. All seconds are the plant's.
"""

from dataclasses import dataclass

from .hands import BY_KEY, BY_WORD, QUIT, Key

CONDITIONS = ("online", "connected", "charging", "open", "closed")
_LONGEST_S = 600


class BadScript(ValueError):
    """The text says which step, and what there is."""


@dataclass(frozen=True)
class Step:
    """One of: a `key`; a `wait_s`; a condition `until`; a `car` by name; `ends`."""

    said: str
    key: Key | None = None
    wait_s: float = 0.0
    until: str = ""
    car: str = ""
    ends: bool = False


def keys(text: str) -> list[Step]:
    """Steps of `--keys`. Raises BadScript."""
    steps = []
    for character in text.replace(" ", ""):
        if character == ".":
            steps.append(Step("wait 1", wait_s=1.0))
        elif character == QUIT:
            steps.append(Step("quit", ends=True))
        elif character in BY_KEY:
            steps.append(Step(BY_KEY[character].word, key=BY_KEY[character]))
        else:
            raise BadScript(
                f"--keys has {character!r}, which is no key; there are "
                f"{' '.join(BY_KEY)} {QUIT}, and . for a second"
            )
    return steps


def step(number: int, line: str) -> Step | None:
    """What a line of a script says; None of an empty one, or one that begins with #.

    Raises BadScript.
    """
    said = line.strip()
    return _step(number, said) if said and not said.startswith("#") else None


def _step(number: int, said: str) -> Step:
    word, _, rest = said.partition(" ")
    if word == "wait":
        try:
            seconds = float(rest)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds <= _LONGEST_S:
            raise BadScript(f"line {number}: wait {rest}: 0 to {_LONGEST_S} seconds are wanted")
        return Step(said, wait_s=seconds)
    if word == "until":
        if rest not in CONDITIONS:
            raise BadScript(f"line {number}: until {rest}: one of {', '.join(CONDITIONS)}")
        return Step(said, until=rest)
    if word == "car" and rest:
        return Step(said, car=rest)
    if said == "quit":
        return Step(said, ends=True)
    if said in BY_WORD:
        return Step(said, key=BY_WORD[said])
    raise BadScript(
        f"line {number}: {said!r} is no step; there are {', '.join(BY_WORD)}, car NAME, "
        "wait SECONDS, until CONDITION, quit"
    )
