"""The lines of a return file beside the instructions that they speak of: read for a preview, and again to apply."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import case, exists, select
from sqlalchemy.orm import Session

from reviewapp.bank.returns import Instructed, Known, Match, ReturnedLine, effect, match
from reviewapp.bank.template import Result
from reviewapp.models import Claim, Demand, Payout, ReturnFile, ReturnLine

_KNOWN: dict[str, Known] = {
    "exported": "sent",
    "paid": "paid",
    "failed": "failed",
    "returned": "returned",
    "sending": "elsewhere",
    "accepted": "elsewhere",
    "unknown": "elsewhere",
}
#: What keeps a line from its instruction besides the problems of `bank.returns`.
_CLAIM_MOVED = "claim_moved"
#: Where the claim stands for a line: one whose payee gave a part back is not simply paid any more.
_STANDING = case((exists().where(Demand.claim_id == Claim.id, Demand.received_fen > 0), "refunded"), else_=Claim.state)


@dataclass(frozen=True, slots=True)
class Judged:
    """A line, what it does, and to which instruction (None: nobody knows its number)."""

    line: ReturnLine
    payout: Payout | None
    match: Match


def judge(session: Session, file: ReturnFile) -> list[Judged]:
    """All lines of the file in its order, freshly read."""
    query = (
        select(ReturnLine, Payout, _STANDING)
        .outerjoin(Payout, Payout.number == ReturnLine.number)
        .outerjoin(Claim, Claim.id == Payout.claim_id)
        .where(ReturnLine.file_id == file.id)
        .order_by(ReturnLine.row)
        .execution_options(populate_existing=True)
    )
    rows = session.execute(query)
    return [Judged(line, payout, _match(file, line, payout, standing)) for line, payout, standing in rows]


def effect_on(session: Session, line: ReturnLine, payout: Payout) -> Match:
    """What a line does to the instruction that two people gave it to: number and account are theirs to vouch for."""
    if line.amount_fen != payout.amount_fen:
        return Match("suspense", "amount")
    standing = session.scalars(select(_STANDING).where(Claim.id == payout.claim_id)).one()
    return _with_claim(effect(cast(Result, line.result), _known(payout)), standing)


def fingerprint(judged: Iterable[Judged]) -> str:
    """SHA-256 (hex) of what the lines do: what was shown is what is applied, or nothing."""
    hashed = hashlib.sha256()
    for one in judged:
        number = one.payout.id if one.payout else ""
        hashed.update(f"{one.line.row}|{number}|{one.match.outcome}|{one.match.problem}\n".encode())
    return hashed.hexdigest()


def counts(judged: Sequence[Judged]) -> dict[str, int]:
    """How many lines do what."""
    found = dict.fromkeys(("paid", "failed", "returned", "same", "suspense"), 0)
    for one in judged:
        found[one.match.outcome] += 1
    return found


def _match(file: ReturnFile, line: ReturnLine, payout: Payout | None, standing: str | None) -> Match:
    if payout is None:
        return match(_read_line(line), None)
    if file.batch_id is not None and payout.batch_id != file.batch_id:
        return Match("suspense", "other_batch")
    ordered = Instructed(payout.amount_fen, payout.payee["card_number"], _known(payout))
    return _with_claim(match(_read_line(line), ordered), standing or "")


def _with_claim(found: Match, standing: str) -> Match:
    """A payment that came back is owed again only while the claim is paid: not when it is, or was, clawed back."""
    if found.outcome == "returned" and standing != "paid":
        return Match("suspense", _CLAIM_MOVED)
    return found


def _known(payout: Payout) -> Known:
    return _KNOWN.get(payout.state, "not_sent")


def _read_line(line: ReturnLine) -> ReturnedLine:
    return ReturnedLine(
        row=line.row, number=line.number, amount_fen=line.amount_fen, card=line.card,
        result=cast(Result, line.result), reason=line.reason, reference=line.reference,
    )  # fmt: skip
