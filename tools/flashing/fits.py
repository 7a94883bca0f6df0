"""Whether a board can take a build; each refusal says what is so, what it means, what to do."""

from .console import Facts
from .made import Made

OLDEST = (1, 28)  # MicroPython: with older images nothing was ever tried
_CHIPS = {"rp2": "RP2040", "esp32": "ESP32"}
# MicroPython, py/persistentcode.h, from 1 on.
_ARCHITECTURES = ("x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp")
_ARCHITECTURES += ("xtensa", "xtensawin", "rv32imc", "rv64imc")


def refusals(facts: Facts, made: Made) -> list[str]:
    """Why this image is not one for this build; empty where it is."""
    if facts.implementation != "micropython":
        return [
            f"the board runs {facts.implementation}: the firmware wants MicroPython; put on "
            f"the image that docs/flashing.md names"
        ]
    chip = facts.machine.rpartition(" with ")[2]
    if facts.platform != made.chip or chip != _CHIPS[made.chip]:
        return [
            f"the board is a {facts.machine or facts.platform}: {made.board} was built for "
            f"{_CHIPS[made.chip]}; name the board that it is (BOARD=)"
        ]
    found = []
    if facts.version[:2] < OLDEST:
        found.append(
            f"the image is MicroPython {_dotted(facts.version)}: {_dotted(OLDEST)} is the oldest "
            "that was tried; put on a newer image"
        )
    if image_format(facts) != made.mpy:
        found.append(
            f"the image takes .mpy {_dotted(image_format(facts))}, the build is "
            f"{_dotted(made.mpy)}: it could not be imported; put on another image, or build with "
            "the mpy-cross of its version"
        )
    if architecture(facts) != made.architecture:
        found.append(
            f"the image runs machine code of {architecture(facts) or 'no kind'}, the build has "
            f"{made.architecture}: the sampler would not load; put on the image of this chip"
        )
    if facts.missing:
        found.append(
            f"the image lacks {', '.join(facts.missing)}: the firmware imports them; put on the "
            "image of exactly this board (a Pico W's is RPI_PICO_W)"
        )
    if "VfsLfs2" not in facts.file_system:
        found.append(
            f"the flash holds {facts.file_system}: only littlefs replaces a file in one step; "
            "erase the flash and put on the image anew"
        )
    return found


def image_format(facts: Facts) -> tuple[int, int]:
    """(version, sub-version) of the .mpy files that the image takes."""
    return facts.mpy & 0xFF, facts.mpy >> 8 & 3


def architecture(facts: Facts) -> str:
    """Of the machine code that the image takes, "" for none."""
    number = facts.mpy >> 10 & 0x3F
    if number > len(_ARCHITECTURES):
        return f"number {number}"
    return _ARCHITECTURES[number - 1] if number else ""


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
