"""The demo without a terminal: lines, one an event, stamped with the plant's time."""

from collections.abc import Callable
from typing import Any

from telling.output import objects
from telling.words import amps, message_words, why_not_words

from .recorder import Message, Sample

_FROM_OPERATOR = ("cmd", "ack")


def in_words(t_s: float, source: str, text: str, **_facts: Any) -> None:
    """A line for a person."""
    print(f"{t_s:5.1f} s  {source:<8}  {text}", flush=True)


def as_objects(t_s: float, source: str, text: str, **facts: Any) -> None:
    """And one for a program."""
    objects({"t_s": round(t_s, 2), "source": source, "text": text, **facts})


class Lines:
    """`say` is one of the two above. A state that says nothing new is left out."""

    def __init__(self, say: Callable[..., None]):
        self._say = say
        self._t_s = 0.0
        self._state = ""
        self._closed = False

    def step(self, number: int, total: int, sentence: str) -> None:
        self._say(self._t_s, "story", f"{number}/{total}  {sentence}", step=number, of=total)

    def message(self, message: Message) -> None:
        text = message_words(message.topic, message.payload)
        if message.topic == "state":
            state = message.payload
            if state["why_not"] or state["faults"]:
                reasons = why_not_words(state["why_not"], state["faults"])
                text += f"; no current because: {reasons}"
            if text == self._state:
                return
            self._state = text
        source = "operator" if message.topic in _FROM_OPERATOR else "box"
        facts = {"topic": message.topic, "payload": message.payload}
        self._say(message.t_s, source, f"{message.topic}: {text}", **facts)

    def tick(self, sample: Sample) -> None:
        self._t_s = sample.t_s
        if sample.closed != self._closed:
            self._closed = sample.closed
            verb = "closed" if sample.closed else "opened"
            text = f"the contactor has {verb}, {amps(sample.current_ma[0])} flow"
            facts = {"closed": sample.closed, "current_ma": sample.current_ma}
            self._say(sample.t_s, "plant", text, **facts)
