"""The office's signature under receipts and daily heads: Ed25519 over the canonical bytes of what they say."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reviewapp.policy.chain import canonical


class Signer:
    """Signs with the office's key and knows its own signatures again. `key` is the seed (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(key)
        self._public = self._private.public_key()

    @property
    def public_key(self) -> str:
        """What anybody needs to check a signature: the public key's 32 bytes in hex."""
        return self._public.public_bytes_raw().hex()

    def sign(self, content: Mapping[str, Any]) -> str:
        """The signature in base64 (88 characters); the same content always gives the same one."""
        return base64.b64encode(self._private.sign(canonical(content))).decode()

    def signed(self, content: Mapping[str, Any], signature: str) -> bool:
        """True when this office signed that content; whatever is no signature at all is not its."""
        try:
            self._public.verify(base64.b64decode(signature, validate=True), canonical(content))
        except (InvalidSignature, ValueError):
            return False
        return True


def for_address(signature: str) -> str:
    """The signature as it stands in an address and its square code: 86 characters."""
    return base64.urlsafe_b64encode(base64.b64decode(signature)).decode().rstrip("=")


def from_address(code: str) -> str:
    """The signature as it is checked; what is no base64 at all stays as it is, and is nobody's signature."""
    try:
        return base64.b64encode(base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))).decode()
    except (binascii.Error, ValueError):
        return code
