"""`evse`: the box for whoever scripts it at the console's `repl`. docs/console.md tells of it."""

import asyncio

from ..link.arguments import check
from ..link.commands import Refused
from ..link.state import state
from . import table

_LOOK_S = 0.2
_HELP = """evse.state() evse.why() evse.config(key=None): what is so
evse.VERB(argument=value, ...): as the console's command, such as evse.limit(ma=6000, ttl_s=60);
    %s
await evse.until(lambda s: s["closed"], 60): the state once that is so, or None in time
await evse.do("meter read"): any line of the console
await asyncio.sleep(1), asyncio.create_task(...): as in MicroPython"""


class Evse:
    """`evse.help()` says what there is. Raises Refused where the box refuses."""

    def __init__(self, con, show):
        self._con = con
        self._show = show
        for name in _verbs():
            setattr(self, name, self._verb(name.replace("_", "-")))

    def help(self):
        self._show(_HELP % " ".join(_verbs()))

    def state(self):
        """As the topic state has it."""
        return state(self._con.app)

    def why(self):
        """As the command why answers."""
        from ..orders.why import why

        return why(self._con.app)

    def config(self, key=None):
        """A key of the configuration in force, or all keys; secrets are not told."""
        from ..orders.settings import SECRETS

        config = {k: "***" if k in SECRETS and v else v for k, v in self._con.app.config.items()}
        return config if key is None else config[key]

    async def until(self, condition, at_most_s):
        """The state once `condition(state)` is so, or None."""
        for _ in range(int(at_most_s / _LOOK_S) + 1):
            now = state(self._con.app)
            if condition(now):
                return now
            await asyncio.sleep(_LOOK_S)
        return None

    async def do(self, line):
        """A line of the console."""
        await self._con.obey(line.encode())

    def _verb(self, order):
        def verb(**args):
            reason, about = check(order, args)
            if reason:
                raise Refused(None, reason, about)
            return self._con.app.obey(order, args)

        return verb


def _verbs():
    """Orders that the console has, as names."""
    return [row["order"].replace("-", "_") for row in table.rows() if "order" in row]
