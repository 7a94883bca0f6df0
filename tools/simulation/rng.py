"""The one source of chance: SplitMix64, so that a seed means the same on every machine.

Each purpose has a stream of its own: switching one kind of fault off leaves the others as they
were, which is what lets a failing seed shrink.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1


class Rng:
    """The stream `name` of `seed`, any integer."""

    def __init__(self, seed: int, name: str = ""):
        self._seed = seed
        self._name = name
        digest = sha256(f"{seed} {name}".encode()).digest()
        self._state = int.from_bytes(digest[:8], "big")

    def stream(self, name: str) -> "Rng":
        """Another stream of the same seed; it does not depend on what was drawn from this one."""
        return Rng(self._seed, f"{self._name}/{name}")

    def below(self, n: int) -> int:
        """0..n-1."""
        self._state = state = self._state + 0x9E3779B97F4A7C15 & _MASK
        state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        state = (state ^ state >> 27) * 0x94D049BB133111EB & _MASK
        return (state ^ state >> 31) * n >> 64

    def between(self, least: int, most: int) -> int:
        """`least`..`most`, both included."""
        return least + self.below(most - least + 1)

    def skewed(self, least: int, most: int) -> int:
        """`least`..`most`, small ones as often as large ones on a scale of powers of two."""
        bits = (most - least + 1).bit_length()
        return least + min(self.below(1 << self.between(0, bits)), most - least)

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def pick(self, things: Sequence[T]) -> T:
        return things[self.below(len(things))]
