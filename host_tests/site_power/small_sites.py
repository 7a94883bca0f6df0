"""Sites for tests, small and at random."""

from hypothesis import strategies as st
from site_power.tree import Box, Feeder, Site

ROTATIONS = ((1, 2, 3), (2, 3, 1), (3, 1, 2), (3, 2, 1), (1,), (2,), (3,))


def feeder(name: str, parent: str | None = None, fuse_a: int = 63, curve: str = "B") -> Feeder:
    return Feeder(name, parent, fuse_a * 1_000, curve, (1, 2, 3), (0, 0, 0), None)


def box(
    name: str,
    feeder: str = "main",
    rotation: tuple[int, ...] = (1, 2, 3),
    max_a: int = 32,
    share_a: int = 0,
    priority: int = 1,
) -> Box:
    return Box(name, feeder, rotation, max_a * 1_000, share_a * 1_000, priority)


def site(feeders: list[Feeder], boxes: list[Box], lease_s: int = 20) -> Site:
    by_name = {each.name: each for each in feeders}
    return Site("a", "p/", lease_s, 1_000, 5.0, 900, by_name, {each.name: each for each in boxes})


@st.composite
def sites(draw: st.DrawFn, most_boxes: int = 6, shares_a: tuple[int, ...] = (0, 6)) -> Site:
    """A tree of up to five feeders with boxes of one phase and of three at any of them."""
    feeders = [feeder("f0", None, draw(st.sampled_from((40, 63, 80))))]
    for i in range(1, draw(st.integers(1, 5))):
        parent = f"f{draw(st.integers(0, i - 1))}"
        feeders.append(feeder(f"f{i}", parent, draw(st.sampled_from((16, 20, 32, 40)))))
    boxes = [
        box(
            f"b{i}",
            f"f{draw(st.integers(0, len(feeders) - 1))}",
            draw(st.sampled_from(ROTATIONS)),
            draw(st.sampled_from((16, 32))),
            draw(st.sampled_from(shares_a)),
        )
        for i in range(draw(st.integers(1, most_boxes)))
    ]
    return site(feeders, boxes)
