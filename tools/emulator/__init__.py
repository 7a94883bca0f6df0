"""A stock Pico W image on this computer: rp2040py 0.3.6 with the repairs our tests need."""

from emulator.console import RemoteError
from emulator.image import ImageMissingError, find_image
from emulator.pico import EmulatedTimeout, Pico

__all__ = ["EmulatedTimeout", "ImageMissingError", "Pico", "RemoteError", "find_image"]
