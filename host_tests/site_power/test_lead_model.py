"""No two instances may ever grant at once, and the search would see it if they could."""

import math
from dataclasses import replace

import pytest
from lead_model import State, World, explore
from site_power.lead import Lead


class WithoutSecondWait(Lead):
    """Grants as soon as its claim has come back."""

    __slots__ = ()

    def _return(self, n, now_s):
        quiet_s = self._quiet_s
        super()._return(n, now_s)
        self._quiet_s = quiet_s


class CountsFromTheEcho(Lead):
    """A message that was under way for long counts as if it were new."""

    __slots__ = ()

    def _return(self, n, now_s):
        if self._sent_s.pop(n, None) is not None:
            if not self._confirmed:
                self._confirmed = True
                self._wait(now_s, self._lease_s)
            self._until_s = now_s + self._lease_s


class LeadsOn(Lead):
    """Goes on where it was when it is connected again."""

    __slots__ = ()

    def connected(self, now_s):
        self._connected = True

    def disconnected(self):
        self._connected = False


class HearsNobody(Lead):
    """Minds others only until it has claimed."""

    __slots__ = ()

    def take(self, message, now_s):
        return (self._claims and message["who"] != self.ident) or super().take(message, now_s)


class TrustsTheClocks(Lead):
    """Waits no longer than a lease by its own clock."""

    __slots__ = ()

    def _wait(self, now_s, lease_s):
        self._quiet_s = max(self._quiet_s, now_s + lease_s)


def led(world: World) -> State:
    """The first leads since a moment ago, and the second has just been connected.

    No mistake has been made so far.
    """
    right = replace(world, kind=Lead)
    return connect(until(connect(right.first(), right, 0), right, (True, False)), right, 1)


def taken_over(world: World) -> State:
    """The first was cut off from the network while it led, and the second leads."""
    calm = replace(world, faults=1)
    state = led(calm)
    lost = next(after for name, after in calm.steps(state) if name == "0 is cut off")
    return until(lost, world, (False, True))


def connect(state: State, world: World, who: int) -> State:
    return next(after for name, after in world.steps(state) if name == f"{who} connects")


def until(state: State, world: World, granting: tuple[bool, bool]) -> State:
    """Messages come in time and nothing else happens."""
    calm = replace(world, prompt=True)
    state = state._replace(faults=0, drops=0)
    for _ in range(50):
        if calm.granting(state) == granting:
            break
        state = next(after for name, after in calm.steps(state) if name.endswith("tick"))
    else:
        raise AssertionError(f"nobody grants in the end: {state}")
    return state._replace(faults=world.faults, drops=world.drops)


LATE = World(lease=2, faults=0)
LOSSY = World(lease=2, faults=0, drops=1)
FAULTY = World(lease=2, faults=2)
SLOW = World(lease=6, drift=0.5, rates=(2, 3), faults=0, drops=1)
WORLDS = {  # what may happen, from when on, for how many ticks
    "late messages": (LATE, led, 8),
    "a lost delivery": (LOSSY, led, 6),
    "two faults": (FAULTY, led, 4),
    "two faults after a change": (FAULTY, taken_over, 3),
    "a slow leader": (SLOW, led, 7),
}
MISTAKES = {
    WithoutSecondWait: (LOSSY, led, 5),
    CountsFromTheEcho: (LATE, led, 6),
    LeadsOn: (FAULTY, taken_over, 3),
    HearsNobody: (LATE, led, 6),
    TrustsTheClocks: (SLOW, led, 5),
}


@pytest.mark.parametrize("name", WORLDS)
def test_never_two_may_grant(name):
    world, start, ticks = WORLDS[name]
    found = explore(world, ticks, start(world))
    assert found.story == []
    assert found.n_granting > 100, "the search has hardly seen anybody grant"


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_is_found(mistake):
    world, start, ticks = MISTAKES[mistake]
    world = replace(world, kind=mistake)
    found = explore(world, ticks, start(world))
    assert found.story, f"two may not grant in {found.n_states} states"


def silent(granting):
    return not any(granting)


def test_who_leads_is_left_alone_while_messages_are_in_time():
    world = World(lease=3, drift=0.01, faults=0, prompt=True)
    assert explore(world, 30, led(world), wanted=silent).story == []


class ClaimsAtOnce(Lead):
    """Does not wait for the leader to fall silent."""

    __slots__ = ()

    def step(self, now_s):
        if not self._claims:
            self._quiet_s = -math.inf
        return super().step(now_s)


def test_who_claims_without_waiting_ends_anothers_lead():
    world = World(kind=ClaimsAtOnce, lease=3, drift=0.01, faults=0, prompt=True)
    assert explore(world, 30, led(world), wanted=silent).story
