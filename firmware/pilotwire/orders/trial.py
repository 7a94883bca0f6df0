"""Tests by ring 0 that an installer asks for (pilot/service.py), as ring 1 runs them; on demand.

    service = await begin(app)
    try:
        told = await run(app, CONTACTOR)
    finally:
        await end(app)
        unload("pilot.service", "orders.trial")

Meanwhile the box offers nothing, and no vehicle begins a charge.
"""

import asyncio

from micropython import const

from ..link.commands import Refused
from ..pilot.handover import FLAG_RUN, UP_FLAGS
from ..pilot.service import ALONE_MS, Service

_LOOK_S = 0.05
_LOOKS = const(600)  # longer than any test
_WAITS = const(60)


async def begin(app):
    """The app's Service from now on. Raises Refused while a charge or a trace is in progress."""
    if app.service or app.trace or app.session.active:
        raise Refused(None, "occupied", "")
    service = Service(app.guard)
    service.enter()
    _put(app, service)
    return service


async def run(app, test):
    """What ring 0 has told (service.N_TOLD) when the test is over."""
    service = app.service
    for _ in range(_WAITS):  # until it has seen nothing change, and that it is to offer nothing
        if service.alone_ms >= ALONE_MS and not app.up[UP_FLAGS] & FLAG_RUN:
            break
        await asyncio.sleep(_LOOK_S)
    service.ask(test)
    try:
        for _ in range(_LOOKS):
            if not service.asked[0]:
                break
            await asyncio.sleep(_LOOK_S)
    finally:
        await _stop(service)
    return service.told


async def end(app):
    """No longer in service."""
    service = app.service
    await _stop(service)
    service.leave()
    _put(app, None)


def _put(app, service):
    app.service = service
    app.locally(None)  # which hands down that nothing is offered, or that it is again


async def _stop(service):
    if service.asked[0]:
        service.ask(0)
        await asyncio.sleep(_LOOK_S)  # ring 0 ends it in its next tick
