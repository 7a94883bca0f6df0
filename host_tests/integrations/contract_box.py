"""A box as the contract has it, on a clock of the test's: state, set/* and their time to live.

What a lazy or a wrong box would do is in attributes, so that a test can show that evcc sees it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

PREFIX = "pilotwire/v1/box-1/"
EXAMPLES = json.loads(Path(__file__).with_name("states.json").read_text())

_HEARTBEAT_S = 20
_FOLLOW_S = 5  # of a vehicle: IEC 61851-1 sequence 6
_STOP_S = 6  # X1, S2 opens, the contactor opens
_SWITCH_S = 25  # of phases, from the wish to the current


class ContractBox:
    """One box with a vehicle that draws what it may, once `plugged`.

    `deaf` is a set of the topics (the last level) that are not obeyed; `forgets` renews nothing.
    """

    def __init__(self, publish: Callable[[str, str], object], ttl_s: int = 120):
        self.deaf: set[str] = set()
        self.forgets = False
        self.plugged = False
        self._publish = publish
        self._ttl_s = ttl_s
        self._now_s = 0
        self._left_s: int | None = None
        self._limit_ma: int | None = None
        self._enable = True
        self._phases = 3
        self._wanted = 3
        self._drawn_ma = 0
        self._drawn_phases = 3
        self._due: list[tuple[int, Callable[[], object]]] = []
        self._said_s = -_HEARTBEAT_S

    def receive(self, topic: str, payload: str) -> None:
        name = topic.removeprefix(PREFIX)
        if not self.forgets:
            self._left_s = self._ttl_s
        if name in self.deaf:
            return
        if name == "set/limit_ma":
            self._limit_ma = int(payload)
        elif name == "set/enable":
            self._enable = {"true": True, "1": True, "false": False, "0": False}[payload]
        elif name == "set/phases":
            self._switch(int(payload))
        self._move()

    def tick(self) -> None:
        """A second has passed."""
        self._now_s += 1
        if self._left_s is not None:
            self._left_s -= 1
            if not self._left_s:
                self._left_s, self._limit_ma, self._enable = None, None, True
                self._move()
        due = [do for at_s, do in self._due if at_s <= self._now_s]
        self._due = [row for row in self._due if row[0] > self._now_s]
        for do in due:
            do()
        if self._now_s - self._said_s >= _HEARTBEAT_S:
            self._say()

    def plug(self) -> None:
        self.plugged = True
        self._move()

    @property
    def _offered_ma(self) -> int:
        limit_ma = 16_000 if self._limit_ma is None else min(self._limit_ma, 16_000)
        ready = self._enable and self._phases == self._wanted and limit_ma >= 6_000
        return limit_ma if ready else 0

    def _switch(self, phases: int) -> None:
        if phases == self._wanted:
            return
        self._wanted = phases

        def done() -> None:
            self._phases = phases
            self._move()

        self._due.append((self._now_s + _SWITCH_S, done))

    def _move(self) -> None:
        """The offer may have changed: the vehicle follows it."""
        offered_ma = self._offered_ma if self.plugged else 0
        wait_s = _FOLLOW_S if offered_ma else _STOP_S

        def follow() -> None:
            if offered_ma == (self._offered_ma if self.plugged else 0):
                self._drawn_ma, self._drawn_phases = offered_ma, self._phases

        self._due.append((self._now_s + wait_s, follow))
        self._say()

    def _say(self) -> None:
        self._said_s = self._now_s
        offered_ma = self._offered_ma
        state: dict[str, Any] = dict(EXAMPLES["charging"]["state"])
        state["state"] = "A1" if not self.plugged else "C2" if offered_ma else "C1"
        state["offered_ma"] = offered_ma
        state["phases"] = self._phases
        used = range(self._drawn_phases)
        state["current_ma"] = [self._drawn_ma if i in used else 0 for i in range(3)]
        state["power_w"] = 230 * sum(state["current_ma"]) // 1000
        state["local"] = {
            "limit_ma": self._limit_ma,
            "enable": self._enable,
            "left_s": self._left_s,
        }
        self._publish(PREFIX + "state", json.dumps(state))
