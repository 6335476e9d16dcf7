"""The register of a collection point (造册登记, yangcheng-2023 七(三)1): a line a motorcycle, on screen and paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, Organisation, ShelfMark
from reviewapp.policy.money import show_yuan
from reviewapp.policy.workflow import STATES
from reviewapp.queries import motorcycles, scope
from reviewapp.queries.motorcycles import Motorcycle

COLUMNS = (
    "序号", "收车日期", "车主", "身份证号", "车架号", "发动机号", "号牌", "情形", "出厂日期", "年限档", "金额（元）",
    "排队号", "状态", "柜号", "签字",
)  # fmt: skip
#: Lines on the screen, and on a printed page, where each leaves room to sign.
ON_SCREEN, PAGE_ROWS = 50, 14
_AT_ONCE = 200
_NO_LINES = {"rows": [], "count": 0, "sum": show_yuan(0), "count_so_far": 0, "sum_so_far": show_yuan(0)}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """One scheme's register: of one point (its key) or of all, one shelf number or all."""

    scheme: str
    point: int | None = None
    shelf: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page on the screen; `first` is the number of its first line, the sum (fen) is of all lines."""

    rows: tuple[Motorcycle, ...]
    first: int
    number: int
    total: int
    sum_fen: int

    @property
    def pages(self) -> int:
        """How many there are, at least one."""
        return max(1, -(-self.total // ON_SCREEN))


def page(session: Session, actor: Actor, narrowed: Narrowed, number: int) -> Page:
    """One page of what the viewer may see, in the order of the tickets."""
    seen = _seen(actor, narrowed)
    total = count(session, actor, narrowed)
    number = min(max(number, 1), max(1, -(-total // ON_SCREEN)))
    first = (number - 1) * ON_SCREEN
    claims = session.scalars(seen.order_by(*_ORDER).limit(ON_SCREEN).offset(first)).all()
    worth = func.coalesce(Claim.award_fen, Claim.wanted_fen)
    whole = session.scalar(
        seen.where(Claim.state.not_in(motorcycles.stock.ENDED)).with_only_columns(func.coalesce(func.sum(worth), 0))
    )
    return Page(tuple(motorcycles.of_claims(session, claims)), first + 1, number, total, int(whole or 0))


def count(session: Session, actor: Actor, narrowed: Narrowed) -> int:
    """How many lines there are."""
    return session.scalar(_seen(actor, narrowed).with_only_columns(func.count())) or 0


def lines(session: Session, actor: Actor, narrowed: Narrowed) -> Iterator[Motorcycle]:
    """All lines, read some hundred at a time."""
    seen = _seen(actor, narrowed).order_by(*_ORDER)
    at = 0
    while claims := session.scalars(seen.limit(_AT_ONCE).offset(at)).all():
        yield from motorcycles.of_claims(session, claims)
        at += len(claims)


def points(session: Session, actor: Actor, scheme: str) -> Sequence[Organisation]:
    """The points that have taken something in under the scheme and that the viewer may look at."""
    with_claims = scope.taken_in_visible_to(actor).where(Claim.scheme_code == scheme)
    ids = with_claims.with_only_columns(Claim.organisation_id)
    return session.scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.name)).all()


def cells(number: int, row: Motorcycle, *, whole: bool) -> tuple[Any, ...]:
    """A line for the workbook, in the order of COLUMNS; the last one is left to be signed. `whole`: ID not masked."""
    award = None if row.award_fen is None else row.award_fen / 100
    return (*_before(number, row, whole), award, row.claim.ticket, STATES[row.claim.state], row.shelf, "")


def printed(rows: Iterator[Motorcycle], *, whole: bool) -> list[dict[str, Any]]:
    """The lines cut into printed pages, with count and sum of each page and of all up to it; one page at least."""
    out: list[dict[str, Any]] = []
    counted = summed = 0
    while part := tuple(islice(rows, PAGE_ROWS)):
        texts = [_texts(counted + at, row, whole) for at, row in enumerate(part, 1)]
        page_sum = sum(row.award_fen or 0 for row in part)
        counted, summed = counted + len(part), summed + page_sum
        sums = {"sum": show_yuan(page_sum), "count_so_far": counted, "sum_so_far": show_yuan(summed)}
        out.append({"rows": texts, "count": len(part), **sums})
    return out or [_NO_LINES]


def _texts(number: int, row: Motorcycle, whole: bool) -> list[str]:
    award = "—" if row.award_fen is None else show_yuan(row.award_fen)
    before = [str(cell) for cell in _before(number, row, whole)]
    return [*before, award, str(row.claim.ticket), STATES[row.claim.state], row.shelf, ""]


def _before(number: int, row: Motorcycle, whole: bool) -> tuple[Any, ...]:
    id_number = row.id_number if whole else row.masked_id
    numbers = (row.vin, row.engine_number, row.plate)
    return (number, row.received_on, row.owner, id_number, *numbers, row.case, row.made_on, row.band)


_ORDER = (Claim.pool_id, Claim.ticket)


def _seen(actor: Actor, narrowed: Narrowed) -> Select[Claim]:
    found = scope.taken_in_visible_to(actor).where(Claim.scheme_code == narrowed.scheme)
    if narrowed.point is not None:
        found = found.where(Claim.organisation_id == narrowed.point)
    return found.where(_on_shelf(narrowed.shelf)) if narrowed.shelf else found


def _on_shelf(number: str) -> ColumnElement[bool]:
    """The claims whose shelf number is that one now."""
    newest = select(func.max(ShelfMark.id)).group_by(ShelfMark.claim_id)
    return Claim.id.in_(select(ShelfMark.claim_id).where(ShelfMark.id.in_(newest), ShelfMark.number == number))
