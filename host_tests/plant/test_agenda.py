"""What a test arranges for later happens at its instant, between the wallbox's ticks."""

from plant import Car, World, flicker

MS = 1_000


def test_actions_happen_at_their_instants_in_order():
    world = World()
    done = []
    for us, name in ((20, "c"), (10, "a"), (10, "b"), (30, "d")):
        world.agenda.at(us, lambda name=name: done.append((world.now_us, name)))
    assert world.next_us() == 10
    world.advance(29)
    assert done == [(10, "a"), (10, "b"), (20, "c")]
    world.advance(30)
    assert done[-1] == (30, "d")


def test_an_overdue_action_happens_at_the_next_step():
    world = World()
    world.advance(100)
    done = []
    world.agenda.at(50, lambda: done.append(world.now_us))
    assert world.next_us() == 100
    world.advance(100)
    assert done == [100]


def test_a_change_from_the_agenda_acts_at_its_instant():
    world = World(Car())
    world.agenda.at(7_123, lambda: setattr(world, "pe_ok", False))
    world.agenda.at(8_456, world.unplug)
    world.advance(20 * MS)
    assert world.changed_us["pe"] == 7_123
    assert world.changed_us["cp"] == 8_456


def test_an_action_may_arrange_another():
    world = World()
    ticks = []

    def tick():
        ticks.append(world.now_us)
        if len(ticks) < 3:
            world.agenda.at(world.now_us + 5, tick)

    world.agenda.at(5, tick)
    world.advance(100)
    assert ticks == [5, 10, 15]


def test_an_intermittent_contact_breaks_and_makes():
    world = World(Car())
    flicker(
        world.agenda,
        lambda broken: setattr(world.cable, "pp_cut", broken),
        from_us=10 * MS,
        broken_us=4 * MS,
        sound_us=9 * MS,
        times=3,
    )
    world.advance(1_000 * MS)
    edges = [(c.us // MS, c.value) for c in world.log.history if c.name == "pp" and c.us]
    assert edges == [(us, ohm) for k in (10, 23, 36) for us, ohm in ((k, 30_000), (k + 4, 220))]
