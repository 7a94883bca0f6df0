"""What each board can promise, from its data: the table of docs/boards.md."""

from collections.abc import Callable, Mapping
from typing import Any

from rig.interpreter import ROOT

from . import load, names

Board = Mapping[str, Any]
PAGE = ROOT / "docs" / "boards.md"
BEGIN, END = "<!-- from boards/*/board.json, by make boards -->\n", "<!-- end -->\n"

_TOKEN_MS = 50  # hal/rp2_contactor.py: a token's square wave
_PUMP_MS = 14  # boards/pico_w: its charge pump at the longest
_MONOSTABLE_MS = 54  # boards/esp32_devkit: 45 ms and its tolerance


def _hang(board: Board) -> str:
    if not board["dead_man"]:
        return f"**closed** until the watchdog bites, {board['watchdog_ms'] / 1_000:g} s"
    within_ms = _TOKEN_MS + _PUMP_MS if board["chip"] == "rp2" else _MONOSTABLE_MS
    return f"open within {within_ms} ms"


def _by_chip(rp2: str, esp32: str) -> Callable[[Board], str]:
    return lambda board: rp2 if board["chip"] == "rp2" else esp32


def _input(name: str, yes: str = "yes", no: str = "**no**") -> Callable[[Board], str]:
    return lambda board: yes if board["inputs"].get(name) else no


def _rcd(board: Board) -> str:
    if not board["inputs"]["rcd"]:
        return "**neither**"
    return "both" if board["outputs"]["rcd_test"] else "read, **not tested**"


def _lock(board: Board) -> str:
    lock = board["outputs"]["lock"]
    if not lock:
        return "none: a fixed cable, or a socket that locks by itself"
    return "motor" if "open" in lock else "by a level"


def _phases(board: Board) -> str:
    if board["outputs"]["three_phases"]:
        return "3, switched to 1"
    return str(board["phases"])


def _bus(board: Board) -> str:
    return ", ".join(name for name in ("meter", "grid") if board.get(name)) or "none"


def _i2c(yes: str, no: str) -> Callable[[Board], str]:
    return lambda board: yes if "i2c" in board else no


def _heat(board: Board) -> str:
    if "i2c" in board:
        return "sensors on I2C"
    return "the board's own sensor" if "temperature" in board else "**none**"


_NEVER = "no figure: never run"
ROWS: tuple[tuple[str, Callable[[Board], str]], ...] = (
    ("chip", lambda board: {"rp2": "RP2040", "esp32": "ESP32"}[board["chip"]]),
    ("a core that hangs: the contactor is", _hang),
    ("ring 0 runs from", _by_chip("the hardware's interrupt", "between two steps of the program")),
    ("longest pause between two ticks", _by_chip("10.4 ms (emulated)", _NEVER)),
    ("from the pilot's change to the opening", _by_chip("22 ms and the pump's hold", _NEVER)),
    ("a TLS handshake in a charge", _by_chip("ring 0 goes on", "holds ring 0 up")),
    ("a welded contactor is seen", _input("feedback")),
    ("protective earth is watched", _input("pe")),
    ("residual-current device: read, tested", _rcd),
    ("emergency stop is read", _input("stop")),
    ("the socket's lock", _lock),
    ("phases", _phases),
    ("meters' buses", _bus),
    (
        "several tariffs in a billed charge",
        _i2c("with an FRAM", "**refused**: no bus for an FRAM"),
    ),
    ("less current when it is hot", _heat),
)


def table() -> str:
    """Markdown: a row for each promise, a column for each board that has pins."""
    boards = [(name, load(name)[1]) for name in names()]
    boards = [(name, board) for name, board in boards if board["chip"] != "host"]
    links = [f"[{name}](../boards/{name}/README.md)" for name, _ in boards]
    rows = [["", *links], ["---"] * (len(boards) + 1)]
    rows += [[what, *(cell(board) for _, board in boards)] for what, cell in ROWS]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def page() -> str:
    """The page with its table as it should be. Raises ValueError where its marks are missing."""
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{PAGE.name}: wanted {BEGIN!r} and then {END!r}")
    return before + BEGIN + table() + END + after
