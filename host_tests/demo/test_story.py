"""A step that does not come to its end is named, with what the firmware said."""

import asyncio

import pytest
from demo.recorder import Message, Recorder, Sample
from demo.scenario import StepFailed, Story
from plant import World


class Silent:
    """View, firmware and operator of a box that is never heard."""

    def __init__(self, alive: bool):
        self.alive = alive
        self.output = ["Traceback (most recent call last):", "OSError: 28"]

    async def cut(self) -> None: ...

    def of(self, _topic: str) -> list[object]:
        return []

    def step(self, number: int, total: int, sentence: str) -> None: ...

    def message(self, message: Message) -> None: ...

    def tick(self, sample: Sample) -> None: ...


@pytest.mark.parametrize(
    ("alive", "trouble"),
    [
        (True, "still waiting for the box to appear on the broker after 0.2 s"),
        (False, "the firmware ended while the story waited for the box to appear on the broker"),
    ],
)
def test_a_failed_step_is_named_with_the_firmwares_last_lines(alive: bool, trouble: str):
    box = Silent(alive)
    world = World()
    story = Story(world, box, box, Recorder(world), box, deadline_s=0.2)  # type: ignore[arg-type]
    with pytest.raises(StepFailed) as failed:
        asyncio.run(story.tell())
    text = str(failed.value)
    assert text.startswith("step 1 of 8 failed (The box starts")
    assert trouble in text
    assert "has never been heard" in text
    assert text.endswith("  | OSError: 28")
