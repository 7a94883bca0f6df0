"""A box's records as the contract has them: numbered, chained, the oldest sent until confirmed.

Takes the time, returns what to send; no I/O. The pauses are those of firmware/pilotwire/link.
"""

import hashlib
from typing import Any

from pilotwire.record import frame, layout
from pilotwire.record.journal import show

_CHARGE = 2  # kind of a frame
_BEGAN = 1_800_000_000  # 2027-01-15
_CHARGE_S = 3_600
_WH = 7_400
_LONGEST_PAUSE_S = 600.0


class Refused(ValueError):
    """An acknowledgement for a record that was never sent since the box has started."""


class Outbox:
    """`acked` is the last confirmed number, `pending` how many wait, `repeated` how often one was
    sent again. `frames` are all records that there ever were: number 1 first.
    """

    def __init__(self, box: str, resend_s: float = 5.0):
        self.box = box
        self.frames: list[bytes] = []
        self.acked = 0
        self.repeated = 0
        self._key = frame.Key(hashlib.sha256(box.encode()).digest())
        self._first_pause_s = resend_s
        self._boot = 1
        self._shown = 0
        self._ever_sent = 0
        self.connected()

    @property
    def pending(self) -> int:
        return len(self.frames) - self.acked

    def add(self) -> None:
        """One charge more has ended."""
        seq = len(self.frames) + 1
        start = _BEGAN + seq * _CHARGE_S
        says = {"charge": seq, "box": self.box, "start_unix": start, "start_clock": "synchronised"}
        says |= {"start_wh": _WH * (seq - 1), "start_read": True, "auth": "remote", "phases": 3}
        says |= {"by": f"driver-{seq % 97}", "meter": "sdm630", "meter_serial": "4711"}
        says |= {"end_unix": start + 2_400, "end_clock": "synchronised", "end_wh": _WH * seq}
        says |= {"end_read": True, "reason": "unplugged", "opened": "vehicle", "wh": _WH}
        says |= {"energy": "measured", "resolution_wh": 10, "charging_s": 2_300}
        body = layout.encode(says, frame.BODY)
        before = frame.Frame(self.frames[-1]).hash() if self.frames else frame.FIRST
        self.frames.append(frame.pack(_CHARGE, seq, self._boot, before, body, self._key))

    def record(self, seq: int) -> dict[str, Any]:
        """Number `seq` as it is published."""
        return show(frame.Frame(self.frames[seq - 1]))

    def connected(self) -> None:
        """The broker has it again: the oldest may go at once."""
        self._sent_s: float | None = None
        self._pause_s = self._first_pause_s

    def restarted(self, forgotten: int) -> None:
        """The box was off, and has lost its last `forgotten` acknowledgement marks."""
        self.acked = self._shown = max(0, self.acked - forgotten)
        self._boot += 1
        self.connected()

    def due_s(self, now_s: float) -> float | None:
        """How long until the oldest is to be sent; None: there is none."""
        if not self.pending:
            return None
        return 0.0 if self._sent_s is None else max(0.0, self._sent_s + self._pause_s - now_s)

    def send(self, now_s: float) -> dict[str, Any]:
        """The oldest that is not confirmed; it counts as sent now."""
        if self._sent_s is not None:
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        self._sent_s = now_s
        seq = self._shown = self.acked + 1
        self.repeated += seq <= self._ever_sent
        self._ever_sent = max(seq, self._ever_sent)
        return self.record(seq)

    def acknowledge(self, upto: int) -> bool:
        """Whether that is news. Raises Refused."""
        if upto > self._shown:
            raise Refused(f"{self.box}: {upto} is acknowledged, {self._shown} was sent last")
        if upto <= self.acked:
            return False
        self.acked = upto
        self.connected()
        return True
