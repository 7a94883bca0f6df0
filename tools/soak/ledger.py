"""What an operator of one box has: records, results, and how often each came."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

_TO_THE_BOX = ("ack", "cmd")


class Ledger:
    """Fed with what the box publishes; `wrong` says in words what may never happen."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.messages: Counter[str] = Counter()  # by topic
        self.records: dict[int, Any] = {}
        self.repeated = 0  # records that came again, as they may
        self.results: dict[str, Any] = {}

    def take(self, topic: str, payload: Any) -> None:
        """One message, on `topic` below the box's prefix; those to the box are passed over."""
        if topic in _TO_THE_BOX:
            return
        self.messages[topic] += 1
        if topic == "tx":
            self._take_record(payload)
        elif topic == "cmdres":
            self._take_result(payload)

    def wh(self) -> int:
        """The energy of all charges."""
        return sum(record.get("wh") or 0 for record in self.charges())

    def charges(self) -> list[Any]:
        """Records of charges, oldest first."""
        return [r for _, r in sorted(self.records.items()) if r["kind"] == "charge"]

    def close(self, journal: Mapping[str, int], metered_wh: float) -> None:
        """At the end, all acknowledged: against the box's own count and the plant's meter."""
        wanted = set(range(1, journal["seq"] + 1))
        if lost := sorted(wanted - self.records.keys()):
            self.wrong.append(f"records {lost} of {journal['seq']} never came")
        if foreign := sorted(self.records.keys() - wanted):
            self.wrong.append(f"records {foreign} are more than the box has written")
        if journal["acked"] != journal["seq"] or journal["lost"]:
            self.wrong.append(f"the box thinks of its records: {json.dumps(journal)}")
        charges = self.charges()
        if abs(self.wh() - metered_wh) > len(charges):  # the register is in whole Wh
            self.wrong.append(f"{self.wh()} Wh in {len(charges)} charges, {metered_wh:.1f} flowed")

    def _take_record(self, record: Any) -> None:
        seq = record["seq"]
        if record["kind"] == "missing":
            self.wrong.append(f"records {record['first']} to {seq} are missing")
        elif seq not in self.records:
            self.records[seq] = record
        elif self.records[seq] == record:
            self.repeated += 1
        else:
            self.wrong.append(f"record {seq} came again as another one")

    def _take_result(self, result: Any) -> None:
        id_ = result["id"]
        known = self.results.setdefault(id_, result)
        # A command that was sent again is refused as repeated, if the first was obeyed.
        if known != result and "repeated" not in (known["reason"], result["reason"]):
            self.wrong.append(f"command {id_} has two results: {known} and {result}")
