"""How long the office has to pay after the approval, where a document says so: `payment.toml` beside its scheme."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

ROOT = Path(__file__).parent
FILE = "payment.toml"


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many workdays after the approval, by the clause."""

    workdays: Annotated[int, msgspec.Meta(ge=1, le=365)]
    clause: Annotated[str, msgspec.Meta(min_length=1)]


def term(code: str, programme: str) -> Term | None:
    """The term of a programme; None where its document names none."""
    return _terms(code).get(programme)


def with_terms() -> tuple[str, ...]:
    """The schemes whose documents name a term."""
    return tuple(sorted(path.parent.name for path in ROOT.glob(f"*/{FILE}")))


@cache
def _terms(code: str) -> dict[str, Term]:
    path = ROOT / code / FILE
    if not path.exists():
        return {}
    return read(path)


def read(path: Path) -> dict[str, Term]:
    """The terms of a file, by programme. ValueError that names file, key and what is wrong."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), dict[str, Term])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{path.parent.name}/{path.name}: {error}") from None
