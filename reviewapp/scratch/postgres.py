"""A PostgreSQL server of one's own, on a unix socket in a folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from reviewapp.scratch.processes import start_guarded, wait_until

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",
    "max_connections": "300",
    "shared_buffers": "128MB",
}
#: What a server may do whose data nobody wants after a power failure.
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class NoPostgres(Exception):
    """There are no server programs on this machine."""


class Cluster:
    """A server in `folder` (a short path: sockets lie in it), which others must be able to enter.

    With `durable` it keeps what it acknowledged, as in an office; without, it is as quick as tests want it. It ends
    with process `watched`, by default the one that starts it.
    """

    def __init__(self, folder: Path, *, durable: bool = False, watched: int | None = None) -> None:
        self._folder = folder / "postgres"
        self._log = folder / "postgres.log"
        self._settings = _SETTINGS if durable else _SETTINGS | _FORGETFUL
        self._watched = watched
        self._process: subprocess.Popen[bytes] | None = None

    def create_cluster(self) -> None:
        """Make the data folder. Raises NoPostgres, RuntimeError."""
        self._folder.mkdir()
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        command = [*_as_postgres(), _binary("initdb"), "-D", str(self._data), *options]
        made = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stderr}")

    def start(self) -> int:
        """Start the server and wait until it answers, recovered if it was killed; the process id of its guard."""
        settings = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        command = [*_as_postgres(), _binary("postgres"), "-D", str(self._data), "-k", str(self._folder), *settings]
        process = self._process = start_guarded(command, self._log, watched=self._watched)
        wait_until(lambda: self._answers() or process.poll() is not None, seconds=60, what="PostgreSQL does not answer")
        if process.returncode is not None:
            raise RuntimeError(f"PostgreSQL ended:\n{self._log.read_text()}")
        return process.pid

    def kill(self) -> None:
        """SIGKILL the server and every process of it at once; `start` again recovers what was acknowledged."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
            self._process = None

    def url(self, database: str) -> str:
        """SQLAlchemy address of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def create(self, database: str, template: str = "template0") -> None:
        """A new database, a copy of `template`."""
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", database, template)

    def drop(self, database: str) -> None:
        """Remove a database, ending what is still connected to it."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(f"host={self._folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _answers(self) -> bool:
        try:
            self._execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def own_cluster(folder: Path, *, durable: bool = True) -> Iterator[Cluster]:
    """A new server in `folder` while the block runs. Raises NoPostgres before anything is made."""
    _binary("postgres")
    folder.chmod(0o711)  # PostgreSQL runs as another user and must get to its own folder
    cluster = Cluster(folder, durable=durable)
    cluster.create_cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.kill()


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []


def _binary(name: str) -> str:
    """A server program: the newest of Debian's, else the one on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(debian[-1]) if debian else shutil.which(name)
    if found is None:
        raise NoPostgres(f"{name} not found: apt-get install postgresql")
    return found
