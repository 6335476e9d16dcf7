"""Firms as pages show them: who is on a scheme's list (参与商户名单), and applications that wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Exclusion, Listing, MerchantApplication, Organisation
from reviewapp.policy import merchant_flow as flow
from reviewapp.policy.names import fold_name
from reviewapp.queries import scope
from reviewapp.schemes import merchants as rules
from reviewapp.services import exclusions

#: State of a firm on a list → its Chinese word and the colour's meaning.
LISTED_STATES: dict[str, tuple[str, str]] = {
    "valid": ("有效", "done"),
    "coming": ("未开始", "wait"),
    "over": ("已到期", "off"),
    "excluded": ("已除名", "bad"),
}
_LIST_KINDS = {"listed_sellers": "销售企业", "listed_used_firms": "二手车企业"}
TONES = {
    "draft": "off",
    "submitted": "wait",
    "checked": "wait",
    "returned": "act",
    "admitted": "done",
    "refused": "bad",
    "withdrawn": "off",
}
COLUMNS = ("企业名称", "类别", "经营地址", "统一社会信用代码", "负责人", "有效期自", "有效期至", "状态")


@dataclass(frozen=True, slots=True)
class Listed:
    """A firm on a scheme's list; `firm` is its public id, None for one without an account. Days are both included."""

    name: str
    kind: str
    address: str
    uscc: str
    person: str
    first: date | None
    last: date | None
    state: str
    firm: str | None

    def cells(self) -> tuple[str, ...]:
        """The row of a workbook, by COLUMNS."""
        days = ("" if day is None else day.isoformat() for day in (self.first, self.last))
        return (self.name, self.kind, self.address, self.uscc, self.person, *days, LISTED_STATES[self.state][0])


def listed(session: Session, scheme_code: str, day: date, *, text: str = "", state: str = "") -> list[Listed]:
    """The scheme's list as it stands on that day, by name; `text` is looked for in name and address."""
    struck = list(session.scalars(exclusions.of_scheme(scheme_code)))
    known = _applications(session, scheme_code)
    found = select(Listing).where(Listing.scheme_code == scheme_code).order_by(Listing.name, Listing.valid_from)
    rows = [_row(listing, known, struck, day) for listing in session.scalars(found)]
    sought = fold_name(text)
    return [
        row
        for row in rows
        if (not state or row.state == state) and (sought in fold_name(row.name) or sought in fold_name(row.address))
    ]


def _applications(session: Session, scheme_code: str) -> dict[int, MerchantApplication]:
    """The newest admission of each firm: what it said of itself."""
    admitted = select(MerchantApplication).where(
        MerchantApplication.scheme_code == scheme_code, MerchantApplication.organisation_id.is_not(None)
    )
    return {row.organisation_id: row for row in session.scalars(admitted.order_by(MerchantApplication.id))}


def _row(listing: Listing, known: dict[int, MerchantApplication], struck: Sequence[Exclusion], day: date) -> Listed:
    said = known.get(listing.organisation_id) if listing.organisation_id else None
    firm = listing.organisation
    return Listed(
        name=listing.name,
        kind=flow.KINDS[said.kind][0] if said else _LIST_KINDS[listing.kind],
        address=said.address if said else "",
        uscc=(firm.uscc if firm else None) or "",
        person=said.person if said else "",
        first=listing.valid_from,
        last=listing.valid_until,
        state=_state(listing, struck, day),
        firm=firm.public_id if firm else None,
    )


def _state(listing: Listing, struck: Sequence[Exclusion], day: date) -> str:
    key = fold_name(listing.name)
    own = listing.organisation_id
    if any(row.name_key == key or (own is not None and row.organisation_id == own) for row in struck):
        return "excluded"
    if listing.covers(day):
        return "valid"
    return "coming" if listing.valid_from is not None and day < listing.valid_from else "over"


def waiting(session: Session, actor: Actor, *, everything: bool = False) -> list[MerchantApplication]:
    """Applications whose turn it is with this reviewer, the earliest first; or all put in, the newest first."""
    found = scope.merchant_applications(session, actor)
    if everything:
        return list(session.scalars(found.order_by(MerchantApplication.submitted_at.desc())))
    rows = session.scalars(
        found.where(MerchantApplication.state.in_(("submitted", "checked"))).order_by(MerchantApplication.submitted_at)
    )
    return [row for row in rows if flow.turn(row.state, rules.load(row.scheme_code).order) == actor.role]


def listings_of(session: Session, firm: Organisation) -> Sequence[Listing]:
    """Where the firm is listed, by its account or its name."""
    found = select(Listing).where((Listing.organisation_id == firm.id) | (Listing.name == firm.name))
    return session.scalars(found.order_by(Listing.scheme_code, Listing.valid_from)).all()


@dataclass(frozen=True, slots=True)
class Struck:
    """An exclusion with what lifted it, if anything did."""

    row: Exclusion
    lifting: Exclusion | None


def history(session: Session, firm: Organisation | None = None) -> list[Struck]:
    """All exclusions, of one firm or of everybody, the newest first."""
    found = select(Exclusion).order_by(Exclusion.id.desc())
    if firm is not None:
        found = found.where((Exclusion.name_key == fold_name(firm.name)) | (Exclusion.organisation_id == firm.id))
    rows = session.scalars(found).all()
    lifts = {row.lifts_id: row for row in rows if row.lifts_id is not None}
    return [Struck(row, lifts.get(row.id)) for row in rows if row.lifts_id is None]
