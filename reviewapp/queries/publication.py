"""The published list (公示名单) of a programme: whose approval stands, masked, in the order of approval. Reads only.

Name and purchase are those the approval rests on. Of the purchase only what describes goods or a firm is taken: no
plate, no number of a person, a vehicle or a paper, no address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from reviewapp import schemes
from reviewapp.models import Claim, Decision, Evaluation, Organisation, Pool, Voucher
from reviewapp.policy import Programme, Scheme
from reviewapp.policy.awards import FaceAward
from reviewapp.policy.masks import mask_name
from reviewapp.policy.money import show_yuan
from reviewapp.queries.calendar import within
from reviewapp.queries.paging import Paged
from reviewapp.services.balance import COMMITTED
from reviewapp.services.days import local_date
from reviewapp.services.payouts import publication_ends

PAGE_SIZE = 100
#: States in which an approval stands. A demand (追回) is no verdict and may be dropped: the money is out, the line
#: stays as paid. When all of an award has come back (`refunded`) nobody has it, and the name goes.
LISTED = (*COMMITTED, "paid", "clawback")
#: A voucher whose money is the pool's again: nobody has it.
_GONE = ("expired", "voided")
#: What the public is told of a state, no finer than needed: why a payout failed is the claimant's own affair.
_SHOWN = {"publication": "publication", "paid": "paid", "clawback": "paid"}
#: What is published of a purchase, the first that is there; `seller_name` of a used car's invoice is a person.
_GOODS = (("vehicle_invoice", "brand_model"), ("used_vehicle_invoice", "brand_model"))
_ITEMS = (("product_invoice", "items"),)
_SELLERS = (
    ("vehicle_invoice", "seller_name"),
    ("used_vehicle_invoice", "market_name"),
    ("product_invoice", "seller_name"),
)
_CHOSEN = ("category", "vehicle_wheels")


@dataclass(frozen=True, slots=True)
class Published:
    """A programme's list as of a day, whose names stay for `days` after the last day for papers or the approval,
    whichever is later.
    """

    scheme: Scheme
    programme: Programme
    today: date
    days: int

    @property
    def of_firms(self) -> bool:
        """The award is what a firm advanced on vouchers: the list names firms, whole, and no person."""
        return self.programme.pays_firm and isinstance(self.programme.award, FaceAward)

    @property
    def last_day(self) -> date:
        """The last day for papers."""
        return local_date(self.programme.submission.until)

    @property
    def named_from(self) -> date | None:
        """Approvals from this day on still have their lines; None: all have."""
        beyond = self.today > self.last_day + timedelta(days=self.days)
        return self.today - timedelta(days=self.days) if beyond else None

    def everything(self) -> list[ColumnElement[bool]]:
        """The conditions on `Claim` of all that stand, those whose names are no longer shown included."""
        pools = select(Pool.id).where(Pool.scheme_code == self.scheme.code)
        gone = exists().where(Voucher.claim_id == Claim.id, Voucher.state.in_(_GONE))
        return [Claim.pool_id.in_(pools), Claim.state.in_(LISTED), Claim.programme == self.programme.id, ~gone]

    def named(self, first: date | None = None, last: date | None = None) -> list[ColumnElement[bool]]:
        """The conditions of the lines; with days only what was approved on them, both included."""
        shown = within(Claim.approved_at, self.named_from, None)
        return [*self.everything(), *shown, *within(Claim.approved_at, first, last)]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `number` counts from the first approval; `held_until` is the last day of its publication, if it is
    still to come.
    """

    number: int
    ticket: int
    who: str
    goods: str
    firm: str
    award_fen: int
    approved_on: date
    state: str
    held_until: date | None

    def texts(self) -> list[str]:
        """The line for print."""
        award, day = show_yuan(self.award_fen), self.approved_on.isoformat()
        return [str(self.number), str(self.ticket), self.who, self.goods, self.firm, award, day]


@dataclass(frozen=True, slots=True)
class Summary:
    """How many approvals stand and their sum (fen); how many lines have gone, the earliest; until when the last name
    stays; until when objections are heard, None while nothing is held.
    """

    count: int
    sum_fen: int
    gone: int
    named_until: date
    held_until: date | None


def summary(session: Session, published: Published) -> Summary:
    """What stands above the list; two selects, one more when names have gone."""
    figures = select(func.count(), func.coalesce(func.sum(Claim.award_fen), 0), func.max(Claim.approved_at))
    total, sum_fen, newest = session.execute(figures.where(*published.everything())).one()
    shown = total if published.named_from is None else count(session, published)
    last = published.last_day if newest is None else max(published.last_day, local_date(newest))
    held = _last_days(session, published, Claim.programme, *published.everything())
    named_until = last + timedelta(days=published.days)
    return Summary(total, int(sum_fen), total - shown, named_until, held.get(published.programme.id))


def count(session: Session, published: Published, first: date | None = None, last: date | None = None) -> int:
    """How many lines there are, of all or of what was approved on these days."""
    found = select(func.count()).select_from(Claim).where(*published.named(first, last))
    return session.scalar(found) or 0


def page(session: Session, published: Published, told: Summary, number: int) -> Paged[Entry]:
    """Page `number` (from 1) of the lines; two selects, three while one of them is held."""
    total = told.count - told.gone
    number = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    before = (number - 1) * PAGE_SIZE
    here = select(Claim.id).where(*published.named()).order_by(Claim.approved_at, Claim.id)
    ids = session.scalars(here.limit(PAGE_SIZE).offset(before)).all()
    rows = _rows(session, Claim.id.in_(ids))
    return Paged(_entries(session, published, rows, told.gone + before), total, number, PAGE_SIZE)


def lines(session: Session, published: Published, first: date | None, last: date | None) -> tuple[Entry, ...]:
    """The lines of what was approved on these days (None: from the beginning, until now), counted from 1."""
    return _entries(session, published, _rows(session, *published.named(first, last)), 0)


def sheet(session: Session, published: Published, first: date | None, last: date | None) -> dict[str, Any]:
    """The lines of these days for the printed form, with their number and sum."""
    entries, scheme = lines(session, published, first, last), published.scheme
    since = first or (entries[0].approved_on if entries else published.today)
    until = last or (entries[-1].approved_on if entries else published.today)
    held = max((entry.held_until for entry in entries if entry.held_until), default=None)
    return {
        "title": f"{published.programme.title}公示名单",
        "office": scheme.county,
        "scheme": f"{scheme.title}（{scheme.document_number}）",
        "days": f"{since} 至 {until}",
        "of_firms": published.of_firms,
        "rows": [entry.texts() for entry in entries],
        "sum": show_yuan(sum(entry.award_fen for entry in entries)),
        "held_until": held.isoformat() if held else "",
    }


def page_of(session: Session, published: Published, ticket: int) -> int | None:
    """The page with that ticket; None when it has no line."""
    sought = select(Claim.approved_at, Claim.id).where(*published.named(), Claim.ticket == ticket)
    found = session.execute(sought.limit(1)).one_or_none()
    if found is None:
        return None
    at, claim_id = found
    earlier = or_(Claim.approved_at < at, (Claim.approved_at == at) & (Claim.id < claim_id))
    before = session.scalar(select(func.count()).select_from(Claim).where(*published.named(), earlier)) or 0
    return before // PAGE_SIZE + 1


def _rows(session: Session, *conditions: ColumnElement[bool]) -> Sequence[Any]:
    """The claims with the facts of their approvals, in the order of approval."""
    approval = (
        select(func.max(Decision.id))
        .where(Decision.claim_id == Claim.id, Decision.action == "approve")
        .correlate(Claim)
        .scalar_subquery()
    )
    found = (
        select(Claim, Evaluation.facts, Organisation.name)
        .outerjoin(Decision, Decision.id == approval)
        .outerjoin(Evaluation, Evaluation.id == Decision.evaluation_id)
        .outerjoin(Organisation, Organisation.id == Claim.organisation_id)
        .where(*conditions)
        .order_by(Claim.approved_at, Claim.id)
    )
    return session.execute(found).all()


def _entries(session: Session, published: Published, rows: Sequence[Any], before: int) -> tuple[Entry, ...]:
    held = [claim.id for claim, *_ in rows if claim.state == "publication"]
    until = _last_days(session, published, Claim.id, Claim.id.in_(held)) if held else {}
    return tuple(
        _entry(published, number, row, until.get(row[0].id)) for number, row in enumerate(rows, start=before + 1)
    )


def _entry(published: Published, number: int, row: Any, until: date | None) -> Entry:
    claim, facts, organisation = row
    facts, firm = facts or {}, organisation or ""
    goods, seller = _purchase(published.programme, facts)
    at_firm = firm if claim.submitter_role in ("shop", "point") else ""
    otherwise = "approved" if published.programme.payee == "voucher" else "payable"
    return Entry(
        number=number,
        ticket=claim.ticket,
        who=firm if published.of_firms else mask_name(str(facts.get("applicant", {}).get("name", ""))),
        goods=goods,
        firm="" if published.of_firms else at_firm or seller,
        award_fen=claim.award_fen,
        approved_on=local_date(claim.approved_at),
        state=_SHOWN.get(claim.state, otherwise),
        held_until=until,
    )


def _purchase(programme: Programme, facts: Mapping[str, Any]) -> tuple[str, str]:
    """What was bought, and from whom. Who gets a voucher has bought nothing yet: an invoice is of the old thing."""
    papers = () if programme.payee == "voucher" else facts.get("papers", ())
    items = _first(papers, _ITEMS) or ()
    named = "、".join(dict.fromkeys(str(item["name"]) for item in items if item.get("name")))
    goods = _first(papers, _GOODS) or _chosen(programme, facts.get("declared", {})) or named
    return str(goods), str(_first(papers, _SELLERS) or "")


def _first(papers: Sequence[Mapping[str, Any]], places: Sequence[tuple[str, str]]) -> Any:
    values = (paper["fields"].get(field) for kind, field in places for paper in papers if paper["kind"] == kind)
    return next((value for value in values if value), None)


def _chosen(programme: Programme, declared: Mapping[str, Any]) -> str:
    """What the submitter chose in the scheme's own words, or listed where it has none: 家电、家具."""
    labels: list[str] = []
    for one in programme.declared:
        if one.field in _CHOSEN and one.field in declared:
            given = declared[one.field] if isinstance(declared[one.field], list) else [declared[one.field]]
            labels += [one.choices.get(str(value), "") if one.choices else str(value) for value in given]
    return "、".join(dict.fromkeys(label for label in labels if label))


def _last_days(
    session: Session, published: Published, key: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]
) -> dict[Any, date]:
    """The last day of publication of what is held under these conditions, the latest by `key`."""
    found = select(key, Claim.scheme_version, func.max(Claim.published_at))
    held_ones = found.where(Claim.state == "publication", *conditions).group_by(key, Claim.scheme_version)
    days: dict[Any, date] = {}
    for which, version, at in session.execute(held_ones):
        held = schemes.load(published.scheme.code, version).programmes[published.programme.id].publication_days
        last = local_date(publication_ends(at, held)) - timedelta(days=1)
        days[which] = max(last, days.get(which, last))
    return {which: last for which, last in days.items() if last >= published.today}
