"""System tests that are played at the same time: they mostly wait.

    @story(config)
    async def test_something(orders): ...

The first of a module that runs plays all that were selected there; each then says how it went.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

_AT_ONCE = 4  # on two cores ticks come late beyond that
_MARK = "played"


def stories(play: Callable[..., Awaitable[None]]) -> Callable[..., Any]:
    """The decorator `story`; `play(story, *arguments of the decorator)` plays one."""

    def story(*arguments: Any, **named: Any) -> Callable[..., Any]:
        def decorate(told: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(told)
            def test(request: pytest.FixtureRequest) -> None:
                outcome = _outcomes(request)[request.function]
                if outcome:
                    raise outcome

            del test.__wrapped__  # pytest would ask for the story's own arguments
            setattr(test, _MARK, lambda: play(told, *arguments, **named))
            return test

        return decorate

    return story


def _outcomes(request: pytest.FixtureRequest) -> dict[Any, BaseException | None]:
    """What each test that was selected in this module has raised."""
    module: Any = request.module
    if not hasattr(module, "outcomes"):
        items = [item for item in request.session.items if isinstance(item, pytest.Function)]
        tests = [item.function for item in items if item.module is module]
        tests = [test for test in tests if hasattr(test, _MARK)]
        module.outcomes = asyncio.run(_play_all(tests))
    return module.outcomes


async def _play_all(tests: list[Any]) -> dict[Any, BaseException | None]:
    turn = asyncio.Semaphore(_AT_ONCE)

    async def play(test: Any) -> BaseException | None:
        async with turn:
            try:
                await getattr(test, _MARK)()
            except (Exception, asyncio.CancelledError) as error:  # the test's own to raise
                return error
        return None

    return dict(zip(tests, await asyncio.gather(*map(play, tests)), strict=True))
