"""The register (登记册) of a scheme: every claim put in, in the order of its pool, with names and numbers masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from reviewapp.models import UNDONE, Claim, Decision, Organisation, Payout, User
from reviewapp.policy import Scheme
from reviewapp.policy.masks import mask_id_number, mask_name
from reviewapp.policy.money import show_yuan
from reviewapp.policy.values import CHINA
from reviewapp.policy.workflow import STATES
from reviewapp.queries.calendar import within
from reviewapp.services import facts

COLUMNS = (
    "排队号", "编号", "申领人", "身份证号", "提交方", "项目", "提交时间", "状态", "核定补贴（元）", "决定", "发放日期",
)  # fmt: skip
#: Rows on a printed page.
PAGE_ROWS = 22
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What the register is narrowed to; the days (in China) are those of submission, both included."""

    first: date | None = None
    last: date | None = None
    state: str = ""

    @property
    def words(self) -> str:
        """The same for a heading."""
        days = f"{self.first or '开始'} 至 {self.last or '现在'} 提交" if self.first or self.last else "全部提交时间"
        return days + (f" · {STATES[self.state]}" if self.state else "")


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One line; `award_fen` is None until the award stands, `decided` empty until somebody decided."""

    ticket: int
    number: str
    applicant: str
    id_number: str
    submitter: str
    programme: str
    submitted_at: datetime
    state: str
    award_fen: int | None
    decided: str
    paid_at: datetime | None

    def cells(self) -> tuple[Any, ...]:
        """The line for a workbook, in the order of `COLUMNS`; the award in yuan."""
        award = None if self.award_fen is None else self.award_fen / 100
        return (*self._before(), award, self.decided, _day(self.paid_at))

    def texts(self) -> list[str]:
        """The line for print."""
        ticket, *others = self._before()
        award = "—" if self.award_fen is None else show_yuan(self.award_fen)
        return [str(ticket), *map(str, others), award, self.decided, _day(self.paid_at)]

    def _before(self) -> tuple[Any, ...]:
        submitted = self.submitted_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
        return (
            *(self.ticket, self.number, self.applicant, self.id_number, self.submitter, self.programme),
            *(submitted, STATES[self.state]),
        )


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """A printed page: its lines, and count and sum (fen) of the page and of all pages up to it."""

    rows: tuple[RegisterRow, ...]
    count_so_far: int
    sum_so_far_fen: int

    @property
    def sum_fen(self) -> int:
        """The awards on this page."""
        return sum(row.award_fen or 0 for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """The page for the form."""
        return {
            "rows": [row.texts() for row in self.rows],
            "count": len(self.rows),
            "sum": show_yuan(self.sum_fen),
            "count_so_far": self.count_so_far,
            "sum_so_far": show_yuan(self.sum_so_far_fen),
        }


def count(session: Session, scheme: Scheme, narrowed: RegisterFilter) -> int:
    """How many lines the register has."""
    return session.scalar(select(func.count()).select_from(Claim).where(*_conditions(scheme, narrowed))) or 0


def lines(session: Session, scheme: Scheme, narrowed: RegisterFilter) -> Iterator[RegisterRow]:
    """The lines in the order of pools and tickets, read some hundred at a time."""
    after: tuple[int, int] = (0, 0)
    while rows := _some(session, scheme, narrowed, after):
        claims = [row[0] for row in rows]
        names = facts.values_of(session, claims, "applicant", "name")
        numbers = facts.values_of(session, claims, "applicant", "id_number")
        for row in rows:
            yield _line(scheme, row, names.get(row[0]), numbers.get(row[0]))
        after = rows[-1][1], rows[-1][2]


def pages(rows: Iterable[RegisterRow]) -> Iterator[RegisterPage]:
    """The lines cut into printed pages."""
    left, counted, summed = iter(rows), 0, 0
    while part := tuple(islice(left, PAGE_ROWS)):
        counted += len(part)
        summed += sum(row.award_fen or 0 for row in part)
        yield RegisterPage(part, counted, summed)


def _conditions(scheme: Scheme, narrowed: RegisterFilter) -> list[ColumnElement[bool]]:
    chosen = [Claim.state == narrowed.state] if narrowed.state else []
    put_in = within(Claim.submitted_at, narrowed.first, narrowed.last)
    return [Claim.scheme_code == scheme.code, Claim.ticket.is_not(None), *put_in, *chosen]


def _some(session: Session, scheme: Scheme, narrowed: RegisterFilter, after: tuple[int, int]) -> Sequence[Any]:
    last = select(func.max(Decision.id)).where(
        Decision.claim_id == Claim.id, Decision.action.in_(("approve", "reject")), Decision.id.not_in(UNDONE)
    )
    paid = select(func.max(Payout.settled_at)).where(Payout.claim_id == Claim.id, Payout.state == "paid")
    decided, reviewer = aliased(Decision), aliased(User)
    beyond = (Claim.pool_id > after[0]) | ((Claim.pool_id == after[0]) & (Claim.ticket > after[1]))
    found = (
        select(
            Claim.id, Claim.pool_id, Claim.ticket, Claim.number, Organisation.name, Claim.programme,
            Claim.submitted_at, Claim.state, Claim.award_fen, decided.at, reviewer.name,
            paid.correlate(Claim).scalar_subquery(),
        )
        .outerjoin(Organisation, Claim.organisation_id == Organisation.id)
        .outerjoin(decided, decided.id == last.correlate(Claim).scalar_subquery())
        .outerjoin(reviewer, reviewer.id == decided.reviewer_id)
        .where(*_conditions(scheme, narrowed), beyond)
        .order_by(Claim.pool_id, Claim.ticket)
        .limit(_AT_ONCE)
    )  # fmt: skip
    return session.execute(found).all()


def _line(scheme: Scheme, row: Any, name: Any, id_number: Any) -> RegisterRow:
    _, _, ticket, number, submitter, programme, submitted, state, award, decided_at, reviewer, paid_at = row
    known = scheme.programmes.get(programme)
    return RegisterRow(
        ticket=ticket,
        number=number,
        applicant=mask_name(name) if name else "",
        id_number=mask_id_number(id_number) if id_number else "",
        submitter=submitter or "本人",
        programme=known.title if known else programme,
        submitted_at=submitted,
        state=state,
        award_fen=award,
        decided=f"{_day(decided_at)} {reviewer}" if decided_at else "",
        paid_at=paid_at,
    )


def _day(instant: datetime | None) -> str:
    return instant.astimezone(CHINA).strftime("%Y-%m-%d") if instant else ""
