"""One instance, told what it hears. That never two grant is test_lead_model.py's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from site_power.lead import Lead

LEASE_S = 3.0


def message(term, who, n=1, lease_s=LEASE_S):
    return {"term": term, "who": who, "n": n, "lease_s": lease_s}


class Alone:
    """A lead whose messages come back at once; time goes by in tenths."""

    def __init__(self):
        self.lead = Lead("a", LEASE_S)
        self.now_s = 0.0
        self.lead.connected(0.0)

    def until(self, now_s, echo=True):
        while self.now_s < now_s:
            self.now_s = round(self.now_s + 0.1, 1)
            sent = self.lead.step(self.now_s)
            if sent and echo:
                assert self.lead.take(sent, self.now_s)
        return self.lead.may_grant(self.now_s)


def test_grants_two_leases_after_it_is_connected_and_for_as_long_as_it_is_heard():
    alone = Alone()
    assert not alone.until(6.0)
    assert alone.until(6.3)
    assert alone.until(20)
    assert alone.until(22, echo=False)
    assert not alone.until(23.1, echo=False)


def test_a_lost_connection_ends_it_at_once():
    alone = Alone()
    alone.until(7)
    alone.lead.disconnected()
    assert not alone.lead.may_grant(alone.now_s)
    alone.lead.connected(alone.now_s)
    assert not alone.until(13)
    assert alone.until(13.3)


def test_another_ends_it_by_a_higher_term_and_makes_it_wait_by_any():
    alone = Alone()
    alone.until(7)
    assert alone.lead.take(message(alone.lead.term - 1 or 1, "b"), alone.now_s)
    assert not alone.lead.may_grant(alone.now_s)
    assert alone.until(10.2)
    assert alone.lead.take(message(alone.lead.term + 1, "b"), alone.now_s)
    assert not alone.until(16)
    assert alone.until(16.5)


def test_who_is_asked_to_wait_longer_does():
    alone = Alone()
    alone.lead.take(message(1, "b", lease_s=10.0), 0)
    assert alone.lead.step(9.9) is None
    assert alone.lead.step(10.2)["term"] == 2


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "lead",
        {},
        message(True, "b"),
        message(0, "b"),
        message(1 << 60, "b"),
        message(1.0, "b"),
        message(1, ""),
        message(1, "b" * 65),
        message(1, 7),
        message(1, "b", n="1"),
        message(1, "b", lease_s=float("nan")),
        message(1, "b", lease_s=1e9),
        message(1, "b", lease_s=-1),
    ],
)
def test_what_is_no_message_changes_nothing(wrong):
    alone = Alone()
    alone.until(7)
    assert not alone.lead.take(wrong, alone.now_s)
    assert alone.lead.may_grant(alone.now_s)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["term", "who", "n", "lease_s", "x"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_message_raises(value):
    alone = Alone()
    alone.lead.take(value, 0.0)
    alone.lead.step(100.0)
