"""B-C-B toggles, IEC 61851-1 sequence 11: their number and length, and no current."""

import pytest
from plant import Cable, Toggler, World

S = 1_000_000
MS = 1_000


def moves(world):
    """Instants at which S2 moves, in ms."""
    return [c.us // MS for c in world.log.history if c.name == "s2" and c.us]


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("half_ms", [200, 400, 3_000])
def test_toggles_count_times_with_halves_of_half_ms(count, half_ms):
    world = World(Toggler(count=count, half_ms=half_ms, wait_ms=1_000))
    world.advance(60 * S)
    assert moves(world) == [1_000 + k * half_ms for k in range(2 * count)]
    assert not world.car.s2


def test_draws_nothing_even_from_closed_contacts():
    world = World(Toggler(count=3, half_ms=3_000, wait_ms=100))
    world.set_outputs(5_333, True)
    while world.now_us < 15 * S:
        world.advance(world.now_us + 10 * MS)
        assert world.current_ma() == (0, 0, 0)


def test_charges_when_it_has_woken_the_wallbox():
    car = Toggler(count=1, half_ms=300, wait_ms=1_000)
    world = World(car)
    world.advance(5 * S)
    world.set_outputs(2_666, True)
    world.advance(20 * S)
    assert world.current_ma()[0] == 15_996
    with pytest.raises(ValueError, match="state B"):
        car.toggle()


def test_waits_for_a_pilot_and_may_toggle_again():
    world = World()
    world.set_outputs(0, False)
    car = Toggler(count=1, half_ms=300, wait_ms=1_000)
    world.plug(Cable(), car)
    world.advance(10 * S)
    assert moves(world) == []
    world.set_outputs(10_000, False)
    world.advance(20 * S)
    assert moves(world) == [11_000, 11_300]
    car.toggle()
    world.advance(30 * S)
    assert moves(world) == [11_000, 11_300, 21_000, 21_300]
