"""What the chargers play on: broker, consumers and database as processes, and who kills them."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from rig.broker import Broker
from rig.postgres import Postgres

_AWAY_S = (0.5, 3.0)  # what was killed comes back after
_GRACE_S = 20


class Consumer:
    """`pilotwire backend run` as a process; `log` is what it has said in all its lives."""

    def __init__(self, port: int, url: str, folder: Path, number: int):
        self.log = folder / f"consumer-{number}.log"
        options = ("--broker", f"127.0.0.1:{port}", "--database", url, "--report-s", "5")
        program = Path(sys.executable).with_name("pilotwire")
        self._command = (str(program), "backend", "run", *options)
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )

    async def kill(self) -> None:
        """kill -9."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> int:
        """SIGTERM; its exit code."""
        assert self._process
        if self._process.returncode is None:
            self._process.terminate()
        return await asyncio.wait_for(self._process.wait(), _GRACE_S)


class Server:
    """PostgreSQL, killed and started without blocking the loop."""

    def __init__(self, postgres: Postgres):
        self._postgres = postgres

    async def start(self) -> None:
        await asyncio.to_thread(self._postgres.start)

    async def kill(self) -> None:
        await asyncio.to_thread(self._postgres.kill)


Victim = Broker | Consumer | Server


class Chaos:
    """Kills one thing after the other, in rounds, seeded; `every_s` apart in the mean, 0: none.

    `killed` counts the kills by name, `back_s` are the loop times at which the broker was back.
    """

    def __init__(self, victims: Sequence[tuple[str, Victim]], every_s: float, seed: int):
        self.killed: Counter[str] = Counter()
        self.back_s: list[float] = []
        self._victims = victims
        self._every_s = every_s
        self._rng = random.Random(seed)
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """No more kills; `run` returns once the last victim is running again."""
        self._stopped.set()

    async def run(self, say: Callable[[str], object]) -> None:
        while self._every_s:
            for name, victim in self._rng.sample(self._victims, len(self._victims)):
                with suppress(TimeoutError):
                    pause_s = self._rng.uniform(0.5, 1.5) * self._every_s
                    await asyncio.wait_for(self._stopped.wait(), pause_s)
                    return
                await self._kill(name, victim, say)

    async def _kill(self, name: str, victim: Victim, say: Callable[[str], object]) -> None:
        away_s = self._rng.uniform(*_AWAY_S)
        say(f"{name} is killed, and back in {away_s:.1f} s")
        self.killed[name] += 1
        await victim.kill()
        await asyncio.sleep(away_s)
        await victim.start()
        if name == "broker":
            self.back_s.append(asyncio.get_running_loop().time())
