"""Where a stranger's bytes land first: counted, hashed and on disk before anything believes in them."""

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from reviewapp.pages import Limits
from reviewapp.pages.refusal import refuse

_CHUNK = 1 << 20
_SUFFIX = ".part"


class Quarantine:
    """A private folder on local disk for files that are still arriving."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def receive(self, source: BinaryIO, limit_bytes: int) -> Iterator[tuple[Path, str, int]]:
        """Stream `source` to a new file, synced to disk; yields (path, sha256, size) and removes what is left after.

        Raises RefusedFile too_large as soon as more than `limit_bytes` have come, without reading the rest.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{secrets.token_hex(16)}{_SUFFIX}"
        try:
            with path.open("xb") as target:
                os.fchmod(target.fileno(), 0o600)
                sha256, size = _copy(source, target, limit_bytes)
                target.flush()
                os.fsync(target.fileno())
            yield path, sha256, size
        finally:
            path.unlink(missing_ok=True)

    def sweep(self, older_than: timedelta) -> int:
        """Remove what a killed process left: files nobody has written to for that long; returns how many."""
        if not self._folder.is_dir():
            return 0
        before = time.time() - older_than.total_seconds()
        swept = 0
        for path in self._folder.glob(f"*{_SUFFIX}"):
            swept += _remove_if_older(path, before)
        return swept


def _copy(source: BinaryIO, target: BinaryIO, limit_bytes: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > limit_bytes:
            raise refuse("too_large", Limits(file_bytes=limit_bytes))
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest(), size


def _remove_if_older(path: Path, before: float) -> bool:
    """False for a file that is fresh, or that its own process removed in the meantime."""
    try:
        if path.stat().st_mtime > before:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True
