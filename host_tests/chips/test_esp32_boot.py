"""What boot.py does first on an ESP32: each pin that we may have driven is let go."""

import ast

import fake_esp32
import pytest
from fake_esp32 import Machine
from rig.interpreter import FIRMWARE

OUT_SEL, ENABLE_OFF, ENABLE1_OFF, STORE0 = 0x3FF44530, 0x3FF44028, 0x3FF44034, 0x3FF4804C
PLAIN, LEDC, PSRAM = 0x100, 71, 8  # what a pin puts out


class Esp32Python:
    """The module `sys`."""

    platform = "esp32"


class Registers:
    """mem32, which notes what is written in its order."""

    def __init__(self, values):
        self.values = values
        self.written = []

    def __getitem__(self, address):
        return self.values.get(address, 0)

    def __setitem__(self, address, value):
        self.written.append((address, value))


@pytest.fixture
def let_go(monkeypatch):
    """`let_go(registers, cause)` runs it; what it returns."""
    tree = ast.parse((FIRMWARE / "boot.py").read_text())
    (function,) = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "_let_go"
    )
    monkeypatch.setitem(__import__("sys").modules, "machine", Machine)

    def run(registers, cause=Machine.PWRON_RESET):
        Machine.chip = fake_esp32.Chip()
        Machine.chip.cause = cause
        monkeypatch.setattr(Machine, "mem32", registers)
        space = {"sys": Esp32Python}
        exec(compile(ast.Module([function], []), "boot.py", "exec"), space)
        return space[function.name]()

    return run


def test_what_is_a_plain_level_is_let_go_and_a_peripherals_is_not(let_go):
    outputs = dict.fromkeys(range(34), PLAIN) | {19: LEDC, 16: PSRAM, 17: PSRAM}
    registers = Registers({OUT_SEL + 4 * gpio: value for gpio, value in outputs.items()})
    let_go(registers)
    low = sum(value for address, value in registers.written if address == ENABLE_OFF)
    high = sum(value for address, value in registers.written if address == ENABLE1_OFF)
    assert low == 0xFFFFFFFF & ~(1 << 19 | 1 << 16 | 1 << 17)
    assert high == 0b11  # 32 and 33; 34 to 39 are inputs
    assert len(registers.written) == 31


def test_a_soft_reset_gives_a_person_at_the_prompt_time(let_go):
    let_go(Registers({}), Machine.SOFT_RESET)
    assert Machine.chip.dog_ms > 86_400_000
    let_go(Registers({}), Machine.WDT_RESET)
    assert Machine.chip.dog_ms == 0


def test_says_how_many_starts_did_not_last(let_go):
    assert let_go(Registers({STORE0: 2})) == 2
