"""An excluded firm does nothing more from that moment on; what was paid stays, what is under way is flagged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from reviewapp.errors import IllegalMove, InvalidValue, NotAllowed
from reviewapp.models import SYSTEM, Actor, Claim, Exclusion, Organisation, Outbox, User
from reviewapp.queries.batches import choices
from reviewapp.services import batches, checking, exclusions, intake, payouts, people, queue, struck_claims, vouchers
from reviewapp.services.exclusions import Ground
from tests import factories
from tests.factories import NOW
from tests.factories import vouchers as made
from tests.factories.payouts import ready, release, released
from tests.services.filled import buy, filled
from tests.support.both import both_databases

GROUND = Ground("blacklist", "样文〔2024〕1号", "恶意套现")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def admin(session: Session) -> Actor:
    return factories.actor(session, "admin")


def _draft(session: Session, dealer: Actor, key: str = "a") -> Claim:
    factories.pool(session)
    return intake.create_draft(session, dealer, NOW, scheme_code="xiangning-2023", programme="car", form_key=key)


def _name(session: Session, firm: Actor) -> str:
    return session.get_one(Organisation, firm.organisation_id).name


@both_databases
def test_nothing_new_from_that_moment_on(session: Session, admin: Actor) -> None:
    dealer, voucher = made.seller(session), made.voucher(session)
    redeemed = made.redeemed(session, dealer)
    draft = factories.complete_draft(session, by=session.get_one(User, dealer.id))
    exclusions.exclude(session, admin, NOW, f" {_name(session, dealer)} ", GROUND)
    attempts = (
        lambda: _draft(session, dealer),
        lambda: batches.open_batch(session, dealer, NOW, scheme_code="yangcheng-2023", programme="car", form_key="b"),
        lambda: queue.submit(session, dealer, NOW, draft.id, draft.revision),
        lambda: vouchers.redeem(session, dealer, NOW, voucher.id, made.bought(), made.identity(voucher)),
        lambda: made.settlement(session, dealer, redeemed),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowed) as refused:
            attempt()
        assert refused.value.code == "excluded"
        assert "被列入黑名单（样文〔2024〕1号；范围：全部活动）" in refused.value.message
        assert "有疑问请联系" in refused.value.message
    assert (draft.state, voucher.state) == ("draft", "issued")


def test_one_scheme_is_not_another(session: Session, admin: Actor) -> None:
    dealer = factories.actor(session, "dealer")
    exclusions.exclude(session, admin, NOW, _name(session, dealer), GROUND, "yangcheng-2023")
    assert _draft(session, dealer).state == "draft"
    with pytest.raises(IllegalMove):
        exclusions.exclude(session, admin, NOW, _name(session, dealer), GROUND, "yangcheng-2023")
    exclusions.exclude(session, admin, NOW, _name(session, dealer), GROUND)
    with pytest.raises(NotAllowed):
        _draft(session, dealer, "b")


@both_databases
def test_lifted_by_a_further_row_and_nothing_is_taken_back(session: Session, admin: Actor) -> None:
    dealer = factories.actor(session, "dealer")
    row = exclusions.exclude(session, admin, NOW, _name(session, dealer), GROUND)
    lifting = exclusions.lift(session, admin, LATER, row, source="样文〔2024〕2号", reason="已整改")
    assert (lifting.lifts_id, lifting.by_id, row.reason) == (row.id, admin.id, "恶意套现")
    assert _draft(session, dealer).state == "draft"
    with pytest.raises(IllegalMove):
        exclusions.lift(session, admin, LATER, row, source="样文〔2024〕2号", reason="再来一次")
    for statement in ("UPDATE exclusions SET reason = ''", "DELETE FROM exclusions"):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(text(statement))


def test_who_may_and_what_has_to_be_said(session: Session, admin: Actor) -> None:
    for role in ("lead", "finance_maker", "dealer"):
        with pytest.raises(NotAllowed):
            exclusions.exclude(session, factories.actor(session, role), NOW, "样例车行", GROUND)
    for name, ground, field in (
        (" ", GROUND, "name"),
        ("样例车行", Ground("x", "文", "因"), "kind"),
        ("样例车行", Ground("breach", "", "因"), "source"),
        ("样例车行", Ground("breach", "文", " "), "reason"),
    ):
        with pytest.raises(InvalidValue) as refused:
            exclusions.exclude(session, admin, NOW, name, ground)
        assert list(refused.value.fields) == [field]


@both_databases
def test_open_claims_with_that_seller_are_flagged_and_checked_again(session: Session, admin: Actor) -> None:
    bought = buy()
    claim = filled(session, bought)
    queue.submit(session, Actor("claimant", claim.entered_by_id), NOW, claim.id, claim.revision)
    before = checking.latest(session, claim)
    assert before is not None
    assert before.outcome == "pass"
    row = exclusions.exclude(session, admin, LATER, bought.dealer.name, GROUND)
    assert session.query(Outbox).filter_by(topic="firm.recheck", subject_id=row.id).count() == 1
    assert [one.id for one in struck_claims.on_claim(session, claim)] == [row.id]
    session.commit()
    assert (struck_claims.recheck(session, LATER, row.id), struck_claims.recheck(session, LATER, row.id)) == (1, 1)
    after = checking.latest(session, claim)
    assert after is not None
    assert (after.outcome, after.number) == ("fail", before.number + 1)
    assert (claim.state, claim.ticket, claim.reserved_fen) == ("submitted", 1, 300_000)


def test_what_was_paid_stays(session: Session, admin: Actor) -> None:
    dealer = factories.user(session, "dealer")
    claim = factories.claim(session, "paid", by=dealer)
    before = (claim.state, claim.award_fen, claim.revision)
    row = exclusions.exclude(session, admin, NOW, _name(session, Actor.of(dealer)), GROUND)
    session.commit()
    assert struck_claims.recheck(session, LATER, row.id) == 0
    session.refresh(claim)
    assert (claim.state, claim.award_fen, claim.revision) == before
    assert released(session)[0].state == "released"  # others are paid as before


def test_money_for_the_firm_itself_waits_for_people(session: Session, admin: Actor) -> None:
    dealer, maker = made.seller(session), factories.actor(session, "finance_maker")
    pool = factories.pool(session, scheme_code="yangcheng-2023", code="motorcycle-scrap")
    held, others = ready(session, pool=pool), ready(session, pool=pool)
    for payout, firm in ((held, dealer), (others, made.seller(session))):
        payout.claim.programme = "voucher-settlement"
        payout.claim.organisation_id = firm.organisation_id
    batch = payouts.make_batch(session, maker, NOW, "yangcheng-2023")
    exclusions.exclude(session, admin, NOW, _name(session, dealer), GROUND)
    with pytest.raises(InvalidValue, match=r"被列入黑名单（样文〔2024〕1号）。请撤销批次"):
        release(session, batch)
    payouts.dissolve_batch(session, maker, NOW, batch.id)
    shown = choices(session, "yangcheng-2023", "").lines
    assert [(choice.payout_id, "黑名单" in choice.struck) for choice in shown] == [(held.id, True), (others.id, False)]
    with pytest.raises(InvalidValue, match="请写明原因跳过"):
        payouts.make_batch(session, maker, NOW, "yangcheng-2023")
    made_again = payouts.make_batch(session, maker, NOW, "yangcheng-2023", skips={held.id: "列入黑名单，暂缓"})
    assert [payout.id for payout in release(session, made_again).payouts] == [others.id]
    assert (held.state, held.batch_id) == ("ready", None)


def test_the_command_line_excludes_by_the_same_rows(session: Session) -> None:
    names = ["样例 车行", "", "样例车行", "别家车行"]
    assert people.list_firms(session, NOW, "yangcheng-2023", "excluded", names) == 2
    assert people.list_firms(session, NOW, "yangcheng-2023", "excluded", names) == 0
    rows = session.query(Exclusion).order_by(Exclusion.id).all()
    assert [(row.name, row.scheme_code, row.by_id) for row in rows] == [
        ("样例车行", "yangcheng-2023", None),
        ("别家车行", "yangcheng-2023", None),
    ]
    assert exclusions.names(session, "yangcheng-2023") == ["别家车行", "样例车行"]
    assert exclusions.exclude(session, SYSTEM, NOW, "样例车行", GROUND).scheme_code is None
