"""A broken earth on the firmware as a process: snapshot and log, by command and at the console."""

import asyncio
import os
import tty

from desk import desk
from pexpect.fdpexpect import fdspawn
from plant import Cable, Car


def test_a_broken_earth_is_in_snapshot_and_log_by_command_and_at_the_console():
    master, slave = os.openpty()
    tty.setraw(slave)

    async def run():
        parts = {"console": os.ttyname(slave)}
        async with desk(parts=parts) as d:
            await d.operator.wait("state")
            assert (await d.operator.command("snapshot"))["reason"] == "none"
            d.world.plug(Cable(20), Car())
            await d.charging()
            d.world.pe_ok = False
            await d.operator.wait("event", lambda e: e.get("code") == "pe")
            await d.operator.until("state", lambda s: s["state"] == "B1" and s["faults"] == ["pe"])
            d.world.pe_ok = True
            while not (await d.operator.command("snapshot"))["ok"]:
                await asyncio.sleep(0.2)
            await d.operator.wait("logs", lambda line: "at_ms" in line and not line["is"])
            judge(d.operator.of("logs"))
            d.world.unplug()  # from here on flash may be written
            await d.operator.charge()
            while True:
                assert (await d.operator.command("log", kept=50))["ok"]
                await asyncio.sleep(0.5)
                kept = [line["text"] for line in d.operator.of("logs") if "boot" in line]
                if "opened fault" in kept:
                    break
            assert "fault pe" in kept
            assert (await d.operator.command("log", last=32, level="off"))["ok"]
            await d.operator.wait("logs", lambda line: line.get("text") == "unplugged")
            await asyncio.to_thread(at_the_console, master)

    try:
        asyncio.run(run())
    finally:
        os.close(master)
        os.close(slave)


def judge(lines):
    """The snapshot: closed before, open with the fault, and 5 s of what came then."""
    first, *changes = [line for line in lines if "text" not in line]
    assert first["faults"] == ["pe"]
    pairs = [(line["at_ms"], line["is"]) for line in changes]
    assert pairs[-1] == (5_000, {}) or pairs[-1][0] > 5_000
    by_fault = {}
    for at_ms, changed in pairs:
        if -100 <= at_ms <= 100:
            by_fault.update(changed)
    assert (by_fault["pe"], by_fault["closed"], by_fault["opened"]) == (0, 0, "fault")
    assert any(at_ms > 0 and changed.get("pe") == 1 for at_ms, changed in pairs)


def at_the_console(master):
    child = fdspawn(master, timeout=60, encoding="utf-8")
    for line, pattern in (
        ("", "Pilotwire, box desk"),
        ("log snapshot", r'"snapshot": 1.*"opened": "fault"'),
        ("log 32 error", r"error +opened fault.*error +fault pe.*entries since the start"),
        ("log kept 50", r"info +start power-on|error +fault pe"),
        ("log snapshot 9", "no such snapshot"),
    ):
        os.write(master, line.encode() + b"\r")
        child.expect("(?s)" + pattern)
        child.expect("desk> $")
