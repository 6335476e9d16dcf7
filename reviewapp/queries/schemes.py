"""What the scheme pages show: schemes with their versions and drafts, who published what, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from reviewapp import schemes
from reviewapp.errors import NotFound
from reviewapp.models import Listing, Pool, PublishedScheme, SchemeDraft, SchemeEvent
from reviewapp.policy import Scheme, SchemeError
from reviewapp.policy.money import show_yuan
from reviewapp.schemes.wording import Wording
from reviewapp.services import fund_orders
from reviewapp.services.scheme_drafts import STATES

#: What was done to a draft, in the words of its trail.
ACTIONS = {
    "start": "开始起草",
    "save": "保存修改",
    "propose": "提请发布",
    "send_back": "退回修改",
    "publish": "发布",
    "withdraw": "作废",
}


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version; what came with the program has neither publisher nor day."""

    version: str
    published_at: datetime | None = None
    author: str = ""
    publisher: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One draft of the list."""

    public_id: str
    code: str
    version: int
    state: str
    state_label: str
    edited_by: str
    edited_at: datetime


@dataclass(frozen=True, slots=True)
class SchemeRow:
    """One scheme; `scheme` is the newest version, None while there are only drafts or when it does not hold."""

    code: str
    scheme: Scheme | None
    versions: tuple[VersionRow, ...]
    drafts: tuple[DraftRow, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of a draft's trail."""

    at: datetime
    action_label: str
    who: str
    note: str
    digest: str


def overview(session: Session) -> tuple[SchemeRow, ...]:
    """Every scheme, those with drafts only included, by code."""
    live = drafts(session)
    published = publications(session)
    codes = sorted({*schemes.codes(), *(draft.code for draft in live)})
    return tuple(_row(code, published, tuple(draft for draft in live if draft.code == code)) for code in codes)


def _row(code: str, published: Mapping[tuple[str, str], VersionRow], drafts: tuple[DraftRow, ...]) -> SchemeRow:
    versions = tuple(published.get((code, name), VersionRow(name)) for name in reversed(schemes.versions(code)))
    try:
        return SchemeRow(code, schemes.load(code) if versions else None, versions, drafts)
    except SchemeError as error:
        return SchemeRow(code, None, versions, drafts, str(error.problems[0]))


def drafts(session: Session) -> tuple[DraftRow, ...]:
    """All drafts that are being worked on."""
    found = (
        select(SchemeDraft)
        .where(SchemeDraft.state.in_(("draft", "proposed")))
        .order_by(SchemeDraft.code, SchemeDraft.version)
        .options(joinedload(SchemeDraft.edited_by))
    )
    return tuple(
        DraftRow(
            public_id=draft.public_id,
            code=draft.code,
            version=draft.version,
            state=draft.state,
            state_label=STATES[draft.state],
            edited_by=draft.edited_by.name,
            edited_at=draft.edited_at,
        )
        for draft in session.scalars(found)
    )


def publications(session: Session) -> dict[tuple[str, str], VersionRow]:
    """(code, version) → what was published in the browser, by whom and when."""
    found = select(PublishedScheme).options(joinedload(PublishedScheme.author), joinedload(PublishedScheme.publisher))
    return {
        (row.code, str(row.version)): VersionRow(
            str(row.version), row.at, row.author.name, row.publisher.name, row.digest
        )
        for row in session.scalars(found)
    }


def draft(session: Session, public_id: str) -> SchemeDraft:
    """The draft under that public name; NotFound when there is none. All who read schemes read all drafts."""
    row = session.scalars(select(SchemeDraft).where(SchemeDraft.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound()
    return row


def trail(session: Session, row: SchemeDraft) -> tuple[EventRow, ...]:
    """Who did what to the draft, oldest first."""
    found = (
        select(SchemeEvent)
        .where(SchemeEvent.draft_id == row.id)
        .order_by(SchemeEvent.id)
        .options(joinedload(SchemeEvent.actor))
    )
    return tuple(
        EventRow(event.at, ACTIONS[event.action], event.actor.name, event.note, event.digest)
        for event in session.scalars(found)
    )


def left_to_do(session: Session, scheme: Scheme) -> tuple[str, ...]:
    """What the office has to do before claims of this version run as they should, a sentence each."""
    return (*_money(session, scheme), *_lists(session, scheme))


def _money(session: Session, scheme: Scheme) -> Iterator[str]:
    pools = {pool.code: pool for pool in session.scalars(select(Pool).where(Pool.scheme_code == scheme.code))}
    for rule in scheme.pools.values():
        pool = pools.get(rule.code)
        if pool is None:
            yield f"资金池“{rule.title}”还没有开办。请运行 reviewapp office open-scheme {scheme.code}"
        elif (granted := fund_orders.granted_fen(session, [pool.id])) < rule.opening_fen:
            yield (
                f"资金池“{rule.title}”已下达 {show_yuan(granted)} 元，这一版写 {show_yuan(rule.opening_fen)} 元。"
                f"差额 {show_yuan(rule.opening_fen - granted)} 元请凭文件在“资金池”页面提出追加的资金单，由另一人确认。"
            )


def _lists(session: Session, scheme: Scheme) -> Iterator[str]:
    counted = select(Listing.kind, func.count()).where(Listing.scheme_code == scheme.code).group_by(Listing.kind)
    entered = {kind for kind, count in session.execute(counted) if count}
    rules = [rule for programme in scheme.programmes.values() for rule in programme.rules]
    for name in dict.fromkeys(str(rule.params["list"]) for rule in rules if "list" in rule.params):
        if name not in entered:
            command = f"reviewapp office list-firms {scheme.code} 名单.txt --list {name}"
            yield f"{Wording().value('list', name)}还是空的，相关核验都会是“需核实”。请登记：{command}"
