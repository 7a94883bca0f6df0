"""Where the energy went: the plant's meter against the records that reached the backend."""

from collections.abc import Callable
from typing import Any

_STRAY_WH = 0.5  # contacts part some ms after their command


class Ledger:
    """`register_wh()` is what has flowed through the plant's meter, exactly."""

    def __init__(self, register_wh: Callable[[], float], breach: Callable[[str, str], object]):
        self._register_wh = register_wh
        self._breach = breach
        self._begun: dict[int, float] = {}  # register when a charge's record was first opened
        self._ended: dict[int, float] = {}  # and when it was last closed
        self._excuses: set[str] = set()  # what has happened to the meter since the last charge
        self._excused: dict[int, set[str]] = {}
        self._last: dict[str, Any] | None = None
        self._last_excuses: set[str] = set()
        self._owed_wh = 0.0
        self._unknown_wh = 0.0  # of charges whose end the meter did not see
        self._over_wh = 0.0  # what all records say, less what flowed in them
        self._resolution_wh = 0
        self._pieces = 1  # of the row of records: within one, a register's steps cancel out

    def excuse(self, what: str) -> None:
        """Something because of which a record may say less than `measured`, or energy stray:
        "meter" (not to be had), "register" (jumped back), "exchanged" (the meter), "weld".
        """
        self._excuses.add(what)

    def opening(self, seq: int) -> None:
        """The firmware is about to write the opening record `seq`."""
        if seq in self._begun:
            return
        now_wh = self._begun[seq] = self._register_wh()
        stray_wh = now_wh - self._ended.get(seq - 1, now_wh)
        if stray_wh > _STRAY_WH and "weld" not in self._excuses:
            self._breach(
                "energy", f"{stray_wh:.1f} Wh flowed before record {seq} and after the last"
            )
        self._excused[seq] = self._excuses = set(self._excuses)

    def closing(self, seq: int) -> None:
        """It is about to write the closing record."""
        self._ended[seq] = self._register_wh()
        self._excuses = set()

    def take(self, record: dict[str, Any]) -> None:
        """A record has come to the backend for the first time."""
        seq = record["seq"]
        if seq not in self._begun or seq not in self._ended:
            self._breach("records", f"record {seq}, which was never opened")
            return
        excuses = self._excused[seq] | self._excuses
        flowed_wh = self._ended[seq] - self._begun[seq]
        wh = record["wh"]
        resolution_wh = record.get("resolution_wh", 0)
        quality = record["energy"]
        said = f"record {seq} says {wh} Wh ({quality}), the plant {flowed_wh:.1f}"
        # Where the register jumps and the power goes too, or the meter is silent, nobody sees it.
        unseen = record["end"]["reason"] == "power-lost" or "meter" in excuses
        lost = unseen and "register" in excuses
        if quality == "measured" and abs(wh - flowed_wh) > resolution_wh and not lost:
            self._breach("energy", said)
        # A reading that stands in for one that never came leaves its Wh to the next record, or to
        # none: if the meter is back before that begins, `last-known` has said so; and a register
        # that has gone meanwhile takes them with it.
        owed_wh, self._owed_wh = self._owed_wh, 0.0
        if record["start"]["read"] or quality == "unmetered" or lost:
            self._unknown_wh += owed_wh
            owed_wh = 0.0
        if quality == "last-known" and not lost:
            if not -resolution_wh <= wh <= flowed_wh + owed_wh + resolution_wh:
                self._breach("energy", said)
            self._owed_wh = max(0.0, flowed_wh + owed_wh - wh)
        if quality != "measured" and not excuses & {"meter", "register", "exchanged"}:
            self._breach("energy", f"{said}, and the meter was sound: {record}")
        if wh is None or lost:
            self._pieces += 1
        else:
            self._over_wh += wh - flowed_wh
            self._resolution_wh = max(self._resolution_wh, resolution_wh)
        self._chain(record, excuses)

    def total(self) -> str:
        """Whether all records together say what flowed in all of them; "" if they do."""
        over_wh = self._over_wh + self._owed_wh + self._unknown_wh
        if abs(over_wh) <= self._resolution_wh * self._pieces:
            return ""
        return f"the records together say {over_wh:.1f} Wh more than has flowed"

    def _chain(self, record: dict[str, Any], excuses: set[str]) -> None:
        """The register goes on where it stood."""
        last, self._last = self._last, record
        excuses, self._last_excuses = excuses | self._last_excuses, excuses
        if not last:
            return
        if excuses & {"register", "exchanged", "weld"}:
            self._pieces += 1
            return
        end, start = last["end"], record["start"]
        if end["read"] and start["read"] and end["wh"] != start["wh"]:
            self._breach(
                "energy", f"{end['wh']} Wh at the end of {last['seq']}, then {start['wh']}"
            )
