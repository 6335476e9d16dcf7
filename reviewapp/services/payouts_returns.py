"""Return files: staged as they are uploaded, matched, shown, and applied whole by a person, or not at all.

A line changes an instruction only when number, amount and account are its own; a final state is never overwritten, but
for a payment that came back (退汇). Whatever else a line says goes into suspense, where people settle it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.bank import returns
from reviewapp.bank.sheets import Refused
from reviewapp.bank.template import Template
from reviewapp.errors import IllegalMove, InvalidValue, NotFound, Stale
from reviewapp.models import Actor, Claim, Payout, PayoutBatch, ReturnFile, ReturnLine, SuspenseItem
from reviewapp.services import funds
from reviewapp.services import payouts_results as results
from reviewapp.services.payouts_lines import lock_claims, require_finance
from reviewapp.services.payouts_matching import Judged, fingerprint, judge

#: A line with the claim and the instruction that it speaks of.
Told = tuple[ReturnLine, Claim, Payout]
_LONGEST_NAME = 200


def stage(
    session: Session, actor: Actor, now: datetime, *, name: str, data: bytes, template: Template, batch_id: int | None
) -> tuple[ReturnFile, bool]:
    """Keep a file's lines, changing nothing else; the file, and whether it is new: the same bytes are known again.

    A discarded one is staged again as it was. `batch_id`: it answers that batch, lines of others are none of its own.
    Raises NotAllowed and InvalidValue (the file is refused whole, with row and reason).
    """
    by_id = require_finance(actor, "上传回盘文件")
    digest = hashlib.sha256(data).hexdigest()
    known = _by_digest(session, digest)
    if known is not None:
        return known, _brought_back(known)
    try:
        read = returns.read(template, data)
    except Refused as refused:
        raise InvalidValue(f"文件没有导入：{refused.message}", {"file": refused.message}) from None
    _require_some_of(session, batch_id, read.lines)
    file = ReturnFile(
        digest=digest, name=name[-_LONGEST_NAME:], template=template.id, batch_id=batch_id, count=len(read.lines),
        note=read.note, uploaded_by_id=by_id, uploaded_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(file)
    except IntegrityError:  # another person uploaded it at the same moment
        return session.scalars(select(ReturnFile).where(ReturnFile.digest == digest)).one(), False
    session.add_all(_row(file, line) for line in read.lines)
    session.flush()
    return file, True


def apply(session: Session, actor: Actor, now: datetime, file_id: int, shown: str) -> ReturnFile:
    """Do what the preview showed (`shown`: its fingerprint), in one piece. Claims are locked, then pools in order.

    Raises NotAllowed, IllegalMove (applied already) and Stale (by now the lines do something else).
    """
    by_id = require_finance(actor, "将回盘文件入账")
    file = _lock(session, file_id)
    claims = lock_claims(session, _claims_of(file))
    judged = judge(session, file)
    if fingerprint(judged) != shown:
        raise Stale("有指令在您打开预览之后变了，文件没有入账。请重新核对预览。")
    funds.hold_pools(session, {claim.pool_id for claim in claims.values()})
    told: dict[str, list[Told]] = {}
    for one in judged:
        _write(session, one)
        if one.payout is not None:
            told.setdefault(one.match.outcome, []).append((one.line, claims[one.payout.claim_id], one.payout))
    file.state, file.applied_by_id, file.applied_at = "applied", by_id, now
    for outcome, lines in told.items():
        write_results(session, actor, now, outcome, *lines)
    return file


def discard(session: Session, actor: Actor, now: datetime, file_id: int) -> ReturnFile:
    """Put a staged file aside: uploaded by mistake. It stays listed; the same bytes uploaded again stage it again.

    Raises NotAllowed, IllegalMove.
    """
    by_id = require_finance(actor, "作废回盘文件")
    file = _lock(session, file_id)
    file.state, file.discarded_by_id, file.discarded_at = "discarded", by_id, now
    return file


def write_results(session: Session, actor: Actor, now: datetime, outcome: str, *told: Told) -> None:
    """Do to locked claims and their instructions what lines of one outcome say, with its postings; `actor` vouches."""
    settled = [funds.Settled(claim, line.reference or None, line.id) for line, claim, _ in told]
    if outcome == "paid":
        results.mark_paid(session, now, *((claim, payout) for _, claim, payout in told))
        funds.record_paid(session, now, *settled, actor=actor)
    elif outcome == "failed":
        for line, claim, payout in told:
            results.mark_failed(session, now, claim, payout, line.reason or _unsaid(line))
    elif outcome == "returned":
        for line, claim, payout in told:
            results.mark_returned(session, now, claim, payout, line.reason or _unsaid(line))
        funds.record_payment_returned(session, now, *settled, actor=actor)
    else:
        return
    for line, _, payout in told:
        payout.bank_reference = line.reference or payout.bank_reference


def _unsaid(line: ReturnLine) -> str:
    return "银行退汇，未说明原因" if line.result == "returned" else "银行未说明原因"


def _write(session: Session, one: Judged) -> None:
    one.line.outcome = one.match.outcome
    if one.match.outcome == "suspense":
        session.add(SuspenseItem(line_id=one.line.id, problem=one.match.problem))
    elif one.payout is not None:
        one.line.payout_id = one.payout.id


def _brought_back(file: ReturnFile) -> bool:
    if file.state != "discarded":
        return False
    file.state, file.discarded_by_id, file.discarded_at = "staged", None, None
    return True


def _by_digest(session: Session, digest: str) -> ReturnFile | None:
    return session.scalar(select(ReturnFile).where(ReturnFile.digest == digest))


def _row(file: ReturnFile, line: returns.ReturnedLine) -> ReturnLine:
    return ReturnLine(
        file_id=file.id, row=line.row, number=line.number, amount_fen=line.amount_fen, card=line.card,
        result=line.result, reason=line.reason, reference=line.reference,
    )  # fmt: skip


def _lock(session: Session, file_id: int) -> ReturnFile:
    query = select(ReturnFile).where(ReturnFile.id == file_id).with_for_update()
    file = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if file is None:
        raise NotFound()
    if file.state == "applied":
        raise IllegalMove("这个回盘文件已经入账，没有再次入账。结果见文件页。")
    if file.state == "discarded":
        raise IllegalMove("这个回盘文件已作废，没有入账。需要入账请重新上传这个文件。")
    return file


def _claims_of(file: ReturnFile) -> Select[int]:
    joined = select(Payout.claim_id).join(ReturnLine, ReturnLine.number == Payout.number)
    return joined.where(ReturnLine.file_id == file.id)


def _require_some_of(session: Session, batch_id: int | None, lines: tuple[returns.ReturnedLine, ...]) -> None:
    """A file without a single line of the chosen batch is another batch's."""
    if batch_id is None:
        return
    numbers = set(session.scalars(select(Payout.number).where(Payout.batch_id == batch_id)))
    if any(line.number in numbers for line in lines):
        return
    first = lines[0]
    other = session.scalar(select(PayoutBatch.number).join(Payout).where(Payout.number == first.number))
    told = f"属于批次 {other}" if other else "不在任何批次里"
    raise InvalidValue(
        f"文件没有导入：里面没有所选批次的任何一笔（第 {first.row} 行的指令号 {first.number} {told}）。"
        "请改选批次，或选“不限批次”。",
        {"file": "不是所选批次的回盘文件"},
    )
