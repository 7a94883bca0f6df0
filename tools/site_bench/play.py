"""A garage to try things on: the boxes of a site.toml at a real broker, in real time, with cars.

`python -m site_bench.play SITE.TOML`: each box is the model of site_power with a connection of its
own, and after a while a car. `--cars` come within `--within` seconds and stay. The building takes
half of `others_a`, and a gateway publishes what a meter at each metered feeder shows.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import random
import time
from pathlib import Path

import aiomqtt
from office.tasks import end, until_signal
from site_power import tree
from site_power.model import Box, Car, Message

from .building import own_ma
from .judge import Judge

_AGAIN_S = 2.0
_METER_S = 1.0
_BUILDING = 0.5
_KEEPALIVE_S = 30
_SILENT = logging.Logger("mqtt", logging.CRITICAL + 1)  # what it would say comes as MqttError
_CARS = ((1, 16_000), (1, 32_000), (3, 16_000), (3, 16_000), (3, 32_000))


class Place:
    """A box with its own connection."""

    def __init__(self, own: tree.Box, prefix: str, judge: Judge):
        self.box = Box(
            own.name,
            max_ma=own.max_ma,
            share_ma=own.share_ma,
            phases=len(own.rotation),
            prefix=prefix,
            unix=lambda now_s: int(time.time()),
        )
        self._topic = f"{prefix}{own.name}/"
        self._judge = judge
        self._drawn = (0, 0)
        self._news = asyncio.Event()
        self._out: list[Message] = []

    def plug(self, car: Car) -> None:
        self._said(self.box.plug(_now_s(), car))

    async def run(self, host: str, port: int) -> None:
        while True:
            with contextlib.suppress(aiomqtt.MqttError):
                await self._connected(host, port)
            self.box.disconnect(_now_s())
            await asyncio.sleep(_AGAIN_S)

    async def _connected(self, host: str, port: int) -> None:
        will = aiomqtt.Will(self._topic + "online", b"0", 1, True)
        async with aiomqtt.Client(
            host,
            port,
            identifier=f"pilotwire-{self.box.name}",
            will=will,
            keepalive=_KEEPALIVE_S,
            logger=_SILENT,
        ) as client:
            await client.subscribe(self.box.cmd_topic, 1)
            self._said(self.box.connect(_now_s()))
            speaking = asyncio.create_task(self._speak(client))
            try:
                async for message in client.messages:
                    payload = bytes(message.payload)  # type: ignore[arg-type]
                    self._said(self.box.take(_now_s(), payload, message.retain))
                    if speaking.done():
                        await speaking
            finally:
                await end(speaking)
                if not speaking.cancelled():
                    speaking.exception()  # the connection's, which the other side says too

    async def _speak(self, client: aiomqtt.Client) -> None:
        while True:
            self._news.clear()
            self._said(self.box.step(_now_s()))
            out, self._out = self._out, []
            for message in out:
                await client.publish(*message)
            with contextlib.suppress(TimeoutError):
                wait_s = max(self.box.next_s - _now_s(), 0.0) if not self._out else 0.0
                await asyncio.wait_for(self._news.wait(), min(wait_s, _KEEPALIVE_S))

    def _said(self, messages: list[Message]) -> None:
        self._out += messages
        if messages:
            self._news.set()
        box = self.box
        if (box.drawn_ma, box.loaded) != self._drawn:
            ma, loaded = self._drawn
            self._judge.box(box.name, loaded, -ma, _now_s())
            self._judge.box(box.name, box.loaded, box.drawn_ma, _now_s())
            self._drawn = (box.drawn_ma, box.loaded)


class Garage:
    """All places of a site, its building and its meters. `judge` sees every true current."""

    def __init__(self, site: tree.Site, seed: int = 1):
        self.site = site
        self.judge = Judge(site)
        self.places = [Place(box, site.prefix, self.judge) for box in site.boxes.values()]
        self._chance = random.Random(seed)
        for name, feeder in site.feeders.items():
            for phase in feeder.phases:
                ma = own_ma(site, name, phase) * _BUILDING
                self.judge.others(name, phase, ma, _now_s())

    def start(
        self, host: str, port: int, cars: int, within_s: float
    ) -> "list[asyncio.Task[None]]":
        """Tasks, none of which ends by itself."""
        loop, chance = asyncio.get_running_loop(), self._chance
        for place in chance.sample(self.places, min(cars, len(self.places))):
            phases, ma = chance.choice(_CARS)
            car = Car(phases, ma, chance.uniform(5_000, 40_000), chance.uniform(0, 5))
            loop.call_later(chance.uniform(0, within_s), place.plug, car)
        work = [place.run(host, port) for place in self.places]
        return [asyncio.create_task(one) for one in [*work, self._meters(host, port)]]

    async def _meters(self, host: str, port: int) -> None:
        topic = f"pilotwire-site/v1/{self.site.name}/meter/"
        metered = [f for f in self.site.feeders.values() if f.meter and ":" not in f.meter]
        while True:
            with contextlib.suppress(aiomqtt.MqttError):
                async with aiomqtt.Client(host, port, logger=_SILENT) as client:
                    while True:
                        for feeder in metered:
                            ma = [round(one) for one in self.judge.currents(feeder.name)]
                            await client.publish(
                                f"{topic}{feeder.meter}", json.dumps({"current_ma": ma})
                            )
                        await asyncio.sleep(_METER_S)
            await asyncio.sleep(_AGAIN_S)


def _now_s() -> float:
    return time.monotonic()


async def _main(options: argparse.Namespace) -> None:
    host, _, port = options.broker.partition(":")
    garage = Garage(tree.load(options.site), options.seed)
    work = garage.start(host, int(port or 1883), options.cars, options.within)
    if not await until_signal(*work):
        for task in work:
            task.result()  # one ends by an error only
    garage.judge.settle(_now_s())
    print(f"worst part of a trip time used: {garage.judge.worst:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="site-play", description=__doc__)
    parser.add_argument("site", type=Path, help="the site.toml")
    parser.add_argument("--broker", default="127.0.0.1:1883", metavar="HOST:PORT")
    parser.add_argument("--cars", type=int, default=10_000, help="how many come; all by default")
    parser.add_argument("--within", type=float, default=60, help="seconds in which they come")
    parser.add_argument("--seed", type=int, default=1)
    asyncio.run(_main(parser.parse_args()))


if __name__ == "__main__":
    main()
