"""`make graph`: counts the graph of ring 0 in every setting, and draws docs/pictures/guard.svg."""

import sys

from . import DRAWN, PICTURE, SETTINGS
from .explore import explore
from .machine import Machine
from .picture import svg


def main() -> int:
    broken = 0
    for settings in SETTINGS:
        machine = Machine(**settings)
        graph = explore(machine)
        words = ", ".join(f"{name} {value}" for name, value in settings.items()) or "as delivered"
        print(f"{words}: {len(graph.edges)} states, {graph.n_edges} edges", flush=True)
        for node, step in graph.broken[:10]:
            print(f"  {step.broken}\n  after {step.why!r} in {node}", file=sys.stderr)
        for node in graph.stranded()[:10]:
            print(f"  no way back from {node}", file=sys.stderr)
        broken |= bool(graph.broken or graph.stranded())
        if settings == DRAWN:
            PICTURE.write_text(svg(machine, graph))
    return broken


if __name__ == "__main__":
    sys.exit(main())
