"""A loop that does something every so many seconds until the process is told to stop."""

from __future__ import annotations

import signal
from collections.abc import Callable
from threading import Event
from types import FrameType


def every(seconds: float, do: Callable[[], object]) -> None:
    """Call `do` now and every `seconds` after it returned; ends after the current call on SIGTERM or SIGINT."""
    stop = Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    while not stop.is_set():
        do()
        stop.wait(seconds)
