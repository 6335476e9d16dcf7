"""The sandbox bank as a process of one's own."""

from __future__ import annotations

import re
import sys
from contextlib import closing
from pathlib import Path

import httpx

from reviewapp.bank.sandbox.books import Books
from reviewapp.scratch.processes import start_guarded, wait_until


class SandboxBank:
    """Its own process and its own books in `folder`; `kill` and `start` again keep the address and the books."""

    def __init__(self, folder: Path, *, seed: int = 0, **faults: float | str) -> None:
        self._folder = folder
        self._switches = [word for name, value in faults.items() for word in ("--fault", f"{name}={value}")]
        self._seed = seed
        self._port = 0
        self.url = ""

    @property
    def database(self) -> Path:
        """The file of its books."""
        return self._folder / "bank.sqlite3"

    def start(self) -> None:
        """Start it and wait for its address."""
        log = self._folder / "bank.log"
        log.write_bytes(b"")
        place = ["--port", str(self._port), "--database", str(self.database), "--seed", str(self._seed)]
        command = [sys.executable, "-m", "reviewapp.bank.sandbox", *place, *self._switches]
        self._process = start_guarded(command, log)
        wait_until(lambda: bool(re.search(r"^http://\S+\n", log.read_text())), seconds=20, what="no sandbox bank")
        self.url = log.read_text().splitlines()[-1]
        self._port = int(self.url.rpartition(":")[2])

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)

    def switch(self, **faults: float | str) -> None:
        """Turn switches of the running bank."""
        httpx.post(f"{self.url}/faults", json=faults, trust_env=False).raise_for_status()

    def credits(self) -> list[tuple[str, int]]:
        """(number, fen) of every movement of money."""
        with closing(Books(self.database)) as books:
            return books.credits()
