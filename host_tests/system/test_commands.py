"""Every command of the contract on the real firmware: one result each, and what it does.

What it does is seen from the plant's side, in the state, or on the box's flash.
"""

import asyncio
import json
import shutil
import time
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from desk import desk
from pilotwire.pilot.duty import duty_for
from pilotwire_cli.main import app
from plant import Cable, Car, Contactor, World
from rig.interpreter import FIRMWARE
from ring0.scenario import BREAKS
from together import stories
from typer.testing import CliRunner

TYPES = [
    json.loads(line)["type"]
    for line in (FIRMWARE / "pilotwire" / "link" / "commands.json").read_text().splitlines()
]
FRIDAY = 1_800_000_000  # 2027-01-15 08:00 UTC
OWNER, GUEST, FORMER, STRANGER = (f"{n:016x}" for n in range(1, 5))
GUESTS = {
    "tokens": [[OWNER, 0, -1], [GUEST, 0, 0], [FORMER, FRIDAY, -1]],
    "windows": [[16, 9 * 60, 10 * 60]],  # Fridays from 9 to 10
}
REMOTE = {"authorise": "remote"}


def limit(state):
    return state["limit"]["ma"], state["limit"]["by"]


class Orders:
    """Gives orders to the box of a desk."""

    def __init__(self, d):
        self.d = d

    async def obeys(self, type_, **args):
        """The box obeys; its result."""
        result = await self.d.operator.command(type_, **args)
        assert result["ok"], result
        return result

    async def refuses(self, type_, reason, **args):
        """The box refuses; what it says is wrong."""
        result = await self.d.operator.command(type_, **args)
        assert (result["ok"], result["reason"]) == (False, reason), result
        return result.get("about", "")

    async def state(self, wanted):
        """The next state that is as wanted."""
        return await self.d.operator.until("state", wanted)

    async def event(self, name, **more):
        """An event of that name, with these keys."""
        return await self.d.operator.wait(
            "event", lambda e: e["event"] == name and more.items() <= e.items()
        )

    async def comes(self):
        """A vehicle is plugged in; the state that says so."""
        self.d.world.plug(Cable(32), Car())
        return await self.state(lambda s: s["state"] in ("B1", "B2", "C2"))

    async def leaves(self):
        """It leaves, once the lock lets go."""
        self.d.world.unplug()
        async with asyncio.timeout(60):
            while self.d.world.plugged:
                await asyncio.sleep(0.02)
        await self.state(lambda s: s["status"] == "Available")

    async def broker_restarts(self):
        """After the box has its acknowledgements: without one it rightly sends a result again."""
        await self.state(lambda _: True)
        await self.d.broker.kill()
        await self.d.broker.start()

    async def offers(self, ma):
        """Wait until the plant sees so much offered."""
        async with asyncio.timeout(60):
            while self.d.world.pilot.duty != duty_for(ma):
                await asyncio.sleep(0.02)

    def on_flash(self, name):
        path = self.d.box.root / name
        return json.loads(path.read_text()) if path.exists() else None


@asynccontextmanager
async def orders(config=None, contactors=1, **parts):
    """A desk, and at its end one result for each command."""
    both = Contactor.pair() if contactors == 2 else ()
    world = World(**dict(zip(("contactor", "contactor2"), both, strict=False)))
    # A link that a slow computer loses would bring some results twice.
    settings = {"mains_ok_s": 0, "mqtt_keepalive_s": 120, **(config or {})}
    async with desk(world, settings, parts) as d:
        await d.operator.wait("state")
        yield Orders(d)
        results = Counter(result["id"] for result in d.operator.of("cmdres"))
        assert set(results.values()) == {1}, results


async def play(told, config=None, **parts):
    """`told(orders)` on a box of its own."""
    async with orders(config, **parts) as o:
        await told(o)


story = stories(play)


def test_every_command_is_obeyed_somewhere_here():
    text = Path(__file__).read_text()
    elsewhere = {"snapshot"}  # test_logs.py: it wants a fault first
    assert {type_ for type_ in TYPES if f'obeys("{type_}"' not in text} == elsewhere


@story({"dim_w": 4_200})
async def test_who_limits_and_why(o):
    await o.obeys("time", unix=FRIDAY)
    prices = {"start": FRIDAY, "step_s": 3_600, "prices": [9, 1, 9, 9]}
    assert (await o.obeys("prices", prices=prices))["written"] == "stored"
    await o.obeys("plan", plan={"by": FRIDAY + 14_400, "wh": 1_000, "w": None})
    await o.comes()
    await o.state(lambda s: (s["limit"]["by"], s["limit"]["why"]) == ("plan", "waits"))
    value = (await o.obeys("why"))["value"]
    assert (value["by"], value["sources"]["plan"]["ma"]) == ("plan", 0)
    await o.obeys("override", on=True)
    await o.state(lambda s: s["closed"] and s["override"])
    await o.obeys("dim", ttl_s=60)
    state = await o.state(lambda s: s["limit"]["by"] == "grid")
    assert (state["limit"]["ma"], state["limit"]["why"]) == (6_000, "command")
    await o.leaves()
    await o.state(lambda s: not s["override"])


@story(outputs={"lock": None})
async def test_what_the_board_has_not_is_refused(o):
    await o.refuses("phases", "not-fitted", n=1)
    await o.refuses("unlock", "not-fitted")


@story(contactors=2, outputs={"three_phases": True})
async def test_what_the_board_has_is_used(o):
    world = o.d.world
    world.plug(Cable(32), Car())
    await o.state(lambda s: s["phases_used"] == 3)
    await o.obeys("phases", n=1)
    await o.state(lambda s: s["closed"] and s["phases"] == s["phases_used"] == 1)
    await o.obeys("phases", n=3)
    await o.state(lambda s: s["closed"] and s["phases"] == s["phases_used"] == 3)
    assert o.d.contactor.opened_under_load == 0
    assert world.lock.locked
    await o.obeys("unlock")
    async with asyncio.timeout(30):
        while world.lock.locked:
            await asyncio.sleep(0.05)
    assert not o.d.contactor.closed
    assert (await o.d.operator.charge())["reason"] == "remote"


@story(REMOTE)
async def test_who_may_charge(o):
    for type_, args in (("start", {}), ("authorise", {"token": OWNER})):
        await o.refuses(type_, "no-vehicle", **args)
    assert (await o.obeys("guests", guests=GUESTS))["written"] == "stored"
    assert o.on_flash("guests.json") == GUESTS
    about = await o.refuses("guests", "range", guests={**GUESTS, "windows": []})
    assert about.startswith("tokens: 1: window -1 to -1")

    await o.obeys("time", unix=FRIDAY + 60)
    assert (await o.state(lambda s: s["clock"] == "set"))["unix"] - FRIDAY in range(60, 90)
    jump = await o.event("clock")
    assert FRIDAY + 60 <= int(jump["after"]) != int(jump["before"])

    state = await o.comes()
    assert state["status"] == "Preparing"
    assert "not-authorised" in state["why_not"]
    await o.refuses("authorise", "unknown-token", token=STRANGER)
    await o.refuses("authorise", "expired", token=FORMER)
    await o.refuses("authorise", "outside-window", token=GUEST)
    assert o.d.contactor.operations == 0
    await o.obeys("authorise", token=OWNER, by="the owner")
    await o.state(lambda s: s["status"] == "Charging")
    await o.obeys("stop")
    state = await o.state(lambda s: not s["closed"] and s["status"] == "Finishing")
    record = await o.d.operator.charge()
    assert (record["auth"], record["by"], record["reason"]) == (
        "token",
        "the owner",
        "remote",
    )
    await o.obeys("time", unix=FRIDAY + 3_700)
    await o.obeys("authorise", token=GUEST)
    await o.state(lambda s: s["status"] == "Charging")
    await o.refuses("reserve", "occupied", token=OWNER, until=FRIDAY + 9_000)
    await o.leaves()

    await o.refuses("reserve", "range", token=OWNER, until=FRIDAY)
    await o.obeys("reserve", token=OWNER, until=FRIDAY + 9_000)
    state = await o.state(lambda s: s["status"] == "Reserved")
    assert (state["reserved"], state["connector"]) == (FRIDAY + 9_000, 4)
    await o.comes()
    await o.refuses("start", "reserved")
    await o.refuses("authorise", "reserved", token=GUEST)
    await o.obeys("authorise", token=OWNER)
    state = await o.state(lambda s: s["closed"])
    assert state["reserved"] is None
    await o.leaves()

    await o.obeys("reserve", token=OWNER, until=FRIDAY + 9_000)
    await o.obeys("reserve", token=OWNER, until=0)
    await o.comes()
    await o.obeys("start", by="hotline")
    await o.state(lambda s: s["closed"])


@story()
async def test_a_reservation_ends_by_itself(o):
    await o.obeys("time", unix=FRIDAY)
    await o.obeys("reserve", token=OWNER, until=FRIDAY + 3)
    o.d.world.plug(Cable(32), Car())
    await o.state(lambda s: s["state"] == "B1" and s["reserved"])
    assert not o.d.contactor.coil
    state = await o.state(lambda s: s["closed"])
    assert state["reserved"] is None
    assert state["unix"] >= FRIDAY + 3


@story({"authorise": "windows"})
async def test_inside_the_guests_windows_plugging_in_is_enough(o):
    await o.obeys("guests", guests=GUESTS)
    await o.obeys("time", unix=FRIDAY)
    state = await o.comes()
    assert "not-authorised" in state["why_not"]
    await o.obeys("time", unix=FRIDAY + 3_598)
    state = await o.state(lambda s: s["closed"])
    assert state["unix"] >= FRIDAY + 3_600
    o.d.world.unplug()
    assert (await o.d.operator.charge())["auth"] == "window"


@story()
async def test_what_limits_the_current(o):
    o.d.world.plug(Cable(32), Car())
    await o.d.charging()
    await o.offers(32_000)
    await o.obeys("limit", ma=10_000, ttl_s=3, fallback_ma=8_000)
    await o.offers(10_000)
    state = await o.state(lambda s: limit(s) == (10_000, "operator"))
    assert state["limit"]["set_ma"] == 10_000
    await o.event("lease-expired", about="operator")
    await o.offers(8_000)
    state = await o.state(lambda s: limit(s) == (8_000, "operator"))
    assert state["limit"]["set_ma"] == 8_000
    await o.refuses("limit", "range", ma=80_001)
    await o.obeys("limit", ma=80_000)

    schedule = {"windows": [[16, 9 * 60, 10 * 60, 13_000]], "otherwise_ma": 20_000}
    assert (await o.obeys("schedule", schedule=schedule))["written"] == "deferred"
    assert o.on_flash("schedule.json") is None
    await o.obeys("time", unix=FRIDAY)
    await o.state(lambda s: limit(s) == (20_000, "schedule"))
    await o.obeys("time", unix=FRIDAY + 3_599)
    await o.state(lambda s: limit(s) == (13_000, "schedule") and s["closed"])
    await o.offers(13_000)
    wrong = {"windows": [[16, 540, 600, 13_000], [16, 570, 580, 6_000]], "otherwise_ma": 0}
    assert await o.refuses("schedule", "range", schedule=wrong) == "windows: 1: overlaps with 0"

    await o.obeys("pause")
    state = await o.state(lambda s: not s["closed"] and "paused" in s["why_not"])
    assert (state["status"], state["session"] is None) == ("SuspendedEVSE", False)
    await o.event("stored", about="schedule.json")
    assert o.on_flash("schedule.json") == schedule
    assert (await o.obeys("schedule", schedule=None))["written"] == "stored"
    assert o.on_flash("schedule.json") is None
    await o.obeys("resume")
    await o.state(lambda s: s["closed"])
    await o.offers(32_000)


@story({"site_ma": 7_000})
async def test_a_box_that_shares_a_connection_takes_its_share_while_nobody_speaks_for_the_site(o):
    o.d.world.plug(Cable(32), Car())
    await o.d.charging()
    await o.offers(7_000)
    await o.obeys("limit", ma=20_000, ttl_s=3, fallback_ma=32_000, source="site")
    await o.state(lambda s: limit(s) == (20_000, "site"))
    await o.event("lease-expired", about="site")
    await o.offers(7_000)
    await o.state(lambda s: limit(s) == (7_000, "site"))
    assert "site_ma" in await o.refuses("config-set", "safety", values={"site_ma": -1})


@story()
async def test_settings_that_come_while_it_charges_survive_a_power_cut_after_it_has_opened(o):
    d = o.d
    d.world.plug(Cable(32), Car())
    await d.charging()
    values = {"operator_fallback_ma": 7_000, "location": "yard"}
    files = {"guests": GUESTS, "schedule": {"windows": [], "otherwise_ma": 9_000}}
    files["tariff"] = {"periods": [["all", None]]}
    assert (await o.obeys("config-set", values=values))["written"] == "deferred"
    for name, value in files.items():
        assert (await o.obeys(name, **{name: value}))["written"] == "deferred"
        assert o.on_flash(name + ".json") is None
    assert "location" not in o.on_flash("config.json")
    await o.obeys("reset")  # which waits, too
    d.world.unplug()
    for name in ("config", *files):
        await o.event("stored", about=name + ".json")
    state = await o.state(lambda s: s["restart"] == "command")
    assert state["session"] is None
    await d.box.firmware.cut()
    assert values.items() <= o.on_flash("config.json").items()
    assert {name: o.on_flash(name + ".json") for name in files} == files
    await d.box.firmware.start()
    await o.state(lambda s: s["restart"] == "power-on")
    got = await o.obeys("config-get", keys=list(values))
    assert got["value"] == values
    info = await d.operator.wait("info", lambda i: i["location"])
    assert info["location"] == "yard"


@story({"wifi_key": "geheim12", "log_level": "info"})
async def test_the_configuration_from_afar(o):
    first = (await o.obeys("config-get"))["value"]
    assert first["id"] == "desk"
    assert (first["wifi_key"], first["mqtt_password"], first["wifi_key2"]) == ("***", "", "")
    about = await o.refuses("config-get", "range", keys=["limit_a"])
    assert about == "keys: 'limit_a': no such key"
    before = o.on_flash("config.json")
    for key, value in (("limit_ma", 63_000), ("id", "other"), ("trip_c", 125)):
        about = await o.refuses("config-set", "safety", values={"location": "x", key: value})
        assert about == f"{key}: the installer's"
    about = await o.refuses("config-set", "range", values={"heartbeat_s": 3_601})
    assert about == "heartbeat_s: 3601 is outside 0 to 3600"
    await o.refuses("config-set", "range", values={"limit_a": 32})
    assert o.on_flash("config.json") == before
    done = await o.obeys("config-set", values={"authorise": "remote", "heartbeat_s": 2})
    assert done["written"] == "stored"
    state = await o.state(lambda _: True)
    assert (await o.obeys("config-get", keys=["authorise"]))["value"] == {"authorise": "free"}
    assert state["restart"] == "power-on"
    await o.obeys("reset")
    await o.state(lambda s: s["restart"] == "command")
    assert o.d.box.firmware.output.count("main: ends, to be started again") == 1
    started = [e["about"] for e in o.d.operator.of("event") if e["event"] == "start"]
    assert started == ["power-on", "command"]
    value = (await o.obeys("config-get", keys=["authorise", "heartbeat_s"]))["value"]
    assert value == {"authorise": "remote", "heartbeat_s": 2}
    online = o.d.operator.of("online")
    assert online == [1, 0, 1], "the will, when the process had ended"


@story()
async def test_a_reset_waits_for_the_end_of_a_charge(o):
    o.d.world.plug(Cable(32), Car())
    await o.d.charging()
    await o.obeys("reset")
    await asyncio.sleep(4)  # a result's time to go out, and one second
    operations = o.d.contactor.operations
    assert o.d.contactor.coil
    await o.obeys("stop")
    await o.state(lambda s: s["restart"] == "command")
    assert o.d.contactor.operations == operations
    assert (await o.d.operator.charge())["reason"] == "remote"


@story()
async def test_a_tariff_from_afar(o):
    tariff = {
        "periods": [["day", 65_000], ["night", 31_000]],
        "day": [["00:00", "day"]],
        "currency": "EUR",
        "zone": "60",
    }
    about = await o.refuses("tariff", "range", tariff={**tariff, "day": [["00:00", "noon"]]})
    assert about.startswith("day: ")
    await o.obeys("tariff", tariff=tariff)
    await o.d.operator.wait("tx", lambda r: r.get("event") == "tariff" and r.get("tariff"))
    o.d.world.plug(Cable(32), Car())
    await o.d.charging()
    await o.d.registered(3)
    assert (await o.obeys("tariff", tariff=None))["written"] == "deferred"
    o.d.world.unplug()
    record = await o.d.operator.charge()
    assert record["period_wh"] == [record["wh"], 0]
    assert record["amounts"] == [(record["wh"] * 65_000 + 500) // 1_000, 0]
    await o.event("stored", about="tariff.json")
    await o.d.operator.wait("tx", lambda r: r.get("event") == "tariff" and "tariff" not in r)
    assert o.on_flash("tariff.json") is None
    await o.obeys("records", first=record["seq"])
    assert await o.d.operator.wait("records") == record


@story()
async def test_whoever_looks_after_it_from_afar(o):
    d = o.d
    value = (await o.obeys("diagnostics"))["value"]
    assert value["restarts"] == 0
    assert value["connections"] == 1
    assert value["network"]["by"] == "host"
    assert value["journal"]["lost"] == 0
    await o.obeys("log", level="off")
    await o.refuses("log", "range", level="loud")
    await o.broker_restarts()
    await o.state(lambda _: True)
    assert not d.operator.of("log")
    await o.obeys("log", level="info")
    await o.broker_restarts()
    line = await d.operator.wait("log", lambda line: line["text"] == "link connected")
    assert line["level"] == "info"

    await o.refuses("trace", "none", kb=0)
    await o.obeys("trace", kb=1)
    await o.state(lambda s: s["trace"])
    await o.obeys("trace", kb=0)
    await d.operator.wait("trace")

    BREAKS["stop"](d.world, True)
    await o.state(lambda s: "emergency-stop" in s["faults"])
    BREAKS["stop"](d.world, False)
    await o.obeys("clear-faults")
    await o.state(lambda s: not s["faults"])


@story(REMOTE)
async def test_what_is_personal_is_forgotten_and_the_chain_still_holds(o):
    d = o.d
    await o.obeys("guests", guests=GUESTS)
    await o.obeys("schedule", schedule={"windows": [], "otherwise_ma": 20_000})
    await o.comes()
    await o.obeys("start", by="04A1B2C3D4E5F6")
    await d.charging()
    await o.state(lambda s: s["pending"] == 0)
    await o.refuses("forget", "occupied")
    d.operator.acknowledge = False
    await o.leaves()
    record = await d.operator.charge()
    about = await o.refuses("forget", "pending")
    assert about == "1 records are not acknowledged"
    await d.operator.send("ack", json.dumps({"upto": record["seq"]}))
    await o.state(lambda s: s["pending"] == 0)
    await o.obeys("forget")
    assert o.on_flash("guests.json") is o.on_flash("schedule.json") is None
    assert await o.d.operator.wait("tx", lambda r: r.get("event") == "forgotten")
    d.world.plug(Cable(32), Car())
    await o.state(lambda s: s["state"] == "B1" and s["limit"]["by"] != "schedule")
    await o.refuses("authorise", "unknown-token", token=OWNER)
    await d.box.firmware.cut()
    with TemporaryDirectory() as folder:
        flash = Path(folder, "box")
        shutil.copytree(d.box.root, flash)
        kept = b"".join(path.read_bytes() for path in flash.rglob("*") if path.is_file())
        assert b"04A1B2C3D4E5F6" not in kept
        assert OWNER.encode() not in kept
        key = str(flash / "device.key")
        result = CliRunner().invoke(app, ["records", "verify", str(flash), "--key", key])
        assert result.exit_code == 0, result.output


@story()
async def test_a_command_is_late_by_the_boxs_own_clock(o):
    late = {"id": "late", "type": "pause", "exp": int(time.time()) - 1}
    await o.d.operator.send("cmd", json.dumps(late))
    result = await o.d.operator.wait("cmdres", lambda r: r["id"] == "late")
    assert result["reason"] == "expired"
    await o.obeys("time", unix=late["exp"] - 60)
    await o.d.operator.send("cmd", json.dumps({**late, "id": "in time"}))
    result = await o.d.operator.wait("cmdres", lambda r: r["id"] == "in time")
    assert result["ok"]
