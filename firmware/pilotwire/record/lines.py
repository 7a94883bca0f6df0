"""The log in words: events of the contract, lines for the topic log and for people. On demand."""

from .log import LEVELS as _LEVELS

LEVELS = ("off", "error", "warning", "info", "debug")
NAMES = (  # by code (record/log.py)
    "start",
    "plugged",
    "unplugged",
    "closed",
    "opened",
    "opened",
    "fault",
    "fault-cleared",
    "session",
    "stored",
    "lease-expired",
    "refused",
    "clock",
    "cover",
    "meter",
    "link",
    "link",
    "login",
    "login-failed",
    "changed",
    "command",
    "sealed",
    "unsealed",
    "flash",
    "task",
    "configuration",
    "button",
)
# What of an event its text says; two stand with a tab between them.
_SAID = {
    "start": ("about",),
    "opened": ("about",),
    "fault": ("code",),
    "fault-cleared": ("code",),
    "session": ("about", "number"),
    "stored": ("about",),
    "lease-expired": ("about",),
    "refused": ("reason", "about"),
    "clock": ("before", "after"),
    "cover": ("before", "after"),
    "meter": ("before", "after"),
}


def event(log, i, stamp):
    """The message of topic event that entry `i` of the Log is. `stamp` is the HAL's, of now."""
    at_ms, number, _, code, about = log.entry(i)
    name = NAMES[code]
    message = {"n": number, "event": name}
    message["unix"], message["clock"] = _unix(at_ms, log.now_ms(), stamp[0]), stamp[1]
    for key, value in zip(_SAID.get(name, ()), about.split("\t")):
        if key == "number":
            value = int(value) if value else None
        message[key] = None if value == "" and key in ("before", "after") else value
    return message


def line(log, i, stamp):
    """Entry `i` as a message of topic log."""
    at_ms, _, count, code, about = log.entry(i)
    message = {"level": LEVELS[level_of(code)], "text": text(code, about)}
    if count > 1:
        message["count"] = count
    message["unix"], message["clock"] = _unix(at_ms, log.now_ms(), stamp[0]), stamp[1]
    return message


def level_of(code):
    """1 error to 4 debug; newer firmware may know codes that we do not."""
    return _LEVELS[code] & 7 if code < len(_LEVELS) else 3


def text(code, about):
    """What there is to say; a code that is not known was written by newer firmware."""
    name = NAMES[code] if code < len(NAMES) else str(code)
    return (name + " " + about.replace("\t", " ")).strip()


def _unix(at_ms, now_ms, unix):
    return None if unix is None else unix - (now_ms - at_ms) // 1000
