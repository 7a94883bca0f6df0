"""A PostgreSQL server of its own in a temporary folder, which tests may kill and start again."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "postgres"  # initdb refuses root


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, or None. Debian keeps them out of PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


class Postgres:
    """`url` is its database."""

    def __init__(self, bin_: Path, folder: Path):
        self._bin, self._data = bin_, folder / "data"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"postgresql://{USER}@127.0.0.1:{self._port}/postgres"
        options = ("--username", USER, "--auth", "trust", "--no-sync", "--encoding", "UTF8")
        self._run("initdb", *options)

    def start(self) -> None:
        settings = f"-p {self._port} -h 127.0.0.1 -k '' -c fsync=off"
        log = str(self._data / "log")
        self._run("pg_ctl", "start", "--wait", "--options", settings, "--log", log)

    def kill(self) -> None:
        """As a crash would: no goodbye to any client."""
        self._run("pg_ctl", "stop", "--mode", "immediate")

    def _run(self, program: str, *options: str) -> None:
        become = ("runuser", "-u", USER, "--") if os.geteuid() == 0 else ()
        command = (*become, str(self._bin / program), "--pgdata", str(self._data), *options)
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr or done.stdout}")


@contextmanager
def postgres(bin_: Path) -> Iterator[Postgres]:
    """A running one, killed at the end. Raises RuntimeError with what its programs say."""
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        server = Postgres(bin_, Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()
