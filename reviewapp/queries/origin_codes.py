"""What the codes of printed forms say about a claim's pages: its own, another's, or nobody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, OriginCode, OriginForm, Page, Upload

_FORGED = "二维码不是本系统签发的，或内容被改动过。请用本系统打印的证明，或手工填写、没有二维码的证明。"


@dataclass(frozen=True, slots=True)
class CodeView:
    """`pass` with the form's own claim, else `fail`, and a sentence with what to do."""

    outcome: Literal["pass", "fail"]
    text: str


def of_claim(session: Session, claim: Claim) -> dict[int, CodeView]:
    """By page id, for the pages that show a code."""
    found = (
        select(OriginCode.page_id, OriginCode.form_id, Claim)
        .join(Page, OriginCode.page_id == Page.id)
        .join(Upload, Page.upload_id == Upload.id)
        .outerjoin(OriginForm, OriginCode.form_id == OriginForm.id)
        .outerjoin(Claim, OriginForm.claim_id == Claim.id)
        .where(Upload.claim_id == claim.id, Upload.removed_at.is_(None))
    )
    return {page_id: said(claim, other) for page_id, _, other in session.execute(found)}


def said(claim: Claim, other: Claim | None) -> CodeView:
    """What it means for a claim that a page of it shows the form of `other` (None: of nobody)."""
    if other is None:
        return CodeView("fail", _FORGED)
    if other.id == claim.id:
        return CodeView("pass", "二维码与本申请一致，由本系统打印。")
    if claim.organisation_id is not None and other.organisation_id == claim.organisation_id:
        which = other.number or "尚未提交的一份"
        return CodeView("fail", f"二维码是本点另一份申请（{which}）的。请移除，到那份申请里上传。")
    if other.organisation is not None:
        return CodeView(
            "fail", f"二维码是{other.organisation.name}经办的申请的，不能用在这里。请移除，换本申请的证明。"
        )
    return CodeView("fail", "二维码是另一份申请的，不能用在这里。请移除，换本申请的证明。")
