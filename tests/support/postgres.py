"""One PostgreSQL cluster a test run, started by the first test that asks, shared by xdist workers through a lock."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.processes import alive, start_guarded, wait_until

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",
    "max_connections": "300",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
}

_kept: list[subprocess.Popen[bytes]] = []  # the server outlives the fixture that started it; other workers use it


class Cluster:
    """A PostgreSQL server on a unix socket in `folder`, the same one for every process of the run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "postgres"
        self._lock = folder / "postgres.lock"
        self._pid = folder / "postgres.pid"
        self._log = folder / "postgres.log"

    def ensure_started(self) -> None:
        """Create and start the cluster unless another process has; it ends with the run."""
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._pid.exists():
                self._create()
                self._start()

    def stop(self) -> None:
        """End the server, when one was started."""
        with suppress(FileNotFoundError):
            pid = int(self._pid.read_text())
            os.kill(pid, signal.SIGQUIT)
            wait_until(lambda: not alive(pid), seconds=10, what="PostgreSQL still runs")

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

    def _create(self) -> None:
        self._folder.mkdir()
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        command = [*_as_postgres(), _binary("initdb"), "-D", str(self._data), *options]
        made = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stderr}")

    def _start(self) -> None:
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [*_as_postgres(), _binary("postgres"), "-D", str(self._data), "-k", str(self._folder), *settings]
        process = start_guarded(command, self._log)
        _kept.append(process)
        wait_until(lambda: self._answers() or process.poll() is not None, seconds=30, what="PostgreSQL does not answer")
        if process.returncode is not None:
            raise RuntimeError(f"PostgreSQL ended:\n{self._log.read_text()}")
        self._pid.write_text(str(process.pid))

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _answers(self) -> bool:
        try:
            self._execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []


def _binary(name: str) -> str:
    """A server program: the newest of Debian's, else the one on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(debian[-1]) if debian else shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} not found: apt-get install postgresql")
    return found
