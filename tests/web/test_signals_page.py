"""Beside a claim stands what it shares with others, for who reads papers; with a way to the other claim."""

from __future__ import annotations

from sqlalchemy.orm import Session

from reviewapp.models import Claim, User
from reviewapp.services import trail
from tests import factories
from tests.queries.test_signals import decide, put_in
from tests.services.filled import buy, filled
from tests.web.conftest import Visit
from tests.web.visitors import words


def _two(rows: Session, reviewer: User) -> tuple[Claim, Claim]:
    """Two claims of one buyer; the reviewer holds the first."""
    first, second = (put_in(rows, filled(rows, buy(), state="submitted")) for _ in range(2))
    trail.lock(rows, first.id)
    first.state, first.reviewer_id, first.lease_until, first.fence = "in_review", reviewer.id, factories.NOW, 1
    rows.commit()
    return first, second


def test_desk_and_trail_show_them_and_the_submitter_sees_nothing(rows: Session, visit: Visit) -> None:
    reviewer, auditor = factories.user(rows, "reviewer"), factories.user(rows, "auditor")
    first, second = _two(rows, reviewer)
    desk = visit(reviewer).get(f"/desk/claims/{first.public_id}")
    trail_page = visit(auditor).get(f"/all/{first.public_id}")
    own = visit(first.entered_by).get(f"/claims/{first.public_id}")

    for page in (desk, trail_page):
        assert page.status_code == 200
        assert f'href="/all/{second.public_id}"' in page.text
        assert "同一车架号" in words(page)
        assert buy().buyer.id_number not in words(page).partition("与其他申请相同之处")[2].partition("申领人")[0]
    assert (own.status_code, second.number in own.text, "相同之处" in own.text) == (200, False, False)


def test_a_decided_claim_says_since_when_it_stands_and_offers_its_sheet(rows: Session, visit: Visit) -> None:
    auditor = factories.user(rows, "auditor")
    first, _ = (put_in(rows, filled(rows, buy(), state="submitted")) for _ in range(2))
    decide(rows, first, factories.NOW)
    rows.commit()
    page = visit(auditor).get(f"/all/{first.public_id}")

    assert "本申请已于 2024-01-10 09:30 决定" in words(page)
    assert f'href="/all/{first.public_id}/sheet.pdf"' in page.text
