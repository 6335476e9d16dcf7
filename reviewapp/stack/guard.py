"""Runs one command so that nothing of it outlives the process it serves.

`python guard.py WATCHED_PID COMMAND…`: standard library only, started as a file, so that it stays small and quick.

The guard adopts every orphan below it (Linux sub-reaper). When the command ends, when the watched process dies in
whatever way, or on SIGQUIT, all that is left below is killed: work horses that moved to their own process group and
decoders too. SIGTERM and SIGINT are handed to the command, which then ends in its own manner. Should the guard itself
be killed, the kernel kills the command, and the orphans fall to the supervisor, which adopts likewise.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
from pathlib import Path
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def main(watched: int, command: list[str]) -> int:
    """Run `command` until it ends or `watched` dies; its exit status, 128 + signal when a signal ended it."""
    adopt_orphans()
    signals = _signal_pipe()
    try:
        watch = os.pidfd_open(watched)
    except ProcessLookupError:
        return 1
    child = _start(command)
    status = _wait(child, watch, signals)
    kill_children()
    return 128 - status if status < 0 else status


def adopt_orphans() -> None:
    """Make this process the parent of every orphan among its descendants."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> list[int]:
    """Process ids of this process's direct children, ended but unreaped ones included."""
    return [int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]


def kill_children(spare: frozenset[int] = frozenset()) -> None:
    """Kill and reap all children but `spare`, then those that thereby become ours, until there are none."""
    while doomed := [pid for pid in children() if pid not in spare]:
        for pid in doomed:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _signal_pipe() -> int:
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    return reader


def _start(command: list[str]) -> int:
    guard = os.getpid()
    child = os.fork()
    return child or _become(command, guard)


def _become(command: list[str], guard: int) -> NoReturn:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGCHLD, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() == guard:
        try:
            os.execvp(command[0], command)
        except OSError as error:
            print(f"{command[0]}: {error.strerror}", file=sys.stderr, flush=True)
    os._exit(127)


def _wait(child: int, watch: int, signals: int) -> int:
    while True:
        readable, _, _ = select.select([watch, signals], [], [])
        if watch in readable:
            return -signal.SIGKILL
        for number in os.read(signals, 64):
            if number == signal.SIGQUIT:
                return -signal.SIGKILL
            if number in (signal.SIGTERM, signal.SIGINT):
                os.kill(child, number)
        status = _reap(child)
        if status is not None:
            return status


def _reap(child: int) -> int | None:
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return None
        if pid == child:
            return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
