"""Helper processes that never outlive the one they serve, however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from reviewapp.stack import guard


def start_guarded(
    command: list[str], log: Path, *, watched: int | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start `command` under a guard that kills it when process `watched` (this one) ends; output goes to `log`.

    SIGTERM ends the command in its own manner, SIGQUIT kills all of it at once.
    """
    guarded = [sys.executable, "-I", "-S", guard.__file__, str(watched or os.getpid()), *command]
    with log.open("ab") as output:
        return subprocess.Popen(
            guarded, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )


def wait_until(holds: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Poll `holds` until it is true; TimeoutError naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} after {seconds} s")
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """True while the process runs; a zombie counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
