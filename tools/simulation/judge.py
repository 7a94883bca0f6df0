"""Holds a box against the rules, life by life: by the plant, and by what the operator got."""

from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pilotwire.app import App
from pilotwire.link.state import letter
from pilotwire.pilot import duty as _duty
from pilotwire.pilot.handover import UP_PHASES
from plant import Change, World
from ring0.invariants import Invariants
from ring0.truth import Said

from .hal import SimulatedHal

if TYPE_CHECKING:
    from .simulation import Simulation

_S = 1_000_000
_AGREES_US = 2_100_000  # 2 s, and the way to the operator
_OBEYS_US = 1_500_000  # a limit whose result has come is in force at once; this is looked at late
_QUIET_US = 3 * _S
_ANSWERS_US = 60 * _S
_RAISED_US = 8 * _S  # sequence 6 makes a raise wait for 5 s
_STEP_MA = 26  # of the duty, at most: table A.7 and 0.01 %
_LEAST_V = 150  # of a phase, by which a box may reckon what dimming leaves
_MOST_MA = 51_000  # between 51 A and 52.5 A there is no duty; no more is tried here


class Life:
    """Ring 0 of one life, as rig/invariants.py wants to see it."""

    def __init__(self, world: World, app: App, hal: SimulatedHal):
        self.world = world
        self.app = app
        self.hal = hal
        self.watchers: list[Callable[[], object]] = []
        self.said = Said(app.settings)
        self.invariants = Invariants(self, app.settings, self.said)

    @property
    def guard(self) -> "Life":
        return self

    @property
    def duty(self) -> int:
        return self.hal.duty

    @property
    def closed(self) -> int:
        return self.hal.closed

    @property
    def outputs(self) -> int:
        return self.hal.driven

    @property
    def up(self) -> array:
        return self.app.guard.handover.up

    @property
    def _faults(self) -> int:
        return self.app.guard._faults

    def __str__(self) -> str:
        return f"{letter(self.up)}, duty {self.duty}, inputs {list(self.hal.inputs)}"


class Judge:
    """Call `begin` with each new life, `look` after the ticks that matter. Raises Broken for the
    safety set; the simulation is told of everything else.
    """

    def __init__(self, simulation: "Simulation"):
        self.life: Life | None = None
        self._sim = simulation
        self._opened_us: int | None = None
        self._shown: tuple = ()
        self._shown_us = 0
        self._linked_us: int | None = None
        self._over_us: int | None = None
        self._dim_us = 0
        self._unset_us: int | None = None

    def begin(self, app: App, hal: SimulatedHal) -> None:
        """The box has started anew."""
        if self.life:
            self.life.invariants.end()
        sim = self._sim
        self.life = life = Life(sim.world, app, hal)
        life.invariants.opened_us = self._opened_us
        self._linked_us = None
        hand = app.guard.handover
        publish = hand.publish
        session: Any = app.session
        make_opening, opened, make_closing = session.opening, session.opened, session.closing
        obey: Any = app.obey
        policy = app.config["authorise"]

        def published() -> None:
            publish()
            life.said.take(hand.slots[hand.published[0]][:], sim.clock.now_us)

        def opening(*how: Any) -> dict[str, Any]:
            fields = make_opening(*how)
            sim.ledger.opening(fields)
            if not sim.backend.guests.let_in(fields["auth"], policy, fields["start_unix"]):
                sim.broken("access", f"a charge begins with {fields['auth']!r}: {policy}")
            return fields

        def obeyed(type_: str, args: dict[str, Any]) -> dict[str, Any]:
            result = obey(type_, args)
            if type_ == "authorise" and not sim.backend.knows(args["token"], hal.clock()[0]):
                sim.broken("access", f"{args['token']} is let in")
            return result

        def begun(number: int | None, *how: Any) -> None:
            if sim.backend.reservation.holds(sim.clock.now_us):
                sim.broken("access", "a charge begins while the box is kept for somebody else")
            sim.ledger.opened(number)
            opened(number, *how)

        def closing(*how: Any) -> dict[str, Any]:
            fields = make_closing(*how)
            sim.ledger.closing(fields)
            return fields

        if app.link:  # it may have been on for months
            app.link._mqtt._pid = sim.packet_id()
        hand.publish = published
        app.obey = obeyed
        session.opening, session.opened, session.closing = opening, begun, closing

    def changed(self, change: Change) -> None:
        """Something has changed in the plant."""
        life = self.life
        if change.name != "contacts" or not change.value or not life or not life.hal.closed:
            return
        session = life.app.session
        if not session.active or (session.number is None and life.app.billed):
            self._sim.broken("recorded first", "closed without an opening record")

    def restarts(self) -> None:
        """The box starts again, as a command wanted."""
        life = self.life
        if life and (life.hal.closed or life.app.session.active):
            self._sim.broken("commands", "a restart does not wait for the end of a charge")

    def flash_used(self) -> None:
        """Flash is about to be written."""
        hal = self._sim.box.hal
        if hal and hal.closed:
            self._sim.broken("flash", "written while the contactor is driven closed")

    def look(self) -> None:
        """After each tick that matters, and once a second."""
        sim = self._sim
        box = sim.box
        life = self.life
        if not life or box.hal is not life.hal or not box.loop:
            return
        sim.settle_world()
        for watch in tuple(life.watchers):
            watch()
        if life.app.restarts or box.run_task.done():
            sim.broken("alive", f"a task has ended: {box.loop.errors}")
        now_us = sim.clock.now_us
        hal = life.hal
        if hal.closed:
            self._opened_us = now_us  # at the latest, if the power goes now
        shown = (hal.duty, hal.closed)
        if shown != self._shown:
            sim.say(f"drives duty {hal.duty} closed {hal.closed}")
            self._shown = shown
            self._shown_us = now_us
        self._look_at_limit(hal, now_us)
        self._look_at_dimming(life, box.loop.blocked_us, now_us)
        self._look_at_state(life, box.loop.blocked_us, now_us)

    def _look_at_limit(self, hal: SimulatedHal, now_us: int) -> None:
        most_ma = self._sim.backend.most_ma
        offered_ma = _duty.current_for(hal.duty) if 0 < hal.duty < _duty.X1 else 0
        if most_ma is None or offered_ma <= most_ma:
            self._over_us = None
        elif self._over_us is None:
            self._over_us = now_us
        elif now_us - self._over_us > _OBEYS_US:
            self._sim.broken("limit", f"{offered_ma} mA offered, {most_ma} mA allowed")

    def _look_at_dimming(self, life: Life, blocked_us: int, now_us: int) -> None:
        """While its contact is closed the box takes what dimming leaves, or 6 A."""
        hal, app = life.hal, life.app
        if not hal.contacts["dim"] or not app.config["dim_w"] or now_us <= blocked_us:
            self._dim_us = now_us
            return
        offered_ma = _duty.current_for(hal.duty) if 0 < hal.duty < _duty.X1 else 0
        most_ma = max(6_000, app.config["dim_w"] * 1_000 // (_LEAST_V * app.settings.phases))
        if now_us - self._dim_us > _OBEYS_US and hal.closed and offered_ma > most_ma:
            if app.settings.switches_phases and app.up[UP_PHASES] == 1:
                return  # then it leaves three times as much on that phase
            self._sim.broken("limit", f"{offered_ma} mA offered, dimming leaves {most_ma}")

    def _look_at_sources(self, life: Life, now_us: int) -> None:
        """The limit that the state names is one that its source has set."""
        sim = self._sim
        wrong = sim.backend.unset(life.hal.clock()[0]) if sim.backend.state else ""
        if not wrong:
            self._unset_us = None
        elif self._unset_us is None:
            self._unset_us = now_us
        elif now_us - self._unset_us > _AGREES_US:
            sim.broken("limit", wrong)

    def _look_at_state(self, life: Life, blocked_us: int, now_us: int) -> None:
        """What was published last is so, if nothing has changed for 2 s and all is well."""
        sim = self._sim
        session = sim.broker.session
        heard = (
            life.app.link.connected
            and sim.backend.online
            and session is not None
            and not session.connection.dead
            and not session.connection.behind_us
            and now_us > blocked_us + _AGREES_US
            and sim.injector.since_us("network", "broker") > _QUIET_US
        )
        if not heard:
            self._linked_us = self._unset_us = None
            return
        if self._linked_us is None:
            self._linked_us = now_us
        if now_us - self._linked_us > _ANSWERS_US and (id_ := sim.backend.overdue(_ANSWERS_US)):
            sim.broken("commands", f"the box has {id_}, and there is no result")
        if now_us - max(self._linked_us, self._shown_us) < _AGREES_US:
            return
        self._look_at_sources(life, now_us)
        state = sim.backend.state
        hal = life.hal
        if not state:
            sim.broken("state", "connected, and nothing published")
        elif state["closed"] != bool(hal.closed) or round(state["duty_percent"] * 100) != hal.duty:
            said = f"closed {state['closed']}, duty {state['duty_percent']} %"
            sim.broken("state", f"{said}; driven: {bool(hal.closed)}, {hal.duty / 100} %")
        elif state["offered_ma"] and now_us - self._shown_us > _RAISED_US:
            least_ma = min(state["limit"]["ma"], _MOST_MA) - _STEP_MA
            if not least_ma < state["offered_ma"] <= state["limit"]["ma"]:
                sim.broken("limit", f"{state['offered_ma']} mA are offered of {state['limit']}")
