"""`pilotwire zone`: what a person gets to see, and the exit codes."""

from telling.output import objects
from telling.trouble import DONE, REFUSED, WRONG, Trouble

from .compiler import NoRule, UnknownZone, rule_text


def printed(name: str, since: int, as_json: bool) -> int:
    """Print the rule of a zone, for the key `zone` of config.json. Raises Trouble."""
    try:
        rule = rule_text(name, since)
    except UnknownZone as error:
        means = "a box would not know its local time"
        raise Trouble(WRONG, str(error), means, "name one, as in Europe/Berlin") from error
    except NoRule as error:
        means = "a box cannot know this zone's changes of the clock years ahead"
        do = "leave out the key `zone`: the box then tells UTC"
        raise Trouble(REFUSED, str(error), means, do) from error
    if as_json:
        objects({"name": name, "zone": rule})
    else:
        print(rule)
    return DONE
