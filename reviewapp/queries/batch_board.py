"""The board of a dealer's batch: buyers down, papers across, with gaps, doubtful placements and strays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from reviewapp import schemes
from reviewapp.models import Actor, Batch, BatchFile, BatchPage, BatchRow, Claim, Page, Paper, Upload
from reviewapp.policy import PaperRule
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.masks import mask_phone
from reviewapp.policy.placing import Placement, groups_of
from reviewapp.policy.workflow import STATES
from reviewapp.queries import scope
from reviewapp.queries.vouchers import grouped
from reviewapp.services import batch_drafts, batches, outbox
from reviewapp.services.batch_placing import item_of
from reviewapp.services.batch_submission import obstacle
from reviewapp.services.settlement_applications import VALUE, VOUCHER
from reviewapp.services.sheet_columns import NAME, PHONE, Template

PAGE_SIZE = 50
#: How many drafts that were worked on elsewhere are checked anew for one look; the others are when they are put in.
_MOST_ANEW = 20
STATUSES = {"todo": "要补要改", "doubt": "待核对归类", "ready": "可以提交", "in": "已提交"}


@dataclass(frozen=True, slots=True)
class Chip:
    """A page on the board: its public name, kind and place; `why` says what put it there."""

    public_id: str
    kind: str
    doubtful: bool
    why: str
    file: str = ""

    @property
    def title(self) -> str:
        """The kind in words."""
        return KINDS[self.kind].title


@dataclass(frozen=True, slots=True)
class RowView:
    """A buyer with the chips in each of the board's columns (the last one: whatever the programme does not ask for)."""

    public_id: str
    number: int
    name: str
    beside: str
    claim_id: str | None
    state: str
    ticket: int | None
    correction_until: datetime | None
    status: str
    todo: str
    faults: Mapping[str, str]
    verdict: Mapping[str, Any]
    cells: tuple[tuple[Chip, ...], ...]
    missing: frozenset[str]

    @property
    def doubtful(self) -> bool:
        """Somebody has to look whether all that is here belongs here."""
        return any(chip.doubtful for cell in self.cells for chip in cell)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the files are: counts, those on their way, and those that were not taken with the reason."""

    files: int
    unread: int
    pages: int
    drafting: bool
    arriving: tuple[tuple[str, int, int], ...]
    refused: tuple[tuple[str, str, str], ...]

    @property
    def at_work(self) -> bool:
        """Something changes without anybody doing anything."""
        return self.unread > 0 or self.drafting


@dataclass(frozen=True, slots=True)
class Board:
    """A page of the board with what stands round it."""

    batch: Batch
    title: str
    template: Template
    columns: tuple[PaperRule, ...]
    rows: tuple[RowView, ...]
    counts: Mapping[str, int]
    strays: tuple[tuple[Chip, ...], ...]
    aside: tuple[Chip, ...]
    progress: Progress
    status: str
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch in the list of batches."""

    public_id: str
    title: str
    created_at: datetime
    sheet_name: str | None
    buyers: int
    submitted: int
    unread: int


def listed(session: Session, actor: Actor) -> list[BatchLine]:
    """The dealer's batches, the newest first, at most 100; settlement applications are listed with the vouchers."""
    found = session.scalars(
        scope.dealers_batches(actor).where(Batch.number.is_(None)).order_by(Batch.id.desc()).limit(100)
    ).all()
    ids = [batch.id for batch in found]
    buyers = _counted(session, select(BatchRow.batch_id, func.count()).where(BatchRow.batch_id.in_(ids)), BatchRow)
    put_in = select(BatchRow.batch_id, func.count()).join(Claim, Claim.id == BatchRow.claim_id)
    submitted = _counted(session, put_in.where(BatchRow.batch_id.in_(ids), Claim.ticket.is_not(None)), BatchRow)
    waiting = select(BatchFile.batch_id, func.count()).where(BatchFile.state.in_(("waiting", "reading")))
    unread = _counted(session, waiting.where(BatchFile.batch_id.in_(ids)), BatchFile)
    return [
        BatchLine(
            batch.public_id, batches.template_of(batch).title, batch.created_at, batch.sheet_name,
            buyers[batch.id], submitted[batch.id], unread[batch.id],
        )
        for batch in found
    ]  # fmt: skip


def _counted(session: Session, query: Any, table: type[BatchRow | BatchFile]) -> Counter[int]:
    return Counter({row[0]: row[1] for row in session.execute(query.group_by(table.batch_id))})


def board(session: Session, batch: Batch, now: datetime, *, status: str = "", number: int = 1) -> Board:
    """Page `number` of the buyers with that status ("" for all)."""
    template = batches.template_of(batch)
    rules = schemes.load(batch.scheme_code, batch.scheme_version).programmes[batch.programme].papers
    chips = _chips(session, batch)
    views = _views(session, now, batch, rules, chips)
    shown = [view for view in views if status in ("", view.status)]
    pages = max(1, -(-len(shown) // PAGE_SIZE))
    number = min(max(1, number), pages)
    return Board(
        batch=batch,
        title=template.title,
        template=template,
        columns=rules,
        rows=tuple(shown[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]),
        counts=Counter(view.status for view in views),
        strays=_strays(session, batch),
        aside=tuple(chip for chip in chips.get(None, ()) if chip.why == "aside"),
        progress=progress(session, batch),
        status=status,
        number=number,
        pages=pages,
    )


def _chips(session: Session, batch: Batch) -> dict[int | None, list[Chip]]:
    """The pages by their row; columns only, so that no reading is opened for a look at the board."""
    filed = (
        select(Page.upload_id, func.max(Paper.kind).label("kind"))
        .join(Paper, Page.paper_id == Paper.id)
        .where(Page.part == 0)
        .group_by(Page.upload_id)
        .subquery()
    )
    query = (
        select(BatchPage, filed.c.kind.label("filed_as"), Upload.removed_at)
        .outerjoin(filed, filed.c.upload_id == BatchPage.upload_id)
        .outerjoin(Upload, Upload.id == BatchPage.upload_id)
        .where(BatchPage.batch_id == batch.id)
        .order_by(BatchPage.id)
        .with_only_columns(
            BatchPage.public_id, BatchPage.kind, BatchPage.doubtful, BatchPage.why, BatchPage.row_id, BatchPage.aside,
            filed.c.kind.label("filed_as"), Upload.removed_at,
        )
    )  # fmt: skip
    found: dict[int | None, list[Chip]] = {}
    for row in session.execute(query):
        if row.removed_at is None:
            why = "aside" if row.aside else row.why
            found.setdefault(row.row_id, []).append(Chip(row.public_id, row.filed_as or row.kind, row.doubtful, why))
    return found


def row_view(session: Session, batch: Batch, row: BatchRow, now: datetime) -> RowView:
    """One buyer alone, checked anew where the draft was worked on since."""
    rules = schemes.load(batch.scheme_code, batch.scheme_version).programmes[batch.programme].papers
    verdict = row.verdict or {}
    if row.claim is not None and batch_drafts.is_stale(row):
        verdict = batch_drafts.verdict(session, row.claim, now)
    return _view(row, verdict, rules, _chips(session, batch).get(row.id, []))


def _views(
    session: Session, now: datetime, batch: Batch, rules: Sequence[PaperRule], chips: Mapping[int | None, list[Chip]]
) -> list[RowView]:
    query = select(BatchRow).where(BatchRow.batch_id == batch.id).order_by(BatchRow.number)
    rows = session.scalars(query.options(joinedload(BatchRow.claim))).all()
    anew = _MOST_ANEW
    views = []
    for row in rows:
        verdict = row.verdict or {}
        if anew and row.claim is not None and verdict and batch_drafts.is_stale(row):
            anew -= 1
            verdict = batch_drafts.verdict(session, row.claim, now)
        views.append(_view(row, verdict, rules, chips.get(row.id, [])))
    return views


def _view(row: BatchRow, verdict: Mapping[str, Any], rules: Sequence[PaperRule], chips: Sequence[Chip]) -> RowView:
    claim = row.claim
    doubtful = any(chip.doubtful for chip in chips)
    todo = obstacle(row.faults, verdict, doubtful=doubtful)
    status = "in" if claim is not None and claim.state != "draft" else _status(row, todo, doubtful)
    return RowView(
        public_id=row.public_id,
        number=row.number,
        name=row.cells.get(NAME, ""),
        beside=_beside(row),
        claim_id=claim.public_id if claim else None,
        state=claim.state if claim else "",
        ticket=claim.ticket if claim else None,
        correction_until=claim.correction_until if claim else None,
        status=status,
        todo=STATES[claim.state] if claim is not None and status == "in" else todo,
        faults=row.faults,
        verdict=verdict,
        cells=_cells(rules, chips),
        missing=frozenset(verdict.get("missing", ())),
    )


def _beside(row: BatchRow) -> str:
    """What tells the row from others of the same name: the voucher with its value, else the telephone."""
    number = row.cells.get(VOUCHER, "")
    return f"{grouped(number)}　¥{row.cells[VALUE]}" if number else mask_phone(row.cells.get(PHONE, ""))


def _status(row: BatchRow, todo: str, doubtful: bool) -> str:
    if not todo:
        return "ready"
    return "doubt" if doubtful and not row.faults else "todo"


def _cells(rules: Sequence[PaperRule], chips: Iterable[Chip]) -> tuple[tuple[Chip, ...], ...]:
    """Each chip once: in the first column that asks for its kind, else in the last."""
    cells: list[list[Chip]] = [[] for _ in range(len(rules) + 1)]
    for chip in chips:
        at = next((at for at, rule in enumerate(rules) if chip.kind in rule.kinds), len(rules))
        cells[at].append(chip)
    return tuple(tuple(cell) for cell in cells)


def _strays(session: Session, batch: Batch) -> tuple[tuple[Chip, ...], ...]:
    """Pages that are nobody's yet; those of one unknown buyer together."""
    lost = (BatchPage.row_id.is_(None), BatchPage.aside.is_(False))
    query = select(BatchPage).where(BatchPage.batch_id == batch.id, *lost).order_by(BatchPage.id)
    pages = session.scalars(query.options(joinedload(BatchPage.file))).all()
    known = {page.id: Chip(page.public_id, page.kind, True, page.why, page.file.name) for page in pages}
    return tuple(tuple(known[at] for at in group) for group in groups_of([item_of(page) for page in pages]))


def progress(session: Session, batch: Batch) -> Progress:
    """How far the files of a batch are."""
    files = session.scalars(select(BatchFile).where(BatchFile.batch_id == batch.id).order_by(BatchFile.id)).all()
    pages = session.scalar(select(func.count()).select_from(BatchPage).where(BatchPage.batch_id == batch.id))
    return Progress(
        files=sum(file.sha256 is not None for file in files),
        unread=sum(file.state in ("waiting", "reading") for file in files),
        pages=pages or 0,
        drafting=outbox.is_open(session, "batch.draft", batch.id),
        arriving=tuple((file.name, batches.arrived(file), file.size) for file in files if file.state == "arriving"),
        refused=tuple((file.public_id, file.name, file.refusal or "") for file in files if file.state == "refused"),
    )


@dataclass(frozen=True, slots=True)
class PageView:
    """One page looked at: its picture's turn, where it came from, what was read, and whom it might belong to."""

    page: BatchPage
    kind: str
    file: str
    rotation: int
    fields: tuple[tuple[str, str], ...]
    placed: Placement
    claim_id: str | None
    buyers: tuple[tuple[str, str], ...]
    likely: tuple[tuple[str, str], ...]


def page_view(session: Session, page: BatchPage) -> PageView:
    """The page with every buyer it can be put to, the likely ones first."""
    rows = session.scalars(select(BatchRow).where(BatchRow.batch_id == page.batch_id).order_by(BatchRow.number)).all()
    named = {row.id: (row.public_id, f"{row.number}　{row.cells.get(NAME) or '（未填姓名）'}") for row in rows}
    labels = KINDS[page.kind].fields
    told = [
        (labels[name].label, str(field["value"])) for name, field in page.reading["fields"].items() if name in labels
    ]
    others = tuple(named[at] for at in page.others or () if at in named)
    return PageView(
        page=page,
        kind=KINDS[page.kind].title,
        file=batch_drafts.name_of(page),
        rotation=page.reading["rotation"],
        fields=tuple(told[:8]),
        placed=Placement(page.row_id, "doubtful" if page.doubtful else "sure", page.why),
        claim_id=page.row.claim.public_id if page.row and page.row.claim else None,
        buyers=tuple(named.values()),
        likely=others,
    )
