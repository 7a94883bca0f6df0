"""`pilotwire zone`: what a person gets to see, and the exit codes."""

import sys

from .compiler import NoRule, UnknownZone, rule_text

GIVEN, NO_RULE, UNKNOWN = 0, 1, 2


def printed(name: str, since: int) -> int:
    """Print the rule of a zone, for the key `zone` of config.json."""
    try:
        print(rule_text(name, since))
    except UnknownZone as error:
        print(error, file=sys.stderr)
        return UNKNOWN
    except NoRule as error:
        print(error, file=sys.stderr)
        return NO_RULE
    return GIVEN
