"""Code that is wanted once: what it took of the heap is given back."""

import sys


def unload(room, module):
    """Forget pilotwire.<room>.<module>, of which nobody may hold a class or a function.

    Its strings stay, about a quarter. CPython has memory enough, and its tests hold on to it.
    """
    if sys.implementation.name == "micropython":
        package = "pilotwire." + room if room else "pilotwire"
        sys.modules.pop(package + "." + module, None)
        delattr(sys.modules[package], module)
