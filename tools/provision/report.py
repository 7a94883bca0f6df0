"""`pilotwire provision`: what a person sees, and the exit codes."""

from pathlib import Path

from flashing.console import BoardFailed, CableLost
from telling.output import objects, progress
from telling.trouble import DONE, NO_ANSWER, REFUSED, WRONG, Trouble

from . import batch, put, rows
from .batch import Broker


def made(
    folder: Path,
    table: Path | None,
    single: dict[str, str],
    broker: Broker,
    label: str,
    as_json: bool,
) -> int:
    """Make the boxes of `table`, or the `single` one. Raises Trouble."""
    taken = batch.taken(folder)
    try:
        configs = rows.read(table, taken) if table else [rows.one(single, taken)]
        with progress("boxes", len(configs)) as done:
            boxes = batch.make(folder, configs, broker, label, done)
    except rows.BadTable as error:
        means = "nothing was written: a batch is made whole or not at all"
        raise Trouble(WRONG, str(error), means, "correct that (docs/configuration.md)") from error
    except (OSError, ValueError) as error:
        do = "see that it can be written there"
        raise Trouble(REFUSED, str(error), "not all was written", do) from error
    if as_json:
        objects(*({"box": box.name, "folder": str(box)} for box in boxes))
        return DONE
    print(f"{len(boxes)} boxes in {folder / 'boxes'}, labels in {folder / 'labels.pdf'}")
    print(f"for mosquitto: {folder / 'broker'} (docs/operators.md), then kill -HUP it")
    if broker.tls:
        print(f"{folder / 'ca.key'} can speak for every broker: keep it off line")
    return DONE


def was_put(box: Path, port: str, again: bool, as_json: bool) -> int:
    """Put a box's folder onto the board at `port`, or into the folder of that name.

    Raises Trouble.
    """
    try:
        if Path(port).is_dir() or port.endswith("/"):
            count = put.into_folder(box, Path(port), again)
        else:
            with progress("files", len(put.files(box))) as done:
                count = put.onto_board(box, port, again, done)
    except put.OtherBox as error:
        means = "its records would go on under another id: nothing was changed"
        raise Trouble(REFUSED, str(error), means, "take the right box, or --again") from error
    except (put.NotVerified, BoardFailed) as error:
        means = "the board has the files that were written before; config.json comes last"
        raise Trouble(REFUSED, str(error), means, "pilotwire doctor PORT, then again") from error
    except CableLost as error:
        means = "the board is not plugged in, runs no MicroPython, or the cable was pulled"
        do = "plug it in and type the same again"
        raise Trouble(NO_ANSWER, str(error), means, do) from error
    except (OSError, ValueError, KeyError) as error:
        do = "pilotwire provision make makes some"
        raise Trouble(WRONG, str(error), "that is no folder of a box", do) from error
    if as_json:
        objects({"box": box.name, "files": count, "port": port})
    else:
        print(f"{box.name}: {count} files at {port}")
    return DONE
