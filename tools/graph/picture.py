"""The graph as a person reads it: the standard's letters, and why one leads to another."""

from collections.abc import Iterable
from html import escape
from math import hypot

from pilotwire.pilot import duty as _duty
from pilotwire.pilot import levels

from .explore import Graph
from .machine import Machine, Node

POWER = "\u26a1"  # the contactor is closed
# Column and row of each; the rows are: power, offered, not offered.
_PLACES = {
    "A1": (0, 2), "A2": (0, 1),
    "B1": (1, 2), "B2": (1, 1),
    "C1": (2, 2), "C2": (2, 1), f"C2{POWER}": (2.5, 0), f"C1{POWER}": (1.4, 0),
    "D1": (3.2, 2), "D2": (3.2, 1), f"D2{POWER}": (3.6, 0), f"D1{POWER}": (4.2, 0.6),
    "E": (4.2, 2), "F": (4.2, 1.4), "E2": (0, 0),
}  # fmt: skip
_TO = ("A1", "E", "F")  # reached from nearly everywhere, and
_FROM = ("E", "F")  # leading nearly everywhere: told in words
_WORDS = {
    "pilot A": "unplugged",
    "pilot B": "S2 open",
    "pilot C": "S2 closed",
    "pilot D": "S2 closed, asks for air",
    "pilot E": "pilot shorted",
    "pilot no diode": "diode missing",
    "no offer": "offer ends",
    "10 A": "offer",
    "16 A": "offer",
    "sound": "contacts sound",
    "no PE": "fault",
    "residual current": "fault",
    "contact stuck": "fault",
    "an operator clears": "operator",
    "30 s of silence": "silence",
}
_STEP = (255, 215)
_AT = (80, 70)
_R = 30
_SIZE = (1_210, 700)
_BLUE, _ORANGE, _INK, _PALE = "#0072B2", "#D55E00", "#222222", "#8a8a8a"  # Okabe and Ito


def letter(machine: Machine, node: Node) -> str:
    """The standard's name of a node, with POWER where the contactor is closed."""
    duty = machine.of(node, "duty")
    if duty == _duty.F:
        return "F"
    state = machine.of(node, "state")
    if state > levels.D:
        return "E" if duty == _duty.X1 else "E2"
    power = POWER if machine.of(node, "closed") else ""
    return levels.LETTERS[state] + ("1" if duty == _duty.X1 else "2") + power


def merged(machine: Machine, graph: Graph) -> dict[tuple[str, str], list[str]]:
    """Why one letter leads to another, in words, sorted."""
    why: dict[tuple[str, str], set[str]] = {}
    for node, steps in graph.edges.items():
        before = letter(machine, node)
        for step in steps:
            after = letter(machine, step.to)
            if after != before:
                word = _WORDS.get(step.why, step.why)
                if before == "A1" and word.startswith("S2 open"):
                    word = "plugged in"
                why.setdefault((before, after), set()).add(word)
    return {pair: sorted(words) for pair, words in sorted(why.items())}


def svg(machine: Machine, graph: Graph) -> str:
    """The picture, the same bytes for the same graph."""
    why = merged(machine, graph)
    names = sorted({name for pair in why for name in pair})
    drawn = [(*pair, words) for pair, words in why.items() if _drawn(*pair)]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE[0]} {_SIZE[1]}" '
        'font-family="sans-serif" font-size="12">',
        '<defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="{_PALE}"/></marker></defs>',
        f'<rect width="{_SIZE[0]}" height="{_SIZE[1]}" fill="white"/>',
    ]
    for before, after, words in drawn:
        lines.append(_edge(before, after, words))
    for before, after, words in drawn:
        lines.append(_label(before, after, words))
    for name in names:
        lines.append(_node(name))
    lines += _notes(why, names, graph)
    return "\n".join([*lines, "</svg>", ""])


def _drawn(before: str, after: str) -> bool:
    if before in _FROM or after in _TO:
        return False
    return (before[0] == "D") == (after[0] == "D")


def _place(name: str) -> tuple[float, float]:
    column, row = _PLACES[name]
    return _AT[0] + column * _STEP[0], _AT[1] + row * _STEP[1]


def _bow(before: str, after: str) -> tuple[float, float, float, float, float, float]:
    """Start, bend and end of an arrow that bows to its left, so that a pair stays apart."""
    x0, y0 = _place(before)
    x1, y1 = _place(after)
    length = hypot(x1 - x0, y1 - y0)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    bend = 22 + length * 0.09
    mx, my = (x0 + x1) / 2 + uy * bend, (y0 + y1) / 2 - ux * bend
    start = hypot(mx - x0, my - y0)
    end = hypot(mx - x1, my - y1)
    return (
        x0 + (mx - x0) / start * _R,
        y0 + (my - y0) / start * _R,
        mx,
        my,
        x1 + (mx - x1) / end * (_R + 2),
        y1 + (my - y1) / end * (_R + 2),
    )


def _edge(before: str, after: str, words: Iterable[str]) -> str:
    x0, y0, mx, my, x1, y1 = _bow(before, after)
    colour = _ORANGE if POWER in after and POWER not in before else _PALE
    return (
        f'<path d="M{x0:.0f} {y0:.0f}Q{mx:.0f} {my:.0f} {x1:.0f} {y1:.0f}" fill="none" '
        f'stroke="{colour}" marker-end="url(#to)"><title>{before} to {after}: '
        f"{escape(', '.join(words))}</title></path>"
    )


def _label(before: str, after: str, words: list[str]) -> str:
    x0, y0, mx, my, x1, y1 = _bow(before, after)
    x, y = 0.3 * x0 + 0.48 * mx + 0.22 * x1, 0.3 * y0 + 0.48 * my + 0.22 * y1
    shown = words[:2] + (["..."] if len(words) > 2 else [])
    rows = "".join(
        f'<tspan x="{x:.0f}" dy="{13 if i else 0}">{escape(word)}</tspan>'
        for i, word in enumerate(shown)
    )
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="middle" fill="{_INK}" stroke="white" '
        f'stroke-width="3" paint-order="stroke">{rows}</text>'
    )


def _node(name: str) -> str:
    x, y = _place(name)
    power = POWER in name
    fill, ink = (_ORANGE, "white") if power else ("white", _BLUE)
    text = name.replace(POWER, "")
    below = ""
    if power:
        where = f'x="{x:.0f}" y="{y + 18:.0f}"'
        below = f'<text {where} text-anchor="middle" fill="white">closed</text>'
    return (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{_R}" fill="{fill}" stroke="{_BLUE}" '
        f'stroke-width="2"/><text x="{x:.0f}" y="{y + 5:.0f}" text-anchor="middle" '
        f'font-size="17" font-weight="bold" fill="{ink}">{text}</text>{below}'
    )


def _but(names: list[str]) -> str:
    return f" but {', '.join(names)}" if names else ""


def _notes(why: dict[tuple[str, str], list[str]], names: list[str], graph: Graph) -> list[str]:
    """What is not drawn, in words."""
    texts = [f"{len(graph.edges)} states of ring 0, {graph.n_edges} edges, merged by letter."]
    for after in _TO:
        words = {w for (_, to), each in why.items() if to == after for w in each}
        others = [n for n in names if n != after and (n, after) not in why]
        texts.append(f"To {after} from every state{_but(others)}: {', '.join(sorted(words))}.")
    for before in _FROM:
        words = {w for (of, _), each in why.items() if of == before for w in each}
        tos = [n for n in names if (before, n) in why]
        texts.append(f"From {before} to {', '.join(tos)}: {', '.join(sorted(words))}.")
    y = _SIZE[1] - 16 * len(texts) - 2
    to_d = {(of, f"C{to[1:]}") for of, to in why if to[0] == "D" and of[0] not in "CD"}
    from_d = {(f"C{of[1:]}", to) for of, to in why if of[0] == "D" and to[0] not in "CD"}
    if to_d | from_d <= set(why):
        texts.append("D, where ventilation is asked for, has C's edges and one to C each.")
    return [
        f'<text x="20" y="{y + 16 * i}" font-size="12" fill="{_INK}">{escape(text)}</text>'
        for i, text in enumerate(texts)
    ]
