"""Objects on local disk: `ab/cd/<sha256>` under one root, never served as static files."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from reviewapp.storage.base import Incoming, MissingFile, Storage
from reviewapp.storage.names import is_name, place
from reviewapp.storage.quarantine import Quarantine

QUARANTINE = "quarantine"


class LocalStorage(Storage):
    """A folder; quarantine lies inside it, so that keeping a file is one atomic rename on one file system."""

    def __init__(self, root: Path) -> None:
        super().__init__(Quarantine(root / QUARANTINE))
        self._root = root

    def open(self, sha256: str) -> BinaryIO:
        try:
            return self._at(sha256).open("rb")
        except FileNotFoundError:
            raise MissingFile(sha256) from None

    @contextmanager
    def path(self, sha256: str) -> Iterator[Path]:
        at = self._at(sha256)
        if not at.is_file():
            raise MissingFile(sha256)
        yield at

    def exists(self, sha256: str) -> bool:
        return self._at(sha256).is_file()

    def size(self, sha256: str) -> int:
        try:
            return self._at(sha256).stat().st_size
        except FileNotFoundError:
            raise MissingFile(sha256) from None

    def delete(self, sha256: str) -> None:
        at = self._at(sha256)
        with contextlib.suppress(FileNotFoundError):
            at.unlink()
            _sync_folder(at.parent)

    def delete_if_rested(self, sha256: str, rest: timedelta) -> bool:
        at = self._at(sha256)
        if not at.exists():
            return True
        with _alone_in(at.parent):
            if at.exists() and at.stat().st_mtime > time.time() - rest.total_seconds():
                return False
            self.delete(sha256)
        return True

    def iter_hashes(self) -> Iterator[str]:
        for outer in _folders(self._root):
            for inner in _folders(outer):
                yield from sorted(entry.name for entry in inner.iterdir() if is_name(entry.name))

    def _at(self, sha256: str) -> Path:
        return self._root / place(sha256)

    def _keep(self, incoming: Incoming) -> None:
        """The bytes are synced already; sync every folder of the way too, else a power cut could lose the name."""
        at = self._at(incoming.sha256)
        at.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        incoming.path.chmod(0o400)
        os.utime(incoming.path)
        with _alone_in(at.parent):
            incoming.path.replace(at)
        for folder in (at.parent, at.parent.parent, self._root):
            _sync_folder(folder)


def _folders(parent: Path) -> list[Path]:
    """The two-digit folders inside `parent`, in order."""
    if not parent.is_dir():
        return []
    return sorted(entry for entry in parent.iterdir() if len(entry.name) == 2 and entry.is_dir())


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Nobody else keeps or removes a file of this folder meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
