"""`python -m certificates FOLDER --host NAME --box ID`: for a broker and its boxes."""

import argparse
from pathlib import Path

from . import Authority, write_box, write_server


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m certificates",
        description="FOLDER keeps the authority (ca.pem, ca.key: made if they are not there), the "
        "broker's server.pem and server.key, and a folder for each box, to be copied to its root.",
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--host", action="append", default=[], help="the broker's name or address; several"
    )
    parser.add_argument("--box", action="append", default=[], help="a box's id; several")
    options = parser.parse_args(arguments)
    authority = Authority.kept(options.folder)
    if options.host:
        write_server(options.folder, authority.server(*options.host))
    for box in options.box:
        write_box(options.folder / box, [authority.identity], authority.client(box))


if __name__ == "__main__":
    main()
