"""Commissioning on a real MicroPython process, driven over a pseudo-terminal; the seal it leaves.

All twelve faults: `make installer-proof`.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from commissioning.report import reported
from desk import free_port
from installer_proof.faults import FAULTS, HEALTHY
from installer_proof.installer import PIN
from installer_proof.run import bench, outcomes
from office.operator import Operator
from plant import Cable, Car
from rig.broker import broker
from telling.trouble import DONE, REFUSED

SEALED_MA = 16_000
SOME = ("feedback at the wrong contact", "pilot divider with a wrong resistor",
        "meter at another speed", "L and N swapped")  # fmt: skip


def test_some_wiring_faults_are_named_by_the_step_that_measures_them():
    found = asyncio.run(outcomes([one for one in FAULTS if one.name in SOME], len(SOME)))
    assert [(one.fault.name, one.named, one.right) for one in found] == [
        (one.fault.name, one.named, True) for one in found
    ], found


def test_a_box_that_is_wired_right_is_sealed_and_reported_and_stays_sealed(tmp_path, capsys):
    async def run() -> None:
        port = free_port()
        async with (
            broker(port),
            Operator("desk", port) as operator,
            bench(HEALTHY, tmp_path, port, heartbeat_s=1) as (scene, box, installer),
        ):
            assert await installer.commissions(), installer.screen[-800:]
            assert installer.named is None
            await installer.types_until("reboot", "Done")
            await operator.until("state", lambda s: s["restart"] == "command")
            now = await operator.wait("state", lambda s: s["limit"]["ma"] == SEALED_MA)
            assert now["config"] == ""
            await nothing_raises_it(tmp_path, operator)
            scene.world.plug(Cable(32), Car())
            now = await operator.until("state", lambda s: s["closed"])
            assert SEALED_MA - 100 < now["offered_ma"] <= SEALED_MA == now["limit"]["ma"]
            await config_by_hand(tmp_path, box, operator)

    asyncio.run(run())
    report = tmp_path / "report.json"
    for data, code in ((report.read_bytes(), DONE), (altered(report), REFUSED)):
        file = tmp_path / "copy.json"
        file.write_bytes(data)
        key, journal = tmp_path / "device.key", tmp_path / "journal"
        assert reported(file, key, journal, tmp_path / "shown", "en") == code
    assert "signature: WRONG" in capsys.readouterr().out
    page = (tmp_path / "shown.html").read_text()
    assert page.count("<svg") == 3
    assert "A. Sparks" in page
    assert (tmp_path / "shown.pdf").read_bytes().startswith(b"%PDF")


def altered(report: Path) -> bytes:
    return report.read_bytes().replace(b"16000", b"32000", 1)


async def nothing_raises_it(root: Path, operator: Operator) -> None:
    """Whatever an operator's commands may try."""
    for values in ({"limit_ma": 32_000}, {"location": "elsewhere"}, {"site_ma": 32_000}):
        assert (await operator.command("config-set", values=values))["reason"] == "safety"
    for source in ("operator", "site"):
        await operator.command("limit", ma=80_000, fallback_ma=80_000, source=source)
    now = await operator.wait("state", lambda s: s["limit"]["set_ma"] == 80_000)
    assert now["limit"]["ma"] == SEALED_MA
    assert json.loads((root / "config.json").read_text())["limit_ma"] == SEALED_MA


async def config_by_hand(root: Path, box: Any, operator: Operator) -> None:
    """A file that somebody has put there: the lower limit holds, and the box says so."""
    config = json.loads((root / "config.json").read_text())
    for wanted_ma, held_ma in ((10_000, 10_000), (32_000, SEALED_MA)):
        await box.firmware.cut()
        box.configure({**config, "limit_ma": wanted_ma})
        await box.firmware.start()
        said = f"seal: limit_ma: config.json has {wanted_ma}"
        await operator.until("state", lambda s, said=said: s["config"].startswith(said))
        assert (await operator.command("why"))["value"]["sources"]["box"]["ma"] == held_ma


@pytest.mark.parametrize("given", ["000000", PIN])
def test_only_the_pin_opens_the_seal(given, tmp_path):
    async def run() -> None:
        async with bench(HEALTHY, tmp_path, free_port()) as (_, _box, installer):
            for line, prompt in (
                *(("", "> $"), ("pin set", r"12\): $"), (PIN, "PIN: $"), (PIN, "# $")),
                ("unseal", "damaged or gone|PIN: $"),
            ):
                if line == "unseal":
                    (tmp_path / "seal.json").write_text("no seal")
                await installer.types_until(line, prompt)
            await installer.types_until(given, "Done" if given == PIN else "Wrong PIN")
        assert (tmp_path / "seal.json").exists() == (given != PIN)

    asyncio.run(run())
