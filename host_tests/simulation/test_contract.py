"""The simulation's operator holds all that the box publishes against the contract."""

import json

from contract import examples
from contract.document import FOLDER
from simulation.backend import PREFIX, Backend
from simulation.sources import Local
from simulation.tasks import Clock

STATE = examples.messages(FOLDER / "examples" / "state.json")[1]


def test_the_simulations_operator_holds_the_box_against_the_contract():
    found = []
    backend = Backend(
        Clock(),
        lambda _record: None,
        lambda *breach: found.append(breach),
        lambda _line: None,
        Local(0, 0),
    )
    good = {**STATE, "closed": True}
    backend.take(PREFIX + "state", json.dumps(good).encode(), False)
    assert found == []
    backend.take(PREFIX + "state", json.dumps({**good, "colour": "red"}).encode(), False)
    assert [rule for rule, _ in found] == ["bytes"]
    assert "state: (the whole)" in found[0][1]
