"""What is stored and when it may be confirmed.

(box, seq) is a record's key. One that comes again changes nothing; one that comes again with
another frame is a conflict, kept beside it and never confirmed. Rows are written in the order of
their keys, so that two consumers wait for each other and never both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .prefix import contiguous
from .transactions import Database, Many, Row
from .wire import COLUMNS, Event, Latest, Message, Missing, Record

Key = tuple[str, int]

SCHEMA = Path(__file__).with_name("schema.sql")
_WINDOW = 1_000  # records looked at in a step beyond the last one without a gap

_RECORD_COLUMNS = (
    "box",
    "seq",
    *(column for column, _, _ in COLUMNS),
    *("amount", "sound", "frame", "payload", "stored_unix"),
)
_INSERT = (
    f"INSERT INTO records ({', '.join(_RECORD_COLUMNS)}) "
    f"VALUES ({', '.join(f'${n + 1}' for n in range(len(_RECORD_COLUMNS)))}) "
    "ON CONFLICT DO NOTHING RETURNING box, seq"
)
_FRAME = "SELECT box, seq, frame FROM records WHERE box = $1 AND seq = $2"
_CONFLICT = (
    "INSERT INTO conflicts (box, seq, frame, payload, first_unix, times) "
    "VALUES ($1, $2, $3, $4, $5, 1) "
    "ON CONFLICT (box, seq, frame) DO UPDATE SET times = conflicts.times + 1"
)
_MISSING = (
    "INSERT INTO missing (box, first, last, said, stored_unix) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT DO NOTHING"
)
_BOX = (
    "INSERT INTO boxes (box, upto, online, online_unix, info, info_unix, state, state_unix) "
    "VALUES ($1, 0, $2, $3, $4, $5, $6, $7) ON CONFLICT (box) DO UPDATE SET "
    + ", ".join(
        f"{name} = COALESCE(excluded.{name}, boxes.{name})"
        for what in ("online", "info", "state")
        for name in (what, f"{what}_unix")
    )
)
_EVENT = "INSERT INTO events (box, stored_unix, unix, event, payload) VALUES ($1, $2, $3, $4, $5)"
_AHEAD = (
    "SELECT b.box, b.upto, r.seq FROM boxes b LEFT JOIN records r ON r.box = b.box "
    f"AND r.seq > b.upto AND r.seq <= b.upto + {_WINDOW} WHERE b.box = $1"
)
_SPANS = (
    "SELECT m.box, m.first, m.last FROM missing m JOIN boxes b ON b.box = m.box "
    f"WHERE m.box = $1 AND m.last > b.upto ORDER BY m.first LIMIT {_WINDOW}"
)
_ADVANCE = "UPDATE boxes SET upto = $2 WHERE box = $1 AND upto < $2"


@dataclass
class Saved:
    """What a batch came to. `shown`: the highest number for which each box awaits an `ack`."""

    new: int = 0
    again: int = 0
    conflicts: list[Key] = field(default_factory=list)
    shown: dict[str, int] = field(default_factory=dict)


class Store:
    """Every method raises what `Database.transaction` does."""

    def __init__(self, database: Database):
        self._database = database

    async def create(self) -> None:
        """The tables, where they are not there yet."""
        await self._database.script(SCHEMA.read_text())

    async def save(self, batch: Sequence[Message], unix: int) -> Saved:
        """Store a batch, all or nothing; it is on disk when this returns."""
        saved = Saved()
        records = sorted(_of(Record, batch), key=lambda record: (record.box, record.seq))
        missing = _of(Missing, batch)
        sent = [(r.box, r.seq) for r in records if not r.asked]
        for box, seq in sent + [(m.box, m.last) for m in missing]:
            saved.shown[box] = max(seq, saved.shown.get(box, 0))
        async with self._database.transaction() as many:
            await self._save_records(many, records, unix, saved)
            await many(_MISSING, sorted((m.box, m.first, m.last, "box", unix) for m in missing))
            await many(_BOX, _box_rows(saved.shown, _of(Latest, batch), unix))
            events = [(e.box, unix, e.unix, e.event, e.payload) for e in _of(Event, batch)]
            await many(_EVENT, events)
        return saved

    async def _save_records(
        self, many: Many, records: Sequence[Record], unix: int, saved: Saved
    ) -> None:
        first: dict[Key, Record] = {}
        for record in records:
            first.setdefault((record.box, record.seq), record)
        rows = [
            (r.box, r.seq, *r.columns, r.amount, r.sound, r.frame, r.payload, unix)
            for r in first.values()
        ]
        new = {(box, seq) for box, seq in await many(_INSERT, rows)}
        saved.new = len(new)
        others = [r for r in records if first[r.box, r.seq] is not r or (r.box, r.seq) not in new]
        keys = sorted({(r.box, r.seq) for r in others})
        frames = {(box, seq): bytes(frame) for box, seq, frame in await many(_FRAME, keys)}
        for record in others:
            key = record.box, record.seq
            if frames.get(key, record.frame) == record.frame:  # deleted meanwhile: no conflict
                saved.again += 1
            else:
                saved.conflicts.append(key)
                row = (*key, record.frame, record.payload, unix)
                await many(_CONFLICT, [row])

    async def advance(self, boxes: Iterable[str]) -> dict[str, int]:
        """How far each box is stored without a gap. Ask after `save` has returned: what two
        consumers store at once is seen by the one that asks last.
        """
        upto: dict[str, int] = {}
        wanted = sorted(boxes)
        while wanted:
            async with self._database.transaction() as many:
                keys = [(box,) for box in wanted]
                seqs = _grouped(await many(_AHEAD, keys))
                spans = _grouped(await many(_SPANS, keys))
                moved = []
                for box, rows in seqs.items():
                    before = rows[0][1]
                    numbers = [seq for _, _, seq in rows if seq is not None]
                    missing = [(first, last) for _, first, last in spans.get(box, ())]
                    upto[box] = contiguous(before, numbers, missing)
                    if upto[box] > before:
                        moved.append((box, upto[box]))
                await many(_ADVANCE, moved)
            wanted = [box for box, _ in moved if len(seqs[box]) == _WINDOW or box in spans]
        return upto

    async def begin(self, box: str, seq: int, unix: int) -> int:
        """Records before `seq` are not this backend's; how far the box is stored without a gap."""
        async with self._database.transaction() as many:
            await many(_BOX, _box_rows([box], [], unix))
            if seq > 1:
                await many(_MISSING, [(box, 1, seq - 1, "operator", unix)])
        return (await self.advance([box]))[box]

    async def close(self) -> None:
        await self._database.close()


def _of(kind, batch):
    return [message for message in batch if isinstance(message, kind)]


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row[0], []).append(row)
    return grouped


def _box_rows(boxes: Iterable[str], latest: Iterable[Latest], unix: int) -> list[Row]:
    """A row a box, with the last that it has said of each thing."""
    said: dict[str, dict[str, bool | str]] = {box: {} for box in boxes}
    for message in latest:
        said.setdefault(message.box, {})[message.what] = message.value
    return [
        (
            box,
            *(cell for what in ("online", "info", "state") for cell in _cells(things, what, unix)),
        )
        for box, things in sorted(said.items())
    ]


def _cells(things: dict[str, bool | str], what: str, unix: int) -> Row:
    return (things[what], unix) if what in things else (None, None)
