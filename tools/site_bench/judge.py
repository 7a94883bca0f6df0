"""The judge: what truly flows through each fuse, integrated over its trip curve.

It knows the boxes' cars and the building, and nothing of what anybody has measured or granted.
"""

from collections.abc import Sequence

from site_power.curves import Heat
from site_power.tree import Site

_ROUNDING_MA = 0.1


class Judge:
    """A load of each phase of each feeder, and the worst part of its trip time ever used up."""

    def __init__(self, site: Site):
        self.columns = [(f.name, phase) for f in site.feeders.values() for phase in f.phases]
        self.load_ma = [0.0] * len(self.columns)
        self.most_ma = [0.0] * len(self.columns)
        self.worst = 0.0
        self.trips = 0
        self._heat = [
            Heat(site.feeders[name].curve, site.feeders[name].fuse_ma) for name, _ in self.columns
        ]
        self._since_s = [0.0] * len(self.columns)
        self._tripped = [False] * len(self.columns)
        at = {column: i for i, column in enumerate(self.columns)}
        self._paths = {
            box.name: [
                [at[name, phase] for name in site.above(box.feeder)] for phase in box.rotation
            ]
            for box in site.boxes.values()
        }
        self._feeders = {
            (feeder.name, phase): [at[name, phase] for name in site.above(feeder.name)]
            for feeder in site.feeders.values()
            for phase in feeder.phases
        }

    def box(self, name: str, loaded: int, change_ma: float, now_s: float) -> None:
        """The current in each of the first `loaded` terminals of a box has changed by so much."""
        for columns in self._paths[name][:loaded]:
            for column in columns:
                self._change(column, change_ma, now_s)

    def others(self, feeder: str, phase: int, change_ma: float, now_s: float) -> None:
        """What is no box has changed, at this feeder itself."""
        for column in self._feeders[feeder, phase]:
            self._change(column, change_ma, now_s)

    def columns_of(self, name: str, loaded: int) -> list[int]:
        """Those that a box with so many terminals in use loads, once for each of them."""
        return [column for columns in self._paths[name][:loaded] for column in columns]

    def above(self, feeder: str, phase: int) -> list[int]:
        """Those that a load at this feeder loads."""
        return self._feeders[feeder, phase]

    def currents(self, feeder: str) -> Sequence[float]:
        """What an ideal meter there shows, for L1 to L3."""
        found = [0.0, 0.0, 0.0]
        for (name, phase), load_ma in zip(self.columns, self.load_ma, strict=True):
            if name == feeder:
                found[phase - 1] = load_ma
        return found

    def settle(self, now_s: float) -> None:
        """At the end."""
        for column in range(len(self.columns)):
            self._change(column, 0.0, now_s)

    def _change(self, column: int, change_ma: float, now_s: float) -> None:
        load_ma = self.load_ma[column]
        # Fed in or drawn, a fuse does not care; sums of fractions are right to _ROUNDING_MA.
        carried_ma = max(abs(load_ma) - _ROUNDING_MA, 0.0)
        used = self._heat[column].carry(carried_ma, now_s - self._since_s[column])
        self.worst = max(self.worst, used)
        if used >= 1:
            self.trips += not self._tripped[column]
            self._tripped[column] = True
        elif used == 0:
            self._tripped[column] = False
        self._since_s[column] = now_s
        self.load_ma[column] += change_ma
        self.most_ma[column] = max(self.most_ma[column], self.load_ma[column])
