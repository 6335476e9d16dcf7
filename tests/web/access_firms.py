"""The part of the authorisation tests that is about firms: who may open what, on which objects."""

from __future__ import annotations

import io

from flask import Flask
from sqlalchemy.orm import Session

from reviewapp.models import User
from reviewapp.web.access import ANYONE
from tests import factories
from tests.factories import merchants as made_merchants

SCHEME_READERS = ("admin", "lead", "auditor")
COMPANIES = ("dealer", "shop", "point", "recycler")
APPLICANTS = ("claimant", "dealer", "shop")

OPEN_TO: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("merchants.listed", "merchants.start"), (ANYONE,)),
    **dict.fromkeys(("merchants.begin", "merchants.mine", "merchants.show", "merchants.save"), APPLICANTS),
    "merchants.withdraw": APPLICANTS,
    "merchants.licence": (*APPLICANTS, "township", *SCHEME_READERS),
    **dict.fromkeys(
        ("merchant_review.waiting", "merchant_review.show", "merchant_review.decide"), ("township", "admin")
    ),
    **dict.fromkeys(("firms.listing", "firms.file", "firms.show", "firms.excluded"), SCHEME_READERS),
    **dict.fromkeys(("firms.exclude", "firms.lift", "firm_accounts.of_firm", "firm_accounts.add"), ("admin",)),
    **dict.fromkeys(("firm_accounts.own", "firm_accounts.add_own"), COMPANIES),
    **dict.fromkeys(("firm_accounts.set_rights", "firm_accounts.stop", "firm_accounts.reset"), (*COMPANIES, "admin")),
}
FORMS = {
    "merchants.withdraw": {"revision": "0"},
    "firms.lift": {"source": "样例", "reason": "样例"},
    "firm_accounts.set_rights": {"rights": "claims"},
}


def things(app: Flask, rows: Session, person: User, other: User) -> dict[str, str]:
    """An application that waits for this person, or is theirs; an account they manage; an exclusion to be lifted."""
    colleague = person if person.role in COMPANIES else other
    account = factories.user(rows, colleague.role, organisation_id=colleague.organisation_id)
    picture = app.extensions["storage"].put(io.BytesIO(b"picture")).sha256
    by = person if person.role in APPLICANTS else factories.user(rows)
    row = made_merchants.draft(rows, scheme_code="jincheng-chengqu-2026", by=by, licence_view_sha256=picture)
    if person.role not in APPLICANTS:
        row.state, row.submitted_at = "submitted", factories.NOW
        row.township = person.organisation.name if person.role == "township" else row.township
    struck = factories.exclude(rows, f"样例除名 {person.username or person.phone}")
    rows.flush()
    return {
        **dict.fromkeys(("merchants", "merchant_review"), row.public_id),
        "firm_accounts": account.public_id,
        **dict.fromkeys(("firms", "firm_accounts.of_firm", "firm_accounts.add"), other.organisation.public_id),
        "firms.lift": struck.public_id,
    }
