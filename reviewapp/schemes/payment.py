"""How long the office has to pay after the approval, where a document says so: `payment.toml` beside its scheme."""

from __future__ import annotations

from functools import cache
from typing import Any

from reviewapp.policy.source import Table
from reviewapp.schemes import beside, load

FILE = "payment.toml"
_LONGEST = 365


class Term(Table, frozen=True):
    """So many workdays after the approval, by the clause."""

    workdays: int
    clause: str


def term(code: str, programme: str) -> Term | None:
    """The term of a programme; None where its document names none. SchemeError when the file does not hold."""
    return terms(code).get(programme)


def with_terms() -> tuple[str, ...]:
    """The schemes whose documents name a term."""
    return beside.codes(FILE)


@cache
def terms(code: str) -> dict[str, Term]:
    """The terms of a scheme, by programme. SchemeError names file, key and remedy."""
    return {programme: _term(code, programme, given) for programme, given in beside.read(code, FILE).items()}


def _term(code: str, programme: str, given: Any) -> Term:
    source, scheme = f"{code}/{FILE}", load(code)
    found = beside.table(given, Term, source, programme)
    if programme not in scheme.programmes:
        beside.refuse(source, programme, "方案里没有这个补贴项目", f"可用：{'、'.join(scheme.programmes)}")
    if found.clause not in scheme.clauses:
        beside.refuse(source, f"{programme}.clause", f"方案里没有条款“{found.clause}”", "请写方案 [clauses] 里有的条款")
    if not 1 <= found.workdays <= _LONGEST:
        beside.refuse(source, f"{programme}.workdays", "不是工作日数", f"请写 1 至 {_LONGEST} 的整数")
    return found
