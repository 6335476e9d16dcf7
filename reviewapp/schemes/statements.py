"""What is signed on the screen: `<code>/statements.toml` beside the scheme files, read strictly.

The words are the office's, not the document's, so they may change without a new version of the scheme: what somebody
signed is kept word for word with the signature.
"""

from __future__ import annotations

import tomllib
from functools import cache

import msgspec

from reviewapp.policy.signed import STATEMENTS
from reviewapp.schemes import ROOT, load

FILE = "statements.toml"


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement of one programme: `signer` says who signs, `text` is a template of `words`."""

    programme: str
    kind: str
    clause: str
    title: str
    signer: str
    text: str

    def words(self, name: str, id_number: str) -> str:
        """The very words that this person signs, a paragraph a line."""
        return self.text.strip().format(name=name, id_number=id_number)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    statements: tuple[Statement, ...]


@cache
def statements(code: str) -> tuple[Statement, ...]:
    """The statements of a scheme, () where it has none.

    Raises ValueError (with file and key) for a file that does not hold, LookupError for an unknown scheme.
    """
    path = ROOT / code / FILE
    if not path.exists():
        return ()
    name = f"{code}/{FILE}"
    try:
        found = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File).statements
    except (msgspec.ValidationError, tomllib.TOMLDecodeError) as bad:
        raise ValueError(f"{name}: {bad}") from None
    programmes = load(code).programmes
    for at, each in enumerate(found):
        if each.kind not in STATEMENTS or each.programme not in programmes:
            raise ValueError(f"{name}: statements[{at}] names an unknown programme or kind")
        _require_fields(each, f"{name}: statements[{at}].text")
    return found


def statement(code: str, programme: str, kind: str) -> Statement | None:
    """The statement of that kind, None where the programme has none."""
    return next((each for each in statements(code) if (each.programme, each.kind) == (programme, kind)), None)


def _require_fields(each: Statement, where: str) -> None:
    """Who signs is named in the text, and nothing is asked for that is not known."""
    try:
        said = each.words("\1", "\2")
    except (KeyError, IndexError, ValueError):
        raise ValueError(f"{where} may hold only {{name}} and {{id_number}}") from None
    if "\1" not in said or "\2" not in said:
        raise ValueError(f"{where} must hold {{name}} and {{id_number}}")
