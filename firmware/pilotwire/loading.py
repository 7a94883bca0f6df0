"""Code that is wanted once: what it took of the heap is given back."""

import sys


def unload(*modules):
    """Forget modules of pilotwire ("room.module"), of which nobody may hold a class or a function.

    Their strings stay, about a quarter. CPython has memory enough, and its tests hold on to it.
    """
    if sys.implementation.name != "micropython":
        return
    for module in modules:
        room, _, name = ("pilotwire." + module).rpartition(".")
        if sys.modules.pop("pilotwire." + module, None):
            delattr(sys.modules[room], name)
