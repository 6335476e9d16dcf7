"""Helper servers that never outlive the test run, however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import reviewapp.stack.guard

RUN_OWNER = "REVIEWAPP_TEST_OWNER"  # set by the first process of a run, inherited by its xdist workers


def run_owner() -> int:
    """The process whose end is the end of the test run."""
    return int(os.environ[RUN_OWNER])


def start_guarded(command: list[str], log: Path, *, watched: int | None = None) -> subprocess.Popen[bytes]:
    """Start `command` under a guard that kills it when process `watched` (the run) ends; output goes to `log`."""
    guard = [sys.executable, "-I", "-S", reviewapp.stack.guard.__file__, str(watched or run_owner())]
    with log.open("ab") as output:
        return subprocess.Popen(
            guard + command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
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
