"""A site as it is used: two boxes of real firmware, mosquitto, two instances as processes."""

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import aiomqtt
import pytest
from desk import free_port
from office.operator import Operator
from plant import Cable, Car, World
from rig.box import Box
from rig.broker import broker, mosquitto

pytestmark = pytest.mark.skipif(not mosquitto(), reason="mosquitto is not installed")

DEADLINE_S = 60
FUSE_MA = 20_000
SHARE_MA = 6_000
PILOTWIRE = Path(sys.executable).with_name("pilotwire")
TOPICS = "pilotwire-site/v1/yard/"
SITE = """
name = "yard"
lease_s = 10

[feeders.main]
fuse_a = 20
curve = "gG"
others_a = 6
meter = "grid"

[boxes.bay-1]
feeder = "main"
rotation = [1, 2, 3]
max_a = 16
share_a = 6

[boxes.bay-2]
feeder = "main"
rotation = [2, 3, 1]
max_a = 16
share_a = 6
"""
BOXES = ("bay-1", "bay-2")


class Yard:
    """What can be done and seen there. `sums_ma`: of both boxes' limits, after each change."""

    def __init__(self, folder, running, operators):
        self.folder = folder
        self.broker = running
        self.port = running.port
        self.operators = operators
        self.others_ma = 0
        self.limits_ma = dict.fromkeys(BOXES, SHARE_MA)
        self.sums_ma = []
        self.instances = {}
        for name, operator in operators.items():
            operator.on_message = lambda topic, value, name=name: self._heard(name, topic, value)

    def _heard(self, name, topic, value):
        if topic == "state":
            self.limits_ma[name] = value["limit"]["ma"]
            self.sums_ma.append(sum(self.limits_ma.values()))

    async def start(self, name):
        """`pilotwire site run` as a process."""
        options = ("--broker", f"127.0.0.1:{self.port}", "--id", name)
        log = self.folder / f"{name}.jsonl"
        with (self.folder / f"{name}.log").open("ab") as said:
            self.instances[name] = await asyncio.create_subprocess_exec(
                *(PILOTWIRE, "site", "run", self.folder / "site.toml", *options, "--log", log),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    async def kill(self, name):
        """kill -9."""
        process = self.instances.pop(name)
        process.kill()
        await process.wait()

    def said(self, name):
        return (self.folder / f"{name}.log").read_text()

    def lines(self, name):
        return [json.loads(text) for text in (self.folder / f"{name}.jsonl").open()]

    async def until(self, wanted):
        """Wait until it is so."""
        async with asyncio.timeout(DEADLINE_S):
            while not wanted():
                await asyncio.sleep(0.05)

    async def leads(self, *names):
        """The one of these that leads, as soon as one does."""

        def found():
            return [n for n in names if self.said(n).count(" leads ") and n in self.instances]

        await self.until(found)
        return found()[0]

    async def offered(self, name, wanted, deadline_s=DEADLINE_S):
        """Wait for such a current at the pins; the state that says so."""
        return await self.operators[name].until(
            "state", lambda state: wanted(state["offered_ma"]), deadline_s
        )

    async def measure(self):
        """A gateway: what the grid's meter shows, twice a second."""
        while True:
            with suppress(aiomqtt.MqttError):
                async with aiomqtt.Client("127.0.0.1", self.port) as client:
                    while True:
                        await client.publish(f"{TOPICS}meter/grid", self._shown())
                        await asyncio.sleep(0.5)
            await asyncio.sleep(0.2)

    def _shown(self):
        states = [operator.of("state")[-1:] for operator in self.operators.values()]
        drawn = [max(state[0]["current_ma"] or [0]) for state in states if state]
        return json.dumps({"current_ma": [sum(drawn) + self.others_ma] * 3})


@asynccontextmanager
async def yard(folder):
    """Both boxes have a car that wants 16 A, and an earlier instance's last word is there."""
    port = free_port()
    (folder / "site.toml").write_text(SITE)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(300))
        running = await stack.enter_async_context(broker(port, "mosquitto"))
        operators = {name: await stack.enter_async_context(Operator(name, port)) for name in BOXES}
        for name in BOXES:
            world = World()
            world.plug(Cable(20), Car())
            config = {
                "id": name,
                "mqtt_port": port,
                "site_ma": SHARE_MA,
                "heartbeat_s": 1,
                "mqtt_keepalive_s": 5,
            }
            await stack.enter_async_context(Box(world, config))
        found = Yard(folder, running, operators)
        async with aiomqtt.Client("127.0.0.1", port) as client:
            ma = dict.fromkeys(BOXES, SHARE_MA)
            word = {"who": "former", "n": 1, "unix": int(time.time()), "ma": ma}
            await client.publish(f"{TOPICS}granted", json.dumps(word), qos=1, retain=True)
        meter = asyncio.create_task(found.measure())
        try:
            yield found
        except BaseException as error:
            for name in found.instances:
                error.add_note(found.said(name))
            raise
        finally:
            meter.cancel()
            for name in list(found.instances):
                await found.kill(name)


def plays(story):
    asyncio.run(asyncio.wait_for(story, 300))


def test_the_other_takes_over_and_the_fuse_is_never_promised_twice(tmp_path):
    async def story():
        async with yard(tmp_path) as y:
            for name in BOXES:
                await y.offered(name, lambda ma: ma >= 5_900)
            assert max(y.sums_ma) <= 2 * SHARE_MA, "a box has not begun with its share"
            await y.start("a")
            await y.start("b")
            for name in BOXES:
                await y.offered(name, lambda ma: ma > 8_500)
            first = await y.leads("a", "b")
            second = "b" if first == "a" else "a"
            raised = len(y.sums_ma)

            await y.kill(first)
            assert await y.leads(second) == second
            assert min(y.sums_ma[raised:]) > 2 * SHARE_MA, "a lease ended before the takeover"

            # Somebody switches on an oven: less for both, at once.
            y.others_ma = 6_000
            for name in BOXES:
                await y.offered(name, lambda ma: 5_900 < ma < 7_000)
            overloads = [line for line in y.lines(second) if line["kind"] == "overload"]
            assert {line["feeder"] for line in overloads} == {"main"}
            assert max(y.sums_ma) <= FUSE_MA

            y.others_ma = 0
            for name in BOXES:
                await y.offered(name, lambda ma: ma > 8_500)
            await y.kill(second)
            for name in BOXES:
                await y.offered(name, lambda ma: 5_900 < ma <= SHARE_MA)
            assert max(y.sums_ma) <= FUSE_MA

    plays(story())


def test_it_is_back_with_its_broker_and_a_signal_ends_it(tmp_path):
    async def story():
        async with yard(tmp_path) as y:
            await y.start("a")
            for name in BOXES:
                await y.offered(name, lambda ma: ma > 8_500)
            await y.broker.kill()
            await y.broker.start()
            await y.until(lambda: y.said("a").count(" leads ") == 2)
            for name in BOXES:  # a broker that was gone for long has lost the last word
                await y.offered(name, lambda ma: ma > 8_500, 120)
            assert max(y.sums_ma) <= FUSE_MA
            process = y.instances.pop("a")
            process.terminate()
            assert await asyncio.wait_for(process.wait(), DEADLINE_S) == 0
            assert "Traceback" not in y.said("a")
            for name in BOXES:
                await y.offered(name, lambda ma: 5_900 < ma <= SHARE_MA)

    plays(story())


def test_a_car_with_a_wish_waits_while_it_is_dear_and_the_other_has_what_it_leaves(tmp_path):
    async def story():
        async with yard(tmp_path) as y:
            await y.start("a")
            for name in BOXES:
                await y.offered(name, lambda ma: ma > 8_500)
            hour = int(time.time()) // 3_600 * 3_600
            prices = {
                "start": hour,
                "step_s": 3_600,
                "prices": [3_000, 3_000, 1_000, 1_000, 1_000],
            }
            wish = {"wh": 2_000, "by_unix": hour + 5 * 3_600}
            async with aiomqtt.Client("127.0.0.1", y.port) as client:
                for topic, value in (("prices", prices), ("wish/bay-1", wish)):
                    await client.publish(TOPICS + topic, json.dumps(value), qos=1, retain=True)
                await y.offered("bay-1", lambda ma: 5_900 < ma <= SHARE_MA)
                await y.offered("bay-2", lambda ma: ma > 11_000)
                await client.publish(f"{TOPICS}wish/bay-1", b"", qos=1, retain=True)
                await y.offered("bay-1", lambda ma: ma > 8_500)
            grants = [line for line in y.lines("a") if line["kind"] == "grant"]
            assert [g["why"] for g in grants if g["box"] == "bay-1"].count("cut") == 1
            assert max(y.sums_ma) <= FUSE_MA

    plays(story())


def test_check_asks_the_boxes(tmp_path):
    async def story():
        async with yard(tmp_path) as y:
            for name in BOXES:
                await y.offered(name, lambda ma: ma >= 5_900)
            options = ("--broker", f"127.0.0.1:{y.port}")

            async def checked(text):
                (tmp_path / "site.toml").write_text(text)
                process = await asyncio.create_subprocess_exec(
                    *(PILOTWIRE, "site", "check", tmp_path / "site.toml", *options),
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.STDOUT,
                )
                said, _ = await asyncio.wait_for(process.communicate(), DEADLINE_S)
                return process.returncode, said.decode()

            code, said = await checked(SITE)
            assert (code, "2 of 2 boxes are set" in said) == (0, True), said
            code, said = await checked(SITE.replace("share_a = 6", "share_a = 0"))
            assert code == 1
            assert "boxes.bay-2.share_a: 0 A, but site_ma of the box is 6000" in said
            code, said = await checked(SITE.replace("others_a = 6", "others_a = 9"))
            assert code == 1
            assert "main: L1 is overloaded with every network down" in said

    plays(story())
