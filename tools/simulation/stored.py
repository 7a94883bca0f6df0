"""What a box keeps on flash by command, as far as its operator can know."""

from typing import Any


class Stored:
    """A setting that commands replace: any of `possible` may be in force, None is none at all.

    A command may be lost, and so may its result; what was deferred goes with the power. At first
    there is `value`.
    """

    def __init__(self, value: Any = None) -> None:
        self._candidates: list[tuple[str, Any]] = [("", value)]  # that may be on flash
        self._in_force = ""  # id of the one that this life of the box has taken

    def sent(self, id_: str, value: Any) -> None:
        self._candidates.append((id_, value))

    def settle(self, id_: str, result: dict[str, Any]) -> None:
        place = self._place(id_)
        if place is None:
            return
        if not result["ok"]:
            del self._candidates[place]
            return
        if result["written"] == "stored":
            self._candidates = self._candidates[place:]
        self._in_force = id_

    def box_started(self) -> None:
        self._in_force = ""

    @property
    def possible(self) -> list[Any]:
        return [value for _, value in self._candidates[self._place(self._in_force) or 0 :]]

    def _place(self, id_: str) -> int | None:
        for place, (known, _) in enumerate(self._candidates):
            if known == id_:
                return place
        return None
