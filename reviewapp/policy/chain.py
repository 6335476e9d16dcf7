"""The hash chain of a pool: how content becomes bytes, and how a link follows the one before it. Pure.

A link's digest is SHA-256 over the digest before it and the canonical bytes of its content, so no link can be changed,
taken out or put in without changing every digest after it. The first one follows from the pool's name: a chain cannot
be passed off as another pool's. Writer, verifier and prover use these functions and no others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

#: A content of the form below; another form would need another name here.
FORM = "reviewapp-chain-1"


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one byte string of a content: JSON in UTF-8, keys sorted, no spaces; instants in UTC to the microsecond,
    days as ISO dates, bytes in hex.

    Raises TypeError for other kinds of values, ValueError for text that no encoding can carry.
    """
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()


def fingerprint(content: Mapping[str, Any]) -> str:
    """SHA-256 (64 hex digits) of a content on its own."""
    return hashlib.sha256(canonical(content)).hexdigest()


def beginning(scheme: str, pool: str) -> str:
    """What the first link of a pool follows."""
    return fingerprint({"form": FORM, "scheme": scheme, "pool": pool})


def following(previous: str, content: Mapping[str, Any]) -> str:
    """The digest (64 hex digits) of a link with this content after the digest `previous`."""
    return hashlib.sha256(bytes.fromhex(previous) + canonical(content)).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no canonical form")
