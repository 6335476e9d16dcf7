"""A whole stack beside a program that needs one: the demonstration, the browser tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reviewapp.config import PROJECT
from reviewapp.errors import Unavailable
from reviewapp.stack import guard
from reviewapp.stack.folder import running

_POLL_SECONDS = 0.1
_START_SECONDS = 120.0
_STOP_SECONDS = 15.0


@dataclass(frozen=True)
class Stack:
    """A running stack: where its site is, and the guard process of each service."""

    url: str
    processes: dict[str, int]


@contextmanager
def running_stack(
    data: Path,
    *,
    port: int,
    bank_port: int,
    log: Path,
    ocr_workers: int = 1,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Stack]:
    """`reviewapp up` on the folder `data` until the block ends, or this process does; its output goes to `log`.

    `environment` is added to this process's. Raises `Unavailable` with the end of the log when it does not come up.
    """
    options = (f"--data={data}", f"--port={port}", f"--bank-port={bank_port}", f"--ocr-workers={ocr_workers}")
    process = _start(options, log, {**os.environ, **(environment or {})})
    try:
        yield _wait_until_ready(process, data, log)
    finally:
        process.terminate()
        process.wait(_STOP_SECONDS)


def _start(options: tuple[str, ...], log: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    up = [sys.executable, "-m", "reviewapp.cli", "up", *options]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, str(os.getpid()), *up],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _wait_until_ready(process: subprocess.Popen[bytes], data: Path, log: Path) -> Stack:
    deadline = time.monotonic() + _START_SECONDS
    while (note := running(data)) is None or not _is_child_of(note["pid"], process.pid):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Unavailable(f"系统没有启动。最后的输出：\n{_tail(log)}")
        time.sleep(_POLL_SECONDS)
    return Stack(note["url"], note["processes"])


def _is_child_of(pid: int, parent: int) -> bool:
    """True when the supervisor that wrote the note is ours, not one that was killed long ago."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) == parent
    except FileNotFoundError:
        return False


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
