"""What really happens, taken from the plant's ticks, with the MQTT messages beside it.

Only the binding limit and what is in `state` are the box's own claims: no wire carries them.
"""

from typing import Any, NamedTuple

from plant import World
from plant.meter import Phases


class Sample(NamedTuple):
    """One tick of the plant."""

    t_s: float
    high_mv: int
    low_mv: int
    duty: int  # 1/100 %
    closed: bool
    current_ma: Phases
    power_w: float
    energy_wh: float  # since the recorder began
    limit: tuple[int, str] | None  # the binding one in mA and its source, as published last


class Message(NamedTuple):
    """One MQTT message, below the box's prefix, as it passed."""

    t_s: float
    topic: str
    payload: Any


class Event(NamedTuple):
    """A turn of the story, for the picture."""

    t_s: float
    label: str


class Recorder:
    """Observes `world`: call it after each tick, and `hear` for each message.

    Without `keep` there is only `last`: for a world that may go on for days.
    """

    def __init__(self, world: World, keep: bool = True):
        self._keep = keep
        self.samples: list[Sample] = []
        self.messages: list[Message] = []
        self.events: list[Event] = []
        self.state: dict[str, Any] | None = None  # as published last
        self._world = world
        self._began_wh = world.reading().import_wh
        self.last = self._look()

    @property
    def now_s(self) -> float:
        """The plant's time: it stands still until the firmware runs."""
        return self._world.now_us / 1e6

    def __call__(self, _world: World) -> None:
        self.last = self._look()
        if self._keep:
            self.samples.append(self.last)

    def hear(self, topic: str, payload: Any) -> None:
        """A message passes."""
        if payload is None:  # a retained topic is cleared
            return
        if self._keep:
            self.messages.append(Message(self.now_s, topic, payload))
        if topic == "state":
            self.state = payload

    def mark(self, label: str) -> None:
        """The story takes a turn now."""
        self.events.append(Event(self.now_s, label))

    def _look(self) -> Sample:
        world = self._world
        limit = self.state["limit"] if self.state else None
        reading = world.reading()
        return Sample(
            t_s=self.now_s,
            high_mv=world.cp_high_mv,
            low_mv=world.cp_low_mv,
            duty=world.pilot.duty,
            closed=world.contactor.closed,
            current_ma=world.current_ma(),
            power_w=sum(reading.power_w),
            energy_wh=reading.import_wh - self._began_wh,
            limit=(limit["ma"], limit["by"]) if limit else None,
        )
