"""Every state that two instances and a broker can reach, breadth first: the code itself steps.

Time goes in whole ticks. In each, both send what is due; the broker hears any of it, in any order;
each instance hears as much of what it is sent as comes. So a message waits on its way for any
time. Besides, in any order: a connection ends, and the client notices at any later time; what was
under way on it still reaches the broker, or not; the broker forgets everything; an instance is
killed and starts anew. Clocks go at different `rates`.

States that differ only in the time and in numbers that nobody compares are one.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from site_power.lead import Lead

_MOST_UP = 1  # messages of one instance on their way to the broker; more are not sent
_MOST_DOWN = 2  # and to it; a client that lags further is cut off by the broker
_N = 100  # the number that each instance's last message gets
_STALE = 1  # and what nobody waits for any more
_GHOST = 2  # who it was that sent a message, after an instance was killed
_NOBODY = (False, False)

Message = tuple[int, int, int]  # term, who, number
Values = tuple[Any, ...]  # of a Lead, times from now on


class Instance(NamedTuple):
    """`up` and `down` are what is under way."""

    values: Values
    online: bool  # as the client sees it
    heard: bool  # as the broker sees it
    up: tuple[Message, ...] = ()
    down: tuple[Message, ...] = ()


class State(NamedTuple):
    """`loose`: of lost connections, in the sockets' buffers. `faults`: how many may still come."""

    instances: tuple[Instance, ...]
    retained: Message | None
    loose: tuple[Message, ...]
    faults: int
    drops: int


@dataclass(frozen=True)
class World:
    """`kind`: the class that is tried. `faults` of connections, broker and processes may happen
    in a run, and `drops` deliveries get lost on a connection that lives.

    `prompt`: no message waits longer than a tick.
    """

    kind: type[Lead] = Lead
    lease: int = 3
    drift: float = 0.0
    rates: tuple[int, int] = (1, 1)
    faults: int = 2
    drops: int = 0
    prompt: bool = False

    def first(self) -> State:
        """Nobody is connected yet."""
        fresh = Instance(self.fresh(), False, False)
        return State((fresh, fresh), None, (), self.faults, self.drops)

    def fresh(self) -> Values:
        """An instance that has just started."""
        lead = self.kind("0", self.lease, self.drift)
        lead._n = _N
        return _values(lead)

    def lead(self, who: int, values: Values) -> Lead:
        """The instance itself."""
        lead = self.kind.__new__(self.kind)
        lead.ident = f"{who}"
        lead._lease_s = self.lease
        lead._drift = self.drift
        lead.certain_s = 0  # this search does not ask for it
        lead.term, lead._connected, lead._claims, lead._confirmed = values[:4]
        lead._quiet_s, lead._renew_s, lead._until_s, lead._n = values[4:8]
        lead._sent_s = dict(values[8])
        return lead

    def steps(self, state: State, ticks: bool = True) -> Iterator[tuple[str, State]]:
        """What can happen next, and what it leads to; `ticks`: time may pass."""
        for heard, after in self._ordered(state) if ticks else ():
            for n0 in self._counts(after.instances[0]):
                for n1 in self._counts(after.instances[1]):
                    told = self._deliver(self._deliver(after, 0, n0), 1, n1)
                    name = f"{heard}0 hears {n0}, 1 hears {n1}"
                    if self.granting(told) != self.granting(state):
                        yield name, told  # somebody may grant before the next tick only
                    yield f"{name}, tick", _tidy(self._tick(told))
        for who, instance in enumerate(state.instances):
            if not instance.online:
                yield f"{who} connects", _tidy(self._connect(state, who))
            elif not instance.heard:
                yield f"{who} notices", _tidy(self._lose(state, who))
        if state.faults:
            for name, after in self._faults(state._replace(faults=state.faults - 1)):
                yield name, _tidy(after)
        if state.drops:
            for who, instance in enumerate(state.instances):
                if instance.down:
                    dropped = _with(state, who, down=instance.down[1:])
                    yield f"{who} misses one", _tidy(dropped._replace(drops=state.drops - 1))

    def granting(self, state: State) -> tuple[bool, ...]:
        """Which of them may grant now."""
        return tuple(_granting(self, who, i.values) for who, i in enumerate(state.instances))

    def _counts(self, instance: Instance) -> range:
        return range(len(instance.down) if self.prompt else 0, len(instance.down) + 1)

    def _ordered(self, state: State) -> Iterator[tuple[str, State]]:
        """What the broker may hear in this tick, in every order."""
        both = self._order(state, 0), self._order(state, 1)
        if not self.prompt or both == (None, None):
            yield "", state
        for who, after in enumerate(both):
            if after:
                then = self._order(after, 1 - who)
                if not self.prompt or not then:
                    yield f"broker hears {who}, ", after
                if then:
                    yield f"broker hears {who} and {1 - who}, ", then
        if state.loose:
            kept = state._replace(loose=())
            for message in state.loose:
                kept = self._publish(kept, message)
            yield "broker hears the lost connection, ", kept

    def _order(self, state: State, who: int) -> State | None:
        if not state.instances[who].up:
            return None
        message, *rest = state.instances[who].up
        return self._publish(_with(state, who, up=tuple(rest)), message)

    def _publish(self, state: State, message: Message) -> State:
        instances = []
        for instance in state.instances:
            if not instance.heard:
                instances.append(instance)
            elif len(instance.down) < _MOST_DOWN:
                instances.append(instance._replace(down=(*instance.down, message)))
            else:
                instances.append(instance._replace(heard=False, up=()))
        return state._replace(instances=tuple(instances), retained=message)

    def _deliver(self, state: State, who: int, count: int) -> State:
        if not count:
            return state
        instance = state.instances[who]
        values = instance.values
        for message in instance.down[:count]:
            values = _taken(self, who, values, message)
        return _with(state, who, values=values, down=instance.down[count:])

    def _tick(self, state: State) -> State:
        """Time passes, and each sends what is due; one whose socket is full does not."""
        instances = []
        for who, instance in enumerate(state.instances):
            values = _older(self, instance.values, self.rates[who])
            up = instance.up
            if instance.online and len(up) < _MOST_UP:
                values, message = _sent(self, who, values)
                if message and instance.heard:
                    up = (*up, message)
            instances.append(instance._replace(values=values, up=up))
        return state._replace(instances=tuple(instances))

    def _connect(self, state: State, who: int) -> State:
        lead = self.lead(who, state.instances[who].values)
        lead.connected(0)
        down = (state.retained,) if state.retained else ()
        return _with(state, who, values=_values(lead), online=True, heard=True, up=(), down=down)

    def _faults(self, state: State) -> Iterator[tuple[str, State]]:
        deaf = tuple(i._replace(heard=False, up=()) for i in state.instances)
        yield "broker forgets", state._replace(instances=deaf, retained=None, loose=())
        for who, instance in enumerate(state.instances):
            if instance.heard:
                yield f"broker cuts {who} off", _with(state, who, heard=False, up=())
                yield f"{who} is cut off", self._lose(state, who)
            if instance.online:
                yield f"{who} is killed", self._kill(state, who)

    def _lose(self, state: State, who: int) -> State:
        """What it has sent may be in the broker's socket."""
        instance = state.instances[who]
        lead = self.lead(who, instance.values)
        lead.disconnected()
        lost = _with(state, who, values=_values(lead), online=False, heard=False, up=(), down=())
        return lost._replace(loose=(state.loose + instance.up)[-_MOST_UP:])

    def _kill(self, state: State, who: int) -> State:
        lost = self._lose(state, who)

        def ghost(message: Message) -> Message:
            return (message[0], _GHOST, _STALE) if message[1] == who else message

        instances = tuple(
            i._replace(up=tuple(map(ghost, i.up)), down=tuple(map(ghost, i.down)))
            for i in lost.instances
        )
        retained = ghost(lost.retained) if lost.retained else None
        loose = tuple(map(ghost, lost.loose))
        lost = lost._replace(instances=instances, retained=retained, loose=loose)
        return _with(lost, who, values=self.fresh())


def _values(lead: Lead) -> Values:
    return (
        lead.term,
        lead._connected,
        lead._claims,
        lead._confirmed,
        max(lead._quiet_s, 0),
        max(lead._renew_s, 0) if lead._claims else 0,
        max(lead._until_s, 0),
        lead._n,
        tuple(lead._sent_s.items()),
    )


@lru_cache(None)
def _granting(world: World, who: int, values: Values) -> bool:
    return world.lead(who, values).may_grant(0)


@lru_cache(None)
def _taken(world: World, who: int, values: Values, message: Message) -> Values:
    lead = world.lead(who, values)
    term, sender, n = message
    assert lead.take({"term": term, "who": f"{sender}", "n": n, "lease_s": world.lease}, 0)
    return _values(lead)


@lru_cache(None)
def _older(world: World, values: Values, by: int) -> Values:
    lead = world.lead(0, values)
    lead._quiet_s -= by
    lead._renew_s -= by
    lead._until_s -= by
    sent_s = {n: sent_s - by for n, sent_s in lead._sent_s.items()}
    lead._sent_s = {n: t for n, t in sent_s.items() if t > -world.lease}
    return _values(lead)


@lru_cache(None)
def _sent(world: World, who: int, values: Values) -> tuple[Values, Message | None]:
    lead = world.lead(who, values)
    message = lead.step(0)
    found = (message["term"], who, message["n"]) if message else None
    return _values(lead), found


def _with(state: State, who: int, **changes: Any) -> State:
    changed = state.instances[who]._replace(**changes)
    first, second = state.instances
    return state._replace(instances=(first, changed) if who else (changed, second))


def _tidy(state: State) -> State:
    """The same state with the least numbers: terms keep their order and whether one follows."""
    (values0, _, _, up0, down0), (values1, _, _, up1, down1) = state.instances
    messages = up0 + down0 + up1 + down1 + state.loose
    if state.retained:
        messages += (state.retained,)
    terms = sorted({0, values0[0], values1[0], *[message[0] for message in messages]})
    least = {0: 0}
    for before, term in pairwise(terms):
        least[term] = least[before] + min(term - before, 2)
    awaited = {
        (who, n): n - values[7] + _N
        for who, values in enumerate((values0, values1))
        for n, _ in values[8]
    }

    def plain(messages: tuple[Message, ...]) -> tuple[Message, ...]:
        return tuple((least[t], who, awaited.get((who, n), _STALE)) for t, who, n in messages)

    return State(
        tuple(
            Instance(
                (
                    least[i.values[0]],
                    *i.values[1:7],
                    _N,
                    tuple((n - i.values[7] + _N, t) for n, t in i.values[8]),
                ),
                i.online,
                i.heard,
                plain(i.up),
                plain(i.down),
            )
            for i in state.instances
        ),
        (least[state.retained[0]], state.retained[1], _STALE) if state.retained else None,
        plain(state.loose),
        state.faults,
        state.drops,
    )


class Found(NamedTuple):
    """`story`: the shortest way to what was looked for; empty: it cannot be reached."""

    n_states: int
    n_granting: int  # states in which somebody may grant
    story: list[str]


def explore(
    world: World,
    ticks: int,
    first: State | None = None,
    wanted: Callable[[tuple[bool, ...]], bool] = all,
) -> Found:
    """Look within `ticks` for a state whose granting instances are as `wanted`: by default all."""
    first = first or world.first()
    came: dict[State, tuple[State, str] | None] = {first: None}
    now, later = deque([first]), deque[State]()
    n_granting = 0
    while now:
        state = now.popleft()
        granting = world.granting(state)
        n_granting += granting != _NOBODY
        if wanted(granting):
            return Found(len(came), n_granting, _story(came, state))
        for name, after in world.steps(state, ticks > 0):
            if after in came:
                continue
            came[after] = state, name
            if "hears" not in name:
                now.append(after)
            elif name.endswith("tick"):
                later.append(after)
            elif wanted(world.granting(after)):
                return Found(len(came), n_granting, _story(came, after))
        if not now:
            now, later = later, now
            ticks -= 1
    return Found(len(came), n_granting, [])


def _story(came: dict[State, tuple[State, str] | None], state: State) -> list[str]:
    names = []
    while found := came[state]:
        state, name = found
        names.append(name)
    return names[::-1]
