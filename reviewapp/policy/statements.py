"""What the office signs and hands out: receipts and daily heads, as JSON that a person can keep and a machine check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import msgspec

MOST_BYTES = 4000
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
_Number = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
_Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Signature = Annotated[str, msgspec.Meta(max_length=88)]


class NoStatement(ValueError):
    """The text is not of the kind that was asked for."""


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", kw_only=True):
    """What is said of one pool's chain: that link `link` has `digest`; `signature` (base64) is not part of it."""

    scheme: _Name
    pool: _Name
    link: _Number
    digest: _Digest
    signature: _Signature = ""

    def content(self) -> dict[str, Any]:
        """What is signed: everything but the signature."""
        said = msgspec.structs.asdict(self)
        del said["signature"]
        return {"kind": self.__struct_config__.tag, **said}

    def text(self) -> str:
        """The file: JSON, a line a field."""
        return msgspec.json.format(msgspec.json.encode(self).decode(), indent=2) + "\n"


class Receipt(Statement, frozen=True, tag="受理回执", kw_only=True):
    """The claim with this ticket was put in: link `link` of the chain says so, and was its head at that moment."""

    ticket: _Number
    submitted_at: _Instant


class DailyHead(Statement, frozen=True, tag="每日链头", kw_only=True):
    """On this day, at this moment, the chain reached to `link`."""

    day: date
    at: _Instant


_Kind = TypeVar("_Kind", Receipt, DailyHead)
for _kind in (Receipt, DailyHead):
    # msgspec 0.22 knows a tag beyond ASCII again only once the string has been encoded in this process.
    msgspec.json.encode(_kind.__struct_config__.tag)


def from_words(kind: type[_Kind], words: Mapping[str, str]) -> _Kind:
    """The statement of that kind whose fields an address carries. Raises NoStatement."""
    try:
        return msgspec.convert(dict(words), type=kind, strict=False)
    except msgspec.MsgspecError as error:
        raise NoStatement(str(error)) from None


def parse(kind: type[_Kind], given: bytes) -> _Kind:
    """The statement of that kind in a file's bytes. Raises NoStatement."""
    if len(given) > MOST_BYTES:
        raise NoStatement("too long")
    try:
        return msgspec.json.decode(given.removeprefix(b"\xef\xbb\xbf"), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NoStatement(str(error)) from None
