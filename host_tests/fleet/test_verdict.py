"""The judge of a run finds what is wrong with a database."""

import asyncio
import json

import pytest
from backend.database import database
from backend.store import Store
from backend.wire import read
from fleet.outbox import Outbox
from fleet.verdict import Verdict, judge

WRITTEN = 3


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("UPDATE boxes SET upto = $1", Verdict(WRITTEN)),
        ("DELETE FROM records WHERE seq = $1", Verdict(WRITTEN, lost=1)),
        ("UPDATE records SET frame = x'78' WHERE seq = $1", Verdict(WRITTEN, foreign=1)),
        ("UPDATE records SET charge = 2 WHERE seq = $1", Verdict(WRITTEN, doubled=1)),
        (
            "UPDATE records SET seq = 9 WHERE seq = $1",
            Verdict(WRITTEN, lost=1, foreign=1),
        ),
        (
            "INSERT INTO conflicts VALUES ('box-1', $1, 'x', '{}', 0, 1)",
            Verdict(WRITTEN, conflicts=1),
        ),
    ],
)
def test_finds_what_was_done_to_it(tmp_path, sql, wanted):
    box = Outbox("box-1")
    for _ in range(WRITTEN):
        box.add()
    topic = "pilotwire/v1/box-1/tx"

    async def story():
        records = database(f"sqlite:///{tmp_path}/records.db")
        store = Store(records)
        await store.create()
        payloads = (json.dumps(box.record(seq)).encode() for seq in range(1, WRITTEN + 1))
        await store.save([message for payload in payloads if (message := read(topic, payload))], 0)
        async with records.transaction() as many:
            await many(sql, [(1,)])
        verdict = await judge(records, [box])
        await store.close()
        return verdict

    assert asyncio.run(story()) == wanted
    assert wanted.good == ("boxes" in sql)
