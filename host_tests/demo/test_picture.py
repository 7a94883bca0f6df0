"""The picture of a session."""

from pathlib import Path

from demo.picture import draw, runs
from demo.recorder import Recorder
from matplotlib.image import imread
from plant import Cable, Car, World

BLUE, ORANGE, GREEN = (0, 114, 178), (213, 94, 0), (0, 158, 115)


def test_it_shows_pilot_duty_current_and_contactor(tmp_path: Path):
    world = World()
    recorder = Recorder(world)
    recorder.hear("state", {"limit": {"ma": 20_000, "by": "cable"}})
    recorder.mark("plug in")
    world.plug(Cable(20), Car())
    for ms in range(10, 8_000, 10):
        if ms == 1_000:
            world.set_outputs(3_333, True)
        world.advance(ms * 1000)
        recorder(world)
    draw(recorder.samples, recorder.events, tmp_path / "session.png")
    picture = imread(tmp_path / "session.png")
    assert picture.shape[1] == 1_800
    pixels = {tuple(round(float(part) * 255) for part in p[:3]) for p in picture.reshape(-1, 4)}
    assert {BLUE, ORANGE, GREEN} <= pixels


def test_a_run_is_a_stretch_that_is_long_enough_for_a_label():
    seconds = [0.0, 1.0, 2.0, 2.5, 3.0, 4.0, 5.0]
    values = ["a", "a", "a", "b", "c", "c", "c"]
    assert runs(seconds, values) == [(0.0, "a"), (3.0, "c")]
    assert runs([], []) == []
