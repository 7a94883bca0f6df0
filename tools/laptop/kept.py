"""`pilotwire records pull`, `trace` and `logs`: what a box has kept, into a file."""

import json
import sys
import time
from pathlib import Path

from telling.output import objects, progress
from telling.trouble import DONE, REFUSED, Trouble

from . import answers, said
from .show import at_box

_TURN_S = 0.2


def records(port: str, output: Path, first: int, as_json: bool) -> int:
    """All records from number `first` on, as JSON lines for `pilotwire records verify`."""
    count = 0

    def came(line: str) -> None:
        nonlocal count
        count += line.startswith("{")
        done(count)

    with at_box(port, installer=True) as dialogue:
        total = answers.status(dialogue.run("status")).get("records") or 0
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
        objects({"box": dialogue.box, "records": len(frames), "file": str(output)})
    else:
        print(f"{dialogue.box}: {len(frames)} records in {output}")
        print(f"whether they are sound: pilotwire records verify {output} --key device.key")
    return DONE


def trace(port: str, output: Path, for_s: float, kb: int, as_json: bool) -> int:
    """What ring 0 sees and does for so long, for `pilotwire replay`."""
    with at_box(port, installer=True) as dialogue:
        dialogue.does(f"trace start {kb}")
        began_s = time.monotonic()
        try:
            with progress("recording", round(for_s)) as done:
                while (since_s := time.monotonic() - began_s) < for_s:
                    done(round(since_s))
                    time.sleep(_TURN_S)
        except KeyboardInterrupt:
            print("stopped; what was recorded is kept", file=sys.stderr)
        parts = [part for part in answers.lines(dialogue.does("trace stop")) if part]
    output.write_text("".join(json.dumps(part) + "\n" for part in parts))
    if as_json:
        objects({"box": dialogue.box, "parts": len(parts), "file": str(output)})
    else:
        print(f"{dialogue.box}: {len(parts)} parts in {output}; pilotwire replay {output}")
    return DONE


def logs(port: str, command: str, n: int | None, as_json: bool) -> int:
    """What the console's `command` (log, log kept, log snapshot) shows, of `n` if that is said."""
    with at_box(port) as dialogue:
        answer = dialogue.run(command if n is None else f"{command} {n}")
    if wrong := said.complaint(answer):
        raise Trouble(
            REFUSED,
            f"{dialogue.box} does not show that: {wrong}",
            "there is no such thing in its log, or its firmware keeps none",
            "`pilotwire logs` without options shows what there is since the start",
        )
    if as_json:
        objects(*({"box": dialogue.box, **one} for one in answers.READ[command](answer)))
    else:
        print(answer)
    return DONE
