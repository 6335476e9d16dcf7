"""Receipts: what a submission proves to who made it, and what of it holds later.

A receipt names the claim's ticket and its link in the pool's chain, which was the chain's head at that moment. Its
digest stands for everything that was linked before: who has it can tell whether any of that was changed since.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from reviewapp.models import Claim, Event, Link, Pool
from reviewapp.policy import chain as rules
from reviewapp.policy.statements import Receipt
from reviewapp.policy.turns import Step, Turns
from reviewapp.policy.values import CHINA
from reviewapp.services.audit_walk import Broken, Walk
from reviewapp.services.queue import UNDECIDED
from reviewapp.signing import Signer


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that a receipt proves, or does not: a sentence for who holds it."""

    holds: bool
    text: str


def issue(session: Session, signer: Signer, claim: Claim) -> Receipt | None:
    """The receipt of a claim, the same whenever it is asked for; None before it is put in."""
    entry = session.execute(
        select(Link.number, Link.digest)
        .join(Event, Event.id == Link.event_id)
        .where(Event.claim_id == claim.id, Event.action == "submit")
    ).one_or_none()
    if entry is None or claim.ticket is None or claim.submitted_at is None:
        return None
    said = Receipt(
        scheme=claim.pool.scheme_code, pool=claim.pool.code, ticket=claim.ticket, link=entry.number,
        submitted_at=claim.submitted_at.astimezone(CHINA), digest=entry.digest,
    )  # fmt: skip
    return replace(said, signature=signer.sign(said.content()))


def prove(session: Session, signer: Signer, receipt: Receipt) -> list[Point]:
    """What holds of a receipt: the signature, its place in the chain, who came before, whose turn it was since.

    When one of the first two does not hold, the others have nothing to rest on and are left out.
    """
    pool = session.scalar(select(Pool).where(Pool.scheme_code == receipt.scheme, Pool.code == receipt.pool))
    if pool is None:
        return [Point(False, f"本单位没有 {receipt.scheme} 的资金池 {receipt.pool}，这份回执不是本单位的。")]
    points = [_signature(signer, receipt), _place(session, pool, receipt)]
    if all(point.holds for point in points):
        points += [_before(session, pool, receipt), _since(session, pool, receipt)]
    return points


def _signature(signer: Signer, receipt: Receipt) -> Point:
    if signer.signed(receipt.content(), receipt.signature):
        return Point(True, "签名有效：回执由本单位签发，内容没有改动。")
    return Point(False, "签名不符：回执不是本单位签发的，或者内容被改动过。")


def _place(session: Session, pool: Pool, receipt: Receipt) -> Point:
    """The link is there, stands for this submission, and follows the one before with this very digest."""
    before = select(Link.digest).where(Link.pool_id == pool.id, Link.number == receipt.link - 1)
    digest = session.scalar(before) if receipt.link > 1 else rules.beginning(pool.scheme_code, pool.code)
    walk = Walk(session, pool, number=receipt.link - 1, digest=digest or "", tickets=receipt.ticket - 1)
    try:
        walk.on(receipt.link)
    except Broken as broken:
        return Point(False, f"记录链第 {receipt.link} 环不成立：{broken.what}。")
    if (walk.digest, walk.tickets) != (receipt.digest, receipt.ticket):
        return Point(False, f"记录链第 {receipt.link} 环与回执不一致：提交之前的记录后来被改动过，或回执不属于这条链。")
    return Point(True, f"提交记录在记录链第 {receipt.link} 环，内容与回执一致。")


def _before(session: Session, pool: Pool, receipt: Receipt) -> Point:
    """Everybody with an earlier ticket was put in earlier, and nobody was put in between since."""
    earlier = receipt.ticket - 1
    entered = (
        select(func.count(), func.count(func.distinct(Claim.ticket)), func.max(Claim.ticket))
        .select_from(Link)
        .join(Event, Event.id == Link.event_id)
        .join(Claim, Claim.id == Event.claim_id)
        .where(Link.pool_id == pool.id, Link.number < receipt.link, Event.action == "submit")
    )
    entries, tickets, last = session.execute(entered).one()
    standing = session.scalar(select(func.count()).where(Claim.pool_id == pool.id, Claim.ticket < receipt.ticket))
    if not entries == tickets == (last or 0) == standing == earlier:
        return Point(False, f"排在前面的应有 {earlier} 份申请，与记录链对不上：有人后来被插入或取走。")
    if not earlier:
        return Point(True, "这是这个资金池的第一份申请，前面没有别人。")
    return Point(True, f"排在前面的 {earlier} 份申请都在它之前进入记录链，后来没有人插到前面。")


def _since(session: Session, pool: Pool, receipt: Receipt) -> Point:
    """While it waited, nobody behind it was taken for review or given money first, unless a reason is recorded."""
    over = list(_overtakings(session, pool, receipt))
    bare = [(number, ticket) for number, ticket, reasoned in over if not reasoned]
    if bare:
        number, ticket = bare[0]
        return Point(False, f"等候期间，排队号 {ticket} 先于它办理（记录链第 {number} 环），没有记录原因。")
    if over:
        links = "、".join(str(number) for number, _, _ in over[:5]) + ("等" if len(over) > 5 else "")
        return Point(True, f"等候期间有 {len(over)} 次由后面的先办理，都记录了原因（记录链第 {links} 环）。")
    return Point(True, "等候期间，没有排在后面的先被领取审核，也没有排在后面的先得到额度。")


def _overtakings(session: Session, pool: Pool, receipt: Receipt) -> Iterator[tuple[int, int, bool]]:
    """Link, ticket, and whether there is a reason, for each time that somebody behind this ticket came before it."""
    turns = Turns()
    for row in session.execute(_steps(session, pool, receipt)):
        passed = turns.passed_over(Step(row.ticket, row.action, row.actor_role, row.to_state))
        if passed == receipt.ticket:
            yield row.number, row.ticket, row.reasoned or row.late


def _steps(session: Session, pool: Pool, receipt: Receipt) -> Select[*tuple[Any, ...]]:
    """This ticket's own events, and those by which the tickets behind it got what it waited for, until its decision."""
    steps = (
        select(
            Link.number, Link.late, Claim.ticket, Event.action, Event.actor_role, Event.to_state,
            Event.reason.is_not(None).label("reasoned"),
        )
        .join(Event, Event.id == Link.event_id)
        .join(Claim, Claim.id == Event.claim_id)
        .where(Link.pool_id == pool.id, Link.number >= receipt.link)
    )  # fmt: skip
    own = Claim.ticket == receipt.ticket
    history = session.execute(steps.where(own).order_by(Link.number)).all()
    given = Event.action == "take"
    if any(step.to_state == "waitlist" for step in history):
        given = or_(given, Event.action.in_(("promote", "submit")) & (Event.to_state != "waitlist"))
    steps = steps.where(or_(own, and_(Claim.ticket > receipt.ticket, given)))
    if history[-1].to_state not in UNDECIDED:
        steps = steps.where(Link.number <= history[-1].number)
    return steps.order_by(Link.number)
