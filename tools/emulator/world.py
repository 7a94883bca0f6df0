"""`plant.World` as the plant that `PlantWiring` speaks to."""

from array import array

from pilotwire.pilot import signals

_CONTACTS = {
    "feedback": signals.FEEDBACK,
    "rcd": signals.RCD,
    "pe": signals.PE,
    "lock": signals.LOCK,
    "stop": signals.STOP,
    "tamper": signals.TAMPER,
}


class WorldPlant:
    """Nodes are "cp" and "pp", contacts "feedback", "rcd", "pe", "lock", "stop", "tamper", "dim".

    `dimmed` is the last one, which is no part of a world. The board feeds PP from `pp_supply_mv`
    through `pp_pull_up_ohm`.
    """

    def __init__(self, world, pp_supply_mv=3_300, pp_pull_up_ohm=1_000):
        self.world = world
        self.dimmed = False
        self._pp_supply_mv = pp_supply_mv
        self._pp_pull_up_ohm = pp_pull_up_ohm
        self._samples = array("i", [0] * signals.N_INPUTS)

    def set_outputs(self, duty, closed, others):
        self.world.set_outputs(duty, closed, **others)
        self.world.sample(self._samples)

    def advance(self, to_us):
        self.world.advance(to_us)
        self.world.sample(self._samples)

    def node_mv(self, node, generator_high):
        if node == "cp":
            return self._samples[signals.CP_HIGH_MV if generator_high else signals.CP_LOW_MV]
        if node == "pp":
            ohm = self._samples[signals.PP_OHM]
            return self._pp_supply_mv * ohm // (self._pp_pull_up_ohm + ohm)
        raise ValueError(f"no node {node!r}: cp or pp")

    def contact(self, name):
        return self.dimmed if name == "dim" else bool(self._samples[_CONTACTS[name]])
