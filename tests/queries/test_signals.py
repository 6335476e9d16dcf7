"""What claims share is shown as it is now; a decided claim keeps what was shown when it was decided, with marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Claim, ClaimKey, Decision, PageMatch
from reviewapp.queries import signals
from reviewapp.services import checking
from tests import factories
from tests.factories import NOW
from tests.factories.papers import fact, paper
from tests.services.filled import buy, filled
from tests.support.both import both_databases

LATER = NOW + timedelta(hours=1)


def put_in(session: Session, claim: Claim, now: datetime = NOW) -> Claim:
    checked = checking.evaluate_claim(session, claim, now)
    checking.store(session, claim, now, checked)
    checking.write_keys(session, claim, checked, now)
    return claim


def decide(session: Session, claim: Claim, now: datetime) -> None:
    seen = checking.latest(session, claim)
    assert seen is not None
    reviewer = factories.user(session, "reviewer")
    session.add(
        Decision(
            claim_id=claim.id,
            fence=1,
            action="approve",
            reviewer_id=reviewer.id,
            evaluation_id=seen.id,
            award_fen=100,
            at=now,
        )
    )
    session.flush()


def shown(session: Session, claim: Claim, role: str = "reviewer") -> dict[str, list[tuple[str, str, str]]]:
    found = signals.of_claim(session, factories.actor(session, role), claim)
    return {row.number: [(one.kind, one.shown, one.mark) for one in row.shared] for row in found.rows}


@both_databases
def test_all_kinds_are_found_across_claims_and_shown_masked(session: Session) -> None:
    bought = buy()
    first, second = (put_in(session, filled(session, bought, state="submitted")) for _ in range(2))
    stranger = put_in(session, filled(session, replace(buy(1), card=bought.card), state="submitted"))
    ((number, same), (other, card)) = shown(session, first).items()

    assert (number, other) == (second.number, stranger.number)
    assert [kind for kind, *_ in same] == ["vin", "invoice", "payment", "card", "id_number", "phone"]
    masked = {kind: value for kind, value, _ in same}
    assert masked["id_number"].count("*") == 10
    assert masked["card"] == f"{bought.card.number[:4]} **** **** {bought.card.number[-4:]}"
    assert [kind for kind, *_ in card] == ["card"]
    found = signals.of_claim(session, factories.actor(session, "auditor"), first)
    assert found.rows[0].applicant == f"{bought.buyer.name[0]}*{bought.buyer.name[-1]}"


def test_submitters_and_finance_see_none(session: Session) -> None:
    bought = buy()
    claim, _ = (put_in(session, filled(session, bought, state="submitted")) for _ in range(2))

    assert [shown(session, claim, role) for role in ("finance_maker", "admin")] == [{}, {}]
    assert signals.of_claim(session, Actor.of(claim.entered_by), claim).rows == ()


@both_databases
def test_a_correction_shows_at_once_and_changes_no_finding(session: Session) -> None:
    first, second = (filled(session, buy(index), state="submitted") for index in range(2))
    invoice = paper(session, second, "scrap_certificate", {"certificate_number": "HS 0001"})
    paper(session, first, "scrap_certificate", {"certificate_number": "hs0001"})
    before = [finding.outcome for finding in checking.evaluate_claim(session, first, NOW).result.findings]
    for claim in (first, second):
        put_in(session, claim)
    assert [kind for kind, *_ in shown(session, first)[second.number]] == ["scrap"]
    assert [finding.outcome for finding in checking.evaluate_claim(session, first, NOW).result.findings] == before

    fact(session, second, "paper", "certificate_number", "HS0002", paper=invoice, by=second.entered_by)
    put_in(session, second, LATER)
    assert shown(session, first) == {}

    fact(session, second, "paper", "certificate_number", "HS0001", paper=invoice, by=second.entered_by)
    put_in(session, second, LATER + timedelta(hours=1))
    assert list(shown(session, first)) == [second.number]
    assert (
        len(session.scalars(select(ClaimKey).where(ClaimKey.claim_id == second.id, ClaimKey.kind == "scrap")).all())
        == 2
    )


def test_a_decided_claim_keeps_what_was_there_and_marks_what_came_after(session: Session) -> None:
    card = buy(0).card
    decided, corrected, late = (filled(session, replace(buy(n), card=card), state="submitted") for n in range(3))
    for claim in (decided, corrected):
        put_in(session, claim)
    decide(session, decided, NOW + timedelta(minutes=1))
    late.submitted_at = LATER
    put_in(session, late, LATER)
    fact(session, corrected, "account", "card_number", buy(5).card.number, by=corrected.entered_by)
    put_in(session, corrected, LATER)

    marks = {number: mark for number, ((_, _, mark),) in shown(session, decided).items()}
    assert marks == {late.number: "after", corrected.number: "corrected"}
    assert set(shown(session, late)) == {decided.number}


def test_the_same_photograph_is_shown_with_both_pages(session: Session) -> None:
    mine, theirs = (factories.claim(session, "submitted") for _ in range(2))
    here, there = paper(session, mine, "id_card").pages[0], paper(session, theirs, "bank_card").pages[0]
    session.add(PageMatch(page_id=there.id, other_id=here.id, at=NOW))
    session.flush()
    (row,) = signals.of_claim(session, factories.actor(session, "lead"), mine).rows

    assert [(one.page, one.title, one.other_page, one.other_title, one.mark) for one in row.pictures] == [
        (here.public_id, "居民身份证", there.public_id, "银行借记卡", "")
    ]
    there.upload.removed_at = LATER
    session.flush()
    assert signals.of_claim(session, factories.actor(session, "lead"), mine).rows == ()


def test_a_telephone_on_many_claims_is_counted_and_the_newest_shown(session: Session) -> None:
    pool = factories.pool(session, 10**9)
    mine, *_ = claims = [factories.claim(session, "submitted", pool=pool) for _ in range(45)]
    session.add_all(ClaimKey(claim_id=claim.id, kind="phone", token="t", at=NOW) for claim in claims)
    session.flush()
    found = signals.of_claim(session, factories.actor(session, "reviewer"), mine)

    assert (found.total, len(found.rows), found.numbers) == (44, 12, (("手机号", "", 44),))
