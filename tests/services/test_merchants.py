"""A firm's way onto the list: complete, looked at in order, listed for its days; what forbids it, with the clause."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed, NotFound, Stale
from reviewapp.models import Actor, Listing, MerchantApplication, Organisation
from reviewapp.schemes import merchants as rules
from reviewapp.services import listings, merchants, vouchers
from tests import factories
from tests.factories import NOW
from tests.factories import merchants as made
from tests.factories import vouchers as made_vouchers
from tests.support.both import both_databases
from tests.support.schemes import copied

DAYS = {"first": date(2024, 1, 1), "last": date(2024, 12, 31)}


@pytest.fixture
def admin(session: Session) -> Actor:
    return factories.actor(session, "admin")


@both_databases
def test_from_the_draft_to_the_list_through_the_township(session: Session, admin: Actor) -> None:
    clerk, elsewhere = (Actor.of(made.street_clerk(session, name)) for name in (made.STREET, "西街街道办事处"))
    row = made.put_in(session, scheme_code=made.STREETS)
    with pytest.raises(IllegalMove):
        merchants.admit(session, admin, NOW, row.id, row.revision, **DAYS)
    with pytest.raises(NotFound):
        merchants.check(session, elsewhere, NOW, row.id, row.revision)
    merchants.check(session, clerk, NOW, row.id, row.revision, opinion="实地看过")
    with pytest.raises(Stale):
        merchants.admit(session, admin, NOW, row.id, row.revision - 1, **DAYS)
    merchants.admit(session, admin, NOW, row.id, row.revision, **DAYS)
    firm, listed = row.organisation, session.scalars(select(Listing)).one()
    assert firm is not None
    assert (row.state, firm.name, firm.uscc, firm.kind) == ("admitted", row.name, row.uscc, "dealer")
    assert (listed.organisation_id, listed.kind, listed.covers(date(2024, 12, 31))) == (firm.id, "listed_sellers", True)
    assert [(step.action, step.to_state, step.reason) for step in row.steps] == [
        ("submit", "submitted", ""),
        ("check", "checked", "实地看过"),
        ("admit", "admitted", "有效期 2024-01-01 至 2024-12-31"),
    ]
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE merchant_steps SET reason = ''"))


def test_a_draft_keeps_what_does_not_hold_and_says_it_field_by_field(session: Session) -> None:
    person = factories.actor(session)
    row = merchants.begin(session, person, NOW, made.HOME, "a")
    assert merchants.begin(session, person, NOW, made.HOME, "a") is row
    entry = merchants.Entry(
        kind="shop", name="样例家电", uscc="911410290000000000", phone="123", activities={"gifts-2024": True}
    )
    merchants.save(session, person, row.id, row.revision, entry)
    assert (row.name, row.uscc, row.phone) == ("样例家电", "911410290000000000", "123")
    with pytest.raises(InvalidValue) as refused:
        merchants.submit(session, person, NOW, row.id, row.revision)
    faults = refused.value.fields
    assert list(faults)[:5] == ["uscc", "address", "person", "phone", "licence"]
    assert "校验位不符" in faults["uscc"]
    assert "（七(一)）" in faults["activity.gifts-2024"]
    assert sum(name.startswith("condition.") for name in faults) == 4
    assert row.state == "draft"
    for stranger in (factories.actor(session), factories.actor(session, "shop")):
        with pytest.raises(NotFound):
            merchants.save(session, stranger, row.id, row.revision, entry)


def test_sent_back_mended_and_refused(session: Session, admin: Actor) -> None:
    row = made.put_in(session)
    with pytest.raises(InvalidValue):
        merchants.send_back(session, admin, NOW, row.id, row.revision, reason=" ")
    merchants.send_back(session, admin, NOW, row.id, row.revision, reason="执照看不清")
    merchants.submit(session, made.applicant(session, row), NOW, row.id, row.revision)
    for wrong in ({"reason": "不在县内", "clause": "一百"}, {"reason": "", "clause": "七(一)"}):
        with pytest.raises(InvalidValue):
            merchants.refuse(session, admin, NOW, row.id, row.revision, **wrong)
    merchants.refuse(session, admin, NOW, row.id, row.revision, reason="不在县内", clause="七(一)")
    assert (row.state, row.steps[-1].clause, row.organisation) == ("refused", "七(一)", None)
    assert session.scalars(select(Listing)).all() == []
    with pytest.raises(IllegalMove):
        merchants.withdraw(session, made.applicant(session, row), NOW, row.id, row.revision)


@both_databases
def test_one_under_way_for_a_firm_and_no_days_twice(session: Session, admin: Actor) -> None:
    first = made.put_in(session)
    with pytest.raises(IllegalMove, match="已有一份报名正在办理"):
        made.put_in(session, name=first.name, uscc=first.uscc)
    merchants.admit(session, admin, NOW, first.id, first.revision, **DAYS)
    again = made.put_in(session, name=first.name, uscc=first.uscc)
    with pytest.raises(InvalidValue, match="已经在名单上"):
        merchants.admit(session, admin, NOW, again.id, again.revision, first=date(2024, 12, 31), last=date(2025, 1, 31))
    merchants.admit(session, admin, NOW, again.id, again.revision, first=date(2025, 1, 1), last=date(2025, 1, 31))
    assert again.organisation_id == first.organisation_id
    other = made.put_in(session, uscc=first.uscc)
    with pytest.raises(InvalidValue, match="已登记在"):
        merchants.admit(session, admin, NOW, other.id, other.revision, **DAYS)
    assert session.query(Organisation).filter_by(uscc=first.uscc).count() == 1


def test_an_excluded_firm_neither_applies_nor_is_admitted(session: Session, admin: Actor) -> None:
    row = made.put_in(session)
    factories.exclude(session, row.name)
    with pytest.raises(NotAllowed, match="失信名单"):
        merchants.admit(session, admin, NOW, row.id, row.revision, **DAYS)
    late = made.draft(session)
    factories.exclude(session, late.name, made.HOME)
    with pytest.raises(NotAllowed, match="失信名单"):
        merchants.submit(session, made.applicant(session, late), NOW, late.id, late.revision)


@pytest.fixture
def exclusive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The published schemes, with 家居惠民 shutting out another activity of this system."""
    file = copied(tmp_path, monkeypatch, made.HOME, "xiangning-2023") / made.HOME / rules.FILE
    file.write_text(file.read_text("utf-8") + 'scheme = "xiangning-2023"\n', "utf-8")


@pytest.mark.usefixtures("exclusive")
@both_databases
def test_two_activities_that_shut_each_other_out(session: Session, admin: Actor) -> None:
    there = made.admitted(
        session, scheme_code="xiangning-2023", kind="shop", conditions=["in_statistics", "honest", "no_rise"]
    )
    here = made.draft(session, name=there.name, uscc=there.uscc)
    with pytest.raises(NotAllowed, match=r"不能同时参加（乡政办发〔2024〕42号 七\(一\)）") as refused:
        merchants.submit(session, made.applicant(session, here), NOW, here.id, here.revision)
    assert refused.value.code == "exclusive"

    home = made.admitted(session, first="2023-09-01")
    other_way = made.draft(session, scheme_code="xiangning-2023", kind="shop", name=home.name, uscc=home.uscc)
    with pytest.raises(NotAllowed, match=r"不能同时参加（乡政办发〔2024〕42号 七\(一\)）"):
        merchants.submit(session, made.applicant(session, other_way), NOW, other_way.id, other_way.revision)

    both = made.put_in(session), made.put_in(session, scheme_code="xiangning-2023", kind="shop")
    both[1].name, both[1].uscc = both[0].name, both[0].uscc
    merchants.admit(session, admin, NOW, both[0].id, both[0].revision, **DAYS)
    with pytest.raises(NotAllowed, match="不能同时参加"):
        merchants.admit(session, admin, NOW, both[1].id, both[1].revision, **DAYS)


def test_a_voucher_is_taken_on_the_listed_days_alone(session: Session) -> None:
    voucher, firm = made_vouchers.voucher(session), factories.user(session, "dealer")
    row = made.admitted(
        session, scheme_code="yangcheng-2023", by=firm, kind="dealer", first="2024-01-10", last="2024-01-11",
        uscc=made.code(), name=firm.organisation.name,
    )  # fmt: skip
    assert listings.named(session, "yangcheng-2023", date(2024, 1, 12)) == {"listed_sellers": []}
    till = Actor.of(firm)
    for day, listed in ((9, False), (10, True), (11, True), (12, False)):
        at = datetime(2024, 1, day, 23, 0, tzinfo=NOW.tzinfo)
        if listed:
            assert vouchers.require_usable(session, till, at, voucher).id == row.organisation_id
        else:
            with pytest.raises(NotAllowed, match="不在有效期内"):
                vouchers.require_usable(session, till, at, voucher)
    assert session.query(MerchantApplication).count() == 1
