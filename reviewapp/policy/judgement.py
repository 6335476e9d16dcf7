"""What a check says before its clause is put to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import msgspec

from reviewapp.policy.facts import Facts, Slot
from reviewapp.policy.result import FieldRef, Finding, Outcome


class Judgement(msgspec.Struct, frozen=True):
    """`text` is a Chinese sentence without clause and full stop; `used` are the fields that the outcome rests on."""

    outcome: Outcome
    text: str
    values: dict[str, str]
    used: tuple[Slot, ...]


Judge = Callable[[Facts], Judgement]


def finding(check: str, clause: str, judgement: Judgement, compares_all: bool) -> Finding:
    """The judgement as a finding. One that rests on a doubtful reading is `unsure`; so is one that rests on a field of
    which papers say different things, unless the check looks at all of them (`compares_all`).
    """
    outcome, text, used = judgement.outcome, judgement.text, judgement.used
    refs: tuple[FieldRef, ...] = ()
    doubt = ""
    for slot in used:
        refs += slot.refs
        if slot.doubtful:
            doubt = doubt or f"；{slot.ref.title}读数存疑，待确认"
        elif len(slot.values) > 1 and not compares_all and slot.conflict:
            doubt = doubt or f"；几份材料的{slot.ref.label}不一致，待确认"
    if doubt and outcome in ("pass", "fail"):
        outcome, text = "unsure", text + doubt
    return Finding(check, outcome, clause, f"{text}（{_wide(clause)}）", judgement.values, refs)


@lru_cache(maxsize=1024)
def _wide(clause: str) -> str:
    """七(二) as sentences print it: 七（二）."""
    return clause.replace("(", "（").replace(")", "）")
