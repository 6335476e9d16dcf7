"""Facts of the database against the real scheme: context, earlier claims, and the evaluation that is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from reviewapp.errors import Incomplete
from reviewapp.models import Claim, ClaimKey, Listing, Upload
from reviewapp.policy import Finding
from reviewapp.services import admission, checking
from reviewapp.services.checking import Checked
from tests import factories
from tests.factories import NOW
from tests.factories.papers import fact, paper
from tests.services.filled import YANGCHENG, buy, filled, list_seller
from tests.support.both import both_databases


def check(session: Session, claim: Claim) -> Checked:
    return checking.evaluate_claim(session, claim, NOW)


def outcomes(checked: Checked, outcome: str) -> list[str]:
    return [finding.check for finding in checked.result.findings if finding.outcome == outcome]


def resting_on(checked: Checked, field: str) -> list[Finding]:
    return [finding for finding in checked.result.findings if field in {ref.field for ref in finding.refs}]


@both_databases
def test_a_complete_claim_passes(session: Session) -> None:
    checked = check(session, filled(session, buy()))

    assert (outcomes(checked, "fail"), outcomes(checked, "unsure"), checked.result.missing) == ([], [], ())
    assert (checked.result.outcome, checked.result.award_fen) == ("pass", 300_000)
    assert (checked.unread, checked.unconfirmed) == (0, ())


@pytest.mark.parametrize("kind", [kind for kind in YANGCHENG if kind != "tax_payment_proof"])
def test_every_paper_left_out_is_missing(session: Session, kind: str) -> None:
    checked = check(session, filled(session, buy(), kinds=[other for other in YANGCHENG if other != kind]))

    assert checked.result.missing == (kind,)
    assert checked.result.outcome == "fail"


def test_a_removed_paper_is_missing_again(session: Session) -> None:
    claim = filled(session, buy())
    checked = check(session, claim)
    next(paper for paper in checked.papers if paper.kind == "car_photo").removed_at = NOW

    assert check(session, claim).result.missing == ("car_photo",)


def test_a_doubtful_field_is_unsure_until_a_person_confirms_it(session: Session) -> None:
    claim = filled(session, buy(), doubtful={"vehicle_invoice": ("invoice_date",)})
    before = check(session, claim)
    assert [finding.outcome for finding in resting_on(before, "invoice_date")].count("unsure") > 0

    row = next(paper for paper in before.papers if paper.kind == "vehicle_invoice")
    fact(session, claim, "paper", "invoice_date", "2023-12-28", paper=row, by=claim.entered_by)

    assert check(session, claim).result.outcome == "pass"


def test_refs_lead_to_the_papers(session: Session) -> None:
    checked = check(session, filled(session, buy()))
    kinds = {
        checked.papers[ref.paper].kind
        for finding in checked.result.findings
        for ref in finding.refs
        if ref.paper is not None
    }

    assert {"id_card", "vehicle_invoice", "bank_card"} <= kinds


def test_a_draft_is_checked_as_of_now_a_submitted_claim_as_of_its_submission(session: Session) -> None:
    draft, late = filled(session, buy()), NOW + timedelta(days=60)
    submitted = filled(session, buy(1), state="submitted")

    assert checking.evaluate_claim(session, draft, late).facts_json["submitted_at"] == late.isoformat()
    assert checking.evaluate_claim(session, submitted, late).facts_json["submitted_at"].startswith("2024-01-10")


def test_lists_of_the_scheme_are_the_context(session: Session) -> None:
    bought = buy()
    claim = filled(session, bought)
    session.add(Listing(scheme_code="xiangning-2023", kind="listed_sellers", name="别处汽贸"))
    session.flush()
    context = check(session, claim).facts_json["context"]

    assert context == {"excluded": [], "listed_sellers": [bought.dealer.name], "prior_claims": []}


def test_a_seller_off_the_list_fails_and_no_list_at_all_is_unsure(session: Session) -> None:
    claim = filled(session, buy())
    session.query(Listing).delete()
    assert outcomes(check(session, claim), "fail") == []
    assert check(session, claim).result.outcome == "unsure"

    list_seller(session, "别家汽贸")
    assert check(session, claim).result.outcome == "fail"


def test_an_excluded_dealer_fails(session: Session) -> None:
    bought = buy()
    claim = filled(session, bought)
    factories.exclude(session, bought.dealer.name)

    assert check(session, claim).result.outcome == "fail"


def put_in(session: Session, claim: Claim) -> Claim:
    """What a submission keeps of the claim's identity."""
    checking.write_keys(session, claim, check(session, claim), NOW)
    return claim


def prior(session: Session, claim: Claim) -> list[dict[str, Any]]:
    return check(session, claim).facts_json["context"]["prior_claims"]


def test_the_same_person_car_and_invoice_are_found_again(session: Session) -> None:
    bought = buy()
    put_in(session, filled(session, bought, state="submitted"))
    again = filled(session, bought)

    assert prior(session, again) == [
        {
            "scheme": "yangcheng-2023",
            "programme": "car",
            "state": "submitted",
            "id_number": bought.buyer.id_number,
            "vin": bought.vehicle.vin,
            "invoice_code": bought.invoice_code,
            "invoice_number": bought.invoice_number,
        }
    ]
    assert check(session, again).result.outcome == "fail"


def test_only_what_is_the_same_is_told_of_another_claim(session: Session) -> None:
    bought, other = buy(0), buy(1)
    put_in(session, filled(session, other, state="submitted"))
    same_car = replace(bought, vehicle=other.vehicle)

    assert [sorted(entry) for entry in prior(session, filled(session, same_car))] == [
        ["programme", "scheme", "state", "vin"]
    ]


def test_what_differs_only_in_writing_is_the_same(session: Session) -> None:
    bought = buy()
    put_in(session, filled(session, bought, state="submitted"))
    vin = bought.vehicle.vin
    written = replace(
        bought, vehicle=replace(bought.vehicle, vin=f" {vin[:8].lower()}{vin[8:].replace('0', 'O').replace('1', 'I')}")
    )

    assert "vin" in prior(session, filled(session, written))[0]


def test_an_invoice_is_the_same_only_with_its_code(session: Session) -> None:
    bought = buy()
    put_in(session, filled(session, bought, state="submitted"))
    other = buy(1)
    claim = filled(session, replace(other, invoice_number=bought.invoice_number, invoice_code="140500000000"))

    assert prior(session, claim) == []


def test_a_voucher_slip_is_found_by_its_order_number_beside_the_invoice(session: Session) -> None:
    bought = buy()
    for state in ("submitted", "draft"):
        claim = filled(session, bought, state=state)
        paper(session, claim, "voucher_slip", {"order_number": "x2306 150001"})
        put_in(session, claim)

    first, second = prior(session, claim)
    assert (first["invoice_code"], first["invoice_number"]) == (bought.invoice_code, bought.invoice_number)
    assert (second.get("invoice_code"), second["invoice_number"]) == (None, "x2306 150001")


def test_a_shared_card_is_kept_as_key_and_no_prior_claim(session: Session) -> None:
    bought = buy()
    claim = put_in(session, filled(session, bought, state="submitted"))
    other = replace(buy(1), card=bought.card)

    assert prior(session, filled(session, other)) == []
    assert "card" in session.scalars(select(ClaimKey.kind).where(ClaimKey.claim_id == claim.id)).all()


@both_databases
def test_who_was_second_does_not_make_the_first_a_repeater(session: Session) -> None:
    bought = buy()
    first = put_in(session, filled(session, bought, state="submitted"))
    second = put_in(session, filled(session, bought, state="submitted"))
    second.submitted_at = NOW + timedelta(seconds=1)
    session.flush()

    assert (len(prior(session, first)), len(prior(session, second))) == (0, 1)

    second.state, second.award_fen = "approved", 300_000
    session.flush()
    assert [entry["state"] for entry in prior(session, first)] == ["approved"]


@pytest.mark.parametrize("state", ["rejected", "lapsed"])
def test_dead_claims_are_told_with_their_state_and_do_not_count(session: Session, state: str) -> None:
    bought = buy()
    put_in(session, filled(session, bought, state=state))
    again = filled(session, bought)

    assert [entry["state"] for entry in prior(session, again)] == [state]
    assert check(session, again).result.outcome == "pass"


def test_drafts_have_no_keys_and_keys_are_written_once(session: Session) -> None:
    bought = buy()
    filled(session, bought)
    claim = put_in(session, put_in(session, filled(session, bought, state="submitted")))

    assert prior(session, claim) == []
    kinds = ["card", "id_number", "invoice", "name", "payment", "phone", "vin"]
    assert sorted(session.scalars(select(ClaimKey.kind))) == kinds


def test_keys_tell_nothing(session: Session) -> None:
    bought = buy()
    put_in(session, filled(session, bought, state="submitted"))
    kept = str(session.execute(text("SELECT * FROM claim_keys")).all())

    assert not [value for value in (bought.buyer.id_number, bought.vehicle.vin, bought.card.number) if value in kept]


def test_an_evaluation_keeps_facts_findings_and_their_places(session: Session) -> None:
    claim = filled(session, buy())
    checked = check(session, claim)
    kept = checking.store(session, claim, NOW, checked)
    session.expire(kept)

    assert (kept.number, kept.scheme_version, kept.outcome, kept.award_fen) == (1, "1", "pass", 300_000)
    assert kept.facts == checked.facts_json
    assert kept.result["papers"] == [paper.public_id for paper in checked.papers]
    assert [finding["check"] for finding in kept.result["findings"]] == [
        finding.check for finding in checked.result.findings
    ]
    assert all("refs" in finding for finding in kept.result["findings"])
    assert checking.store(session, claim, NOW, checked).number == 2
    assert checking.latest(session, claim).number == 2  # type: ignore[union-attr]
    assert checking.latest(session, factories.claim(session)) is None


def test_evaluations_are_sealed(session: Session) -> None:
    bought = buy()
    checking.store(session, claim := filled(session, bought), NOW, check(session, claim))
    row = session.execute(text("SELECT facts, result FROM evaluations")).one()

    assert not [kept for kept in row if bought.buyer.id_number.encode() in bytes(kept)]


def test_an_evaluation_is_current_until_a_paper_or_fact_changes(session: Session) -> None:
    claim = filled(session, buy())
    kept = checking.store(session, claim, NOW, check(session, claim))
    list_seller(session, "别家汽贸")
    assert checking.is_current(session, claim, kept)

    photo = paper(session, claim, "car_photo", {"plate": "晋E99999"})
    assert not checking.is_current(session, claim, kept)
    photo.removed_at = NOW
    assert checking.is_current(session, claim, kept)

    fact(session, claim, "declared", "energy", "new_energy", by=claim.entered_by)
    assert not checking.is_current(session, claim, kept)


def test_files_not_read_yet_are_counted(session: Session) -> None:
    claim = filled(session, buy())
    for number, state in enumerate(("waiting", "reading", "refused", "read")):
        session.add(
            Upload(
                claim_id=claim.id, uploaded_by_id=claim.entered_by_id, sha256=f"{number:064d}", size=1, name="x",
                media_type="image/jpeg", state=state, refusal="坏" if state == "refused" else None, created_at=NOW,
            )
        )  # fmt: skip
    session.flush()

    assert check(session, claim).unread == 2


def test_doubtful_names_and_numbers_of_applicant_and_account_must_be_looked_at(session: Session) -> None:
    claim = filled(session, buy(), doubtful={"id_card": ("name",), "bank_card": ("card_number",)})
    checked = check(session, claim)

    assert checked.unconfirmed == ("姓名", "开户人姓名", "银行卡号")
    with pytest.raises(Incomplete, match="姓名、开户人姓名、银行卡号识别得不确定"):
        admission.readmit(claim, checked)
