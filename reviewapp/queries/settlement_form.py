"""《结算申请表》: what a firm asks for, voucher by voucher, as it is printed and stamped.

Of vouchers of this office it is made from a settlement application; where another system handed them out, from the
slips of the one claim that adds them up (稷山 六(三): 凭用券数量、面额和资料).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.models import Batch, Claim
from reviewapp.policy import Programme
from reviewapp.policy.awards import FaceAward
from reviewapp.policy.money import fen_from_yuan, show_yuan, words_from_fen
from reviewapp.policy.values import CHINA
from reviewapp.services import facts
from reviewapp.services.facts import CurrentPaper

#: Lines on a printed page.
PAGE_ROWS = 28
SLIP_COLUMNS = ("序号", "券（订单）编号", "核销时间", "核销商户", "消费金额（元）", "券面额（元）")
_Line = tuple[Sequence[str], int]


def adds_up(programme: Programme) -> bool:
    """Does one claim of the programme settle many slips?"""
    return programme.pays_firm and isinstance(programme.award, FaceAward) and programme.award.amount.add_up


def of(about: Batch | Claim, columns: Sequence[str], lines: Sequence[_Line]) -> dict[str, Any]:
    """The form's lines (texts by column, and fen asked for) with the sums of each page, and what it is about."""
    scheme = schemes.load(about.scheme_code, about.scheme_version)
    programme = scheme.programmes[about.programme]
    total = sum(fen for _, fen in lines)
    return {
        "title": f"{programme.title}申请表",
        "scheme": f"{scheme.title}（{scheme.document_number}）",
        "clause": programme.submission.clause,
        "columns": [*columns],
        "money": sum(name.endswith("（元）") for name in columns),
        "pages": [*_pages(lines)],
        "count": len(lines),
        "total": show_yuan(total),
        "words": words_from_fen(total),
    }


def of_slips(session: Session, claim: Claim) -> dict[str, Any]:
    """The form of a claim that adds up slips; what a slip does not say stays open."""
    present = facts.current(session, claim)
    slips = present.of_kind("voucher_slip")
    made_at = (claim.submitted_at or claim.changed_at).astimezone(CHINA)
    account = [present.value("account", name) or "" for name in ("holder", "card_number", "bank")]
    return {
        **of(claim, SLIP_COLUMNS, [_slip(place, slip) for place, slip in enumerate(slips, 1)]),
        "number": claim.number or "尚未提交",
        "day": made_at.date().isoformat(),
        "firm": account[0],
        "account": account,
    }


def _slip(place: int, slip: CurrentPaper) -> _Line:
    told = {name: str(fact.value) for name, fact in slip.facts.items() if fact.value is not None}
    fen = {name: fen_from_yuan(told[name]) for name in ("order_amount", "face_value") if name in told}
    amounts = [show_yuan(fen[name]) if name in fen else "" for name in ("order_amount", "face_value")]
    at = told.get("redeemed_at", "").replace("T", " ")[:16]
    return (str(place), told.get("order_number", ""), at, told.get("merchant_name", ""), *amounts), fen.get(
        "face_value", 0
    )


def _pages(lines: Sequence[_Line]) -> Iterator[dict[str, Any]]:
    so_far = 0
    for start in range(0, len(lines), PAGE_ROWS):
        part = lines[start : start + PAGE_ROWS]
        summed = sum(fen for _, fen in part)
        so_far += summed
        rows = [[*texts] for texts, _ in part]
        yield {"rows": rows, "count": len(part), "sum": show_yuan(summed), "so_far": show_yuan(so_far)}
