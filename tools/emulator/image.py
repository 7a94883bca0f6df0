"""Which firmware image to boot: `RP2_UF2=path`, else the official MicroPython 1.28.0 download."""

import os
from pathlib import Path

from rp2040py.utils.firmware_retrieve import MICROPYTHON, retrieve

VERSION = "1.28.0"


class ImageMissingError(Exception):
    """No image: says what was tried and what to do, in one line."""


def find_image():
    """Path of a stock RPI_PICO_W image, or ImageMissingError."""
    given = os.environ.get("RP2_UF2")
    if given:
        path = Path(given)
        if not path.is_file():
            raise ImageMissingError(f"RP2_UF2={given}: there is no such file")
        return path
    try:
        found = retrieve(MICROPYTHON, VERSION, "pico_w")
    except OSError as error:
        raise ImageMissingError(_advice(error)) from error
    if found is None:
        raise ImageMissingError(_advice("not found there"))
    return found


def _advice(reason):
    return (
        f"no Pico W image: MicroPython {VERSION} could not be downloaded ({reason}); "
        "set RP2_UF2=path to a stock RPI_PICO_W .uf2"
    )
