"""One run: a box, its plant, people, an operator, and what goes wrong; all from one number."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from pilotwire.link.state import letter
from plant import Cable, Change, Contactor, Meter, Pilot, Reading, World
from ring0.invariants import Broken
from ring0.scenario import PILOTS

from .access import Guests
from .backend import BOX, Backend
from .box import Box
from .broker import Broker
from .driver import Driver
from .faults import Injector
from .flash import Flash, PowerCut
from .hal import BOARD, Fram, SimulatedHal
from .judge import Judge
from .ledger import Ledger
from .line import MeterLine
from .recovery import LASTS_US, Recovery
from .rng import Rng
from .rules import Breach
from .settings import guests, schedule, tariff
from .sources import Local, Timetable
from .tasks import Clock, Loop

_S = 1_000_000
_HOUR = 3_600 * _S
_EPOCH_S = 1_800_000_000
_METER_BOOT_US = 2 * _S
_LOGGED = ("cp", "pp", "pe", "rcd", "s2", "contacts", "lock", "stop", "cover", "mains")


class Simulation:
    """The run of `seed`: `hours` of chaos, then the recovery; kinds in `off` take no part.

    After `run`: `breach` (None: every rule held), `lines`, the log; `counts` of what happened by
    kind; `coverage`, the same by (kind, state of the box); `hours`.
    """

    def __init__(self, seed: int, hours: float = 2, off: frozenset[str] = frozenset()):
        self.off = off
        self.lines: list[str] = []
        self.breach: Breach | None = None
        self.counts: Counter[str] = Counter()
        self.coverage: Counter[tuple[str, str]] = Counter()
        self.wall_offset_s = 0
        self.wall_drift_pm = 0
        self.wall_quality = "set"
        self.clock = clock = Clock()
        rng = Rng(seed)
        chaos_us = int(hours * _HOUR)
        self._end_us = chaos_us + LASTS_US
        self._dimmed = False
        config = _config(rng.stream("config"))
        self.world = _plant(rng.stream("plant"), config)
        self.world.log.observers.append(self._changed)
        self._register_wh = 0.0  # taken off what the meter shows
        self._meters = 1  # so far
        self._meter_off_us = 0  # it is not there before
        self.flash = Flash()
        self._store("config", config)
        self.fram = Fram()
        self._fram_fitted = rng.stream("fram").chance(50)
        own = rng.stream("tariff")
        if not own.chance(50):
            self._store("tariff", tariff(own))
        invited = guests(rng.stream("guests"), self.wall_s())
        self._store("guests", invited)
        own = rng.stream("schedule")
        planned = schedule(own, self.wall_s()) if own.chance(20) else None
        if planned:
            self._store("schedule", planned)
        self.line = MeterLine(clock, self._read_meter, rng.stream("line"))
        self.ledger = Ledger(self.true_wh, self.broken)
        local = Local(config["local_ttl_s"], config["local_fallback_ma"])
        self.backend = Backend(clock, self.ledger.take, self.broken, self.say, local)
        self.broker = Broker(
            clock, rng.stream("broker"), self.backend.take, lambda how: self.broken("bytes", how)
        )
        self.backend.broker = self.broker
        self.backend.guests = Guests(invited)
        self.backend.timetable = Timetable(planned)
        self.broker.on_taken = self.backend.taken
        self.network = self.broker.network
        self._hal_rng = rng.stream("hal")
        self.box = Box(clock, self.world, self.flash, self._make_hal, self.say)
        self.judge = Judge(self)
        self.flash.watch(self.judge.flash_used)
        self.box.on_tick = self._look
        self.box.on_start = self._started
        self.box.on_restart = self.judge.restarts
        self.driver = Driver(self, rng.stream("driver"), chaos_us)
        self.injector = Injector(self, rng.stream("faults"), chaos_us)
        self.backend.steady_us = lambda: self.injector.since_us("clock")
        self.recovery = Recovery(self)
        clock.agenda.at(0, self.box.power_on)
        clock.agenda.at(chaos_us, self.recovery.begin)

    @property
    def hours(self) -> float:
        return self.clock.now_us / _HOUR

    def run(self) -> Breach | None:
        """To the end, or to the first breach of a rule."""
        with self.box.installed():
            try:
                while self.clock.now_us < self._end_us and not self.breach:
                    self._step()
                if not self.breach:
                    self._check()
            except Broken as error:
                self.broken("safety", str(error))
            finally:
                if self.box.loop:
                    self.box.loop.stop()
        return self.breach

    def _step(self) -> None:
        """To the next thing that is arranged, and do it."""
        clock = self.clock
        agenda = clock.agenda
        try:
            self.box.run_to(min(agenda.due_us, self._end_us))
            clock.now_us = max(clock.now_us, min(agenda.due_us, self._end_us))
            if agenda.due_us <= clock.now_us:
                agenda.fire()
        except PowerCut:
            self.say("the power goes while flash is written")
            self.box.power_off()
            clock.after(self._hal_rng.skewed(1_000, 60 * _S), self.box.power_on)

    def _check(self) -> None:
        """At the end of it all."""
        if missing := self.recovery.missing():
            self.broken("recovery", missing)
        elif wrong := self.ledger.total():
            self.broken("energy", wrong)

    # For those who take part.

    def say(self, what: str) -> None:
        self.lines.append(f"{self.clock.now_us} {what}")

    def count(self, kind: str) -> None:
        """Something of this kind happens now."""
        self.counts[kind] += 1
        app = self.box.app
        self.coverage[kind, letter(app.up) if app else "off"] += 1

    def broken(self, rule: str, how: str) -> None:
        """The first breach ends the run."""
        if not self.breach:
            self.breach = Breach(rule, how, self.clock.now_us)
            self.say(f"BREACH {self.breach}")

    def settle_world(self) -> None:
        """Let the plant come to this instant."""
        if self.world.now_us < self.clock.now_us:
            self.world.advance(self.clock.now_us)

    def world_now(self) -> World:
        """The plant at this instant, to be changed."""
        self.settle_world()
        self.box.touched = True
        return self.world

    def true_wh(self) -> float:
        """What has flowed through the plant's meter, exactly."""
        self.settle_world()
        return self.world.reading().import_wh

    def wall_s(self) -> int:
        now_s = self.clock.now_us // _S
        return _EPOCH_S + now_s + now_s * self.wall_drift_pm // 1_000 + self.wall_offset_s

    def box_unix(self) -> int:
        """What the box's clock shows, or would show once it starts."""
        unix = self.box.hal.clock()[0] if self.box.hal else None
        return self.wall_s() if unix is None else unix

    def packet_id(self) -> int:
        """MQTT's last one when a life begins: near an overflow as often as not."""
        return self._hal_rng.pick((0, 0xFFF0))

    def restart_meter(self, us: int) -> None:
        self._meter_off_us = max(self._meter_off_us, self.clock.now_us + us)

    def reset_register(self) -> None:
        """The meter is another one, or has lost its register."""
        self._register_wh = self.true_wh()
        self.ledger.excuse("register")

    def exchange_meter(self, register_wh: int, us: int) -> None:
        """Somebody puts in another meter, which takes `us`; its register stands elsewhere."""
        self.restart_meter(us)
        self._register_wh = self.true_wh() - register_wh
        self._meters += 1
        self.line.exchange(str(self._meters))
        self.ledger.excuse("exchanged")

    def fill_flash(self, room: int) -> None:
        """All but about `room` blocks, by somebody who need not stop the chip for it."""
        if self.box.powered:
            self._unwatched(lambda: self.flash.fill(room))

    def drain_flash(self) -> None:
        if self.box.powered:
            self._unwatched(self.flash.drain)
        else:
            self.clock.after(_S, self.drain_flash)

    # The parts' ways to each other.

    def _store(self, name: str, value: dict[str, Any]) -> None:
        with self.flash.open(f"/{name}.json", "wb") as file:
            file.write(json.dumps(value).encode())

    def _unwatched(self, do: Callable[[], object]) -> None:
        self.flash.watch(lambda: None)
        try:
            do()
        except OSError:
            self.say("flash is full already")
        finally:
            self.flash.watch(self.judge.flash_used)

    def _read_meter(self) -> Reading | None:
        """What the meter answers, None while it has no supply or starts."""
        self.settle_world()
        now_us = self.clock.now_us
        if not self.world.mains.open_mv()[0]:
            self._meter_off_us = now_us + _METER_BOOT_US
        if now_us < self._meter_off_us:
            return None
        reading = self.world.reading()
        return reading._replace(import_wh=reading.import_wh - self._register_wh)

    def _make_hal(self, loop: Loop, started: str) -> SimulatedHal:
        self.line.power_on()
        hal = SimulatedHal(
            self.clock,
            loop,
            self._hal_rng,
            started,
            self.line,
            self.network,
            self._wall,
            BOARD,
            self.fram if self._fram_fitted else None,
        )
        hal.contacts["dim"] = self._dimmed
        return hal

    def dim(self, closed: bool) -> None:
        """The grid operator's contact."""
        self._dimmed = closed
        if self.box.hal:
            self.box.hal.contacts["dim"] = closed

    def _wall(self) -> tuple[int | None, str]:
        return None if self.wall_quality == "none" else self.wall_s(), self.wall_quality

    def _started(self) -> None:
        app, hal = self.box.app, self.box.hal
        if not app or not hal:
            return
        self.judge.begin(app, hal)
        self.backend.box_started()
        if app.complaint:
            self.say(f"config {app.complaint}")

    def _changed(self, change: Change) -> None:
        if change.name in _LOGGED:
            self.say(f"{change.name} {change.value}")
        self.judge.changed(change)

    def _look(self) -> None:
        active = self.injector.active
        if self.clock.now_us < self._meter_off_us or any(name[:5] == "meter" for name in active):
            self.ledger.excuse("meter")
        if any("weld" in name for name in active):
            self.ledger.excuse("weld")
        self.judge.look()


def _plant(rng: Rng, config: dict[str, Any]) -> World:
    """Somewhere within the tolerances."""
    times = {"make_us": rng.between(8_000, 30_000), "break_us": rng.between(8_000, 30_000)}
    first, second = Contactor.pair(**times)
    return World(
        cable=Cable(tethered=True) if config["cable_ma"] else None,
        pilot=Pilot(**rng.pick(PILOTS)),
        contactor=first,
        contactor2=second,
        meter=Meter(rng.skewed(0, 9_000_000)),
    )


def _config(rng: Rng) -> dict[str, Any]:
    profile = rng.pick(("iec61851", "iec61851", "gbt18487"))
    fixed_ma = rng.pick((0, 0, 16_000, 32_000)) if profile == "iec61851" else 32_000
    config = {
        "id": BOX,
        "limit_ma": rng.pick((10_000, 16_000, 32_000, 63_000)),
        "profile": profile,
        "cable_ma": fixed_ma,
        "ventilated": rng.chance(30),
        "wake": rng.pick(("", "f", "x1")),
        "restart_s": rng.pick((1, 1, 5, 30)),
        "mains_ok_s": rng.pick((0, 5, 60)),
        "authorise": rng.pick(("free", "free", "remote")),
        "operator_fallback_ma": rng.pick((0, 6_000, 10_000)),
        "meter_required": rng.pick(("never", "billed", "billed", "always")),
        "grid_meter": rng.pick(("", "", "sdm630")),
        "mqtt_host": "broker",
        "mqtt_keepalive_s": rng.pick((5, 10, 30, 60)),
        "heartbeat_s": rng.pick((5, 20, 60)),
        "local_ttl_s": rng.pick((0, 60, 300)),
        "local_fallback_ma": rng.pick((6_000, 13_000)),
        "log_level": rng.pick(("off", "warning", "debug")),
        "dim_w": rng.pick((0, 4_200, 11_000)),
        "grid_code": rng.pick(("", "", "eu")),
        "grid_delay_s": rng.pick((0, 60)),
        "random_delay_s": rng.pick((0, 0, 30, 600)),
        "solar": rng.pick(("", "", "surplus", "minimum")),
        "imbalance_ma": rng.pick((0, 0, 20_000)),
    }
    if config["authorise"] == "remote" and rng.chance(40):
        config["authorise"] = "windows"
    return config
