"""`pilotwire watch` and `why`: a running box, read at its console."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

from demo.panels import PILOT_ROWS, grid, panel, pilot
from rich.console import Console, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.text import Text
from telling.output import objects
from telling.trouble import DONE
from telling.words import amps, limit_words, state_words

from . import answers
from .dialogue import Dialogue
from .show import at_box


def watch(port: str, every_s: float, count: int, as_json: bool) -> int:
    """Until Ctrl-C, or `count` looks: a live picture, or a line a look."""
    console = Console()
    live = console.is_terminal and not console.is_dumb_terminal and not as_json
    looks = 0
    with at_box(port) as dialogue, suppress(KeyboardInterrupt), _shown(console, live) as show:
        while True:
            found = look(dialogue)
            if as_json:
                objects(found)
            else:
                show(picture(found, console.width) if live else line(found))
            looks += 1
            if looks == count:
                break
            time.sleep(every_s)
    return DONE


def why(port: str, as_json: bool) -> int:
    """Who limits the current, and why there is none."""
    with at_box(port) as dialogue:
        answer = dialogue.does("why")
    if as_json:
        objects({"box": dialogue.box, **answers.why(answer)})
    else:
        print(answer)
    return DONE


def look(dialogue: Dialogue) -> dict[str, Any]:
    """One look at a box: what `status`, `pilot`, `meter` and `why` say together."""
    found = answers.status(dialogue.does("status"))
    found["pilot"] = answers.pilot(dialogue.does("pilot"))
    found["meter"] = answers.meter(dialogue.does("meter"))
    found["why_not"] = list(answers.why(dialogue.does("why"))["why_not"])
    return found


def line(found: dict[str, Any]) -> str:
    """A look in one line."""
    ma = [amps(one) for one in found["meter"]["current_ma"] if one is not None]
    why_not = ", ".join(found["why_not"])
    contactor = "closed" if found["closed"] else "open"
    return (
        f"{found['box']}  {state_words(found['state'])}; {contactor}; "
        f"{' '.join(ma) or 'no meter'}; {_limit(found)}" + (f"; {why_not}" if why_not else "")
    )


def picture(found: dict[str, Any], width: int) -> RenderableType:
    """A look as panels, for a terminal of 80 columns or more."""
    seen, meter = found["pilot"], found["meter"]
    duty = round(seen["duty_pct"] * 100)
    wave = pilot(seen["high_mv"], seen["low_mv"], duty, width // 2 - 12)
    box = grid()
    box.add_row("State", Text(state_words(found["state"]), style="bold"))
    box.add_row("Contactor", "closed" if found["closed"] else "open")
    box.add_row("Limit", _limit(found))
    box.add_row(
        "L1 L2 L3", "  ".join("-" if ma is None else amps(ma) for ma in meter["current_ma"])
    )
    power_w = meter.get("power_w")
    box.add_row("Power", "-" if power_w is None else f"{power_w / 1_000:.2f} kW")
    box.add_row("Why not", Text(", ".join(found["why_not"]) or "(current may flow)"))
    box.add_row("Broker", f"{found.get('broker') or 'none'}: {found.get('broker_reason') or '-'}")
    layout = Layout()
    row = Layout(size=PILOT_ROWS)
    row.split_row(
        Layout(panel("Control pilot, 2 ms of it", wave)), Layout(panel(found["box"], box))
    )
    layout.split_column(row, Layout(Text("Ctrl-C ends this", style="dim")))
    return layout


def _limit(found: dict[str, Any]) -> str:
    return limit_words({"ma": found["limit_ma"], "by": found["limit_by"]})


def _shown(console: Console, live: bool) -> AbstractContextManager[Callable[[Any], object]]:
    if not live:
        return nullcontext(lambda text: print(text, flush=True))
    return _Live(console)


class _Live(AbstractContextManager):
    """The whole terminal, given back at the end; call it with each picture."""

    def __init__(self, console: Console):
        self._live = Live(console=console, screen=True, auto_refresh=False)

    def __enter__(self) -> Callable[[Any], object]:
        self._live.__enter__()
        return lambda shown: self._live.update(shown, refresh=True)

    def __exit__(self, *error: object) -> None:
        self._live.__exit__(None, None, None)
