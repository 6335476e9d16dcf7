"""Lists: whose rows, in which order, how many, found by what, masked for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, User
from reviewapp.queries import claims
from reviewapp.queries.claims import ClaimFilter
from reviewapp.services import checking
from tests import factories
from tests.factories import NOW
from tests.factories.papers import fact, upload
from tests.services.filled import buy, filled
from tests.support.both import both_databases


def put_in(session: Session, count: int, *, by: User | None = None, state: str = "submitted") -> list[Claim]:
    """Claims a minute apart, each with its applicant's name."""
    made = []
    for number in range(count):
        claim = factories.claim(session, state, by=by, now=NOW + timedelta(minutes=number))
        fact(session, claim, "applicant", "name", f"测试第{number}")
        made.append(claim)
    return made


@both_databases
def test_each_sees_the_order_they_work_in(session: Session) -> None:
    by = factories.user(session)
    made = put_in(session, 3, by=by, state="approved")
    made[0].changed_at = NOW + timedelta(hours=1)
    made[0].approved_at = NOW + timedelta(hours=1)
    session.flush()

    def seen(actor: Actor) -> list[int]:
        rows = claims.listed(session, actor).rows
        return [made.index(claim) for row in rows for claim in made if claim.public_id == row.public_id]

    assert seen(Actor.of(by)) == [0, 2, 1]
    assert seen(factories.actor(session, "reviewer")) == [0, 1, 2]
    assert seen(factories.actor(session, "finance_maker")) == [1, 2, 0]
    assert seen(factories.actor(session, "claimant")) == []


@both_databases
def test_pages_hold_every_row_once(session: Session) -> None:
    made = put_in(session, 5)
    reviewer = factories.actor(session, "reviewer")
    pages = [claims.listed(session, reviewer, number=number, size=2) for number in (1, 2, 3, 4)]

    assert [row.public_id for page in pages for row in page.rows] == [claim.public_id for claim in made]
    assert {(page.total, page.pages) for page in pages} == {(5, 3)}


@pytest.mark.parametrize(("number", "size", "rows"), [(0, 2, 2), (-3, 2, 2), (1, 0, 1), (1, 10**9, 5), (10**6, 2, 0)])
def test_odd_page_numbers_and_sizes_are_harmless(session: Session, number: int, size: int, rows: int) -> None:
    put_in(session, 5)

    assert len(claims.listed(session, factories.actor(session, "reviewer"), number=number, size=size).rows) == rows


def test_counts_are_of_the_viewers_claims(session: Session) -> None:
    by = factories.user(session)
    for state in ("draft", "draft", "submitted", "paid"):
        factories.claim(session, state, by=by)
    factories.claim(session, "paid")

    assert claims.counts(session, Actor.of(by)) == {"draft": 2, "submitted": 1, "paid": 1}
    assert claims.counts(session, factories.actor(session, "finance_maker")) == {"paid": 2}
    assert claims.counts(session, factories.actor(session, "admin")) == {}


def test_a_list_is_narrowed_by_state_and_scheme(session: Session) -> None:
    factories.claim(session, "submitted")
    factories.claim(session, "paid")
    other = factories.claim(session, "paid", pool=factories.pool(session, scheme_code="yangcheng-2023"))
    auditor = factories.actor(session, "auditor")

    found = claims.listed(session, auditor, ClaimFilter(states=("paid",), scheme_code="yangcheng-2023"))

    assert [row.public_id for row in found.rows] == [other.public_id]


@both_databases
def test_claims_are_found_by_number_id_number_and_vin(session: Session) -> None:
    bought = buy()
    claim = filled(session, bought, state="submitted")
    checking.write_keys(session, claim, checking.evaluate_claim(session, claim, NOW), NOW)
    filled(session, buy(1), state="submitted")
    reviewer = factories.actor(session, "reviewer")
    texts = (claim.number, claim.number[-6:], bought.buyer.id_number.lower(), f" {bought.vehicle.vin} ")
    found = [claims.listed(session, reviewer, ClaimFilter(text=text)).rows for text in texts]

    assert [[row.public_id for row in rows] for rows in found] == [[claim.public_id]] * len(texts)
    for text in ("%", "_", bought.buyer.id_number[:-1], bought.buyer.name):
        assert claims.listed(session, reviewer, ClaimFilter(text=text)).total == 0, text


def test_searching_finds_nothing_of_others(session: Session) -> None:
    claim = factories.claim(session, "submitted")

    assert claims.listed(session, factories.actor(session), ClaimFilter(text=str(claim.number))).total == 0


def test_a_row_says_who_and_what_and_how_far(session: Session) -> None:
    firm = factories.organisation(session, name="样例汽贸")
    by = factories.user(session, "dealer", organisation_id=firm.id)
    claim = factories.claim(session, by=by)
    fact(session, claim, "applicant", "name", "测试申")
    fact(session, claim, "applicant", "name", "测试甲", by=by)
    for state, refusal in (("waiting", None), ("reading", None), ("refused", "坏"), ("read", None)):
        upload(session, claim, state=state, refusal=refusal)
    upload(session, claim, state="waiting", removed_at=NOW)
    (row,) = claims.listed(session, Actor.of(by)).rows

    assert (row.applicant, row.submitter, row.state_label) == ("测试甲", "样例汽贸", "草稿")
    assert (row.reading, row.refused) == (2, 1)
    assert row.scheme_title
    assert row.programme_title


def test_finance_sees_masked_names(session: Session) -> None:
    claim = factories.claim(session, "approved")
    fact(session, claim, "applicant", "name", "测试甲")

    assert [row.applicant for row in claims.listed(session, factories.actor(session, "finance_maker")).rows] == [
        "测*甲"
    ]
    assert [row.applicant for row in claims.listed(session, factories.actor(session, "auditor")).rows] == ["测试甲"]
