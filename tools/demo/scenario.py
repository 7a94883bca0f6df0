"""The story: what driver and operator do, and what has to follow before it goes on.

Every step waits for its conditions, in the plant and over MQTT; the pauses are there for people.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

from office.operator import Operator
from plant import Cable, Car, World
from rig.firmware import Firmware

from .recorder import Message, Recorder, Sample

CABLE_A = 20
LIMIT_A = 10
STEP_S = 30.0  # a step takes seconds; a busy machine may need more
_POLL_S = 0.05
_LINES = 15


class View(Protocol):
    """Who shows it: demo/screen.py and demo/lines.py."""

    def step(self, number: int, total: int, sentence: str) -> None: ...

    def message(self, message: Message) -> None: ...

    def tick(self, sample: Sample) -> None:
        """A few times a second."""


class StepFailed(Exception):
    """A step did not come to its end; the text names it, and says what the firmware printed."""


class Story:
    """Tells the story of STEPS. `deadline_s` is for each step."""

    def __init__(
        self,
        world: World,
        firmware: Firmware,
        operator: Operator,
        recorder: Recorder,
        view: View,
        deadline_s: float = STEP_S,
    ):
        self.world = world
        self.recorder = recorder
        self._firmware = firmware
        self._operator = operator
        self._view = view
        self._deadline_s = deadline_s
        self._awaited = ""
        self._shown = 0

    async def tell(self) -> dict[str, Any]:
        """All steps; the charging record. Raises StepFailed."""
        for number, step in enumerate(STEPS, 1):
            self._view.step(number, len(STEPS), step.sentence)
            if step.label:
                self.recorder.mark(step.label)
            try:
                async with asyncio.timeout(self._deadline_s):
                    await step.act(self)
            except TimeoutError:
                trouble = f"still waiting for {self._awaited} after {self._deadline_s:g} s"
            except _Trouble as error:
                trouble = str(error)
            else:
                continue
            raise StepFailed(self._report(f"step {number} of {len(STEPS)}", step, trouble))
        return self._operator.charges()[-1]

    async def until(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait until `holds`; `what` says in words what that is."""
        self._awaited = what
        while not holds():
            await self._pass()

    async def dwell(self, seconds: float) -> None:
        """Time to look at it."""
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            await self._pass()

    async def command(self, type_: str, **args: int) -> None:
        """A command of the operator, and its result."""
        self._awaited = f"the answer to the command {type_}"
        result = await self._operator.command(type_, **args)
        if not result["ok"]:
            raise _Trouble(f"the box refused the command {type_}: {result['reason']}")

    def heard(self, topic: str) -> bool:
        """Whether a message of `topic` has passed."""
        return bool(self._operator.of(topic))

    def recorded(self) -> bool:
        """Whether the record of the charge has come."""
        return bool(self._operator.charges())

    def acknowledged(self) -> bool:
        """Whether the operator has confirmed it."""
        wanted = self._operator.charges()[-1]["seq"]
        return any(ack["upto"] >= wanted for ack in self._operator.of("ack"))

    def amps_reach(self, least_a: float, most_a: float) -> Callable[[], bool]:
        """Whether the plant's current has settled between the two, in A."""
        return lambda: least_a * 1000 <= self.recorder.last.current_ma[0] <= most_a * 1000

    def contactor(self, closed: bool) -> Callable[[], bool]:
        """Whether plant and box both say so."""

        def holds() -> bool:
            state = self.recorder.state
            return (
                self.recorder.last.closed == closed
                and state is not None
                and (state["closed"] == closed)
            )

        return holds

    async def _pass(self) -> None:
        """Let a moment pass, and show what came in it."""
        await asyncio.sleep(_POLL_S)
        self._view.tick(self.recorder.last)
        messages = self.recorder.messages
        while self._shown < len(messages):
            self._view.message(messages[self._shown])
            self._shown += 1
        if not self._firmware.alive:
            await self._firmware.cut()  # reads what it printed last
            raise _Trouble(f"the firmware ended while the story waited for {self._awaited}")

    def _report(self, where: str, step: "Step", trouble: str) -> str:
        printed = self._firmware.output[-_LINES:]
        lines = [f"{where} failed ({step.sentence})", f"What happened: {trouble}."]
        if self.recorder.state:
            state = self.recorder.state
            lines.append(
                f"The box said last: state {state['state']}, why not {state['why_not']}, "
                f"faults {state['faults']}, meter '{state['meter']}'."
            )
        else:
            lines.append("The box has never been heard over MQTT.")
        if printed:
            lines += ["The firmware printed last:", *(f"  | {line}" for line in printed)]
        else:
            lines.append("The firmware printed nothing.")
        return "\n".join(lines)


class _Trouble(Exception):
    """The step cannot succeed any more; the text says why."""


class Step(NamedTuple):
    """`label` marks it in the picture, `sentence` tells it."""

    label: str
    sentence: str
    act: Callable[[Story], Awaitable[None]]


async def _start(story: Story) -> None:
    await story.until("the box to appear on the broker", lambda: story.heard("online"))

    def metered() -> bool:
        state = story.recorder.state
        return state is not None and state["state"] == "A1" and state["energy_wh"] is not None

    await story.until("its state, with the meter's reading", metered)
    await story.dwell(1.5)


async def _plug_in(story: Story) -> None:
    story.world.plug(Cable(CABLE_A), Car())
    await story.until("the contactor to close", story.contactor(closed=True))


async def _charge(story: Story) -> None:
    await story.until(f"{CABLE_A} A", story.amps_reach(CABLE_A - 0.5, CABLE_A))
    await story.dwell(4)


async def _lower(story: Story) -> None:
    await story.command("limit", ma=LIMIT_A * 1000, ttl_s=600)
    await story.until(f"{LIMIT_A} A", story.amps_reach(LIMIT_A - 0.5, LIMIT_A))
    await story.dwell(4)


async def _pause(story: Story) -> None:
    await story.command("pause")
    await story.until("the contactor to open", story.contactor(closed=False))
    await story.dwell(3)


async def _resume(story: Story) -> None:
    await story.command("resume")
    await story.until("the contactor to close", story.contactor(closed=True))
    await story.until(f"{LIMIT_A} A", story.amps_reach(LIMIT_A - 0.5, LIMIT_A))
    await story.dwell(4)


async def _car_stops(story: Story) -> None:
    assert story.world.car
    story.world.car.stop()
    await story.until("the contactor to open", story.contactor(closed=False))
    await story.dwell(3)


async def _unplug(story: Story) -> None:
    story.world.unplug()
    await story.until("the charging record", story.recorded)
    await story.until("the operator's acknowledgement", story.acknowledged)
    await story.dwell(2)


STEPS = (
    Step("", "The box starts: no car yet, so the contactor is open.", _start),
    Step(
        "plug in",
        f"A driver plugs the car in, with a {CABLE_A} A cable on the 32 A box.",
        _plug_in,
    ),
    Step("", f"The car charges at {CABLE_A} A: the cable carries no more.", _charge),
    Step(
        f"limit {LIMIT_A} A",
        f"The operator lowers the limit to {LIMIT_A} A over MQTT; the car follows.",
        _lower,
    ),
    Step(
        "pause",
        "The operator pauses: the offer ends, the car lets go, the contactor opens.",
        _pause,
    ),
    Step("resume", f"The operator resumes: the car may draw {LIMIT_A} A again.", _resume),
    Step(
        "car stops",
        "The car stops by itself: the contactor opens, with no current left.",
        _car_stops,
    ),
    Step("unplug", "The driver unplugs: the box writes its record, then sends it.", _unplug),
)
