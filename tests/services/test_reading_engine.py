"""The whole way with the real engine: photographs and scans of one purchase become a claim that passes."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import Claim
from reviewapp.ocr import Reader
from reviewapp.services import checking, facts, intake, reading
from reviewapp.services.intake import FactChange
from reviewapp.specimens import papers
from tests.factories import NOW
from tests.services.filled import YANGCHENG, buy, list_seller
from tests.services.paperwork import SIGNER, Desk, desk

# The demonstration goes this way, and further, on every run.
pytestmark = [pytest.mark.slow, pytest.mark.long]


@pytest.fixture
def at(session: Session, tmp_path: Path) -> Desk:
    return desk(session, tmp_path)


def hand_in(at: Desk, folder: Path) -> None:
    """Cards and slips as photographs, the A4 papers as one scanned PDF; then everything is read."""
    bought = buy()
    drawn = {kind: papers.render(kind, bought.paper_values(kind), seed=7) for kind in YANGCHENG}
    scanned = [drawn.pop(kind) for kind in ("vehicle_invoice", "vehicle_certificate", "tax_payment_proof")]
    papers.write_pdf(scanned, folder / "扫描件.pdf")
    for kind, image in drawn.items():
        papers.write_photo(image, folder / f"{kind}.jpg")
    reader = Reader()
    for path in sorted(folder.iterdir()):
        upload = at.upload(path.read_bytes(), path.name)
        reading.read_upload(at.session, at.storage, reader, SIGNER, upload.id, NOW)


def test_files_of_a_purchase_become_a_claim_that_passes(at: Desk, tmp_path: Path) -> None:
    bought = buy()
    (tmp_path / "files").mkdir()
    hand_in(at, tmp_path / "files")
    claim = at.session.get_one(Claim, at.claim.id, populate_existing=True)
    present = facts.current(at.session, claim)

    assert sorted(paper.paper.kind for paper in present.papers) == sorted(YANGCHENG)
    assert present.value("applicant", "name") == bought.buyer.name
    assert present.value("applicant", "id_number") == bought.buyer.id_number
    assert present.value("account", "card_number") == bought.card.number

    confirm_what_is_doubtful(at, claim)
    list_seller(at.session, bought.dealer.name)
    checked = checking.evaluate_claim(at.session, claim, NOW)

    assert [finding.message for finding in checked.result.findings if finding.outcome == "fail"] == []
    assert (checked.result.missing, checked.result.award_fen) == ((), 300_000)


def confirm_what_is_doubtful(at: Desk, claim: Claim) -> None:
    """The submitter looks at every doubtful field and writes what the paper says; declares what no paper carries."""
    bought = buy()
    changes = [
        FactChange("paper", paper.paper.public_id, name, bought.paper_values(paper.paper.kind).get(name, ""))
        for paper in facts.current(at.session, claim).papers
        for name, fact in paper.facts.items()
        if fact.row.doubtful
    ]
    said = {"energy": "fuel", "vehicle_class": "passenger"}
    changes += [FactChange("declared", None, name, value) for name, value in said.items()]
    with transaction(at.session):
        intake.set_facts(at.session, at.actor, NOW, claim.id, None, changes)
