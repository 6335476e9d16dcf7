"""One service as the supervisor sees it: its guard process, its output, when it may start again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import IO

from reviewapp.config import PROJECT
from reviewapp.stack import guard
from reviewapp.stack.console import Lines
from reviewapp.stack.plan import Service

#: Deaths within this many seconds count towards the waiting time and the crash loop.
WINDOW_SECONDS = 60.0
CRASH_LOOP = 5
_FIRST_WAIT = 0.5
_SHORTEST_ROUND = 2.0
_LONGEST_WAIT = 30.0
_CHUNK = 64 * 1024


class Child:
    """A service that is started again and again, always under a guard that ends with this process."""

    def __init__(self, service: Service, environment: Mapping[str, str]) -> None:
        self.service = service
        self.restart_at: float | None = None
        self.outcome: int | None = None
        """How it ended the last time."""
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._lines = Lines()
        self._deaths: list[float] = []
        self._started_at = 0.0

    def start(self) -> None:
        """Start the service."""
        command = [sys.executable, "-I", "-S", guard.__file__, str(os.getpid()), *self.service.command]
        self._process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.restart_at = None
        self._started_at = time.monotonic()

    @property
    def output(self) -> int:
        """File descriptor of the output while the service runs."""
        return self._pipe().fileno()

    @property
    def deaths(self) -> int:
        """How often it died lately."""
        return len(self._deaths)

    @property
    def pid(self) -> int | None:
        """Process id of the guard while the service runs."""
        return self._process.pid if self._process else None

    @property
    def status(self) -> int | None:
        """Exit status once the service has ended; None before."""
        return self._process.poll() if self._process else None

    def read(self) -> list[str] | None:
        """Complete lines that have come in; None at the end of the output."""
        received = os.read(self.output, _CHUNK)
        return self._lines.feed(received) if received else None

    def bury(self) -> list[str]:
        """Note how an ended service ended and close its output; the last lines of it."""
        pipe = self._pipe()
        self.outcome = self.status
        os.set_blocking(self.output, False)
        lines: list[str] = []
        with suppress(BlockingIOError):
            while (more := self.read()) is not None:
                lines += more
        pipe.close()
        self._process = None
        return lines + self._lines.finish()

    @property
    def wants_a_fresh_process(self) -> bool:
        """True when it ended well after some time: workers do so to give memory back."""
        return self.outcome == 0 and time.monotonic() - self._started_at > _SHORTEST_ROUND

    def restart_now(self) -> None:
        """Start again in the next step."""
        self.restart_at = time.monotonic()

    def plan_restart(self) -> float:
        """Decide when to start again: seconds from now, doubling with every death in the window."""
        now = time.monotonic()
        self._deaths = [*(death for death in self._deaths if death > now - WINDOW_SECONDS), now]
        wait: float = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (len(self._deaths) - 1))
        self.restart_at = now + wait
        return wait

    def signal(self, number: signal.Signals) -> None:
        """SIGTERM: end in your manner; SIGQUIT: the guard kills all of it."""
        if self._process is not None:
            self._process.send_signal(number)

    def _pipe(self) -> IO[bytes]:
        if self._process is None or self._process.stdout is None:
            raise RuntimeError(f"{self.service.name} does not run")
        return self._process.stdout
