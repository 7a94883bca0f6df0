"""An FRAM whose bus breaks: how often a charge tries it, and what the operator gets to see."""

from simulation import Simulation
from simulation.faults import KINDS
from simulation.hal import Fram

HOURS = 1
A_MINUTE = 60
TEST_PLACE = 0x1FFE  # where a start looks whether there is one


class Broken(Fram):
    """It is found, and then writes nothing any more."""

    def __init__(self):
        super().__init__()
        self.tries = 0

    def writeto_mem(self, _address, place, data, addrsize):
        if place != TEST_PLACE:
            self.tries += 1
            raise OSError(5)


def fitted():
    """A run in which there is one, and nothing else goes wrong."""
    for seed in range(1, 100):
        run = Simulation(seed, HOURS, frozenset(KINDS))
        if run._fram_fitted:
            return run
    raise AssertionError("no seed has an FRAM")


def test_a_broken_fram_is_tried_once_a_minute_and_named():
    run = fitted()
    run.fram = Broken()
    assert run.run() is None
    charged_s = sum(r.get("charging_s", 0) for r in run.backend.records.values())
    assert charged_s > 10 * A_MINUTE
    whole_s = run.hours * 3_600
    records = len(run.backend.records)
    assert 0 < run.fram.tries <= whole_s / A_MINUTE + 6 * records
    assert run.backend.state["journal"] == "fram: does not answer"
