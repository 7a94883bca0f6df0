"""A sealed box against everything but the installer's PIN, one attempt after the other.

Commands and words of the network, the house's own limits, files put or spoilt by hand, starts in
between. Whatever comes, the limit never rises above the sealed one, and the other sealed keys are
as sealed, or nothing is charged at all.
"""

import contextlib
import json
from pathlib import Path
from types import SimpleNamespace

from book import ROOT, Book
from hypothesis import given, settings
from hypothesis import strategies as st
from pilotwire import config, start
from pilotwire.link import arguments, commands
from pilotwire.link.commands import Refused
from pilotwire.orders.obey import obey
from pilotwire.orders.settings import SEALED
from pilotwire.power.leases import SOURCES
from pilotwire.record import seal
from pilotwire.record.frame import Key
from whole_app import BOARD, App

LIMIT_MA = 16_000
SEALED_KEYS = (*SEALED, "location")
CONFIG = config.check({"id": "box-1", "limit_ma": LIMIT_MA, "cable_ma": 20_000, "trip_c": 80})
OTHER_BOX = b"\x07" * 32

_LINES = Path(commands.__file__).with_name("commands.json").read_text().splitlines()
_APART = ("diagnostics", "trace")  # these want MicroPython's collector and a guard, to look at
ROWS = [row for row in map(json.loads, _LINES) if row["type"] not in _APART]
TYPES = {row["type"]: row["args"] for row in ROWS}

numbers = (
    st.sampled_from([0, 1, 6_000, LIMIT_MA, LIMIT_MA + 1, 32_000, 80_000, -1]) | st.integers()
)


def value_of(key):
    row = config.KEYS[key]
    if len(row) == 2:
        return st.sampled_from(row[1])
    if isinstance(row[0], int):
        return st.integers(row[1], row[2])
    return st.text("abc-_4", min_size=row[1], max_size=min(row[2], 9))


configurations = st.fixed_dictionaries({}, optional={key: value_of(key) for key in config.KEYS})
changes = st.sampled_from(sorted(config.KEYS)).flatmap(
    lambda key: value_of(key).map(lambda value: {key: value})
)


def argument(row):
    least, most = row[:2]
    if isinstance(least, int):
        return numbers
    if least == "choice":
        return st.sampled_from(most)
    return st.text("0a", min_size=16, max_size=16) | changes | configurations


words = st.one_of(
    [
        st.tuples(
            st.just(name),
            st.fixed_dictionaries({}, optional={key: argument(row) for key, row in args.items()}),
        )
        for name, args in TYPES.items()
    ]
)
FILES = ("seal.json", "seal.good.json", "report.json")
NAMES = st.sampled_from(["config.json", "config.good.json"])
config_set = st.tuples(st.just("config-set"), st.fixed_dictionaries({"values": changes}))
attempts = st.one_of(
    st.tuples(st.just("command"), words),
    st.tuples(st.just("command"), config_set),
    st.tuples(st.just("grant"), st.sampled_from(SOURCES[1:]), numbers.map(abs)),
    st.tuples(st.just("write"), NAMES, configurations),
    st.tuples(st.just("spoil"), st.sampled_from(FILES), st.binary(max_size=60)),
    st.tuples(st.just("turn"), st.sampled_from(FILES), st.integers(0, 4_000)),
    st.tuples(st.just("forge"), st.sampled_from(FILES), configurations),
    st.tuples(st.just("remove"), st.sampled_from(FILES)),
    st.tuples(st.just("key"), st.binary(max_size=40)),
    st.tuples(st.just("start")),
)


class Box:
    """One that was sealed a moment ago."""

    def __init__(self):
        self.book = Book()
        self.book.flash.durable_on_close = True  # as littlefs does
        self.files = self.book.flash.use(config, seal).files
        self.put("config.json", json.dumps(CONFIG).encode())
        values = {"config": {key: CONFIG[key] for key in SEALED_KEYS}}
        seal.close(ROOT, values, self.book.flash.sync)
        self.put("report.json", seal.sign(ROOT, {"box": "box-1"}))
        self.start()

    def close(self):
        self.book.flash.restore(config, seal)
        self.book.close()

    def put(self, name, data):
        self.files[f"{ROOT}/{name}"] = bytearray(data)

    def start(self):
        hal = SimpleNamespace(root=ROOT, board={**BOARD, "rated_ma": 80_000})
        held, self.complaint, _ = start.configuration(hal)
        self.app = App(self.book, **held)

    def meets(self, attempt):
        what, *about = attempt
        if what == "command":
            type_, args = about[0]
            if not arguments.check(type_, args)[0]:
                obey(self.app, type_, args)
        elif what == "grant":
            self.app.leases.grant(about[0], about[1], 3_600_000, about[1])
        elif what == "write":
            self.put(about[0], json.dumps(about[1]).encode())
        elif what == "spoil":
            self.put(*about)
        elif what == "turn":
            data = self.files.get(f"{ROOT}/{about[0]}")
            if data:
                data[about[1] % len(data)] ^= 1 << about[1] % 8
        elif what == "forge":  # with the key of another box
            text = json.dumps({"config": about[1]}).encode()[:-1]
            mac = Key(OTHER_BOX).mac(text).hex()
            self.put(about[0], text + b',"mac":"%s"}' % mac.encode())
        elif what == "remove" and sum(f"{ROOT}/{name}" in self.files for name in FILES) > 1:
            self.files.pop(f"{ROOT}/{about[0]}", None)  # all of them: docs/commissioning.md
        elif what == "key":
            self.put("device.key", about[0])
        elif what == "start":
            self.start()

    def is_safe(self):
        leases = self.app.leases
        now_ms = self.app.hal.ticks_ms()
        limits = [leases.current(place, now_ms)[0] for place in range(len(SOURCES))]
        held = self.app.config
        assert min(limits) <= held["limit_ma"] <= LIMIT_MA
        if held["limit_ma"]:
            for key in SEALED_KEYS:
                assert key == "limit_ma" or held[key] == CONFIG[key], key


@settings(max_examples=400, deadline=None)
@given(st.lists(attempts, max_size=8))
def test_nothing_but_the_pin_raises_the_limit_or_changes_what_is_sealed(story):
    box = Box()
    try:
        for attempt in story:
            with contextlib.suppress(Refused):
                box.meets(attempt)
            box.is_safe()
        box.start()
        box.is_safe()
    finally:
        box.close()


@settings(max_examples=200, deadline=None)
@given(configurations)
def test_a_configuration_put_by_hand_holds_only_where_it_allows_less_and_the_box_says_so(values):
    box = Box()
    try:
        box.put("config.json", json.dumps(values).encode())
        box.files.pop(f"{ROOT}/config.good.json", None)
        box.start()
        box.is_safe()
        try:
            asked = config.check(values, 80_000)
        except config.ConfigError:
            assert box.app.config["limit_ma"] == 0
            return
        assert box.app.config["limit_ma"] == min(asked["limit_ma"], LIMIT_MA)
        differs = any(asked[key] != CONFIG[key] for key in SEALED_KEYS)
        assert box.complaint.startswith("seal: ") == differs
    finally:
        box.close()
