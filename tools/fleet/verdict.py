"""What is in the database against what the chargers have written, and the figures of a run."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.transactions import Database

from .outbox import Outbox


@dataclass
class Verdict:
    """Numbers of records. `foreign`: rows of no record that a box has written."""

    written: int = 0
    lost: int = 0
    doubled: int = 0
    foreign: int = 0
    conflicts: int = 0

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.foreign or self.conflicts)


@dataclass
class Figures:
    """Of one run; times in s."""

    boxes: int
    seconds: float
    messages: int
    repeated: int
    kills: dict[str, int]
    refused: int = 0
    reconnect_s: list[float] = field(default_factory=list)


async def judge(database: Database, boxes: Sequence[Outbox]) -> Verdict:
    """Count every row by (box, number, frame): each record that was written is there once."""
    async with database.transaction() as many:
        rows = await many("SELECT box, seq, frame, charge FROM records WHERE seq > $1", [(0,)])
        conflicts = await many("SELECT box FROM conflicts WHERE seq > $1", [(0,)])
    wanted = {(o.box, n): frame for o in boxes for n, frame in enumerate(o.frames, 1)}
    verdict = Verdict(len(wanted), conflicts=len(conflicts))
    seen = set()
    for box, seq, frame, charge in rows:
        if wanted.get((box, seq)) != bytes(frame):
            verdict.foreign += 1
        verdict.doubled += (box, charge) in seen
        seen.add((box, charge))
    verdict.lost = len(wanted.keys() - {(box, seq) for box, seq, *_ in rows})
    return verdict


def lines(figures: Figures, verdict: Verdict) -> list[str]:
    """For a person."""
    kills = ", ".join(f"{name} {times}" for name, times in sorted(figures.kills.items())) or "none"
    found = [
        f"boxes          {figures.boxes}, for {figures.seconds:.0f} s",
        f"kills          {kills}",
        f"messages/s     {figures.messages / figures.seconds:.0f} sent and received by boxes",
        f"records/s      {verdict.written / figures.seconds:.0f}, {verdict.written} in all",
        f"sent again     {figures.repeated}",
        f"late acks      {figures.refused}, for boxes that had restarted meanwhile",
    ]
    if len(figures.reconnect_s) > 1:
        half = statistics.median(figures.reconnect_s)
        most = statistics.quantiles(figures.reconnect_s, n=20)[-1]
        found.append(
            f"back after     {half:.1f} s median, {most:.1f} s for 95 %, "
            f"{max(figures.reconnect_s):.1f} s at most, once the broker was back"
        )
    other = verdict.foreign + verdict.conflicts
    found.append(f"lost {verdict.lost}, doubled {verdict.doubled}, of other content {other}")
    return found
