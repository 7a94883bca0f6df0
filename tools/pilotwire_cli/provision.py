"""`pilotwire provision`: reads the arguments, hands over, ends with the exit code."""

from pathlib import Path
from typing import Annotated

import typer
from telling.output import Json

app = typer.Typer(no_args_is_help=True, help="Boxes before they are shipped (docs/provision.md).")


@app.command(
    epilog="Example: pilotwire provision make boxes --csv boxes.csv --broker mqtt.example.com:8883"
)
def make(
    folder: Annotated[Path, typer.Argument(help="everything goes there; more batches may follow")],
    broker: Annotated[str, typer.Option(metavar="HOST:PORT", help="as boxes call it")],
    csv: Annotated[
        Path | None, typer.Option(help="a row a box; columns are keys of config.json, one is id")
    ] = None,
    id_: Annotated[str, typer.Option("--id", help="a single box instead")] = "",
    key: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="of the single box; several")
    ] = None,
    tls: Annotated[bool, typer.Option(help="with certificates made here")] = True,
    mutual: Annotated[
        bool, typer.Option("--mutual", help="a certificate for each box, in place of a password")
    ] = False,
    label: Annotated[str, typer.Option(help="what the QR code holds")] = "pilotwire:{id}",
    as_json: Json = False,
) -> None:
    """Credentials, certificates, configuration and labels for one box or a batch.

    Nothing is written unless all is right. Exit code 0: done. 1: it could not be written. 2: an
    argument or a row is wrong, and which is said.
    """
    from provision.batch import Broker
    from provision.report import made

    host, _, port = broker.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise typer.BadParameter(f"--broker {broker} is no host:port, as in mqtt.example.com:8883")
    if (csv is None) == (not id_):
        raise typer.BadParameter("name a table by --csv, or a box by --id")
    if mutual and not tls:
        raise typer.BadParameter("--mutual wants TLS")
    single = {"id": id_}
    for pair in key or []:
        name, equals, value = pair.partition("=")
        if not equals or csv:
            raise typer.BadParameter(f"--key {pair}: KEY=VALUE of a single box is wanted")
        single[name] = value
    where = Broker(host, int(port), tls, mutual)
    raise typer.Exit(made(folder, csv, single, where, label, as_json))


@app.command(epilog="Example: pilotwire provision put boxes/boxes/box-1 my-box/")
def put(
    box: Annotated[Path, typer.Argument(metavar="BOX", help="its folder, as `make` has made it")],
    port: Annotated[str, typer.Argument(help="a board's port, or a simulated box's folder/")],
    again: Annotated[bool, typer.Option("--again", help="onto a box of another id, too")] = False,
    as_json: Json = False,
) -> None:
    """A box's files onto its board by mpremote, or into a simulated box's folder.

    On a board the contactor opens first, and it is started again. Exit code 0: done. 1: another
    box is there, or it failed. 2: that is no box's folder. 3: no answer.
    """
    from provision.report import was_put

    raise typer.Exit(was_put(box, port, again, as_json))
