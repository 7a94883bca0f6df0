"""What the link is measured on: a box to which nothing happens but what is asked for."""

from bench.virtual import Calm


def test_a_car_charges_and_nothing_else_happens():
    with Calm({"mqtt_profile": "operator"}).running() as calm:
        events = calm.backend.state["restart"]
        calm.charge()
        calm.run_for(300_000_000)
        assert calm.backend.state["closed"]
        assert calm.backend.state["faults"] == []
        assert calm.backend.state["restart"] == events
