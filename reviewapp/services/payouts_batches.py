"""Payout batches: one person puts instructions together, another one types count and total again and releases them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta, timezone

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, Stale
from reviewapp.models import Actor, Claim, Payout, PayoutBatch, Pool
from reviewapp.services import outbox

_LOCAL = timezone(timedelta(hours=8))
_CODE_LENGTH = 25


def make_batch(
    session: Session, actor: Actor, now: datetime, scheme_code: str, payout_ids: Collection[int] | None = None
) -> PayoutBatch:
    """Put `ready` instructions of a scheme into a batch in the order of their approval; without `payout_ids`, all.

    Raises NotAllowed (not a maker), InvalidValue (nothing to pay out) and Stale (one of the ids is not ready any more).
    """
    if actor.role != "finance_maker" or actor.id is None:
        raise NotAllowed("只有财务制单人员可以生成发放批次。")
    _lock_scheme(session, scheme_code)
    payouts = _ready(session, scheme_code, payout_ids)
    batch = PayoutBatch(
        number=_next_number(session, scheme_code, now),
        scheme_code=scheme_code,
        count=len(payouts),
        total_fen=sum(payout.amount_fen for payout in payouts),
        digest=digest(payouts),
        maker_id=actor.id,
        made_at=now,
    )
    session.add(batch)
    session.flush()
    for payout in payouts:
        payout.state = "batched"
        payout.batch_id = batch.id
    session.flush()
    return batch


def dissolve_batch(session: Session, actor: Actor, now: datetime, batch_id: int) -> PayoutBatch:
    """Take a batch apart before its release; its instructions are ready for another one. NotAllowed, IllegalMove."""
    if actor.role not in ("finance_maker", "finance_checker"):
        raise NotAllowed("只有财务人员可以撤销发放批次。")
    batch = _lock_made(session, batch_id)
    for payout in _lines(session, batch_id):
        payout.state = "ready"
        payout.batch_id = None
    batch.state = "dissolved"
    return batch


def release_batch(
    session: Session, actor: Actor, now: datetime, batch_id: int, *, count: int, total_fen: int, digest: str
) -> PayoutBatch:
    """Release for sending: by another person than the maker, who typed count and total and saw the list of `digest`.

    Raises NotAllowed (not a checker, or the maker), IllegalMove (not open any more), InvalidValue (typed figures
    differ) and Stale (the list is not the one that was shown).
    """
    if actor.role != "finance_checker" or actor.id is None:
        raise NotAllowed("只有财务复核人员可以放行发放批次。")
    batch = _lock_made(session, batch_id)
    if batch.maker_id == actor.id:
        raise NotAllowed("制单人不能放行自己生成的批次，请由另一位财务复核人员放行。")
    payouts = _lines(session, batch_id)
    _check_typed(batch, payouts, count, total_fen)
    _check_unchanged(batch, payouts, digest)
    batch.state = "released"
    batch.checker_id = actor.id
    batch.released_at = now
    for payout in payouts:
        payout.state = "released"
        outbox.add(session, "payout.send", payout.id, now)
    return batch


def digest(payouts: Sequence[Payout]) -> str:
    """SHA-256 (hex) over the lines `number|payee|card|fen`, in the order given, each ended by a line feed."""
    hashed = hashlib.sha256()
    for payout in payouts:
        payee = payout.payee
        hashed.update(f"{payout.number}|{payee['name']}|{payee['card_number']}|{payout.amount_fen}\n".encode())
    return hashed.hexdigest()


def _lock_scheme(session: Session, scheme_code: str) -> None:
    """One batch of a scheme is made at a time: its number counts up and no instruction lands in two."""
    query = select(Pool.id).where(Pool.scheme_code == scheme_code).order_by(Pool.id)
    session.execute(query.with_for_update(key_share=True)).all()


def _ready(session: Session, scheme_code: str, payout_ids: Collection[int] | None) -> Sequence[Payout]:
    query = (
        select(Payout)
        .join(Claim, Claim.id == Payout.claim_id)
        .where(Payout.state == "ready", Claim.scheme_code == scheme_code)
        .order_by(Payout.approved_at, Payout.id)
        .with_for_update(of=Payout)
        .execution_options(populate_existing=True)
    )
    if payout_ids is not None:
        query = query.where(Payout.id.in_(payout_ids))
    payouts = session.scalars(query).all()
    if payout_ids is not None and len(payouts) != len(set(payout_ids)):
        raise Stale("所选指令中有的已进入其他批次或已不是待发放状态，批次没有生成。请刷新列表后重新选择。")
    if not payouts:
        raise InvalidValue("没有待发放的指令，批次没有生成。审核通过（公示期满）的申请会出现在待发放列表中。")
    return payouts


def _lines(session: Session, batch_id: int) -> Sequence[Payout]:
    query = select(Payout).where(Payout.batch_id == batch_id).order_by(Payout.approved_at, Payout.id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()


def _next_number(session: Session, scheme_code: str, now: datetime) -> str:
    prefix = f"{scheme_code[:_CODE_LENGTH]}-{now.astimezone(_LOCAL):%Y%m%d}-"
    made = select(func.count()).select_from(PayoutBatch).where(PayoutBatch.number.startswith(prefix, autoescape=True))
    return f"{prefix}{(session.scalar(made) or 0) + 1:03d}"


def _lock_made(session: Session, batch_id: int) -> PayoutBatch:
    query = select(PayoutBatch).where(PayoutBatch.id == batch_id).with_for_update()
    batch = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if batch is None:
        raise NotFound()
    if batch.state != "made":
        raise IllegalMove("这个批次已放行或已撤销，不能再做这个操作。请刷新页面查看最新情况。")
    return batch


def _check_typed(batch: PayoutBatch, payouts: Sequence[Payout], count: int, total_fen: int) -> None:
    wrong = {}
    if not count == batch.count == len(payouts):
        wrong["count"] = "笔数与批次不一致。"
    if not total_fen == batch.total_fen == sum(payout.amount_fen for payout in payouts):
        wrong["total"] = "总金额与批次不一致。"
    if wrong:
        raise InvalidValue("批次没有放行：" + "".join(wrong.values()) + "请对照清单重新输入。", wrong)


def _check_unchanged(batch: PayoutBatch, payouts: Sequence[Payout], shown: str) -> None:
    if not shown == batch.digest == digest(payouts):
        raise Stale("清单内容与您看到的不一致，批次没有放行。请刷新页面重新核对清单。")
