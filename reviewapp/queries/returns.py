"""What finance sees of the bank's return files: the list, a file's lines by what they do, and what is in suspense."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from reviewapp.bank.returns import PROBLEMS
from reviewapp.models import PayoutBatch, ReturnFile, ReturnLine, SuspenseItem
from reviewapp.policy.masks import mask_card, mask_name
from reviewapp.services.payouts_matching import counts, fingerprint, judge

#: What a line says, and what it does.
RESULTS = {"paid": "成功", "failed": "失败", "returned": "退汇"}
OUTCOMES = {
    "paid": "发放成功",
    "failed": "发放失败",
    "returned": "银行退汇",
    "same": "与已入账的一致",
    "suspense": "对不上，转挂账",
}
FILE_STATES = {"staged": "待入账", "applied": "已入账", "discarded": "已作废"}
SUSPENSE_STATES = {"open": "待处理", "proposed": "待确认", "assigned": "已对应", "explained": "已说明"}
_NEWEST = 100


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a file; card and payee masked, `problem` in Chinese."""

    row: int
    number: str
    payee: str
    card: str
    amount_fen: int
    result: str
    reason: str
    reference: str
    outcome: str
    problem: str


@dataclass(frozen=True, slots=True)
class FileView:
    """One file: how many of its lines do what, the lines, and the fingerprint of both (of applied ones none)."""

    file: ReturnFile
    counts: dict[str, int]
    lines: tuple[LineRow, ...]
    fingerprint: str

    def of(self, outcome: str) -> list[LineRow]:
        """The lines that do this."""
        return [line for line in self.lines if line.outcome == outcome]

    def total_fen(self, outcome: str) -> int:
        """What they add up to."""
        return sum(line.amount_fen for line in self.of(outcome))


@dataclass(frozen=True, slots=True)
class SuspenseRow:
    """A line in suspense with what was proposed or done about it."""

    item: SuspenseItem
    line: LineRow
    file: ReturnFile
    state_label: str


def files(session: Session) -> tuple[tuple[ReturnFile, dict[str, int]], ...]:
    """The newest files, newest first, with the outcomes of those that were applied."""
    query = select(ReturnFile).order_by(ReturnFile.id.desc()).limit(_NEWEST).options(joinedload(ReturnFile.uploaded_by))
    rows = session.scalars(query).all()
    grouped = session.execute(
        select(ReturnLine.file_id, ReturnLine.outcome, func.count())
        .where(ReturnLine.file_id.in_([row.id for row in rows]), ReturnLine.outcome.is_not(None))
        .group_by(ReturnLine.file_id, ReturnLine.outcome)
    ).all()
    return tuple((row, {outcome: n for file_id, outcome, n in grouped if file_id == row.id}) for row in rows)


def file_view(session: Session, file: ReturnFile) -> FileView:
    """An applied file as it was; a staged or discarded one as it would be applied now."""
    if file.state != "applied":
        judged = judge(session, file)
        lines = tuple(
            _row(one.line, one.match.outcome, one.match.problem, one.payout.payee["name"] if one.payout else "")
            for one in judged
        )
        return FileView(file, counts(judged), lines, fingerprint(judged))
    lines = _applied(session, file)
    return FileView(file, {outcome: sum(line.outcome == outcome for line in lines) for outcome in OUTCOMES}, lines, "")


def batches_to_answer(session: Session) -> Sequence[PayoutBatch]:
    """The batches that went to the bank as files, newest first: a return file answers one of them, or any."""
    exported = select(PayoutBatch).where(PayoutBatch.exported_at.is_not(None))
    return session.scalars(exported.order_by(PayoutBatch.id.desc()).limit(_NEWEST)).all()


def suspense(session: Session) -> tuple[SuspenseRow, ...]:
    """What waits first, then the newest settled."""
    query = (
        select(SuspenseItem)
        .options(
            joinedload(SuspenseItem.line).joinedload(ReturnLine.file), joinedload(SuspenseItem.payout),
            joinedload(SuspenseItem.proposer), joinedload(SuspenseItem.settler),
        )
        .order_by(SuspenseItem.settled_at.is_not(None), SuspenseItem.id.desc())
        .limit(5 * _NEWEST)
    )  # fmt: skip
    return tuple(
        SuspenseRow(item, _row(item.line, "suspense", item.problem), item.line.file, SUSPENSE_STATES[item.state])
        for item in session.scalars(query)
    )


def in_suspense(session: Session) -> int:
    """How many lines wait for a person."""
    waiting = select(func.count()).select_from(SuspenseItem).where(SuspenseItem.state.in_(("open", "proposed")))
    return session.scalar(waiting) or 0


def _applied(session: Session, file: ReturnFile) -> tuple[LineRow, ...]:
    query = (
        select(ReturnLine, SuspenseItem.problem)
        .outerjoin(SuspenseItem, SuspenseItem.line_id == ReturnLine.id)
        .where(ReturnLine.file_id == file.id)
        .options(joinedload(ReturnLine.payout))
        .order_by(ReturnLine.row)
    )
    return tuple(
        _row(line, line.outcome or "", problem or "", line.payout.payee["name"] if line.payout else "")
        for line, problem in session.execute(query)
    )


def _row(line: ReturnLine, outcome: str, problem: str, payee: str = "") -> LineRow:
    return LineRow(
        row=line.row, number=line.number, payee=mask_name(payee) if payee else "", card=mask_card(line.card),
        amount_fen=line.amount_fen, result=RESULTS[line.result], reason=line.reason, reference=line.reference,
        outcome=outcome, problem=PROBLEMS.get(problem, ""),
    )  # fmt: skip
