"""`make site-crowd BOXES=n`: a site of that many at a real mosquitto, in real time.

The boxes are models with a connection each, in this process; `pilotwire site run` is one of its
own. When every box has what it gets, it prints for half a minute the messages a second that the
broker hands out to one who hears all, and what of a core service and broker take. Then the
building takes all that it may, at once: how long it is until the limits that boxes obey leave
room for that, and until the currents do. Exits 1 if that takes more than 3 s, or 8.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import aiomqtt
from office.tasks import end
from rig.broker import broker
from rig.ports import free_port
from site_power import tree

from .building import own_ma
from .play import Garage

_ROW = 25  # boxes at a feeder of 50 A
_MA_EACH = 1_500  # of the connection, for each box: less than the rows' fuses together
_BUILDING = 0.4  # of the connection
_DEADLINE_S = 240.0
_LIMITS_S = 3.0
_CURRENTS_S = 8.0
_TICKS = os.sysconf("SC_CLK_TCK")


class Figures(NamedTuple):
    """Messages a second; the parts of a core; the seconds to lower limits and lower currents."""

    messages: float
    service: float
    mosquitto: float
    limits_s: float
    currents_s: float


def site(boxes: int) -> str:
    """The text of its site.toml."""
    fuse_a = max(boxes * _MA_EACH // 1_000, 32)
    text = f'name = "crowd"\nlease_s = 20\n[feeders.main]\nfuse_a = {fuse_a}\ncurve = "gG"\n'
    text += f'others_a = {int(fuse_a * _BUILDING)}\nmeter = "grid"\n'
    for row in range(-(-boxes // _ROW)):
        text += f'[feeders.row-{row}]\nparent = "main"\nfuse_a = 50\ncurve = "gG"\nothers_a = 0\n'
    for number in range(boxes):
        turned = [number % 3 + 1, (number + 1) % 3 + 1, (number + 2) % 3 + 1]
        text += f'[boxes.bay-{number}]\nfeeder = "row-{number // _ROW}"\nmax_a = 32\nshare_a = 0\n'
        text += f"rotation = {turned}\n"
    return text


class Crowd:
    """`garage` at the broker on `port`, whose building may take all that it is allowed."""

    def __init__(self, garage: Garage, port: int):
        self.garage = garage
        self.heard = 0
        self._port = port
        self._main = next(iter(garage.site.feeders.values()))

    async def hear(self) -> None:
        async with aiomqtt.Client("127.0.0.1", self._port) as client:
            await client.subscribe([("pilotwire/#", 0), ("pilotwire-site/#", 0)])
            async for _ in client.messages:
                self.heard += 1

    async def begin(self) -> None:
        """Nobody has been granted anything: so it need not be waited for."""
        word = {"who": "nobody", "n": 1, "unix": int(time.time()), "ma": {}}
        word["ma"] = dict.fromkeys(self.garage.site.boxes, 0)
        async with aiomqtt.Client("127.0.0.1", self._port) as client:
            topic = f"pilotwire-site/v1/{self.garage.site.name}/granted"
            await client.publish(topic, json.dumps(word), qos=1, retain=True)

    async def settled(self, settle_s: float) -> None:
        """Limits have been given, and for so long no more than before."""
        least_ma, since_s = 0, time.monotonic()
        async with asyncio.timeout(_DEADLINE_S):
            while not least_ma or time.monotonic() - since_s < settle_s:
                await asyncio.sleep(1)
                now_ma = sum(place.box.limit_ma for place in self.garage.places)
                if now_ma > least_ma * 1.02:
                    least_ma, since_s = now_ma, time.monotonic()

    def building(self, part: float) -> None:
        """It takes so much more of what it may."""
        for name, feeder in self.garage.site.feeders.items():
            for phase in feeder.phases:
                ma = own_ma(self.garage.site, name, phase) * part
                self.garage.judge.others(name, phase, ma, time.monotonic())

    def limits_fit(self) -> bool:
        """With all that boxes in use may take now, and the building."""
        load = [0.0] * len(self.garage.judge.columns)
        for place in self.garage.places:
            box = place.box
            for column in self.garage.judge.columns_of(box.name, box.loaded):
                load[column] += box.limit_ma
        at = range(len(self._main.phases))  # its columns are the first
        others = [own_ma(self.garage.site, self._main.name, p) for p in self._main.phases]
        return all(load[i] + others[i] <= self._main.fuse_ma for i in at)

    def currents_fit(self) -> bool:
        return max(self.garage.judge.currents(self._main.name)) <= self._main.fuse_ma


async def measure(boxes: int, seconds: float = 30.0, settle_s: float = 45.0) -> Figures:
    """What a site of `boxes` (10 to 500) takes, `settle_s` after the last raise. RuntimeError:
    so few charge that the building's step is nothing to them.
    """
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "site.toml")
        path.write_text(site(boxes))
        async with broker(free_port(), "mosquitto") as running:
            crowd = Crowd(Garage(tree.load(path)), running.port)
            await crowd.begin()
            here = ("127.0.0.1", running.port)
            jobs = [asyncio.create_task(crowd.hear()), *crowd.garage.start(*here, boxes, 10.0)]
            options = ("--broker", f"{here[0]}:{here[1]}", "--id", "one")
            service = await asyncio.create_subprocess_exec(
                *(Path(sys.executable).with_name("pilotwire"), "site", "run", path, *options),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                await crowd.settled(settle_s)
                pids = service.pid, running.pid
                before, heard = [_cpu_s(pid) for pid in pids], crowd.heard
                await asyncio.sleep(seconds)
                one, two = (
                    (_cpu_s(pid) - was) / seconds for pid, was in zip(pids, before, strict=True)
                )
                rate = (crowd.heard - heard) / seconds
                limits_s, currents_s = await _reaction(crowd)
                return Figures(rate, one, two, limits_s, currents_s)
            finally:
                service.terminate()
                await service.wait()
                await end(*jobs)


async def _reaction(crowd: Crowd) -> tuple[float, float]:
    crowd.building(0.5)
    began_s = time.monotonic()
    if crowd.limits_fit():
        raise RuntimeError("the building's step overloads nothing: too few cars charge")
    limits_s = 0.0
    async with asyncio.timeout(_DEADLINE_S):
        while not (limits_s and crowd.currents_fit()):
            if not limits_s and crowd.limits_fit():
                limits_s = time.monotonic() - began_s
            await asyncio.sleep(0.02)
    return limits_s, time.monotonic() - began_s


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, default=500, help="10 to 500")
    boxes = parser.parse_args().boxes
    if not 10 <= boxes <= 500:
        parser.error(f"--boxes: 10 to 500, not {boxes}")
    found = asyncio.run(measure(boxes))
    print(f"{boxes} boxes at a real broker")
    print(f"messages        {found.messages:.0f} a second")
    print(f"service         {found.service:.2f} of a core")
    print(f"mosquitto       {found.mosquitto:.2f} of a core")
    print(f"lower limits    {found.limits_s:.2f} s after the building's step, at most {_LIMITS_S}")
    print(f"lower currents  {found.currents_s:.2f} s after it, at most {_CURRENTS_S}")
    return found.limits_s > _LIMITS_S or found.currents_s > _CURRENTS_S


if __name__ == "__main__":
    sys.exit(main())
