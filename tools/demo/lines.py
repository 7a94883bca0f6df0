"""The demo without a terminal: plain lines, one an event, stamped with the plant's time."""

from typing import TextIO

from .recorder import Message, Sample
from .words import amps, message_words, why_not_words

_FROM_OPERATOR = ("cmd", "ack")


class Lines:
    """Writes to `out`. A state that says nothing new is left out."""

    def __init__(self, out: TextIO):
        self._out = out
        self._t_s = 0.0
        self._state = ""
        self._closed = False

    def step(self, number: int, total: int, sentence: str) -> None:
        self._write(self._t_s, "story", f"{number}/{total}  {sentence}")

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
        self._write(message.t_s, source, f"{message.topic}: {text}")

    def tick(self, sample: Sample) -> None:
        self._t_s = sample.t_s
        if sample.closed != self._closed:
            self._closed = sample.closed
            verb = "closed" if sample.closed else "opened"
            text = f"the contactor has {verb}, {amps(sample.current_ma[0])} flow"
            self._write(sample.t_s, "plant", text)

    def _write(self, t_s: float, source: str, text: str) -> None:
        print(f"{t_s:5.1f} s  {source:<8}  {text}", file=self._out, flush=True)
