"""For whom a box is kept, as far as its operator can know: while `holds`, nobody else charges."""

from dataclasses import dataclass

_S = 1_000_000
_SLACK_US = 2 * _S


@dataclass
class _Asked:
    token: str
    sent_us: int
    span_us: int


class Reservation:
    def __init__(self) -> None:
        self._asked: dict[str, _Asked] = {}
        self._token = ""
        self._until_us = 0

    def sent(self, id_: str, token: str, span_s: int, now_us: int) -> None:
        """From now on it may be another one; `span_s` 0 ends it."""
        self._until_us = 0
        self._asked = {id_: _Asked(token, now_us, span_s * _S)} if span_s else {}

    def settle(self, id_: str, ok: bool, now_us: int, steady_us: int) -> None:
        """The result; the box's clock has been steady for `steady_us`."""
        asked = self._asked.pop(id_, None)
        if asked and ok and now_us - asked.sent_us < steady_us:
            self._token = asked.token
            self._until_us = asked.sent_us + asked.span_us - _SLACK_US

    def shown(self, token: str) -> None:
        """Somebody shows a token: the holder's ends it."""
        if token == self._token:
            self._until_us = 0
        self._asked = {}

    def box_started(self) -> None:
        self._until_us = 0
        self._asked = {}

    def holds(self, now_us: int) -> bool:
        return now_us < self._until_us
