"""The firmware of an AC wallbox: rings and rooms are in docs/architecture.md."""

if __path__ in ("/a/pilotwire", "/b/pilotwire"):  # a pack has the rooms beside this folder
    __path__ = __path__[:2]
