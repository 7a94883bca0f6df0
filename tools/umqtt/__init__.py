"""Lets CPython import micropython-lib's umqtt: its module names of old, and where it lies.

Only this package of micropython-lib may be on CPython's path: its `unittest` would win too.
"""

import binascii
import socket
import struct
import sys
from pathlib import Path

sys.modules.setdefault("usocket", socket)
sys.modules.setdefault("ustruct", struct)
sys.modules.setdefault("ubinascii", binascii)
__path__.append(str(Path(__file__).parents[2] / "build" / "micropython-lib" / "umqtt"))
