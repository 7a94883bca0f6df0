"""Every key does what it says, to the plant."""

import pytest
from plant import Locked, World
from sim_box.cars import VEHICLES
from sim_box.hands import BY_KEY, KEYS, CannotNow, Hands

SECOND_US = 1_000_000


class Bay:
    """A world and hands; what the power was switched to."""

    def __init__(self):
        self.world = World()
        self.switched = []
        self.hands = Hands(self.world, self.switched.append)

    def press(self, keys):
        for key in keys:
            self.said = self.hands.do(BY_KEY[key])

    def wait(self, seconds):
        self.world.advance(self.world.now_us + round(seconds * SECOND_US))


@pytest.fixture
def bay():
    return Bay()


# Keys, and what is so then; pressed once more it is not.
TWICE = {
    "s": lambda bay: bay.world.stop_pressed,
    "e": lambda bay: not bay.world.pe_ok,
    "w": lambda bay: bay.world.contactor.welded,
    "x": lambda bay: bay.switched[-1:] == [False],
}


@pytest.mark.parametrize("key", TWICE)
def test_what_is_pressed_twice_is_as_it_was(bay, key):
    holds = TWICE[key]
    assert not holds(bay)
    bay.press(key)
    assert holds(bay)
    assert sum(not well for _, _, well in bay.hands.around()) == 1
    bay.press(key)
    assert not holds(bay)
    assert all(well for _, _, well in bay.hands.around())


def test_a_car_comes_and_leaves(bay):
    bay.press("p")
    bay.wait(1)
    assert bay.world.seen[0] == "B"
    bay.press("u")
    bay.wait(1)
    assert bay.world.seen[0] == "A"


def test_every_vehicle_can_be_chosen_by_key_and_by_name_and_plugged_in(bay):
    for vehicle in VEHICLES[1:] + VEHICLES[:1]:
        bay.press("c")
        assert vehicle.name in bay.said
        bay.hands.choose_named(vehicle.name)
        bay.press("pu")
        bay.wait(1)
    with pytest.raises(CannotNow, match="no vehicle tram; there are three-phase"):
        bay.hands.choose_named("tram")


def test_the_adapter_is_turned_and_its_load_set(bay):
    bay.press("a")
    bay.wait(1)
    assert bay.world.seen[0] == "B"
    bay.press("t")
    bay.wait(1)
    assert bay.world.seen[0] == "C"
    bay.press("+++++++")
    assert "6 A" in bay.said
    bay.press("-----------")
    assert "1 A" in bay.said


def test_the_driver_stops_in_the_car_and_asks_again(bay):
    bay.press("p")
    bay.press("d")
    assert not bay.world.car.wants
    bay.press("d")
    assert bay.world.car.wants


def test_the_rcds_button_trips_for_a_second(bay):
    bay.press("r")
    assert bay.world.signals()["RCD"] == 1
    bay.wait(1.1)
    assert bay.world.signals()["RCD"] == 0


@pytest.mark.parametrize("keys", ["u", "t", "d", "pp", "pa", "ad"])
def test_what_cannot_be_is_said_and_changes_nothing(bay, keys):
    bay.press(keys[:-1])
    before = bay.hands.around()
    with pytest.raises(CannotNow):
        bay.press(keys[-1])
    assert bay.hands.around() == before


def test_a_plug_that_the_bolt_keeps_out_is_known_as_that(bay):
    bay.world.set_outputs(10_000, False, lock=True)
    bay.wait(2)
    with pytest.raises(CannotNow) as caught:
        bay.press("p")
    assert isinstance(caught.value.__cause__, Locked)


def test_every_key_has_a_text():
    assert all(one.text and one.word for one in KEYS)
