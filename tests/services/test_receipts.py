"""What a receipt proves to whom it was given, and what it shows when somebody was let in before."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, Pool, append_only
from reviewapp.policy.statements import Receipt
from reviewapp.services import decisions, queue, receipts, trail
from reviewapp.signing import Signer
from tests import factories
from tests.factories import NOW
from tests.factories.trails import AWARD

SIGNER = Signer(bytes(32))


@pytest.fixture
def claims(session: Session) -> list[Claim]:
    """Four claims that were put in one after the other; money for three."""
    pool = factories.pool(session, 3 * AWARD)
    return [_put_in(session, pool) for _ in range(4)]


def _put_in(session: Session, pool: Pool) -> Claim:
    draft = factories.claim(session, pool=pool)
    queue.enter(session, Actor.of(draft.entered_by), NOW, draft, wanted_fen=AWARD)
    return draft


def _receipt(session: Session, claim: Claim) -> Receipt:
    receipt = receipts.issue(session, SIGNER, claim)
    assert receipt is not None
    return receipt


def _points(session: Session, receipt: Receipt) -> list[bool]:
    return [point.holds for point in receipts.prove(session, SIGNER, receipt)]


def _texts(session: Session, receipt: Receipt) -> str:
    return "\n".join(point.text for point in receipts.prove(session, SIGNER, receipt))


def test_it_names_the_head_of_the_chain_at_that_moment_and_stays_the_same(
    session: Session, claims: list[Claim]
) -> None:
    receipt = _receipt(session, claims[1])
    assert (receipt.ticket, receipt.link, receipt.submitted_at) == (2, 2, NOW)
    reviewer = factories.actor(session, "reviewer")
    for _ in range(2):
        decisions.take_next(session, reviewer, NOW)
    assert _receipt(session, claims[1]) == receipt


def test_nobody_has_one_before_the_submission(session: Session) -> None:
    assert receipts.issue(session, SIGNER, factories.claim(session)) is None


def test_all_of_it_holds_in_an_orderly_queue(session: Session, claims: list[Claim]) -> None:
    for reviewer in (factories.actor(session, "reviewer") for _ in range(3)):
        assert decisions.take_next(session, reviewer, NOW)
    for claim in claims:
        assert _points(session, _receipt(session, claim)) == [True] * 4
    assert "前面没有别人" in _texts(session, _receipt(session, claims[0]))
    assert "排在前面的 3 份申请都在它之前" in _texts(session, _receipt(session, claims[3]))


@pytest.mark.parametrize("change", [{"ticket": 1}, {"link": 1}, {"digest": "0" * 64}, {"pool": "home"}])
def test_a_receipt_that_was_changed_does_not_hold(
    session: Session, claims: list[Claim], change: dict[str, object]
) -> None:
    factories.pool(session, code="home")
    assert not all(_points(session, replace(_receipt(session, claims[1]), **change)))


def test_a_receipt_of_nowhere_does_not_hold(session: Session, claims: list[Claim]) -> None:
    assert _points(session, replace(_receipt(session, claims[1]), pool="nothing")) == [False]
    forged = replace(_receipt(session, claims[1]), ticket=1, link=1)
    forged = replace(forged, signature=Signer(bytes([1]) * 32).sign(forged.content()))
    assert _points(session, forged) == [False, False]


def _write_over(session: Session, statement: str) -> None:
    """As the database's owner does, without triggers."""
    for table in append_only.TABLES:
        for verb in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
    session.execute(text("PRAGMA foreign_keys=OFF"))
    session.execute(text(statement))
    session.expire_all()


def test_what_was_changed_in_the_database_shows(session: Session, claims: list[Claim]) -> None:
    receipt = _receipt(session, claims[1])
    _write_over(session, "UPDATE events SET actor_role = 'dealer' WHERE id = 2")
    assert _points(session, receipt) == [True, False]


def test_a_chain_made_anew_does_not_fit_the_receipt(session: Session, claims: list[Claim]) -> None:
    receipt = _receipt(session, claims[2])
    _write_over(session, "UPDATE links SET digest = substr(digest, 2) || '0' WHERE number = 2")
    assert _points(session, receipt) == [True, False]


def test_somebody_put_in_before_shows(session: Session, claims: list[Claim]) -> None:
    receipt = _receipt(session, claims[2])
    extra = factories.claim(session, pool=claims[0].pool)
    _write_over(session, f"UPDATE claims SET ticket = 0, submitted_at = created_at WHERE id = {extra.id}")
    assert _points(session, receipt) == [True, True, False, True]
    assert "插入" in _texts(session, receipt)


def test_overtaking_with_a_reason_is_told_and_without_one_is_a_fault(session: Session, claims: list[Claim]) -> None:
    lead = factories.actor(session, "lead")
    decisions.take_out_of_turn(session, lead, NOW, claims[2].id, reason="申领人急需")
    receipt = _receipt(session, claims[1])
    assert "有 1 次由后面的先办理，都记录了原因（记录链第 6 环）" in _texts(session, receipt)
    assert _points(session, receipt) == [True] * 4
    _write_over(session, "UPDATE events SET reason = NULL WHERE action = 'take'")
    assert _points(session, receipt) == [True, True, True, False]
    assert "排队号 3 先于它办理（记录链第 6 环），没有记录原因" in _texts(session, receipt)
    assert _points(session, _receipt(session, claims[3])) == [True] * 4


def test_what_happens_after_the_decision_concerns_it_no_more(session: Session, claims: list[Claim]) -> None:
    by = Actor.of(claims[0].entered_by)
    queue.withdraw(session, by, NOW, claims[0].id, claims[0].revision)
    claim = session.scalars(select(Claim).where(Claim.ticket == 3)).one()
    assert trail.lock(session, claim.id)
    decisions.take_out_of_turn(session, factories.actor(session, "lead"), NOW, claim.id, reason="申领人急需")
    assert "没有排在后面的先被领取" in _texts(session, _receipt(session, claims[0]))
