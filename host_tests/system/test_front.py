"""Lamp and button of a real process: what a person sees, and what a press does to a charge."""

import asyncio
from pathlib import Path

from desk import Desk, desk
from plant import Cable, Car

PRESSED_TICKS = 30  # 0.3 s of the plant's, whose clock is the firmware's
OFF = "0 0 0"
GREEN, YELLOW, RED = "0 255 0", "255 160 0", "255 0 0"


class Front:
    """The box's face, as files."""

    def __init__(self, path: Path, d: Desk):
        self._path = path
        self._button = Path(f"{path}.button")
        self._left = 0
        d.box.plant.observers.append(self._tick)

    def press(self) -> None:
        self._button.write_text("1")
        self._left = PRESSED_TICKS

    async def shines(self, colour: str) -> None:
        """Wait until it is lit in that colour, and in no other since it was dark."""
        while True:
            await asyncio.sleep(0.05)
            lit = [line for line in self._path.read_text().splitlines() if line != OFF]
            if lit and lit[-1] == colour:
                return

    def _tick(self, _world: object) -> None:
        self._left -= 1
        if self._left == 0:
            self._button.write_text("0")


def test_the_lamp_says_what_the_box_is_in_and_a_press_pauses_and_goes_on(tmp_path):
    async def run():
        path = tmp_path / "front"
        path.touch()
        async with desk(parts={"front": str(path)}) as d:
            front = Front(path, d)
            await front.shines(GREEN)
            d.world.plug(Cable(), Car())
            await d.charging()
            await front.shines(GREEN)
            front.press()
            await d.operator.wait("state", lambda s: "paused" in s["why_not"])
            await front.shines(YELLOW)
            front.press()
            await d.operator.wait("state", lambda s: s["closed"])
            await front.shines(GREEN)
            d.world.pe_ok = False
            await front.shines(RED)

    asyncio.run(run())
