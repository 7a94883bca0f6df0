"""`pilotwire provision`: what a person sees, and the exit codes."""

import json
import sys
from pathlib import Path
from typing import Any

from flashing.console import BoardFailed, CableLost
from laptop.show import progress

from . import batch, put, rows
from .batch import Broker

DONE, REFUSED, WRONG, LOST = range(4)


def made(
    folder: Path,
    table: Path | None,
    single: dict[str, str],
    broker: Broker,
    label: str,
    as_json: bool,
) -> int:
    """Make the boxes of `table`, or the `single` one."""
    taken = batch.taken(folder)
    try:
        configs = rows.read(table, taken) if table else [rows.one(single, taken)]
        with progress("boxes", len(configs)) as done:
            boxes = batch.make(folder, configs, broker, label, done)
    except rows.BadTable as error:
        means = "nothing was written: a batch is made whole or not at all"
        return _fail(WRONG, error.faults, means, "correct that (docs/configuration.md)", as_json)
    except (OSError, ValueError) as error:
        means = "not all was written"
        return _fail(REFUSED, [str(error)], means, "see that it can be written there", as_json)
    if as_json:
        for box in boxes:
            print(json.dumps({"box": box.name, "folder": str(box)}))
        return DONE
    print(f"{len(boxes)} boxes in {folder / 'boxes'}, labels in {folder / 'labels.pdf'}")
    print(f"for mosquitto: {folder / 'broker'} (docs/operators.md), then kill -HUP it")
    if broker.tls:
        print(f"{folder / 'ca.key'} can speak for every broker: keep it off line")
    return DONE


def was_put(box: Path, port: str, again: bool, as_json: bool) -> int:
    """Put a box's folder onto the board at `port`, or into the folder of that name."""
    try:
        if Path(port).is_dir() or port.endswith("/"):
            count = put.into_folder(box, Path(port), again)
        else:
            with progress("files", len(put.files(box))) as done:
                count = put.onto_board(box, port, again, done)
    except put.OtherBox as error:
        means = "its records would go on under another id: nothing was changed"
        return _fail(REFUSED, [str(error)], means, "take the right box, or --again", as_json)
    except (put.NotVerified, BoardFailed) as error:
        means = "the board has the files that were written before; config.json comes last"
        return _fail(REFUSED, [str(error)], means, "pilotwire doctor PORT, then again", as_json)
    except CableLost as error:
        means = "the board is not plugged in, runs no MicroPython, or the cable was pulled"
        return _fail(LOST, [str(error)], means, "plug it in and type the same again", as_json)
    except (OSError, ValueError, KeyError) as error:
        means = "that is no folder of a box"
        return _fail(WRONG, [str(error)], means, "pilotwire provision make makes some", as_json)
    facts: dict[str, Any] = {"box": box.name, "files": count, "port": port}
    print(json.dumps(facts) if as_json else f"{box.name}: {count} files at {port}")
    return DONE


def _fail(code: int, happened: list[str], means: str, do: str, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": happened, "means": means, "do": do}))
    else:
        print("\n".join([*happened, means, do]), file=sys.stderr)
    return code
