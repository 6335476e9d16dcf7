"""Personal data at rest: AES-256-GCM for values, HMAC-SHA-256 for equality search, under two keys kept outside the
database.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Sealer:
    """Seals bytes to a place (`table.column`): a ciphertext moved to another column does not open."""

    def __init__(self, seal_key: bytes, index_key: bytes) -> None:
        self._aead = AESGCM(seal_key)
        self._index_key = index_key

    def seal(self, plain: bytes, place: str) -> bytes:
        """Nonce (12 bytes) followed by ciphertext and tag; `place` is authenticated, not stored."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """The plain bytes; `cryptography.exceptions.InvalidTag` when moved, changed or under another key."""
        return self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())

    def blind(self, kind: str, value: str) -> str:
        """A search token (64 hex digits) for a normalised value of one kind (`id_number`, `vin`, `phone`…)."""
        return hmac.new(self._index_key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


_current: Sealer | None = None


def use(sealer: Sealer) -> None:
    """Make `sealer` the one of this process; called once by `create_app`."""
    global _current
    _current = sealer


def current() -> Sealer:
    """The sealer of this process; RuntimeError before `create_app` ran."""
    if _current is None:
        raise RuntimeError("no sealer: call reviewapp.create_app() first")
    return _current
