"""Another card after a definite failure: asked for alone, after signing in once more, without a second review."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.models import Claim, Message, Payout
from tests import factories
from tests.factories.payouts import PAYEE, ready
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, is_clear, words

NEW_CARD = "6222020000000000026"


@pytest.fixture
def failed(rows: Session) -> Claim:
    payout = ready(rows)
    payout.state, payout.failure, payout.claim.state = "failed", "账户已销户", "failed"
    rows.commit()
    return payout.claim


def _signed_in_earlier(visitor: Visitor, minutes: int) -> None:
    with visitor.client.session_transaction() as session:
        session["fs_paa"] = time.time() - 60 * minutes


def test_a_claimant_proves_to_hold_the_telephone_and_gives_the_card(visit: Visit, rows: Session, failed: Claim) -> None:
    visitor, path = visit(failed.entered_by), f"/claims/{failed.public_id}/card"
    _signed_in_earlier(visitor, 6)
    asked = visitor.get(path)
    assert asked.location == f"/sign-in/again?next={path}"
    assert is_clear(visitor.get(asked.location))
    assert visitor.post("/sign-in/again", {"next": path}).location == "/sign-in/code"
    rows.rollback()
    sent = rows.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
    code = sent.parameters["code"]
    assert visitor.post("/sign-in/code", {"code": "000000" if code != "000000" else "1" * 6}).status_code == 200
    assert visitor.get(path).status_code == 302
    assert visitor.post("/sign-in/code", {"code": code}).location == path
    visitor._token = ""
    page = visitor.get(path)
    assert "账户已销户" in words(page)
    form = {"holder": PAYEE, "card_number": NEW_CARD, "revision": str(failed.revision)}
    assert visitor.post(path, form).status_code == 302
    rows.rollback()
    assert failed.state == "payable"
    newest = rows.scalars(select(Payout).where(Payout.claim_id == failed.id).order_by(Payout.id.desc())).first()
    assert newest is not None
    assert (newest.state, newest.payee["card_number"]) == ("ready", NEW_CARD)


def test_a_dealer_types_the_password_again(visit: Visit, rows: Session) -> None:
    dealer = factories.user(rows, "dealer")
    claim = factories.claim(rows, "failed", by=dealer)
    rows.commit()
    visitor, path = visit(dealer), f"/claims/{claim.public_id}/card"
    _signed_in_earlier(visitor, 6)
    assert visitor.get(path).location == f"/staff/verify?next={path}"
    assert visitor.post(path, {"holder": PAYEE, "card_number": NEW_CARD}).status_code == 302
    rows.rollback()
    assert claim.state == "failed"


def test_another_holders_card_is_refused_beside_its_field(visit: Visit, rows: Session, failed: Claim) -> None:
    form = {"holder": "样例乙", "card_number": NEW_CARD, "revision": str(failed.revision)}
    answer = visit(failed.entered_by).post(f"/claims/{failed.public_id}/card", form)
    assert answer.status_code == 422
    assert "持卡人必须是申领人本人" in words(answer)
    assert f'value="{NEW_CARD}"' in answer.text


@pytest.mark.parametrize(("minutes", "shown"), [(0, False), (24 * 60, True)])
def test_finance_is_told_of_what_the_bank_does_not_answer(
    visit: Visit, rows: Session, failed: Claim, minutes: int, shown: bool
) -> None:
    payout = rows.scalars(select(Payout)).one()
    payout.state, payout.sent_at = "unknown", clock.now() - timedelta(minutes=minutes)
    checker = factories.user(rows, "finance_checker")
    rows.commit()
    said = words(visit(checker).get("/finance"))
    assert (payout.number in said) is shown
    assert ("超过时限，银行仍没有给出结果" in said) is shown
