"""Firms' applications: drafts with everything in them, and what became of them."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session
from stdnum.cn import uscc

from reviewapp.models import Actor, MerchantApplication, User
from reviewapp.policy import merchant_flow as flow
from reviewapp.schemes import merchants as rules
from reviewapp.services import merchants
from tests.factories.people import NOW, organisation, user

HOME = "xiangning-2024-home"
STREETS = "jincheng-chengqu-2026"
STREET = "东街街道办事处"
_numbers = itertools.count(1)


def code() -> str:
    """A 统一社会信用代码 of nobody, with its check digit."""
    body = f"91141029MA0T{next(_numbers):05d}"
    return body + uscc.calc_check_digit(body)


def draft(
    session: Session, *, scheme_code: str = HOME, by: User | None = None, now: datetime = NOW, **columns: Any
) -> MerchantApplication:
    """A complete draft of a claimant, or of a firm's account."""
    by, number, given = by or user(session), next(_numbers), rules.load(scheme_code)
    firm = by.organisation
    known = {
        "kind": given.kinds[0], "name": firm.name if firm else f"样例家电{number}",
        "uscc": (firm and firm.uscc) or code(),
        "address": "样例路 1 号", "person": "测试甲", "phone": "13800000001",
        "township": given.townships[0] if given.townships else "",
        "conditions": [one.id for one in given.conditions],
        "activities": {one.id: False for one in given.exclusive if not one.scheme},
        "licence_sha256": "0" * 64, "licence_view_sha256": "0" * 64, "licence_name": "执照.jpg",
    }  # fmt: skip
    row = MerchantApplication(
        form_key=f"made-{number}", scheme_code=scheme_code, applicant_id=by.id, of_firm_id=by.organisation_id,
        created_at=now, **known | columns,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def put_in(session: Session, *, now: datetime = NOW, **more: Any) -> MerchantApplication:
    """One that was submitted."""
    row = draft(session, now=now, **more)
    return merchants.submit(session, applicant(session, row), now, row.id, row.revision)


def applicant(session: Session, row: MerchantApplication) -> Actor:
    """Who applied."""
    return Actor.of(session.get_one(User, row.applicant_id))


def street_clerk(session: Session, name: str = STREET) -> User:
    """Somebody of the township of that name."""
    return user(session, "township", organisation_id=organisation(session, kind="township", name=name).id)


def admitted(
    session: Session, *, first: str = "2024-01-01", last: str = "2024-12-31", now: datetime = NOW, **more: Any
) -> MerchantApplication:
    """One that the bureau admitted, the township having looked where it has to."""
    row = put_in(session, now=now, **more)
    if rules.load(row.scheme_code).order[0] == flow.REVIEWERS[0]:
        clerk = Actor.of(street_clerk(session, row.township))
        merchants.check(session, clerk, now, row.id, row.revision)
    admin = Actor.of(user(session, "admin"))
    days = {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
    return merchants.admit(session, admin, now, row.id, row.revision, **days)
