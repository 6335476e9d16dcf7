"""Where a test run keeps its databases."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ENOUGH = 2 * 2**30  # bytes; three processes of database tests were seen to keep 0.2 GiB, whole stacks keep more


def roomy_memory() -> Path | None:
    """A file system in memory with room for a run's databases; None where there is none.

    A PostgreSQL database is some 700 files, copied for each test that asks for one: on a disk that takes a second, in
    memory a fifteenth of it. What the tests kill are processes, and those lose as little here as there.
    """
    if not os.access(_MEMORY, os.W_OK | os.X_OK) or shutil.disk_usage(_MEMORY).free < _ENOUGH:
        return None
    return _MEMORY
