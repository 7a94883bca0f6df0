"""`pilotwire records pull`, `trace` and `logs`: what a box has kept, into a file."""

import json
import sys
import time
from pathlib import Path

from . import answers, said
from .dialogue import Dialogue
from .show import as_lines, at_box, progress
from .trouble import DONE, REFUSED, Trouble

_TURN_S = 0.2


def records(port: str, output: Path, first: int, as_json: bool) -> int:
    """All records from number `first` on, as JSON lines for `pilotwire records verify`."""

    def work(dialogue: Dialogue) -> int:
        total = answers.status(dialogue.run("status")).get("records") or 0
        count = 0

        def came(line: str) -> None:
            nonlocal count
            count += line.startswith("{")
            done(count)

        with progress("records", max(total - first + 1, 1)) as done:
            answer = dialogue.run(f"records export {first}", on_line=came)
        frames = [line for line in answer.split("\n") if line.startswith("{")]
        if not frames:
            raise Trouble(
                REFUSED,
                f"{dialogue.box} has no record from number {first} on",
                f"its newest is number {total}" if total else "it has none yet",
                "ask from a lower number on by --first",
            )
        output.write_text("\n".join(frames) + "\n")
        if as_json:
            as_lines({"box": dialogue.box, "records": len(frames), "file": str(output)})
        else:
            print(f"{dialogue.box}: {len(frames)} records in {output}")
            print(f"whether they are sound: pilotwire records verify {output} --key device.key")
        return DONE

    return at_box("records pull", port, work, as_json, installer=True)


def trace(port: str, output: Path, for_s: float, kb: int, as_json: bool) -> int:
    """What ring 0 sees and does for so long, for `pilotwire replay`."""

    def work(dialogue: Dialogue) -> int:
        dialogue.does(f"trace start {kb}")
        began_s = time.monotonic()
        try:
            with progress("recording", round(for_s)) as done:
                while (since_s := time.monotonic() - began_s) < for_s:
                    done(round(since_s))
                    time.sleep(_TURN_S)
        except KeyboardInterrupt:
            print("stopped; what was recorded is kept", file=sys.stderr)
        parts = answers.lines(dialogue.does("trace stop"))
        lines = [line for line in parts if line]
        output.write_text("".join(json.dumps(line) + "\n" for line in lines))
        if as_json:
            as_lines({"box": dialogue.box, "parts": len(lines), "file": str(output)})
        else:
            print(f"{dialogue.box}: {len(lines)} parts in {output}; pilotwire replay {output}")
        return DONE

    return at_box("trace", port, work, as_json, installer=True)


def logs(port: str, as_json: bool) -> int:
    """What the box has logged, where its firmware keeps a log."""

    def work(dialogue: Dialogue) -> int:
        answer = dialogue.run("log")
        if wrong := said.complaint(answer):
            raise Trouble(
                REFUSED,
                f"{dialogue.box} shows no log: {wrong}",
                "its firmware has no such command, or wants another level for it",
                "the topic `log` has what is published (docs/mqtt.md)",
            )
        for line in answer.split("\n"):
            if as_json:
                as_lines({"box": dialogue.box, "log": line})
            else:
                print(line)
        return DONE

    return at_box("logs", port, work, as_json)
