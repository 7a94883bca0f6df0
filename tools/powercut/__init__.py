"""Power cuts at every flash operation and tick of a story, on MicroPython's own littlefs."""
