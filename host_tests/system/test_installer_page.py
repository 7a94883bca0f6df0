"""docs/installer.md on the simulated box: every line that it says to type, up to the report."""

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pages
import pexpect
import pytest
import shell

PAGE = "docs/installer.md"
PIN = "314159"
PROMPT = {">": r"\n[\w-]+> $", "#": r"\n[\w-]+# $"}
LONGEST_S = 120  # for an answer of the box, on a busy machine
DEADLINE_S = 60
LINE = re.compile(r"^([>#]) (.+)$", re.MULTILINE)
ANSWERS = {
    r"Enter: measure; s: skip; q: leave\. $": "",
    r"Enter: measure again; s: skip with a reason; q: leave\. $": None,  # a step is not good
    r"cw or ccw\? $": "cw",
    r"then press Enter\. $": "",
    r"in A, [^:]*: $": "16",
    r"the highest: $": "",
    r"the first: $": "",
    r"two letters: $": "de",
    r"look for it\? $": "Garage 3",
    r"for the report: $": "A. Sparks",
    r"PIN, to seal this: $": PIN,
}
HANDS = {  # what a step asks for, and the words of the simulated box that do it
    "Plug in the test adapter": "adapter",
    "Switch the adapter to 882 ohm": "turn",
    "with a load of 1 to 6 A": "more",
    "Switch the load off, unplug": "unplug",
}


class SimulatedBox:
    """The first terminal: started by the page's own command, with a script for its keys."""

    def __init__(self, command: str, folder: Path):
        self.said = folder / "box.log"
        with self.said.open("w") as file:
            self._process = subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=folder,
                env=shell.environment(),
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def port(self, what: str) -> str:
        """The number that it prints behind `what`."""
        return self.hears(rf"{what}\S*?:(\d+)")[1]

    def hears(self, pattern: str, after: int = 0) -> re.Match[str]:
        began = time.monotonic()
        while time.monotonic() - began < LONGEST_S:
            found = re.search(pattern, self.said.read_text()[after:])
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"{pattern} was not said:\n{self.said.read_text()[-1_000:]}")

    def presses(self, word: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(DEADLINE_S)


@pytest.fixture
def commands() -> Iterator[str]:
    """The page's commands for the simulated box, in their order."""
    lines = [line for block in pages.blocks(PAGE, "sh") for line in pages.commands(block.text)]
    return iter([line for line in lines if "my-box" in line or "socket://" in line])


def test_the_page_leads_from_a_blank_box_to_a_sealed_report(micropython, tmp_path, commands):
    box = SimulatedBox(next(commands), tmp_path)
    try:
        command = next(commands).replace("PORT", box.port("socket://127"))
        console = pexpect.spawn(
            "bash",
            ["-c", f"exec {command}"],
            env=shell.environment(),
            timeout=LONGEST_S,
            encoding="utf-8",
        )
        types(box, console)
        console.close()
    finally:
        box.end()
    said = shell.of(f"cd {tmp_path} && {next(commands)}")
    assert "signature: good" in said
    assert "names it" in said
    assert (tmp_path / "my-box" / "report.pdf").read_bytes().startswith(b"%PDF")


def types(box, console):
    """Every line of the page's blocks, as a person who reads it would."""
    named = {
        "NETWORK KEY": 'home "correct horse"',
        "BROKER": f"127.0.0.1 {box.port('broker 127')}",
    }
    lines = [found for one in pages.blocks(PAGE, "text") for found in LINE.findall(one.text)]
    assert lines[0] == (">", "pin set")
    assert ("#", "commission") in lines
    opened(console)
    for level, line in lines:
        for name, value in named.items():
            line = line.replace(name, value)
        before = len(box.said.read_text())
        console.send(f"{line}\r")
        if line == "pin set":
            for prompt in (r"12\): $", "PIN: $"):
                console.expect(prompt)
                console.send(f"{PIN}\r")
            console.expect(PROMPT["#"])
            assert re.search(r"(\d{4} ){3}\d{4}", console.before), "the code on paper"
        elif line == "login":
            console.expect("PIN: $")
            console.send(f"{PIN}\r")
            console.expect(PROMPT["#"])
        elif line == "commission":
            commissions(box, console)
        elif line == "reboot":
            console.expect("Done")
            box.hears("to be started again", before)
            opened(console)
        else:
            console.expect(PROMPT[level])
            assert "wrong" not in console.before.lower(), console.before


def opened(console):
    """A key opens the console; it may be pressed before the box looks."""
    for _ in range(LONGEST_S):
        console.send("\r")
        if console.expect([PROMPT[">"], pexpect.TIMEOUT], timeout=1) == 0:
            return
    raise AssertionError("the console does not open")


def commissions(box, console):
    """Goes through the steps, each of which has to be good."""
    patterns = [*ANSWERS, PROMPT["#"]]
    hands = dict(HANDS)
    while (found := console.expect(patterns)) < len(ANSWERS):
        said = console.before + console.after
        for asked in [asked for asked in hands if asked in said]:
            box.presses(hands.pop(asked))
            time.sleep(1)  # a hand needs so long
        answer = list(ANSWERS.values())[found]
        assert answer is not None, said
        console.send(f"{answer}\r")
    assert "All steps are done" in console.before
    assert not hands, "the page speaks of an adapter that no step asked for"
