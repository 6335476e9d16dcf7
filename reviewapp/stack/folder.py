"""The data folder of a running stack: one supervisor at a time, and a note of what runs."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from reviewapp.errors import ReviewError


class InUse(ReviewError):
    """Another supervisor runs on the folder."""

    code = "data_folder_in_use"


class DataFolder:
    """Context manager that holds the folder for this process; the kernel lets go of it however the process ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    def __enter__(self) -> DataFolder:
        """Take the folder; `InUse` when another process has it."""
        self.path.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.path / "up.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode() or "?"
            os.close(lock)
            raise InUse(
                f"数据文件夹 {self.path} 正由另一个 reviewapp up（进程 {holder}）使用。"
                "请先停止它，或用 --data 指定另一个文件夹。"
            ) from None
        os.ftruncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        self._lock = lock
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the folder."""
        self._note.unlink(missing_ok=True)
        if self._lock is not None:
            os.close(self._lock)

    def note(self, url: str, processes: dict[str, int]) -> None:
        """Write `up.json`: supervisor, address, and the guard's process id of each service. Whole or not at all."""
        draft = self._note.with_suffix(".draft")
        draft.write_text(json.dumps({"pid": os.getpid(), "url": url, "processes": processes}))
        draft.replace(self._note)

    @property
    def _note(self) -> Path:
        return self.path / "up.json"


def running(path: Path) -> dict[str, Any] | None:
    """What `up.json` says once the stack in the folder is ready; None before that and after it ended."""
    try:
        note: dict[str, Any] = json.loads((path / "up.json").read_text())
    except FileNotFoundError:
        return None
    return note
