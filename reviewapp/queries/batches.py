"""What the maker chooses from, and what belongs to one batch: lines passed over, downloads of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from reviewapp import schemes
from reviewapp.errors import NotFound
from reviewapp.models import BatchExport, Claim, Payout, PayoutBatch, PayoutSkip, Pool
from reviewapp.queries.finance import PayoutLine, line
from reviewapp.services import standing
from reviewapp.services.payouts_lines import digest


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that was passed over, by whom, when and why."""

    line: PayoutLine
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the list that a batch is made from; `skipped` is the last time it was passed over. `struck` says why
    it has to be now: its payee is excluded.
    """

    payout_id: int
    public_id: str
    line: PayoutLine
    skipped: Skipped | None
    struck: str


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """All ready instructions of a scheme, or of one of its pools, in the order of approval."""

    scheme_code: str
    scheme_title: str
    pool: Pool | None
    pools: tuple[tuple[Pool, int], ...]
    lines: tuple[Choice, ...]
    digest: str

    @property
    def total_fen(self) -> int:
        """Their sum."""
        return sum(choice.line.amount_fen for choice in self.lines)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a batch would be: the lines in it, the lines passed over with their reasons, and who has to release it."""

    lines: tuple[PayoutLine, ...]
    skipped: tuple[tuple[Choice, str], ...]
    needs_second: bool

    @property
    def total_fen(self) -> int:
        """The sum of the lines in it."""
        return sum(line.amount_fen for line in self.lines)


def choices(session: Session, scheme_code: str, pool_name: str) -> ChoiceList:
    """The list under a scheme's code and a pool's public name ("" for all); NotFound when there is no such scheme."""
    pools = _pools(session, scheme_code)
    pool = next((pool for pool, _ in pools if pool.public_id == pool_name), None)
    if not pools or (pool_name and pool is None):
        raise NotFound()
    query = select(Payout).options(joinedload(Payout.claim)).join(Claim, Claim.id == Payout.claim_id)
    query = query.where(Payout.state == "ready", Claim.scheme_code == scheme_code)
    if pool is not None:
        query = query.where(Claim.pool_id == pool.id)
    payouts = session.scalars(query.order_by(Payout.approved_at, Payout.id)).all()
    skipped = _last_skips(session, [payout.id for payout in payouts])
    struck = standing.struck_payees(session, payouts)
    return ChoiceList(
        scheme_code=scheme_code, scheme_title=schemes.load(scheme_code).title, pool=pool, pools=pools,
        lines=tuple(
            Choice(row.id, row.public_id, line(row), skipped.get(row.id), struck.get(row.id, "")) for row in payouts
        ),
        digest=digest(payouts),
    )  # fmt: skip


def preview(listed: ChoiceList, reasons: Mapping[str, str]) -> Preview:
    """What comes of the list when the lines named in `reasons` (by public id) are passed over."""
    taken = tuple(choice.line for choice in listed.lines if choice.public_id not in reasons)
    passed = tuple((choice, reasons[choice.public_id]) for choice in listed.lines if choice.public_id in reasons)
    bands = schemes.load(listed.scheme_code).bands
    return Preview(taken, passed, bands.need_third([line.amount_fen for line in taken]))


def skips(session: Session, batch: PayoutBatch) -> tuple[Skipped, ...]:
    """What the maker of the batch passed over, in the order of approval."""
    query = _skips().join(Payout, Payout.id == PayoutSkip.payout_id).where(PayoutSkip.batch_id == batch.id)
    return tuple(_skipped(row) for row in session.scalars(query.order_by(Payout.approved_at, Payout.id)))


def downloads(session: Session, batch: PayoutBatch) -> tuple[BatchExport, ...]:
    """Who took the batch's file, newest first."""
    query = select(BatchExport).where(BatchExport.batch_id == batch.id).options(joinedload(BatchExport.by))
    return tuple(session.scalars(query.order_by(BatchExport.id.desc())))


def _pools(session: Session, scheme_code: str) -> tuple[tuple[Pool, int], ...]:
    """The scheme's pools with how many instructions wait in each."""
    waiting = (
        select(Claim.pool_id, func.count().label("waiting"))
        .join(Payout, Payout.claim_id == Claim.id)
        .where(Payout.state == "ready")
        .group_by(Claim.pool_id)
        .subquery()
    )
    query = select(Pool, func.coalesce(waiting.c.waiting, 0)).outerjoin(waiting, waiting.c.pool_id == Pool.id)
    rows = session.execute(query.where(Pool.scheme_code == scheme_code).order_by(Pool.id))
    return tuple((pool, count) for pool, count in rows)


def _last_skips(session: Session, payout_ids: list[int]) -> dict[int, Skipped]:
    rows = session.scalars(_skips().where(PayoutSkip.payout_id.in_(payout_ids)).order_by(PayoutSkip.id))
    return {row.payout_id: _skipped(row) for row in rows}


def _skips() -> Select[PayoutSkip]:
    return select(PayoutSkip).options(joinedload(PayoutSkip.by), joinedload(PayoutSkip.payout).joinedload(Payout.claim))


def _skipped(row: PayoutSkip) -> Skipped:
    return Skipped(line(row.payout), row.by.name, row.at, row.reason)
