"""Draws docs/pictures/rooms.svg: the rings as bands, the rooms in them, an arrow for each `uses`.

Only places are here; what is drawn, and which arrows, rooms.toml says. main's, update's and app's
arrows stand in words: they would cover all others.
"""

from html import escape

from rig.interpreter import ROOT

from .house import Room, stated

PICTURE = ROOT / "docs" / "pictures" / "rooms.svg"
IN_WORDS = ("main", "update", "app")  # the picture says of them whom they use

_SIZE = (1_010, 620)
_MARGIN = 42  # on the left, for the rings' names
_INK, _PALE = "#222222", "#767676"
_HUES = {2: "#0072B2", 1: "#E69F00", 0: "#D55E00"}  # Okabe and Ito
_BANDS = {2: (130, 122), 1: (290, 122), 0: (450, 108)}  # top, height
_TITLES = {2: ("ring 2", "link"), 1: ("ring 1", "control"), 0: ("ring 0", "guard")}
# x, y, width, height of each room.
_PLACES = {
    "boot": (18, 44, 162, 50),
    "main": (216, 44, 130, 50),
    "update": (382, 44, 180, 50),
    "app": (598, 44, 350, 50),
    "console": (36, 176, 165, 62),
    "orders": (231, 176, 160, 62),
    "link": (421, 176, 160, 62),
    "front": (611, 176, 165, 62),
    "record": (104, 326, 172, 62),
    "energy": (318, 326, 172, 62),
    "power": (534, 326, 226, 62),
    "pilot": (50, 473, 710, 62),
    "hal": (815, 176, 135, 359),
}
# Corners of the arrows that are not straight from one edge to the other.
_WAYS = {
    ("console", "orders"): [(201, 207), (231, 207)],
    ("orders", "link"): [(391, 207), (421, 207)],
    ("front", "link"): [(611, 207), (581, 207)],
    ("console", "link"): [(160, 176), (160, 162), (480, 162), (480, 176)],
    ("console", "hal"): [(110, 176), (110, 152), (882, 152), (882, 176)],
    ("console", "record"): [(150, 238), (150, 326)],
    ("console", "energy"): [(185, 238), (185, 254), (335, 254), (335, 326)],
    ("console", "pilot"): [(60, 238), (60, 473)],
    ("orders", "record"): [(245, 238), (245, 326)],
    ("orders", "energy"): [(365, 238), (365, 326)],
    ("orders", "power"): [(384, 238), (384, 262), (560, 262), (560, 326)],
    ("orders", "pilot"): [(297, 238), (297, 473)],
    ("link", "record"): [(435, 238), (435, 274), (205, 274), (205, 326)],
    ("link", "pilot"): [(512, 238), (512, 473)],
    ("front", "record"): [(640, 238), (640, 286), (225, 286), (225, 326)],
    ("front", "pilot"): [(768, 238), (768, 430), (740, 430), (740, 473)],
    ("record", "energy"): [(276, 357), (318, 357)],
    ("record", "pilot"): [(190, 388), (190, 473)],
    ("energy", "pilot"): [(404, 388), (404, 473)],
    ("power", "pilot"): [(640, 388), (640, 473)],
    ("hal", "pilot"): [(815, 504), (760, 504)],
}


def arrows() -> set[tuple[str, str]]:
    """Those that are drawn as lines."""
    rooms = stated().items()
    return {(name, to) for name, room in rooms if name not in IN_WORDS for to in room.uses}


def svg() -> str:
    """The picture; the same text on every machine. KeyError: an arrow has no way yet."""
    width, height = _SIZE
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="13">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        f'markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="{_INK}"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<g transform="translate({_MARGIN} 0)">',
        *(_band(ring) for ring in _BANDS),
        *(_arrow(*pair) for pair in sorted(arrows())),
        *(_room(name, room) for name, room in stated().items()),
        *_words(),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _band(ring: int) -> str:
    top, height = _BANDS[ring]
    hue = _HUES[ring]
    name, who = _TITLES[ring]
    middle = top + height // 2
    return (
        f'<rect x="18" y="{top}" width="774" height="{height}" rx="10" fill="{hue}" '
        f'fill-opacity="0.08" stroke="{hue}"/>'
        + f'<g transform="translate(-12 {middle}) rotate(-90)">'
        + _text(0, 0, name, anchor="middle", weight="bold", size=15)
        + _text(0, 18, who, anchor="middle", size=12)
        + "</g>"
    )


def _room(name: str, room: Room) -> str:
    x, y, width, height = _PLACES[name]
    hue = _INK if room.ring is None else _HUES[room.ring]
    title = name + (".py" if room.files else "/")
    middle, centre = x + width // 2, y + height // 2
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="5" fill="white" '
        f'stroke="{hue}" stroke-width="1.6"/>'
        + _text(middle, centre - 5, title, anchor="middle", weight="bold", size=15)
        + _text(middle, centre + 14, room.what, anchor="middle", size=12)
    )


def _arrow(start: str, end: str) -> str:
    points = " ".join(f"{x},{y}" for x, y in _WAYS[start, end])
    return (
        f'<polyline points="{points}" fill="none" stroke="{_INK}" stroke-width="1.2" '
        f'marker-end="url(#tip)"><title>{start} uses {end}</title></polyline>'
    )


def _words() -> list[str]:
    """What is not drawn as lines, and what lies around the rooms."""
    starts = "; ".join(f"{name} uses {', '.join(stated()[name].uses)}" for name in IN_WORDS)
    return [
        _text(18, 26, "An arrow: this room imports that one. None goes the other way."),
        _text(18, 116, starts + ".", fill=_PALE, size=12),
        _text(882, 562, "pins, timer, ADC,", anchor="middle", fill=_PALE, size=12),
        _text(882, 578, "flash, radio, UARTs", anchor="middle", fill=_PALE, size=12),
        _text(
            18,
            580,
            "Between ring 1 and ring 0 go small integers only (pilot/handover.py): down "
            "permissions, leases, readings;",
        ),
        _text(18, 598, "up state, duty, faults, and why there is no current."),
    ]


def _text(x, y, text, anchor="start", fill=_INK, weight="normal", size=13) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{fill}" font-weight="{weight}" '
        f'font-size="{size}">{escape(text)}</text>'
    )
