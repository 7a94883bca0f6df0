"""Why it charges as it does: every source that limits the current. Loads on demand."""

from ..pilot.handover import NEVER, NO_LIMIT_MA, UP_BINDING, UP_LIMIT_MA, UP_WHY_NOT
from ..pilot.reasons import codes
from ..power.leases import SOURCES


def why(app) -> dict:
    """For the result of the command `why`; docs/mqtt.md has its fields."""
    leases, up = app.leases, app.up
    sources = {}
    reasons = app.reasons()
    for place, source in enumerate(SOURCES):
        limit_ma, ttl_ms, fallback_ma = leases.current(place, app.hal.ticks_ms())
        if limit_ma == NO_LIMIT_MA and ttl_ms == NEVER:
            continue
        sources[source] = row = {"ma": _or_none(limit_ma)}
        if ttl_ms != NEVER:
            row["left_s"] = (ttl_ms + 999) // 1000
            row["then_ma"] = _or_none(fallback_ma)
        why, left_s = reasons.get(source, ("", None))
        if why:
            row["why"] = why
        if left_s is not None:
            row["left_s"] = left_s
    return {
        "ma": up[UP_LIMIT_MA],
        "by": leases.source_of(up[UP_BINDING]),
        "why_not": codes(up[UP_WHY_NOT]),
        "override": leases.override,
        "ready_unix": app.regulation and app.regulation.ready_unix(),
        "sources": sources,
    }


def _or_none(ma):
    return None if ma == NO_LIMIT_MA else ma
