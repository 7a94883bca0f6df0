"""asyncio for the firmware, on the simulation's clock: what MicroPython has of it, and no more.

CPython's own would do, but the order in which it runs tasks changes from release to release, and
it costs several times as much. host_tests/simulation holds it against MicroPython's.
"""

from collections.abc import Callable, Coroutine, Generator
from typing import Any

from plant import Agenda


class CancelledError(BaseException):
    """Thrown into a task that is cancelled."""


class TimeoutError(Exception):  # noqa: A001 (asyncio's name for it)
    """`wait_for`: the time is up."""


class Clock:
    """The simulation's time, and what is to happen later."""

    def __init__(self) -> None:
        self.now_us = 0
        self.agenda = Agenda()

    def after(self, us: int, action: Callable[[], object]) -> None:
        self.agenda.at(self.now_us + us, action)


class Task:
    """A coroutine that runs. Await it for its value, or for what it raised."""

    def __init__(self, loop: "Loop", coroutine: Coroutine[Any, Any, Any]):
        self._loop = loop
        self._coroutine = coroutine
        self._done = False
        self._value: Any = None
        self._error: BaseException | None = None
        self._cancelled = False
        self._joined: list[tuple[Task, int]] = []
        self._wait = 0  # number of the wait that it is in: a wake-up from another one is void
        loop.resume(self, 0)

    def done(self) -> bool:
        return self._done

    def cancel(self) -> bool:
        if self._done:
            return False
        self._cancelled = True
        self._loop.resume(self, self._wait)
        return True

    def __await__(self) -> Generator["Task", None, Any]:
        if not self._done:
            yield self
        if self._error is not None:
            raise self._error
        return self._value

    def arm(self, task: "Task", wait: int) -> None:
        self._joined.append((task, wait))

    def waits(self, wait: int) -> bool:
        """Whether it is in wait number `wait` still."""
        return wait == self._wait and not self._done

    def step(self, wait: int) -> None:
        """Run until the next wait, if it is still in wait number `wait`."""
        if not self.waits(wait):
            return
        self._wait += 1
        try:
            if self._cancelled:
                self._cancelled = False
                trap = self._coroutine.throw(CancelledError())
            else:
                trap = self._coroutine.send(None)
        except StopIteration as end:
            self._end(end.value, None)
        except (CancelledError, Exception) as raised:
            self._end(None, raised)
        else:
            trap.arm(self, self._wait)

    def drop(self) -> None:
        """The power is gone: it never runs again."""
        self._done = True
        try:
            self._coroutine.close()
        except RuntimeError:  # it wanted to wait in a `finally`
            return

    def _end(self, value: Any, error: BaseException | None) -> None:
        self._done = True
        self._value = value
        self._error = error
        if error and not isinstance(error, CancelledError):
            self._loop.errors = [*self._loop.errors[-3:], error]
        for task, wait in self._joined:
            self._loop.resume(task, wait)


class Event:
    def __init__(self, loop: "Loop"):
        self._loop = loop
        self._set = False
        self._waiting: list[tuple[Task, int]] = []

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True
        waiting, self._waiting = self._waiting, []
        for task, wait in waiting:
            self._loop.resume(task, wait)

    def clear(self) -> None:
        self._set = False

    def wait(self) -> "_Wait":
        return _Wait(self)

    def arm(self, task: Task, wait: int) -> None:
        self._waiting = [(other, n) for other, n in self._waiting if other.waits(n)]
        self._waiting.append((task, wait))


class _Trap:
    """What a task waits for: `arm(task, wait)` sees to its wake-up."""

    def __init__(self, arm: Callable[[Task, int], object]):
        self.arm = arm

    def __await__(self) -> Generator["_Trap", None, None]:
        yield self


class _Wait:
    """What `Event.wait` gives: to be awaited, by itself or by `wait_for`."""

    def __init__(self, event: Event):
        self.event = event

    def __await__(self) -> Generator["_Trap", None, bool]:
        if not self.event.is_set():
            yield _Trap(self.event.arm)
        return True


class Loop:
    """Stands in for the module asyncio during one life of a box, until `stop`."""

    TimeoutError = TimeoutError
    CancelledError = CancelledError

    def __init__(self, clock: Clock):
        self._clock = clock
        self._tasks: list[Task] = []
        self._running = True
        self.blocked_us = 0
        self.errors: list[BaseException] = []  # what tasks have raised, the latest few

    def block(self, until_us: int) -> None:
        """Whoever runs then does not come back before `until_us`: no task has its turn."""
        self.blocked_us = until_us

    def stop(self) -> None:
        """Nothing runs from now on."""
        self._running = False
        for task in self._tasks:
            task.drop()

    def resume(self, task: Task, wait: int) -> None:
        """Let `task` run at this instant, if it is in wait number `wait` still."""
        self._at(self._clock.now_us, task, wait)

    def _at(self, us: int, task: Task, wait: int) -> None:
        self._clock.agenda.at(us, lambda: self._run(task, wait))

    def _run(self, task: Task, wait: int) -> None:
        if not self._running:
            return
        if self._clock.now_us < self.blocked_us:
            self._at(self.blocked_us, task, wait)
        else:
            task.step(wait)

    # The names that the firmware knows.

    def create_task(self, coroutine: Coroutine[Any, Any, Any]) -> Task:
        if not self._running:  # a `finally` of a task that is dropped
            coroutine.close()
        task = Task(self, coroutine)
        self._tasks = [other for other in self._tasks if not other.done()]
        self._tasks.append(task)
        return task

    def Event(self) -> Event:  # noqa: N802 (asyncio's name)
        return Event(self)

    def sleep_ms(self, ms: int) -> _Trap:
        due_us = self._clock.now_us + max(ms, 0) * 1_000
        return _Trap(lambda task, wait: self._at(due_us, task, wait))

    def sleep(self, seconds: float) -> _Trap:
        return self.sleep_ms(int(seconds * 1_000))

    async def wait_for(self, awaited: Any, timeout_s: float) -> Any:
        """Wait for a coroutine, a task or an event, `timeout_s` at most; then it is cancelled."""
        due_us = self._clock.now_us + int(timeout_s * 1_000) * 1_000
        if isinstance(awaited, _Wait):  # no task of its own is needed for that
            event = awaited.event
            if not event.is_set():
                await self._until(event.arm, due_us)
                if not event.is_set():
                    raise TimeoutError
            return True
        child = awaited if isinstance(awaited, Task) else self.create_task(awaited)
        try:
            if not child.done():
                await self._until(child.arm, due_us)
        except CancelledError:
            child.cancel()
            raise
        if not child.done():
            child.cancel()
            try:
                await child
            except CancelledError:
                raise TimeoutError from None
        return await child

    def _until(self, arm: Callable[[Task, int], object], due_us: int) -> _Trap:
        def both(task: Task, wait: int) -> None:
            arm(task, wait)
            self._at(due_us, task, wait)

        return _Trap(both)

    async def open_connection(self, host: str, port: int) -> Any:
        raise OSError(113, host, port)  # the HAL's is used
