"""Where the energy went: the plant's meter against the records that reached the backend."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_STRAY_WH = 0.5  # contacts part some ms after their command

Start = tuple[int | None, int | None]  # time and register, as a record names them


@dataclass
class Charge:
    """One charge as the plant saw it. `number` is None until its opening record is on flash."""

    begun_wh: float
    start: Start
    excuses: set[str]
    number: int | None = None
    ended_wh: float | None = None  # when its closing record was made last
    told: bool = field(default=False)


class Ledger:
    """`register_wh()` is what has flowed through the plant's meter, exactly."""

    def __init__(self, register_wh: Callable[[], float], breach: Callable[[str, str], object]):
        self._register_wh = register_wh
        self._breach = breach
        self._charges: list[Charge] = []
        self._excuses: set[str] = set()  # what has happened to the meter since the last charge
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

    def opening(self, fields: dict[str, Any]) -> None:
        """The firmware is about to write an opening record, or tries again."""
        now_wh = self._register_wh()
        last = self._charges[-1] if self._charges else None
        if last and last.ended_wh is None:  # it could not be written, and nothing has flowed
            last.begun_wh, last.start = now_wh, _start(fields)
            return
        stray_wh = now_wh - (last.ended_wh or 0.0) if last else 0.0
        if stray_wh > _STRAY_WH and "weld" not in self._excuses:
            self._breach("energy", f"{stray_wh:.1f} Wh flowed between two charges")
        self._excuses = set(self._excuses)
        self._charges.append(Charge(now_wh, _start(fields), self._excuses))

    def opened(self, number: int | None) -> None:
        """The opening record is on flash by this number; None: the charge goes on without."""
        self._charges[-1].number = number

    def closing(self, fields: dict[str, Any]) -> None:
        """It has made a closing record."""
        charge = self._find(fields)
        if not charge:
            self._breach("records", f"charge {fields['charge']} ends, which never began")
            return
        charge.number = charge.number or fields["charge"]
        charge.ended_wh = self._register_wh()
        self._excuses = set()

    def take(self, record: dict[str, Any]) -> None:
        """The record of a charge has come to the backend for the first time."""
        number = record["charge"]
        charge = self._find(record)
        if not charge or charge.ended_wh is None:
            self._breach("records", f"charge {number}, which was never opened")
            return
        between = [other for other in self._charges_before(charge) if not other.told]
        if any(other.number for other in between):
            self._breach("records", f"charge {number} comes before {between[0].number}")
        charge.told = True
        excuses = charge.excuses | self._excuses
        flowed_wh = charge.ended_wh - charge.begun_wh
        wh: Any = record.get("wh")
        resolution_wh = record.get("resolution_wh", 0)
        quality = record["energy"]
        said = f"charge {number} says {wh} Wh ({quality}), the plant {flowed_wh:.1f}"
        if "period_wh" in record and sum(record["period_wh"]) + record["unsplit_wh"] != wh:
            self._breach("energy", f"{said}, its periods {record['period_wh']}")
        if "wh" in record and not {"resolution_wh", "meter_serial"} <= record.keys():
            self._breach("energy", f"{said}, and not whose register that was")
        # Where the register jumps and the power goes too, or the meter is silent, nobody sees it.
        unseen = record["reason"] == "power-lost" or "meter" in excuses
        lost = unseen and "register" in excuses
        if quality == "measured" and abs(wh - flowed_wh) > resolution_wh and not lost:
            self._breach("energy", said)
        # A reading that stands in for one that never came leaves its Wh to the next record, or to
        # none: if the meter is back before that begins, `last-known` has said so; and a register
        # that has gone meanwhile takes them with it.
        owed_wh, self._owed_wh = self._owed_wh, 0.0
        if record.get("start_read") or quality == "unmetered" or lost or between:
            self._unknown_wh += owed_wh
            owed_wh = 0.0
        if quality == "last-known" and wh is not None and not lost:
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
        self._chain(record, excuses, bool(between))

    def total(self) -> str:
        """Whether all records together say what flowed in all of them; "" if they do."""
        untold = [charge.number for charge in self._charges if not charge.told]
        if any(untold):
            return f"no record of the charges {untold}"
        over_wh = self._over_wh + self._owed_wh + self._unknown_wh
        if abs(over_wh) <= self._resolution_wh * self._pieces:
            return ""
        return f"the records together say {over_wh:.1f} Wh more than has flowed"

    def _find(self, fields: dict[str, Any]) -> Charge | None:
        """Which of them is meant: by its number, or as it began where it has none yet."""
        number = fields["charge"]
        for charge in self._charges:
            if charge.number is not None and charge.number == number:
                return charge
        for charge in self._charges:
            if charge.number is None and not charge.told and charge.start == _start(fields):
                return charge
        return None

    def _charges_before(self, charge: Charge) -> list[Charge]:
        return self._charges[: self._charges.index(charge)]

    def _chain(self, record: dict[str, Any], excuses: set[str], gap: bool) -> None:
        """The register goes on where it stood; `gap`: a charge between has no record."""
        last, self._last = self._last, record
        excuses, self._last_excuses = excuses | self._last_excuses, excuses
        if not last:
            return
        if gap or excuses & {"register", "exchanged", "weld"}:
            self._pieces += 1
            return
        if last["end_read"] and record.get("start_read") and last["end_wh"] != record["start_wh"]:
            self._breach(
                "energy",
                f"{last['end_wh']} Wh at the end of {last['charge']}, then {record['start_wh']}",
            )


def _start(fields: dict[str, Any]) -> Start:
    return fields.get("start_unix"), fields.get("start_wh")
