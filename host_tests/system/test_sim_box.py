"""`pilotwire sim box`: a person plays with real firmware, and commissions it to the report."""

import json
import os
import subprocess
import sys

import paho.mqtt.client as mqtt
import pexpect
import pytest
from commissioning.report import reported
from paho.mqtt.enums import CallbackAPIVersion
from pexpect.fdpexpect import fdspawn
from pilotwire_cli.main import app
from playing import PIN, played
from sim_box.place import NETWORKS
from telling.trouble import DONE
from typer.testing import CliRunner

_LONGEST_S = 60
# What commissioning asks, what a person types then, and what the hands do before.
ANSWERS = (
    (r"Enter: measure; s: skip; q: leave\. $", ""),
    (r"then press Enter\. $", ""),
    (r"cw or ccw\? $", "cw"),
    (r"bolt move\? y or n: $", "y"),
    (r"in mA, [^\n]*\n[^\n]*the highest: $", "16000"),
    (r"the highest: $", "16"),
    (r"the first: $", ""),
    (r"two letters: $", "de"),
    (r"look for it\? $", "Garage 3"),
    (r"for the report: $", "A. Sparks"),
    (r"PIN, to seal this: $", PIN),
    (r"\ngarage# $", ""),
    (r"BAD: [^\r\n]*", ""),
)
HANDS = (
    ("Plug in the test adapter", ("adapter", "wait 1")),
    ("to 882 ohm", ("turn",)),
    ("button", ("rcd",)),
    ("Switch the load off", ("turn", "unplug")),
)


class Installer:
    """At the console's terminal, with hands at the box."""

    def __init__(self, box):
        self._box = box
        terminal = os.open(box.pty, os.O_RDWR | os.O_NOCTTY)
        self._child = fdspawn(terminal, timeout=_LONGEST_S, encoding="utf-8")
        self.screen = ""

    def types(self, line, pattern):
        self._child.send(line + "\r")
        self._child.expect(pattern)

    def commissions(self):
        """Whether all steps are done."""
        self._child.send("commission\r")
        patterns = [pattern for pattern, _ in ANSWERS]
        while True:
            found = self._child.expect(patterns)
            said = f"{self._child.before}{self._child.after}"
            self.screen += said
            if found >= len(patterns) - 2:
                return "All steps are done" in said
            for told, words in HANDS:
                if told in said:
                    self._hand(words)
            self._child.send(ANSWERS[found][1] + "\r")

    def _hand(self, words):
        self._box.does(*words)
        keys = sum(not word.startswith("wait") for word in words)
        for _ in range(keys):
            self._box.until(lambda event: event["source"] == "hand")


def test_a_box_as_from_the_maker_is_commissioned_to_a_sealed_and_genuine_report(
    micropython, tmp_path
):
    folder = tmp_path / "box"
    with played("--blank", folder=folder) as box:
        installer = Installer(box)
        installer.types("", r"pilotwire> $")
        installer.types("pin set", r"12\): $")
        installer.types(PIN, "PIN: $")
        installer.types(PIN, r"pilotwire# $")
        key = NETWORKS["home"][0]
        for line in (
            "config set id garage",
            f'wifi set home "{key}"',
            f"mqtt set 127.0.0.1 {box.port}",
            "config save",
        ):
            installer.types(line, r"pilotwire# $")
        installer.types("reboot", "Done")
        box.until(lambda event: "state" in event)
        installer.types("", r"garage> $")
        installer.types("login", "PIN: $")
        installer.types(PIN, r"garage# $")
        assert installer.commissions(), installer.screen[-800:]
        installer.types("reboot", "Done")
        box.until(lambda event: event.get("state", {}).get("limit", {}).get("ma") == 16_000)
        box.does("plug", "until charging")
        box.charging()
    report, key, journal = (folder / name for name in ("report.json", "device.key", "journal"))
    assert reported(report, key, journal, tmp_path / "shown", "en") == DONE
    assert "A. Sparks" in (tmp_path / "shown.html").read_text()


def test_what_hands_do_is_what_the_box_says(micropython):
    with played() as box:
        box.does("until online", "car one-phase", "plug", "until charging")
        box.charging()
        box.does("power", "wait 1", "power", "until charging")
        box.until(lambda event: event["text"].startswith("the power is back"))
        box.charging()
        for word, fault in (("earth", "pe"), ("stop", "emergency-stop")):
            box.does(word, "until open")
            box.until(lambda event, fault=fault: fault in event.get("state", {}).get("faults", ()))
            box.does(word)
        box.does("unplug", "weld")
        box.until(lambda event: "weld" in str(event.get("state", {}).get("faults", ())))


def test_any_mqtt_client_hears_it(micropython):
    heard = []
    with played("--for", "600") as box:
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        client.on_message = lambda _client, _data, message: heard.append(message)
        client.connect("127.0.0.1", box.port)
        client.subscribe("pilotwire/v1/sim-box/state")
        while not heard:
            client.loop(1.0)
        client.disconnect()
    assert json.loads(heard[0].payload)["state"] == "A1"


def test_a_person_sees_the_picture_and_plays_by_keys(micropython):
    command = [sys.executable, "-m", "pilotwire_cli", "sim", "box"]
    child = pexpect.spawn(
        command[0], command[1:], encoding="utf-8", timeout=_LONGEST_S, dimensions=(40, 120)
    )
    child.expect("Control pilot")
    child.expect("A1 no car")
    found = 1
    while found:  # the bolt may be out for a moment
        child.send("p")
        found = child.expect(["plugged in: th", "not done"])
    child.expect("C2 car ready, may charge")
    child.expect("closed")
    child.send("x")
    child.expect("Power CUT")
    child.send("q")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        ("jump\n", 1, "line 1: 'jump' is no step; there are plug"),
        ("unplug\n", 1, "unplug: nothing is plugged in"),
        ("quit\n", 0, ""),
    ],
)
def test_a_script_ends_with_what_went_wrong(micropython, script, code, says):
    command = [sys.executable, "-m", "pilotwire_cli", "sim", "box"]
    ended = subprocess.run(
        command, input=script, capture_output=True, text=True, timeout=_LONGEST_S, check=False
    )
    assert (ended.returncode, says in ended.stderr) == (code, True), ended


@pytest.mark.parametrize("arguments", [["--keys", "y"], ["--broker", "nowhere"]])
def test_what_is_wrong_is_said_before_anything_starts(micropython, arguments):
    result = CliRunner().invoke(app, ["sim", "box", *arguments])
    assert result.exit_code == 2
    assert result.output.startswith("pilotwire sim box: --")


@pytest.mark.parametrize("kind", [[], ["--models"]])
def test_a_fleet_is_started_and_ends(micropython, kind):
    result = CliRunner().invoke(app, ["sim", "fleet", "2", "--for", "3", "--json", *kind])
    assert result.exit_code == 0, result.output
    assert json.loads(result.output.splitlines()[0])["boxes"] == ["box-1", "box-2"]
