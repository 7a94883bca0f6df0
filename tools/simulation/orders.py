"""What is sent to a box, rightly or not: a line a kind. Part of the table in faults.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import settings
from .kind import Kind
from .rng import Rng

if TYPE_CHECKING:
    from .simulation import Simulation

_S = 1_000_000


def _command(make: Callable[[Simulation, Rng], object]) -> Kind:
    return Kind("command", make)


def _limit(sim: Simulation, rng: Rng) -> None:
    ma = rng.pick((0, 5_999, 6_000, 8_123, 10_000, 16_000, 31_999, 80_000))
    fallback_ma = rng.pick((0, 6_000, 13_000, 80_000))
    sim.backend.limit(ma, rng.skewed(1, 3_000), fallback_ma)


def _site(sim: Simulation, rng: Rng) -> None:
    sim.backend.limit(rng.pick(_SHARES_MA), rng.skewed(1, 600), rng.pick((0, 6_000)), "site")


_SHARES_MA = (0, 6_000, 9_000, 16_000, 32_000)


def _file(
    sim: Simulation, rng: Rng, type_: str, make: Callable[[Rng, int], dict[str, Any]]
) -> None:
    """A file of the box, or none any more."""
    value = make(rng, sim.box_unix()) if rng.chance(80) else None
    sim.backend.command(type_, args={type_: value})


def _grid(sim: Simulation, rng: Rng) -> None:
    sim.backend.publish("set/grid_w", rng.pick(_GRID_W))


def _malformed(sim: Simulation, rng: Rng) -> None:
    """What no box may obey, nor die of."""
    sim.backend.nonsense(rng.pick(_MALFORMED))


_MALFORMED = (
    b"",
    b"\xff\xfe",
    b"{",
    b"[]",
    b"null",
    b'{"id": 7, "type": "stop"}',
    b'{"type": "stop"}',
    b'{"id": "", "type": "stop"}',
    b'{"id": "x", "type": "stop", "args": []}',
    b'{"id": "x", "type": "stop", "more": 1}',
    b"[" * 900,
    b'{"id": "' + b"x" * 1_500 + b'", "type": "stop"}',
    b"x" * 5_000,
)
_WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("limit", {"ma": -1}),
    ("limit", {"ma": 80_001}),
    ("limit", {"ma": True}),
    ("limit", {"ma": 16_000, "ttl_s": 0}),
    ("limit", {}),
    ("trace", {"kb": 33}),
    ("stop", {"now": 1}),
    ("explode", {}),
    ("start", {"by": "x" * 21}),
    ("records", {"first": 0}),
    ("phases", {"n": 2}),
    ("unlock", {"now": 1}),
    ("reserve", {"token": "cafe", "until": 0}),
    ("authorise", {"token": "no such token!!!"}),
    ("schedule", {"schedule": {"windows": [], "otherwise_ma": 80_001}}),
    ("guests", {"guests": {"tokens": [["0" * 16, 0, 0]], "windows": []}}),
    ("tariff", {"tariff": {"periods": []}}),
    ("config-set", {"values": {"limit_ma": 80_000}}),
    ("config-set", {"values": {"heartbeat_s": 3_601}}),
    ("config-get", {"keys": ["limit_a"]}),
    ("time", {"unix": 0}),
    ("log", {"level": "loud"}),
    ("limit", {"ma": 16_000, "source": "grid"}),
    ("dim", {"ttl_s": 86_401}),
    ("override", {"on": 1}),
    ("plan", {"plan": {"by": 1_440, "wh": 1, "w": None}}),
    ("plan", {"plan": {"slots": [[1_800_000_000, 1_700_000_000, 0]], "otherwise_ma": 0}}),
    ("prices", {"prices": {"start": 1_800_000_000, "step_s": 60, "prices": [1]}}),
)


def _wrong(sim: Simulation, rng: Rng) -> None:
    type_, args = rng.pick(_WRONG)
    sim.backend.wrong(type_, args=args)


def _repeated(sim: Simulation, rng: Rng) -> None:
    type_ = rng.pick(("pause", "resume", "stop", "start"))
    id_ = sim.backend.command(type_)
    sim.clock.after(rng.skewed(1_000, 5 * _S), lambda: sim.backend.command(type_, id_))


def _late(sim: Simulation, rng: Rng) -> None:
    exp = min(sim.wall_s(), sim.box_unix(), sim.backend.least_unix) - rng.skewed(2, 100_000)
    type_ = rng.pick(("stop", "pause", "clear-faults"))
    if sim.wall_quality == "none":  # then nothing can be late
        sim.backend.command(type_, exp=exp)
    else:
        sim.backend.wrong(type_, exp=exp)


def _retained(sim: Simulation, _rng: Rng) -> None:
    """Somebody has published a command so that each new connection gets it."""
    sim.backend.command("pause", retain=True)


def _schedule(sim: Simulation, rng: Rng) -> None:
    sim.backend.schedule(settings.schedule(rng, sim.box_unix()) if rng.chance(80) else None)


def _guests(sim: Simulation, rng: Rng) -> None:
    sim.backend.invite(settings.guests(rng, sim.box_unix()) if rng.chance(80) else None)


def _tariff(sim: Simulation, rng: Rng) -> None:
    tariff = settings.tariff(rng) if rng.chance(80) else None
    sim.backend.command("tariff", args={"tariff": tariff})


def _reserve(sim: Simulation, rng: Rng) -> None:
    span_s = 0 if rng.chance(20) else rng.skewed(1, 5_000)
    sim.backend.reserve(rng.pick(settings.TOKENS), sim.box_unix(), span_s)


def _local(name: str, *texts: str) -> Kind:
    """What a local energy manager sets, now and then as if it were to stay."""
    return Kind("local", lambda sim, rng: sim.backend.set(name, rng.pick(texts), rng.chance(10)))


def _local_nonsense(sim: Simulation, rng: Rng) -> None:
    """What no box may take; a bare 2 is a limit of 2 mA, and no number of phases."""
    name, texts = rng.pick(_NO_SCALARS)
    sim.backend.publish(f"set/{name}", rng.pick(texts))


_GRID_W = (b"-11000", b"-4500", b"-1500", b"0", b"8000")
_NO_TEXTS = (b"", b"-1", b"16000.0", b"maybe", b"\xff", b"x" * 900)
_NO_SCALARS = (
    ("limit_ma", (*_NO_TEXTS, b"80001", b"16 000", b"0000016000")),
    ("grid_w", (*_NO_TEXTS[:1], b"-", b"1.5", b"-100001", b"maybe")),
    ("enable", (*_NO_TEXTS, b"2", b"True")),
    ("phases", (*_NO_TEXTS, b"0", b"2")),
    ("else", (b"1", b"16000")),
    ("limit_ma/more", (b"1", b"16000")),
)


def _ack_ahead(sim: Simulation, rng: Rng) -> None:
    sim.backend.publish("ack", rng.pick(({"upto": 1_000_000}, {"upto": -1}, {"upto": "1"}, {})))


ORDERS: dict[str, Kind] = {
    "ack ahead": _command(_ack_ahead),
    "limit": _command(_limit),
    "pause": _command(lambda sim, _: sim.backend.command("pause")),
    "resume": _command(lambda sim, _: sim.backend.command("resume")),
    "start": _command(lambda sim, _: sim.backend.command("start")),
    "stop": _command(lambda sim, _: sim.backend.command("stop")),
    "clear faults": _command(lambda sim, _: sim.backend.command("clear-faults")),
    "trace": _command(
        lambda sim, rng: sim.backend.command("trace", args={"kb": rng.pick((0, 0, 1, 4))})
    ),
    "records": _command(
        lambda sim, rng: sim.backend.command("records", args={"first": rng.between(1, 60)})
    ),
    "phases": _command(
        lambda sim, rng: sim.backend.command("phases", args={"n": rng.pick((1, 3))})
    ),
    "unlock": _command(lambda sim, _: sim.backend.command("unlock")),
    "reserve": _command(_reserve),
    "authorise": _command(lambda sim, rng: sim.backend.authorise(rng.pick(settings.TOKENS))),
    "schedule": _command(_schedule),
    "guests": _command(_guests),
    "tariff": _command(_tariff),
    "config-set": _command(
        lambda sim, rng: sim.backend.command("config-set", args={"values": settings.harmless(rng)})
    ),
    "config-get": _command(lambda sim, _: sim.backend.command("config-get")),
    "time": _command(lambda sim, _: sim.backend.set_time(sim.wall_s())),
    "diagnostics": _command(lambda sim, _: sim.backend.command("diagnostics")),
    "log": _command(
        lambda sim, rng: sim.backend.command("log", args={"level": rng.pick(("off", "debug"))})
    ),
    "reset": _command(lambda sim, _: sim.backend.command("reset")),
    "forget": _command(lambda sim, _: sim.backend.forget()),
    "site limit": _command(_site),
    "dim": _command(
        lambda sim, rng: sim.backend.command("dim", args={"ttl_s": rng.skewed(1, 600)})
    ),
    "override": _command(
        lambda sim, rng: sim.backend.command("override", args={"on": rng.chance(70)})
    ),
    "why": _command(lambda sim, _: sim.backend.command("why")),
    "plan": _command(lambda sim, rng: _file(sim, rng, "plan", settings.plan)),
    "prices": _command(lambda sim, rng: _file(sim, rng, "prices", settings.prices)),
    "local grid": Kind("local", _grid),
    "local limit": _local("limit_ma", "0", "5999", "6000", "16000", "32000", "80000"),
    "local enable": _local("enable", "true", "false", "1", "0"),
    "local phases": _local("phases", "1", "3"),
    "local nonsense": Kind("local", _local_nonsense),
    "malformed": _command(_malformed),
    "wrong": _command(_wrong),
    "repeated": _command(_repeated),
    "late": _command(_late),
    "retained": _command(_retained),
}
