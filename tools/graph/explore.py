"""Every node that can be reached, and every edge."""

from collections import deque
from typing import NamedTuple

from .machine import Machine, Node, Step


class Graph(NamedTuple):
    """`edges` of every node that `first` leads to; `left` that have not been looked at: 0."""

    first: Node
    edges: dict[Node, list[Step]]
    left: int

    @property
    def n_edges(self) -> int:
        return sum(len(steps) for steps in self.edges.values())

    @property
    def broken(self) -> list[tuple[Node, Step]]:
        """The edges on which an invariant does not hold."""
        return [(node, s) for node, steps in self.edges.items() for s in steps if s.broken]

    def stranded(self) -> list[Node]:
        """The nodes from which no way leads back to the first: an outlet stuck for ever."""
        back: dict[Node, list[Node]] = {}
        for node, steps in self.edges.items():
            for step in steps:
                back.setdefault(step.to, []).append(node)
        home = {self.first}
        queue = deque(home)
        while queue:
            for node in back.get(queue.popleft(), ()):
                if node not in home:
                    home.add(node)
                    queue.append(node)
        return [node for node in self.edges if node not in home]


def explore(machine: Machine, at_most: int = 1_000_000) -> Graph:
    """Breadth first from the machine's first node; ends early at `at_most` nodes."""
    edges: dict[Node, list[Step]] = {}
    queue = deque([machine.first])
    known = {machine.first}
    while queue and len(edges) < at_most:
        node = queue.popleft()
        edges[node] = steps = list(machine.steps(node))
        for step in steps:
            if step.to not in known:
                known.add(step.to)
                queue.append(step.to)
    return Graph(machine.first, edges, len(queue))
