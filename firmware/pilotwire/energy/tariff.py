"""Energy by tariff period: which one holds when, and how the Wh of a charge are split.

A tariff is data (tariff.json, tarifffile.py). Where nobody can know the period of some Wh (no
clock, or a silence of the meter across a change), they stay unsplit.
"""

from micropython import const

from ..zone import offset

_DAY_S = const(86_400)
_NEAR_S = const(2)  # readings that are no further apart belong to the period of the second
_UNIT = const(1_000)  # prices are per kWh


class Tariff:
    """`names` of the periods; `prices` for each, in 1/100,000 of `currency` per kWh, or None.

    `changes` are (minute of the local day, index of the period), in order, the first at 0;
    `rule` is zone.py's. `digest` names it in records.
    """

    def __init__(self, names, prices, currency, changes, rule, digest):
        self.names = names
        self.prices = prices
        self.currency = currency
        self.digest = digest
        self._changes = changes
        self._rule = rule

    def at(self, unix):
        """(period, unix time until which it holds at least)."""
        minutes, limit = offset(self._rule, unix)
        second = (unix + minutes * 60) % _DAY_S
        period = 0
        end_s = _DAY_S
        for minute, index in self._changes:
            if minute * 60 > second:
                end_s = minute * 60
                break
            period = index
        return period, min(unix - second + end_s, limit)

    def period(self, unix):
        """Index of the period at this time."""
        return self.at(unix)[0]

    def is_one(self, first_unix, last_unix):
        """Whether all of this time lies in one stretch of one period."""
        period, until = self.at(first_unix)
        while until <= last_unix and until - first_unix < _DAY_S:
            following, until = self.at(until)
            if following != period:
                return False
        return first_unix <= last_unix < until

    def amounts(self, period_wh):
        """What they cost, each to the nearest 1/100,000 of the currency; None without prices."""
        if self.prices is None:
            return None
        half = _UNIT // 2
        return [(wh * price + half) // _UNIT for wh, price in zip(period_wh, self.prices)]

    def split(self):
        """For the Wh of a box's charges."""
        return Split(self)


class Split:
    """The Wh of one charge by period; `begin` with the register at its start."""

    def __init__(self, tariff):
        self._tariff = tariff
        self.begin(None, None)

    def begin(self, unix, wh):
        """The register shows `wh` at the start, at `unix`."""
        self.period_wh = [0] * len(self._tariff.names)
        self._unix = unix
        self._wh = wh
        self._near_s = _NEAR_S

    def recall(self, opening, wh):
        """Go on from an opening record as it was kept; the register showed `wh` then."""
        self.begin(opening.get("start_unix"), wh)
        self._near_s = -1  # nobody knows when the power went
        if "period_wh" in opening:
            self._unix = None  # what another tariff has split can only be left unsplit
            if opening.get("tariff") == self._tariff.digest:
                self.period_wh = list(opening["period_wh"])
                self._unix = opening.get("end_unix")

    def see(self, unix, wh):
        """The register shows `wh` now; `unix` is None while the time is unknown."""
        if None not in (self._wh, self._unix, unix) and wh >= self._wh:
            near = 0 <= unix - self._unix <= self._near_s
            if near or self._tariff.is_one(self._unix, unix):
                self.period_wh[self._tariff.period(unix)] += wh - self._wh
        self._near_s = _NEAR_S
        self._unix = unix
        self._wh = wh

    def fields(self, wh):
        """A record's, for a charge of `wh` in all; none where that is unknown."""
        if wh is None or sum(self.period_wh) > wh:
            return {}
        tariff = self._tariff
        fields = {"tariff": tariff.digest, "period_wh": self.period_wh}
        fields["unsplit_wh"] = wh - sum(self.period_wh)
        if tariff.prices is not None:
            fields["currency"] = tariff.currency
            fields["amounts"] = tariff.amounts(self.period_wh)
        return fields
