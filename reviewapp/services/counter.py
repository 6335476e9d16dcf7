"""The collection point's counter: what it asks beyond any claim is the owner's signed word (yangcheng-2023 七(三)3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.errors import Incomplete, InvalidValue
from reviewapp.models import Actor, Claim, SignedStatement, Upload
from reviewapp.schemes.statements import Statement, statement
from reviewapp.services import facts, queue, signatures
from reviewapp.services.editing import editable
from reviewapp.services.signatures import Drawn

KIND = "truth"
_CHANGED = "车主签名后，姓名或身份证号有了改动，签过的声明不再有效。请车主核对后重新签名。"
_UNSIGNED = "车主还没有在真实性声明上签名。请车主签名，或拍下签好字的纸质声明。"


def sign(
    session: Session, actor: Actor, now: datetime, claim_id: int, *, text: str, drawn: Drawn, signed_at: datetime | None
) -> SignedStatement:
    """Keep the owner's signature under the words that were shown.

    Raises InvalidValue when these are not the words for the claim's applicant, and as `signatures.sign`.
    """
    claim = editable(session, actor, claim_id)
    if text != words(session, claim):
        raise InvalidValue(_CHANGED, {"signature": _CHANGED})
    return signatures.sign(session, actor, now, claim_id, kind=KIND, text=text, drawn=drawn, signed_at=signed_at)


def submit(session: Session, actor: Actor, now: datetime, claim_id: int, revision: int, *, on_paper: str = "") -> Claim:
    """Put the intake in; sent twice it is once. `on_paper` is the file (public id) that shows the statement signed on
    paper, where the owner could not sign on the screen.

    Raises Incomplete without the owner's word, InvalidValue when it names another person, and as `queue.submit`.
    """
    claim = session.get_one(Claim, claim_id)
    if claim.submitted_from != revision:
        _require_word(session, claim, on_paper)
    return queue.submit(session, actor, now, claim_id, revision)


def words(session: Session, claim: Claim) -> str:
    """What the owner of this claim signs; "" where the programme asks for no such statement."""
    asked = asked_of(claim)
    present = facts.current(session, claim)
    return asked.words(*(present.value("applicant", name) or "" for name in ("name", "id_number"))) if asked else ""


def asked_of(claim: Claim) -> Statement | None:
    """The statement of truth that the claim's programme asks for."""
    return statement(claim.scheme_code, claim.programme, KIND)


def _require_word(session: Session, claim: Claim, on_paper: str) -> None:
    if asked_of(claim) is None or (on_paper and _is_there(session, claim, on_paper)):
        return
    signed = signatures.latest(session, claim, KIND)
    if signed is None:
        raise Incomplete(_UNSIGNED, (_UNSIGNED,))
    if signed.text != words(session, claim):
        raise InvalidValue(_CHANGED, {"signature": _CHANGED})


def _is_there(session: Session, claim: Claim, upload: str) -> bool:
    found = select(Upload.id).where(
        Upload.claim_id == claim.id, Upload.public_id == upload, Upload.removed_at.is_(None)
    )
    return session.scalar(found) is not None
