"""Payout batches: one person puts instructions together, another one types count and total again and releases them.

A batch over the scheme's bands needs a third person: the first checker's word makes it `checked`, the second releases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, Stale
from reviewapp.models import Actor, Claim, Fact, Payout, PayoutBatch, PayoutSkip, Pool
from reviewapp.services import outbox, standing
from reviewapp.services.days import local_date
from reviewapp.services.payouts_lines import digest, locked_lines, require_finance

_CODE_LENGTH = 25
_LONGEST_REASON = 200
_NO_SKIPS: Mapping[int, str] = {}


def make_batch(
    session: Session,
    actor: Actor,
    now: datetime,
    scheme_code: str,
    *,
    pool_id: int | None = None,
    skips: Mapping[int, str] = _NO_SKIPS,
    template: str | None = None,
    shown: str | None = None,
) -> PayoutBatch:
    """Put all `ready` instructions of a scheme, or of one of its pools, into a batch in the order of their approval.

    `skips` gives the reason for each instruction (by id) that is passed over. `template`: it goes as that bank file,
    else through the bank's interface. `shown`: the digest of the list, skipped lines included, that the maker saw.
    Raises NotAllowed (not a maker), InvalidValue (nothing to pay out, a skip without reason) and Stale (the list is
    not the one that was shown).
    """
    if actor.role != "finance_maker" or actor.id is None:
        raise NotAllowed("只有财务制单人员可以生成发放批次。")
    _lock_scheme(session, scheme_code)
    listed = _ready(session, scheme_code, pool_id)
    _check_list(listed, skips, shown)
    payouts = [payout for payout in listed if payout.id not in skips]
    _require_payees(session, payouts, "请写明原因跳过，或等主管部门解除后再制单。批次没有生成。")
    if not payouts:
        raise InvalidValue("没有待发放的指令，批次没有生成。审核通过（公示期满）的申请会出现在待发放列表中。")
    amounts = [payout.amount_fen for payout in payouts]
    batch = PayoutBatch(
        number=_next_number(session, scheme_code, now), scheme_code=scheme_code, pool_id=pool_id, count=len(payouts),
        total_fen=sum(amounts), digest=digest(payouts), maker_id=actor.id, made_at=now,
        channel="file" if template else "http", template=template,
        needs_second=schemes.load(scheme_code).bands.need_third(amounts),
    )  # fmt: skip
    _fill(session, batch, payouts)
    _keep_skips(session, actor.id, now, batch, skips)
    return batch


def _fill(session: Session, batch: PayoutBatch, payouts: Iterable[Payout]) -> None:
    session.add(batch)
    session.flush()
    for payout in payouts:
        payout.state = "batched"
        payout.batch_id = batch.id


def dissolve_batch(session: Session, actor: Actor, now: datetime, batch_id: int) -> PayoutBatch:
    """Take a batch apart before its release; its instructions are ready for another one. NotAllowed, IllegalMove."""
    require_finance(actor, "撤销发放批次")
    batch = _lock_open(session, batch_id)
    for payout in locked_lines(session, batch_id):
        payout.state = "ready"
        payout.batch_id = None
    batch.state = "dissolved"
    return batch


def release_batch(
    session: Session, actor: Actor, now: datetime, batch_id: int, *, count: int, total_fen: int, digest: str
) -> PayoutBatch:
    """Release: by another person than the maker, who typed count and total and saw the list of `digest`.

    A batch that needs a third person is `checked` after the first one. What goes through the bank's interface is sent
    at once; a bank file is sent by exporting it. Raises NotAllowed (not a checker, the maker, somebody who checked it
    already or who entered one of the cards), IllegalMove (not open any more), InvalidValue (typed figures differ) and
    Stale (the list is not the one that was shown).
    """
    if actor.role != "finance_checker" or actor.id is None:
        raise NotAllowed("只有财务复核人员可以放行发放批次。")
    batch = _lock_open(session, batch_id)
    _require_other_person(batch, actor)
    payouts = locked_lines(session, batch_id)
    _check_typed(batch, payouts, count, total_fen)
    _check_unchanged(batch, payouts, digest)
    _require_payees(session, payouts, "请撤销批次，重新制单时跳过。批次没有放行。")
    _require_no_card_of(session, actor, payouts)
    if batch.checker_id is None:
        batch.checker_id, batch.checked_at = actor.id, now
    else:
        batch.second_checker_id = actor.id
    if batch.needs_second and batch.second_checker_id is None:
        batch.state = "checked"
    else:
        _release(session, now, batch, payouts)
    return batch


def _release(session: Session, now: datetime, batch: PayoutBatch, payouts: Sequence[Payout]) -> None:
    batch.state = "released"
    batch.released_at = now
    for payout in payouts:
        payout.state = "released"
        if batch.channel == "http":
            outbox.add(session, "payout.send", payout.id, now)


def _lock_scheme(session: Session, scheme_code: str) -> None:
    """One batch of a scheme is made at a time: its number counts up and no instruction lands in two."""
    query = select(Pool.id).where(Pool.scheme_code == scheme_code).order_by(Pool.id)
    session.execute(query.with_for_update(key_share=True)).all()


def _ready(session: Session, scheme_code: str, pool_id: int | None) -> Sequence[Payout]:
    query = (
        select(Payout)
        .join(Claim, Claim.id == Payout.claim_id)
        .where(Payout.state == "ready", Claim.scheme_code == scheme_code)
        .order_by(Payout.approved_at, Payout.id)
        .with_for_update(of=Payout)
        .execution_options(populate_existing=True)
    )
    if pool_id is not None:
        query = query.where(Claim.pool_id == pool_id)
    return session.scalars(query).all()


def _check_list(listed: Sequence[Payout], skips: Mapping[int, str], shown: str | None) -> None:
    changed = shown is not None and shown != digest(listed)
    if changed or not skips.keys() <= {payout.id for payout in listed}:
        raise Stale("待发放列表在您打开之后有了变化，批次没有生成。请刷新列表后重新核对。")
    for reason in skips.values():
        if not 0 < len(reason.strip()) <= _LONGEST_REASON:
            raise InvalidValue(f"跳过的每一笔都要写明原因（{_LONGEST_REASON} 字以内），批次没有生成。")


def _keep_skips(session: Session, by_id: int, now: datetime, batch: PayoutBatch, skips: Mapping[int, str]) -> None:
    for payout_id, reason in sorted(skips.items()):
        session.add(PayoutSkip(batch_id=batch.id, payout_id=payout_id, by_id=by_id, reason=reason.strip(), at=now))
    session.flush()


def _next_number(session: Session, scheme_code: str, now: datetime) -> str:
    prefix = f"{scheme_code[:_CODE_LENGTH]}-{local_date(now):%Y%m%d}-"
    made = select(func.count()).select_from(PayoutBatch).where(PayoutBatch.number.startswith(prefix, autoescape=True))
    return f"{prefix}{(session.scalar(made) or 0) + 1:03d}"


def _lock_open(session: Session, batch_id: int) -> PayoutBatch:
    query = select(PayoutBatch).where(PayoutBatch.id == batch_id).with_for_update()
    batch = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if batch is None:
        raise NotFound()
    if batch.state not in ("made", "checked"):
        raise IllegalMove("这个批次已放行或已撤销，不能再做这个操作。请刷新页面查看最新情况。")
    return batch


def _require_payees(session: Session, payouts: Sequence[Payout], remedy: str) -> None:
    """No money goes to a firm that is excluded: that is for people to decide, line by line."""
    struck = standing.struck_payees(session, payouts)
    for payout in payouts:
        if payout.id in struck:
            raise InvalidValue(f"申请 {payout.claim.number}：{struck[payout.id]}。{remedy}")


def _require_other_person(batch: PayoutBatch, actor: Actor) -> None:
    if batch.maker_id == actor.id:
        raise NotAllowed("制单人不能放行自己生成的批次，请由另一位财务复核人员放行。")
    if batch.checker_id == actor.id:
        raise NotAllowed("这个批次您已经复核过，还需要第三人放行。请由另一位财务复核人员放行。")


def _require_no_card_of(session: Session, actor: Actor, payouts: Iterable[Payout]) -> None:
    """Whoever entered or changed a card does not release money to it."""
    claims = {payout.claim_id: payout.number for payout in payouts}
    entered = select(Fact.claim_id).where(Fact.section == "account", Fact.by_id == actor.id)
    touched = sorted(claims[claim_id] for claim_id in set(session.scalars(entered)) & claims.keys())
    if touched:
        raise NotAllowed(f"指令 {touched[0]} 的收款卡由您填写或改过，不能由您放行。请由另一位财务复核人员放行。")


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
