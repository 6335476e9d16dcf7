"""One PostgreSQL cluster a test run, started by the first test that asks, shared by xdist workers through a lock."""

from __future__ import annotations

import fcntl
import os
import signal
from contextlib import suppress
from pathlib import Path

from reviewapp.scratch.postgres import Cluster
from reviewapp.scratch.processes import alive, wait_until
from tests.support.processes import run_owner

_kept: list[Cluster] = []  # the server outlives the fixture that started it; other workers use it


class SharedCluster(Cluster):
    """The same server in `folder` for every process of the run."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, watched=run_owner())
        self._lock = folder / "postgres.lock"
        self._pid = folder / "postgres.pid"

    def ensure_started(self) -> None:
        """Create and start the cluster unless another process has; it ends with the run."""
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._pid.exists():
                self.create_cluster()
                self._pid.write_text(str(self.start()))
                _kept.append(self)

    def stop(self) -> None:
        """End the server, when one was started by any process of the run."""
        with suppress(FileNotFoundError):
            pid = int(self._pid.read_text())
            os.kill(pid, signal.SIGQUIT)
            wait_until(lambda: not alive(pid), seconds=10, what="PostgreSQL still runs")
