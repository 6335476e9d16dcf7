"""The one resolver: from a content hash to the place of the object, and nothing else can name a place."""

import re
from pathlib import PurePosixPath

_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_name(text: str) -> bool:
    """True for 64 lower-case hexadecimal digits."""
    return _SHA256.fullmatch(text) is not None


def place(sha256: str) -> PurePosixPath:
    """`ab/cd/abcd…`, relative to the root of the store; ValueError for anything that is not a SHA-256 in hex."""
    if not is_name(sha256):
        raise ValueError("not a SHA-256 in hexadecimal")
    return PurePosixPath(sha256[:2], sha256[2:4], sha256)
