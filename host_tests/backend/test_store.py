"""Never lost, never doubled, never confirmed over a gap: in SQLite and in PostgreSQL."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from backend import wire
from backend.database import database
from backend.store import Store
from backend.transactions import Unavailable, Unusable
from fleet.outbox import Outbox
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NOW = 1_800_000_000
MOST = 12  # records of a box
OUTBOX = Outbox("box")
for _ in range(MOST):
    OUTBOX.add()


def record(box, seq, frame=None):
    topic = f"pilotwire/v1/{box}/tx"
    found = wire.read(topic, json.dumps(OUTBOX.record(seq)).encode())
    return found if frame is None else replace(found, frame=frame)


class Failing:
    """A database whose connection breaks at the statement `at`, counted down."""

    def __init__(self, inner):
        self.inner = inner
        self.at = -1

    @asynccontextmanager
    async def transaction(self):
        async with self.inner.transaction() as many:

            async def counted(sql, rows):
                self.at -= 1
                if self.at == 0:
                    raise Unavailable("as asked")
                return await many(sql, rows)

            yield counted

    async def script(self, sql):
        await self.inner.script(sql)

    async def close(self):
        await self.inner.close()


async def rows_of(store, box):
    async with store._database.transaction() as many:
        rows = await many("SELECT seq, frame FROM records WHERE box = $1 ORDER BY seq", [(box,)])
    return [(seq, bytes(frame)) for seq, frame in rows]


STEP = st.tuples(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, MOST)), min_size=1, max_size=8),
    st.integers(0, 12),  # the statement at which the connection breaks; 0: none
    st.booleans(),  # the consumer is killed between commit and acknowledgement
)
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(deadline=None, max_examples=20, suppress_health_check=SLOW)
@given(steps=st.lists(STEP, max_size=8), missing=st.sets(st.integers(1, MOST), max_size=4))
def test_in_any_order_with_repetitions_and_kills_the_store_ends_with_every_record_once(
    url, numbers, steps, missing
):
    boxes = [f"box-{next(numbers)}" for _ in range(3)]

    def message(box, seq):
        return wire.Missing(box, seq, seq) if seq in missing else record(box, seq)

    async def story():
        failing = Failing(database(url))
        store = Store(failing)
        await store.create()
        committed = {box: set() for box in boxes}
        acked = dict.fromkeys(boxes, 0)

        async def deliver(pairs, breaks_at, killed):
            failing.at = breaks_at
            batch = [message(boxes[index], seq) for index, seq in pairs]
            try:
                saved = await store.save(batch, NOW)
            except Unavailable:
                return  # nothing of it may count
            for index, seq in pairs:
                committed[boxes[index]].add(seq)
            if killed:
                return
            try:
                upto = await store.advance(saved.shown)
            except Unavailable:
                return
            for box, end in upto.items():
                assert set(range(1, end + 1)) <= committed[box], "confirmed over a gap"
                assert end + 1 not in committed[box], "confirmed less than is stored"
                acked[box] = end

        for pairs, breaks_at, killed in steps:
            await deliver(pairs, breaks_at, killed)
        for index in range(len(boxes)):  # as a box does: the oldest, until it is confirmed
            for seq in range(1, MOST + 1):
                await deliver([(index, seq)], -1, False)
        for box in boxes:
            assert acked[box] == MOST
            wanted = [(n, OUTBOX.frames[n - 1]) for n in range(1, MOST + 1) if n not in missing]
            assert await rows_of(store, box) == wanted
        await store.close()

    asyncio.run(story())


def with_store(url, story):
    async def run():
        store = Store(database(url))
        try:
            await store.create()
            await story(store)
        finally:
            await store.close()

    asyncio.run(run())


def test_other_content_under_a_known_number_is_a_conflict_and_changes_nothing(url, numbers):
    box = f"box-{next(numbers)}"
    forged = record(box, 1, frame=b"forged")

    async def story(store):
        assert (await store.save([record(box, 1)], NOW)).new == 1
        for _ in range(2):
            saved = await store.save([forged, record(box, 1)], NOW)
            assert (saved.new, saved.again, saved.conflicts) == (0, 1, [(box, 1)])
        assert await rows_of(store, box) == [(1, OUTBOX.frames[0])]
        async with store._database.transaction() as many:
            sql = "SELECT seq, frame, times FROM conflicts WHERE box = $1"
            rows = await many(sql, [(box,)])
        assert [(seq, bytes(frame), times) for seq, frame, times in rows] == [(1, b"forged", 2)]

    with_store(url, story)


def test_two_contents_in_one_batch_are_a_conflict_too(url, numbers):
    box = f"box-{next(numbers)}"

    async def story(store):
        saved = await store.save([record(box, 1), record(box, 1, frame=b"forged")], NOW)
        assert (saved.new, saved.again, saved.conflicts) == (1, 0, [(box, 1)])

    with_store(url, story)


def test_a_gap_of_more_than_a_window_is_passed_when_it_closes(url, numbers):
    box = f"box-{next(numbers)}"
    one = record(box, 1)

    async def story(store):
        await store.save([replace(one, seq=seq) for seq in range(2, 2_502)], NOW)
        assert await store.advance([box]) == {box: 0}
        await store.save([one, wire.Missing(box, 2_502, 9_000), replace(one, seq=9_001)], NOW)
        assert await store.advance([box]) == {box: 9_001}

    with_store(url, story)


def test_what_a_box_has_lost_does_not_outdo_what_is_stored(url, numbers):
    box = f"box-{next(numbers)}"

    async def story(store):
        await store.save([record(box, 1), record(box, 2)], NOW)
        saved = await store.save([wire.Missing(box, 1, 2)], NOW)
        assert (saved.conflicts, saved.shown) == ([], {box: 2})
        assert await store.advance([box]) == {box: 2}
        assert len(await rows_of(store, box)) == 2

    with_store(url, story)


def test_older_records_that_were_asked_for_close_a_gap_and_want_no_acknowledgement(url, numbers):
    box = f"box-{next(numbers)}"
    asked = [replace(record(box, seq), asked=True) for seq in (1, 2, 3)]

    async def story(store):
        await store.save([record(box, 3)], NOW)
        assert await store.advance([box]) == {box: 0}
        saved = await store.save(asked, NOW)
        assert (saved.new, saved.again, saved.shown) == (2, 1, {})
        saved = await store.save([record(box, 3)], NOW)
        assert saved.shown == {box: 3}
        assert await store.advance(saved.shown) == {box: 3}

    with_store(url, story)


def test_a_box_that_another_backend_had_is_confirmed_once_the_operator_says_where_it_begins(
    url, numbers
):
    box = f"box-{next(numbers)}"

    async def story(store):
        await store.save([record(box, 5)], NOW)
        assert await store.advance([box]) == {box: 0}
        assert await store.begin(box, 5, NOW) == 5

    with_store(url, story)


def test_records_that_the_law_wants_gone_may_be_deleted(url, numbers):
    box = f"box-{next(numbers)}"

    async def story(store):
        await store.save([record(box, 1), record(box, 2)], NOW)
        assert await store.advance([box]) == {box: 2}
        async with store._database.transaction() as many:
            await many("DELETE FROM records WHERE box = $1", [(box,)])
        await store.save([record(box, 3)], NOW)
        assert await store.advance([box]) == {box: 3}

    with_store(url, story)


def test_the_last_state_online_and_info_of_a_box_stand_in_its_row(url, numbers):
    box = f"box-{next(numbers)}"
    said = [wire.Latest(box, "online", True), wire.Latest(box, "state", '{"pending":1}')]

    async def story(store):
        await store.save([*said, record(box, 1)], NOW)
        await store.save([wire.Latest(box, "online", False)], NOW + 1)
        await store.save([wire.Event(box, None, "plugged", "{}")], NOW)
        await store.advance([box])
        async with store._database.transaction() as many:
            sql = "SELECT upto, online, online_unix, state, state_unix FROM boxes WHERE box = $1"
            [(upto, online, online_unix, state, state_unix)] = await many(sql, [(box,)])
            events = await many("SELECT event FROM events WHERE box = $1", [(box,)])
        assert (upto, bool(online), online_unix, state_unix) == (1, False, NOW + 1, NOW)
        assert json.loads(state) == {"pending": 1}
        assert [event for (event,) in events] == ["plugged"]

    with_store(url, story)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
FIELDS = st.dictionaries(
    st.sampled_from([field for _, field, _ in wire.COLUMNS] + ["amounts", "other"]), JSON
)


@settings(deadline=None, max_examples=60, suppress_health_check=SLOW)
@given(fields=FIELDS, name=st.sampled_from(("tx", "event", "state", "info")))
def test_whatever_is_not_refused_the_database_takes(url, numbers, fields, name):
    box = f"box-{next(numbers)}"
    payload = json.dumps(OUTBOX.record(1) | fields).encode()
    try:
        message = wire.read(f"pilotwire/v1/{box}/{name}", payload)
    except wire.Refused:
        return

    async def story(store):
        await store.save([message], NOW)

    with_store(url, story)


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "x.db").write_bytes(b"no database at all" * 100)

    async def story():
        with pytest.raises(Unusable, match=r"x\.db: file is not a database"):
            await Store(database(f"sqlite:///{tmp_path}/x.db")).create()

    asyncio.run(story())


def test_two_consumers_with_the_same_records_at_once_store_each_once(url, numbers):
    boxes = [f"box-{next(numbers)}" for _ in range(5)]
    batches = [[record(box, seq) for box in boxes] for seq in range(1, MOST + 1)]

    async def consume(store, batches):
        found = []
        for batch in batches:
            found.append(await store.save(batch, NOW))
            await store.advance(boxes)
        return found

    async def story():
        stores = [Store(database(url)) for _ in range(2)]
        await stores[0].create()
        saved = await asyncio.gather(
            consume(stores[0], batches), consume(stores[1], [batch[::-1] for batch in batches])
        )
        assert sum(one.new for two in saved for one in two) == MOST * len(boxes)
        assert await stores[0].advance(boxes) == dict.fromkeys(boxes, MOST)
        for store in stores:
            await store.close()

    asyncio.run(story())
