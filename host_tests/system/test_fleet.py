"""Fifty chargers, two consumers, and everything killed in turn: each record is stored once."""

import asyncio

import pytest
from desk import free_port
from fleet.box import Pace
from fleet.run import Plan, run
from rig.broker import mosquitto
from rig.postgres import programs

PACE = Pace(charge_s=1, restart_s=15, heartbeat_s=5, resend_s=0.5, spread_s=1)


@pytest.mark.skipif(not mosquitto(), reason="mosquitto is not installed")
@pytest.mark.parametrize(
    "postgresql",
    [
        False,
        pytest.param(
            True,
            marks=pytest.mark.skipif(not programs(), reason="PostgreSQL is not installed"),
        ),
    ],
    ids=["sqlite", "postgresql"],
)
def test_each_record_is_stored_once_whoever_is_killed(postgresql):
    plan = Plan(50, 15, free_port(), PACE, kill_s=3, postgresql=postgresql)
    figures, verdict = asyncio.run(run(plan, print))
    assert verdict.good, verdict
    assert verdict.written > 200
    assert figures.repeated, "nothing was delivered twice: too kind a test"
    assert {"broker", "consumer"} <= set(figures.kills)
