"""A simulated box without a terminal: plain lines, or JSON lines, one an event."""

from typing import Any

from demo.recorder import Recorder
from telling.output import objects
from telling.words import amps, limit_words, state_words, why_not_words


class Lines:
    """With the plant's time. A state that says nothing new is left out."""

    def __init__(self, recorder: Recorder, as_json: bool):
        self._recorder = recorder
        self._json = as_json
        self._closed = False
        self._state = ""

    def say(self, source: str, text: str, **facts: Any) -> None:
        """Something that has happened. `facts` are for a program."""
        t_s = round(self._recorder.now_s, 2)
        if self._json:
            objects({"t_s": t_s, "source": source, "text": text, **facts})
        else:
            print(f"{t_s:7.1f} s  {source:<8}  {text}", flush=True)

    def state(self, state: dict[str, Any]) -> None:
        text = f"{state_words(state['state'])}; {limit_words(state['limit'])}"
        if why_not := why_not_words(state["why_not"], state["faults"]):
            text += f"; no current because: {why_not}"
        if text != self._state:
            self._state = text
            self.say("box", text, state=state)

    def tick(self) -> None:
        sample = self._recorder.last
        if sample.closed != self._closed:
            self._closed = sample.closed
            verb = "closed" if sample.closed else "opened"
            ma = sample.current_ma[0]
            text = f"the contactor has {verb}, {amps(ma)} flow"
            self.say("plant", text, closed=sample.closed, current_ma=sample.current_ma)
