"""What finance sees: instructions that are ready, batches with their lines, the daily reconciliation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from reviewapp import schemes
from reviewapp.models import Claim, Payout, PayoutBatch, Reconciliation
from reviewapp.policy.masks import mask_card, mask_name

#: What became of an instruction, in Chinese.
PAYOUT_STATES = {
    "ready": "待制单",
    "batched": "待放行",
    "released": "已放行",
    "sending": "发送中",
    "accepted": "银行已受理",
    "unknown": "结果待查",
    "exported": "已交银行文件",
    "paid": "已发放",
    "failed": "发放失败",
    "returned": "银行退汇",
}
BATCH_STATES = {"made": "待放行", "checked": "待第三人放行", "released": "已放行", "dissolved": "已撤销"}
_NEWEST = 100


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """One instruction; payee and card masked, the amount in fen."""

    number: str
    claim_number: str
    claim_public_id: str
    payee: str
    card: str
    amount_fen: int
    state: str
    state_label: str
    approved_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    bank_reference: str
    failure: str


@dataclass(frozen=True, slots=True)
class SchemeDue:
    """The instructions of a scheme that wait for a batch, in the order of approval."""

    code: str
    title: str
    lines: tuple[PayoutLine, ...]

    @property
    def total_fen(self) -> int:
        """Their sum."""
        return sum(line.amount_fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch of the list, with how many of its lines are in each state."""

    public_id: str
    number: str
    scheme_title: str
    state: str
    state_label: str
    count: int
    total_fen: int
    maker: str
    checker: str
    second_checker: str
    made_at: datetime
    released_at: datetime | None
    by_state: dict[str, int]

    @property
    def settled(self) -> int:
        """How many lines have their end."""
        return sum(self.by_state.get(state, 0) for state in ("paid", "failed", "returned"))


def due(session: Session) -> tuple[SchemeDue, ...]:
    """Ready instructions by scheme."""
    payouts = session.scalars(_payouts().where(Payout.state == "ready").order_by(Payout.approved_at, Payout.id)).all()
    by_scheme: dict[str, list[PayoutLine]] = {}
    for payout in payouts:
        by_scheme.setdefault(payout.claim.scheme_code, []).append(line(payout))
    return tuple(SchemeDue(code, schemes.load(code).title, tuple(lines)) for code, lines in sorted(by_scheme.items()))


def batches(session: Session) -> tuple[BatchRow, ...]:
    """The newest batches, newest first, but before them those that wait for their release."""
    rows = session.scalars(
        select(PayoutBatch)
        .order_by(PayoutBatch.state.not_in(("made", "checked")), PayoutBatch.id.desc())
        .limit(_NEWEST)
        .options(joinedload(PayoutBatch.maker), joinedload(PayoutBatch.checker), joinedload(PayoutBatch.second_checker))
    ).all()
    states = session.execute(
        select(Payout.batch_id, Payout.state, func.count())
        .where(Payout.batch_id.in_([row.id for row in rows]))
        .group_by(Payout.batch_id, Payout.state)
    ).all()
    return tuple(batch_row(row, {state: n for batch_id, state, n in states if batch_id == row.id}) for row in rows)


def batch_row(batch: PayoutBatch, by_state: dict[str, int]) -> BatchRow:
    """A batch as the list shows it."""
    return BatchRow(
        public_id=batch.public_id,
        number=batch.number,
        scheme_title=schemes.load(batch.scheme_code).title,
        state=batch.state,
        state_label=BATCH_STATES[batch.state],
        count=batch.count,
        total_fen=batch.total_fen,
        maker=batch.maker.name,
        checker=batch.checker.name if batch.checker else "",
        second_checker=batch.second_checker.name if batch.second_checker else "",
        made_at=batch.made_at,
        released_at=batch.released_at,
        by_state=by_state,
    )


def lines(session: Session, batch: PayoutBatch) -> tuple[PayoutLine, ...]:
    """The batch's instructions in the order of approval."""
    found = _payouts().where(Payout.batch_id == batch.id).order_by(Payout.approved_at, Payout.id)
    return tuple(line(payout) for payout in session.scalars(found))


def line(payout: Payout) -> PayoutLine:
    """An instruction as a list shows it: enough to recognise, not enough to misuse."""
    return PayoutLine(
        number=payout.number,
        claim_number=payout.claim.number or "",
        claim_public_id=payout.claim.public_id,
        payee=mask_name(payout.payee["name"]),
        card=mask_card(payout.payee["card_number"]),
        amount_fen=payout.amount_fen,
        state=payout.state,
        state_label=PAYOUT_STATES[payout.state],
        approved_at=payout.approved_at,
        sent_at=payout.sent_at,
        settled_at=payout.settled_at,
        bank_reference=payout.bank_reference or "",
        failure=payout.failure or "",
    )


def without_card(session: Session) -> tuple[PayoutLine, ...]:
    """The last instruction of each claim whose payment failed and whose claimant has not given another card yet."""
    last = select(func.max(Payout.id)).join(Claim, Claim.id == Payout.claim_id).where(Claim.state == "failed")
    found = _payouts().where(Payout.id.in_(last.group_by(Payout.claim_id)))
    return tuple(line(payout) for payout in session.scalars(found.order_by(Payout.settled_at, Payout.id)))


def reconciliation(session: Session, now: datetime) -> Reconciliation | None:
    """The newest daily reconciliation until `now` that the bank has answered for."""
    told = select(Reconciliation).where(Reconciliation.at <= now)
    return session.scalar(told.order_by(Reconciliation.day.desc()).limit(1))


def _payouts() -> Select[tuple[Payout]]:
    return select(Payout).options(joinedload(Payout.claim))
