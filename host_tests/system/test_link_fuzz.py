"""Messages that nobody should send: a box obeys none, forgets none, and needs no memory for it."""

import asyncio
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hostile import messages, over_a_broker
from rig.interpreter import HEAP, ROOT, environment, interpreter

MESSAGES = 100_000
PROCESSES = 2
LONGEST = 2_000  # bytes: what is longer, link/mqtt.py keeps from the link
HEAP_BYTES = 8_192  # it may differ by so much, of 64-bit words: the latest ids, the log's 32 texts
CONFIG = {"id": "desk", "limit_ma": 32_000, "mqtt_host": "broker", "meter": "", "local_ttl_s": 60}

PLAN = {"id": "plan", "type": "plan", "args": {"plan": messages.HARMLESS_PLAN}}
FIRST = messages.Message("cmd", json.dumps(PLAN).encode())


def framed(message):
    topic = b"pilotwire/v1/desk/" + message.topic.encode()
    sizes = len(topic), len(message.payload), message.retain
    return b"".join(size.to_bytes(2, "big") for size in sizes) + topic + message.payload


def fed(seed, root):
    """What link_fuzz_box.py says of its share of the messages."""
    count = MESSAGES // PROCESSES
    (root / "config.json").write_text(json.dumps(CONFIG))
    process = subprocess.Popen(
        [interpreter(), "-X", HEAP, Path(__file__).with_name("link_fuzz_box.py")],
        env={
            **environment(),
            "PILOTWIRE_BOARD": str(ROOT / "boards" / "host" / "board.json"),
            "PILOTWIRE_ROOT": str(root),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        process.stdin.write(framed(FIRST))
        for number, message in enumerate(messages.messages(seed, count), 1):
            if len(message.payload) <= LONGEST:
                process.stdin.write(framed(message))
            if number * 10 % count == 0:
                process.stdin.write(bytes(6))
    except BrokenPipeError:
        pass  # it has ended early, and says why
    said = process.communicate()[0].decode()
    assert process.returncode == 0, said[-3_000:]
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def test_a_hundred_thousand_messages_get_one_result_each_and_leave_the_heap_as_it_was(tmp_path):
    roots = [tmp_path / str(seed) for seed in range(PROCESSES)]
    for root in roots:
        root.mkdir()
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(fed, range(PROCESSES), roots))
    for *looks, end in results:
        heap = [look["heap_used"] for look in looks]
        assert len(heap) == 10
        assert max(heap) - min(heap) <= HEAP_BYTES, heap
        assert end["messages"] > 0.99 * MESSAGES / PROCESSES
        assert end["sent"]["cmdres"] > end["messages"] / 2


def test_over_a_real_broker_a_charge_goes_on_and_none_begins():
    for heap in asyncio.run(over_a_broker.play(2_000, seed=1)):
        assert len(heap) == 3
