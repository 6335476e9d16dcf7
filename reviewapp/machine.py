"""What the machine has for this process, and what this process holds of it: cores and memory."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_MEGABYTE = 1024 * 1024


def usable_cores() -> int:
    """Processor cores that this process may use: those it is bound to, no more than its container's quota."""
    cores = len(os.sched_getaffinity(0))
    with suppress(OSError, ValueError):  # no such file outside control groups; "max" where there is no quota
        quota, period = _QUOTA.read_text(encoding="ascii").split()
        cores = min(cores, max(1, int(quota) // int(period)))
    return cores


def resident_megabytes() -> int:
    """Memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // _MEGABYTE


def give_back_memory(over: int) -> None:
    """Return freed memory to the system when the process holds more than `over` megabytes. The C library keeps it, in
    pieces, for the next large picture: measured, 700 MB after pages full of text, of which 280 are in use."""
    if resident_megabytes() > over:
        with suppress(OSError, AttributeError):  # only glibc has it
            ctypes.CDLL(None).malloc_trim(0)
