"""Ring 0 by itself, in this interpreter or as a process on MicroPython, with one interface."""

import json
import struct
import subprocess
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from pilotwire.hal.mock import MockHal
from pilotwire.pilot import handover, signals
from pilotwire.pilot.guard import Guard
from pilotwire.pilot.settings import Settings
from pilotwire.record.trace import Trace
from rig.interpreter import environment, interpreter

_PROCESS = Path(__file__).with_name("guard_process.py")
_ANSWER = struct.Struct(f"<{3 + handover.N_UP}i")


class AnyGuard(Protocol):
    """`up` (N_UP) is what it told last; `outputs` the other outputs as bits."""

    up: array
    duty: int
    closed: int
    outputs: int

    def tick(self, dt_ms: int, inputs: Sequence[int], down: Sequence[int] | None) -> None:
        """One tick on `inputs` (N_INPUTS); `down` (N_DOWN, any DOWN_SEQ) is handed down before."""

    def end(self) -> None: ...


class Here:
    """The guard in this interpreter. `settings` are keywords of pilot.settings.Settings."""

    def __init__(self, settings: dict[str, Any]):
        self._hal = MockHal()
        self.guard = Guard(self._hal, Settings(**settings))
        self._trace: Trace | None = None
        self.up = self.guard.handover.up
        self.duty, self.closed, self.outputs = self._hal.duty, self._hal.closed, 0

    def tick(self, dt_ms: int, inputs: Sequence[int], down: Sequence[int] | None) -> None:
        hal = self._hal
        if down is not None:
            spare = self.guard.handover.spare()
            for i in range(1, handover.N_DOWN):
                spare[i] = down[i]
            if self._trace:
                self._trace.hold(spare)
            self.guard.handover.publish()
            if self._trace:
                self._trace.published()
                self._trace.look()
        hal.dt_ms = dt_ms
        for i in range(signals.N_INPUTS):
            hal.inputs[i] = inputs[i]
        self.guard.tick()
        self.duty, self.closed = hal.duty, hal.closed
        self.outputs = sum(1 << i for i, on in enumerate(hal.outputs) if on)

    def record(self, kb: int) -> Trace:
        """Record a trace from now on, as the firmware does."""
        self._trace = Trace(self.guard, self._hal, kb)
        return self._trace

    def end(self) -> None:
        """Nothing to end."""


class There:
    """The same as a process on MicroPython, in lockstep over its pipes. Raises NoInterpreter."""

    def __init__(self, settings: dict[str, Any]):
        self._process = subprocess.Popen(
            [str(interpreter()), str(_PROCESS), json.dumps(settings)],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.up = array("i", [0] * handover.N_UP)
        self.duty, self.closed, self.outputs = 10_000, 0, 0

    def tick(self, dt_ms: int, inputs: Sequence[int], down: Sequence[int] | None) -> None:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        slot = [0] * handover.N_DOWN if down is None else down
        stdin.write(array("i", [dt_ms, down is not None, *inputs, *slot]).tobytes())
        stdin.flush()
        answer = stdout.read(_ANSWER.size)
        if len(answer) != _ANSWER.size:
            raise RuntimeError(f"the guard on MicroPython ended with {self._process.wait()}")
        self.duty, self.closed, self.outputs, *up = _ANSWER.unpack(answer)
        self.up[:] = array("i", up)

    def end(self) -> None:
        """End the process."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
