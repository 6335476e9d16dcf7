"""What is signed on the screen: `<code>/statements.toml` beside the scheme files.

The words are the office's, not the document's, so they may change without a new version of the scheme: what somebody
signed is kept word for word with the signature.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from reviewapp.policy.signed import STATEMENTS
from reviewapp.policy.source import Table
from reviewapp.schemes import beside, load

FILE = "statements.toml"
_WORDS = "只写 {name} 和 {id_number}，两个都要写"


class Statement(Table, frozen=True):
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


class _File(Table, frozen=True):
    statements: tuple[Any, ...] = ()


@cache
def statements(code: str) -> tuple[Statement, ...]:
    """The statements of a scheme, () where it has none.

    Raises SchemeError (with file, key and remedy) for a file that does not hold, LookupError for an unknown scheme.
    """
    given = beside.table(beside.read(code, FILE), _File, f"{code}/{FILE}", "").statements
    return tuple(_statement(code, f"statements[{at}]", each) for at, each in enumerate(given))


def statement(code: str, programme: str, kind: str) -> Statement | None:
    """The statement of that kind, None where the programme has none."""
    return next((each for each in statements(code) if (each.programme, each.kind) == (programme, kind)), None)


def _statement(code: str, key: str, given: Any) -> Statement:
    source, scheme = f"{code}/{FILE}", load(code)
    found = beside.table(given, Statement, source, key)
    for field, value, known in (("programme", found.programme, scheme.programmes), ("kind", found.kind, STATEMENTS)):
        if value not in known:
            beside.refuse(source, f"{key}.{field}", f"没有“{value}”", f"可用：{'、'.join(known)}")
    if not _names_the_signer(found):
        beside.refuse(source, f"{key}.text", "花括号里写的不对", _WORDS)
    return found


def _names_the_signer(each: Statement) -> bool:
    """Who signs is named in the text, and nothing is asked for that is not known."""
    try:
        said = each.words("\1", "\2")
    except (KeyError, IndexError, ValueError):
        return False
    return "\1" in said and "\2" in said
