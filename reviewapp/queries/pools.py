"""What finance and auditors see of a pool: its figures, and behind each of them the postings or claims that add up to
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from reviewapp import schemes
from reviewapp.models import Claim, Demand, FundOrder, Payout, Pool, Posting, ReturnLine, User, Voucher
from reviewapp.policy import pool as rules
from reviewapp.policy.model import Source
from reviewapp.policy.workflow import PAID_OUT
from reviewapp.queries.calendar import local_day
from reviewapp.services import fund_orders
from reviewapp.services.balance import COLUMN_NAMES, OWED

#: What a pool's page tells: available = appropriated - reserved - committed - paid + returned.
FIGURES = COLUMN_NAMES | {"available": "可用"}
ACCOUNTS = COLUMN_NAMES | {"treasury": "财政", "available": "可用"}
ORDER_KINDS = {"top_up": "追加", "move": "调剂", "reduce": "收回"}
ORDER_STATES = {"proposed": "待确认", "confirmed": "已入账", "cancelled": "已取消"}
PAGE = 50
#: What a claim on the waitlist waits for.
LACKING = Claim.wanted_fen - Claim.reserved_fen
_NEWEST = 50
_OF_LINE = (joinedload(ReturnLine.file), joinedload(ReturnLine.payout).joinedload(Payout.batch))


@dataclass(frozen=True, slots=True)
class Standing:
    """A pool with its scheme's title, and who waits there for how much."""

    pool: Pool
    title: str
    waiting: int
    waiting_fen: int

    def figure(self, column: str) -> int:
        """One of `FIGURES`, in fen."""
        return int(getattr(self.pool, column))


@dataclass(frozen=True, slots=True)
class Share:
    """What the claims of one programme hold of a pool, in fen, and how many of them wait."""

    programme: str
    title: str
    reserved: int
    committed: int
    paid: int
    returned: int
    waiting: int
    waiting_fen: int


@dataclass(frozen=True, slots=True)
class Brought:
    """A level of government: what the document has it bring, and what came of it so far, less what went back."""

    title: str
    document_fen: int
    brought_fen: int


@dataclass(frozen=True, slots=True)
class Tranche:
    """What has not come yet of the document's money, and what of that is due by use."""

    rest_fen: int
    due_fen: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which postings are looked at: those that change `column`, of one programme or source where named."""

    column: str
    programme: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A posting by what it changes in the column that is looked at; `number` is its document's or the bank's, `payout`
    the instruction that the bank settled with it, `line` where it said so in a return file.
    """

    posting: Posting
    change_fen: int
    claim_number: str
    claim_public_id: str
    by: str
    payout: Payout | None

    @property
    def line(self) -> ReturnLine | None:
        """Where it stands in a return file."""
        return self.posting.return_line

    @property
    def number(self) -> str:
        """The document's number, else the bank's."""
        return self.posting.document or (self.payout and self.payout.bank_reference) or ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows; `count` and `total_fen` are those of all pages."""

    rows: Sequence[Any]
    number: int
    pages: int
    count: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class Day:
    """A pool's figures at the end of a day on which money moved."""

    day: date
    figures: dict[str, int]


def overview(session: Session) -> tuple[Standing, ...]:
    """All pools, by scheme."""
    pools = session.scalars(select(Pool).order_by(Pool.scheme_code, Pool.id)).all()
    waiting = _waiting(session, Claim.state == "waitlist")
    return tuple(Standing(pool, _title(pool), *waiting.get(pool.id, (0, 0))) for pool in pools)


def standing(session: Session, pool: Pool) -> Standing:
    """One pool."""
    waiting = _waiting(session, (Claim.state == "waitlist") & (Claim.pool_id == pool.id))
    return Standing(pool, _title(pool), *waiting.get(pool.id, (0, 0)))


def shares(session: Session, pool: Pool) -> tuple[Share, ...]:
    """What each programme that draws on the pool holds of it; programmes without a claim are there with nothing."""
    scheme = schemes.load(pool.scheme_code)
    titles = {programme.id: programme.title for programme in scheme.programmes.values() if programme.pool == pool.code}
    held = (
        select(
            Claim.programme,
            func.sum(Claim.reserved_fen),
            func.sum(OWED),
            _sum(Claim.state.in_(PAID_OUT), Claim.award_fen),
            func.count().filter(Claim.state == "waitlist"),
            _sum(Claim.state == "waitlist", LACKING),
        )
        .outerjoin(Voucher, Voucher.claim_id == Claim.id)
        .where(Claim.pool_id == pool.id)
        .group_by(Claim.programme)
    )
    came = select(Claim.programme, func.sum(Demand.received_fen)).join(Demand, Demand.claim_id == Claim.id)
    returned = dict(session.execute(came.where(Claim.pool_id == pool.id).group_by(Claim.programme)).all())
    rows = {row[0]: [int(value or 0) for value in row[1:]] for row in session.execute(held)}
    found = []
    for programme in sorted(titles.keys() | rows.keys()):
        reserved, committed, paid, waiting, waiting_fen = rows.get(programme, [0] * 5)
        title, back = titles.get(programme, programme), int(returned.get(programme) or 0)
        found.append(Share(programme, title, reserved, committed, paid, back, waiting, waiting_fen))
    return tuple(found)


def brought(session: Session, pool: Pool) -> tuple[Brought, ...]:
    """By level of government; empty where the document names none."""
    rule = fund_orders.rule_of(pool)
    sources: tuple[Source, ...] = rule.sources if rule else ()
    change = _change("appropriated")
    query = select(Posting.source, func.sum(change)).where(Posting.pool_id == pool.id, _touches("appropriated"))
    came = {source or "": int(fen) for source, fen in session.execute(query.group_by(Posting.source))}
    known = {source.title: source.amount_fen for source in sources}
    if not known:
        return ()
    return tuple(Brought(title, known.get(title, 0), came.get(title, 0)) for title in (*known, *(came.keys() - known)))


def tranche(session: Session, now: Standing) -> Tranche | None:
    """Where the document pays in tranches and not all of it has come: what is left, and what is due by use."""
    rule = fund_orders.rule_of(now.pool)
    if rule is None or rule.first_fen is None:
        return None
    rest = max(0, rule.amount_fen - fund_orders.granted_fen(session, [now.pool.id]))
    return Tranche(rest, rules.tranche_due(rest, now.pool.available, now.waiting_fen)) if rest else None


def entries(session: Session, pool: Pool, wanted: Filter, number: int = 1) -> Page:
    """The postings behind a figure, newest first: their sum over all pages is the figure."""
    change = _change(wanted.column)
    kept = [Posting.pool_id == pool.id, _touches(wanted.column)]
    if wanted.programme:
        kept.append(Claim.programme == wanted.programme)
    if wanted.source:
        kept.append(Posting.source == wanted.source)
    joined = select(func.count(), func.sum(change)).select_from(Posting).outerjoin(Claim, Claim.id == Posting.claim_id)
    count, total = session.execute(joined.where(*kept)).one()
    query = (
        select(Posting, change, Claim.number, Claim.public_id, User.name, Payout)
        .outerjoin(Claim, Claim.id == Posting.claim_id)
        .outerjoin(User, User.id == Posting.actor_id)
        .outerjoin(Payout, and_(Payout.claim_id == Posting.claim_id, Payout.settled_at == Posting.at))
        .options(joinedload(Payout.batch), joinedload(Posting.return_line).options(*_OF_LINE))
        .where(*kept)
        .order_by(Posting.id.desc())
    )
    number, pages = _within(number, count)
    rows = session.execute(query.limit(PAGE).offset((number - 1) * PAGE))
    shown = [
        Entry(posting, fen, claim or "", public or "", by or "系统", _told_of(posting) or payout)
        for posting, fen, claim, public, by, payout in rows
    ]
    return Page(shown, number, pages, count, int(total or 0))


def waiting(session: Session, pool: Pool, programme: str = "", number: int = 1) -> Page:
    """The claims on the waitlist in their order."""
    kept = [Claim.pool_id == pool.id, Claim.state == "waitlist"]
    if programme:
        kept.append(Claim.programme == programme)
    count, total = session.execute(select(func.count(), func.sum(LACKING)).where(*kept)).one()
    number, pages = _within(number, count)
    query = select(Claim).where(*kept).order_by(Claim.ticket).limit(PAGE).offset((number - 1) * PAGE)
    return Page(session.scalars(query).all(), number, pages, count, int(total or 0))


def days(session: Session, pool: Pool) -> tuple[Day, ...]:
    """The figures at the end of every day on which money moved, oldest first."""
    day = local_day(session, Posting.at)
    query = select(day, Posting.from_account, Posting.to_account, func.sum(Posting.amount)).where(
        Posting.pool_id == pool.id
    )
    moved: dict[str, list[rules.Movement]] = {}
    for on, source, target, amount in session.execute(query.group_by(day, Posting.from_account, Posting.to_account)):
        moved.setdefault(str(on), []).append(rules.Movement(source, target, int(amount)))
    sums, found = dict.fromkeys(FIGURES, 0), []
    for on in sorted(moved):
        sums = {column: sums[column] + sum(rules.change_of(column, one) for one in moved[on]) for column in sums}
        found.append(Day(date.fromisoformat(on), sums))
    return tuple(found)


def orders(session: Session, pool: Pool) -> Sequence[FundOrder]:
    """The newest orders that give to the pool or take from it; those that wait for a decision first."""
    query = (
        select(FundOrder)
        .where(or_(FundOrder.pool_id == pool.id, FundOrder.to_pool_id == pool.id))
        .order_by((FundOrder.state != "proposed"), FundOrder.id.desc())
        .limit(_NEWEST)
    )
    people = (FundOrder.maker, FundOrder.checker, FundOrder.cancelled_by)
    return session.scalars(query.options(*(joinedload(person) for person in people))).all()


def siblings(session: Session, pool: Pool) -> Sequence[Pool]:
    """The other pools of its scheme."""
    query = select(Pool).where(Pool.scheme_code == pool.scheme_code, Pool.id != pool.id)
    return session.scalars(query.order_by(Pool.id)).all()


def proposed(session: Session) -> dict[int, int]:
    """How many orders wait for their confirmation, by pool."""
    query = select(FundOrder.pool_id, func.count()).where(FundOrder.state == "proposed").group_by(FundOrder.pool_id)
    return dict(session.execute(query).all())


def _told_of(posting: Posting) -> Payout | None:
    """The instruction of a line: it may have had another end since."""
    return posting.return_line.payout if posting.return_line else None


def _title(pool: Pool) -> str:
    return schemes.load(pool.scheme_code).title


def _waiting(session: Session, kept: ColumnElement[bool]) -> dict[int, tuple[int, int]]:
    query: Select[Any] = select(Claim.pool_id, func.count(), func.sum(LACKING)).where(kept)
    return {pool_id: (count, int(fen)) for pool_id, count, fen in session.execute(query.group_by(Claim.pool_id))}


def _sum(kept: ColumnElement[bool], fen: Any) -> Any:
    return func.sum(fen).filter(kept)


def _touches(column: str) -> ColumnElement[bool]:
    account, _ = rules.account_of(column)
    return or_(Posting.from_account == account, Posting.to_account == account)


def _change(column: str) -> ColumnElement[int]:
    """`rules.change_of` for the database."""
    account, sign = rules.account_of(column)
    return case((Posting.from_account == account, Posting.amount * sign), else_=Posting.amount * -sign)


def _within(number: int, count: int) -> tuple[int, int]:
    """The page that there is, and how many there are."""
    pages = max(1, -(-count // PAGE))
    return min(max(1, number), pages), pages
