"""What every store does: keep bytes under their SHA-256, unchanged, until they are deleted."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from reviewapp.errors import ReviewError
from reviewapp.pages import DEFAULT
from reviewapp.storage.quarantine import Quarantine

_CHUNK = 1 << 20


class MissingFile(ReviewError):
    """An object that a row names is not in the store, or is not what its name says; for the operator to restore."""

    code = "missing_file"
    status = 500

    def __init__(self, sha256: str) -> None:
        super().__init__("这份材料的原件暂时取不到，您填写的内容没有丢失。请联系管理员从备份恢复。")
        self.sha256 = sha256


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An object that is safely kept; size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file in quarantine, complete and hashed; look into it at `path`, then `keep()` it or let it go."""

    path: Path
    sha256: str
    size: int
    _keep: Callable[["Incoming"], None]

    def keep(self) -> StoredFile:
        """Make it an object of the store; when this returns it survives a crash. Safe to repeat for the same bytes."""
        self._keep(self)
        return StoredFile(self.sha256, self.size)


#: A well-formed name that no file has.
_NOBODY = "0" * 64


class Storage(ABC):
    """Content-addressed store. Names are SHA-256 in lower-case hex; any other name is a ValueError."""

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine

    @contextmanager
    def receive(self, source: Path | BinaryIO, limit_bytes: int = DEFAULT.file_bytes) -> Iterator[Incoming]:
        """Take a file into quarantine so that it can be inspected before it is kept; dropped unless `keep()` is called.

        Raises RefusedFile too_large once more than `limit_bytes` have come.
        """
        with _opened(source) as stream, self._quarantine.receive(stream, limit_bytes) as (path, sha256, size):
            yield Incoming(path, sha256, size, self._keep)

    def put(self, source: Path | BinaryIO, limit_bytes: int = DEFAULT.file_bytes) -> StoredFile:
        """Keep a file without looking into it; the same bytes twice are one object. Raises RefusedFile too_large."""
        with self.receive(source, limit_bytes) as incoming:
            return incoming.keep()

    def verify(self, sha256: str) -> bool:
        """True when the object is there and its bytes are what its name says."""
        try:
            with self.open(sha256) as stream:
                return _digest(stream) == sha256
        except MissingFile:
            return False

    def sweep_quarantine(self, older_than: timedelta) -> int:
        """Remove uploads that died half way and have not grown for that long; returns how many."""
        return self._quarantine.sweep(older_than)

    def check(self) -> None:
        """Raise whatever keeps files from being received or looked up now."""
        with self.receive(BytesIO()):
            self.exists(_NOBODY)

    @abstractmethod
    def open(self, sha256: str) -> BinaryIO:
        """The object's bytes, to be closed by the caller; MissingFile when there is none."""

    @abstractmethod
    def path(self, sha256: str) -> AbstractContextManager[Path]:
        """A local file holding the object, readable inside the `with` only; MissingFile when there is none."""

    @abstractmethod
    def exists(self, sha256: str) -> bool:
        """True when the object is in the store."""

    @abstractmethod
    def size(self, sha256: str) -> int:
        """Bytes of the object; MissingFile when there is none."""

    @abstractmethod
    def delete(self, sha256: str) -> None:
        """Remove the object for good; nothing happens when it is not there."""

    @abstractmethod
    def delete_if_rested(self, sha256: str, rest: timedelta) -> bool:
        """Remove the object unless somebody has kept it (again) within `rest`; True when it is not there any more.

        For objects that no row names: somebody may just have handed the same bytes in, whose row is still to come.
        """

    @abstractmethod
    def iter_hashes(self) -> Iterator[str]:
        """Every object's name, in order; for reconciling with the rows."""

    @abstractmethod
    def _keep(self, incoming: Incoming) -> None:
        """Move or copy a quarantined file to its place, durably and all at once."""


@contextmanager
def _opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
    else:
        yield source


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
