"""Modules that have given back what only the start needed (once.py), loaded a second time."""

import sys


class Anew:
    """Within `with Anew("room.module", ...)` an import finds whole ones; those before stay."""

    def __init__(self, *modules):
        self._modules = modules
        self._kept = []

    def __enter__(self):
        for module in self._modules:
            self._kept.append(_put(module, None))

    def __exit__(self, *_error):
        for module, kept in zip(self._modules, self._kept):
            _put(module, kept)


def _put(module, what):
    """In the place of "room.module"; returns what was there."""
    room, _, name = ("pilotwire." + module).rpartition(".")
    was = sys.modules.pop("pilotwire." + module, None)
    if was:
        delattr(sys.modules[room], name)
    if what:
        sys.modules["pilotwire." + module] = what
        setattr(sys.modules[room], name, what)
    return was
