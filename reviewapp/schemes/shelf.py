"""Where versions stand that were published in the browser.

The database behind it is the application's business: whoever starts a process puts a shelf in with `schemes.use`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from threading import Lock
from time import monotonic
from typing import NamedTuple, Protocol

from reviewapp.policy import Problem, Scheme, SchemeError, parse_scheme


class Volume(NamedTuple):
    """A published version: its digest freezes the text."""

    code: str
    version: str
    digest: str

    @property
    def name(self) -> str:
        """How it is called in messages."""
        return f"{self.code}/{self.version}.toml"


class Texts(NamedTuple):
    """A version as it is written: the scheme file, and the cases beside it."""

    scheme: str
    cases: str


class Shelf(Protocol):
    """What is published beside the files of this folder."""

    def volumes(self) -> Iterable[Volume]:
        """All versions, without their texts."""

    def texts(self, volume: Volume) -> Texts:
        """The texts of one."""


class Empty:
    """A process without a database: the files are all there is."""

    def volumes(self) -> Iterable[Volume]:
        """None."""
        return ()

    def texts(self, volume: Volume) -> Texts:
        """Never asked."""
        raise LookupError(volume.name)


class Reader:
    """A shelf that is looked over at most once a second, and each version compiled once for ever.

    What another process has published is seen a second later; a name that is not known is looked for at once.
    """

    SECONDS = 1.0

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._lock = Lock()
        self._seen: Mapping[tuple[str, str], Volume] = {}
        self._until = 0.0

    def volumes(self, *, anew: bool = False) -> Mapping[tuple[str, str], Volume]:
        """(code, version) → volume; `anew`: look now. One thread looks, so that others keep their connections."""
        with self._lock:
            if anew or monotonic() >= self._until:
                self._seen = {(volume.code, volume.version): volume for volume in self._shelf.volumes()}
                self._until = monotonic() + self.SECONDS
            return self._seen

    def texts(self, volume: Volume) -> Texts:
        """The texts; SchemeError when the scheme is not the one that was published."""
        texts = self._shelf.texts(volume)
        if hashlib.sha256(texts.scheme.encode()).hexdigest() != volume.digest:
            remedy = "请停止使用并联系系统维护人员，从备份核对"
            raise SchemeError([Problem(volume.name, None, "", "数据库里的内容与发布时的校验码不符", remedy)])
        return texts

    @cache  # noqa: B019 - one reader a process
    def scheme(self, volume: Volume) -> Scheme:
        """The version, compiled."""
        return parse_scheme(self.texts(volume).scheme, volume.name)
