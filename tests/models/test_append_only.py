"""What was written once stays: UPDATE, DELETE and TRUNCATE are refused by the database, raw SQL included."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from reviewapp.models import (
    SYSTEM,
    Base,
    BatchExport,
    Claim,
    ClaimSkip,
    Decision,
    Evaluation,
    Fact,
    Opinion,
    Page,
    Paper,
    PayoutSkip,
    Reading,
    ShelfMark,
    Upload,
    Waiver,
    append_only,
)
from reviewapp.services import heads, staff_accounts, trail
from reviewapp.services.staff_accounts import Candidate
from reviewapp.signing import Signer
from tests import factories
from tests.factories import NOW, bank_files, merchants
from tests.factories.signatures import signed_statement
from tests.support.both import both_databases


@pytest.fixture
def filled(session: Session) -> Session:
    """One row in every append-only table."""
    claim = factories.claim(session, "in_review")
    factories.claim(session, "refunded")
    evaluation = factories.evaluation(session, claim)
    trail.record(session, claim, SYSTEM, NOW, "check", evaluation=evaluation)
    paper = Paper(claim_id=claim.id, kind="id_card", created_at=NOW)
    upload = Upload(
        claim_id=claim.id, uploaded_by_id=claim.entered_by_id, sha256="0" * 64, size=1, media_type="image/png",
        name="样例.png", created_at=NOW,
    )  # fmt: skip
    session.add_all([paper, upload])
    session.flush()
    page = Page(upload_id=upload.id, paper_id=paper.id, number=1, view_sha256="0" * 64, width=1, height=1)
    session.add(page)
    session.flush()
    session.add(
        Reading(page_id=page.id, engine="test", kind="id_card", kind_confidence=1, fields={}, seconds=0.1, at=NOW)
    )
    session.add(Fact(claim_id=claim.id, section="applicant", field="name", value="测试甲", source="reading", at=NOW))
    _add_reviewers_rows(session, claim, evaluation)
    signed_statement(session, claim)
    factories.published_scheme(session)
    heads.keep(session, NOW, Signer(bytes(32)))
    _add_batch_rows(session)
    factories.exclude(session, "样例车行")
    merchants.put_in(session)
    staff_accounts.make(session, SYSTEM, NOW, Candidate("测试甲", "ceshijia", "auditor"), "hash")
    session.commit()
    return session


def _add_reviewers_rows(session: Session, claim: Claim, evaluation: Evaluation) -> None:
    said = {
        "claim_id": claim.id, "fence": 1, "action": "reject", "reviewer_id": claim.reviewer_id,
        "evaluation_id": evaluation.id, "clause": "七", "at": NOW,
    }  # fmt: skip
    skip = ClaimSkip(claim_id=claim.id, fence=1, reviewer_id=claim.reviewer_id, reason="样例", at=NOW)
    waiver = Waiver(
        claim_id=claim.id, evaluation_id=evaluation.id, check="样例", message="样例", reason="样例",
        by_id=claim.reviewer_id, at=NOW,
    )  # fmt: skip
    shelf = ShelfMark(claim_id=claim.id, number="A-01", by_id=claim.reviewer_id, at=NOW)
    session.add_all([Decision(**said), skip, waiver, Opinion(**said, grounds="share"), shelf])


def _add_batch_rows(session: Session) -> None:
    payout = bank_files.exported(session, 1)[0]
    by_id = payout.batch.maker_id
    session.add(PayoutSkip(batch_id=payout.batch_id, payout_id=payout.id, by_id=by_id, reason="待核实", at=NOW))
    session.add(BatchExport(batch_id=payout.batch_id, by_id=by_id, digest="0" * 64, at=NOW))


@both_databases
@pytest.mark.parametrize("table", append_only.TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {column} = {column}", "DELETE FROM {}"])
def test_the_database_refuses_to_change_it(filled: Session, table: str, statement: str) -> None:
    _refused(filled, table, statement)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("table", append_only.TABLES)
def test_the_database_refuses_to_empty_it(filled: Session, table: str) -> None:
    _refused(filled, table, "TRUNCATE {} CASCADE")


def _refused(session: Session, table: str, statement: str) -> None:
    before = session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(statement.format(table, column=next(iter(Base.metadata.tables[table].c)).name)))
    session.rollback()
    assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == before > 0


@both_databases
def test_only_what_an_erased_draft_held_may_be_deleted_and_nothing_put_in_is_ever_one(filled: Session) -> None:
    draft = factories.claim(filled)
    factories.add_facts(filled, draft, "applicant", {"name": "测试甲"})
    filled.commit()
    of_draft = text("DELETE FROM facts WHERE claim_id = :id")
    with pytest.raises(DBAPIError, match="append-only"):
        filled.execute(of_draft, {"id": draft.id})
    filled.rollback()
    draft.erased_at = NOW
    filled.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        filled.execute(text("UPDATE facts SET field = 'phone' WHERE claim_id = :id"), {"id": draft.id})
    filled.rollback()
    assert filled.execute(of_draft, {"id": draft.id}).rowcount == 1
    with pytest.raises(DBAPIError, match="erased_never_put_in"):
        filled.execute(text("UPDATE claims SET erased_at = created_at WHERE state = 'in_review'"))


@both_databases
def test_protecting_again_is_harmless(filled: Session) -> None:
    append_only.protect(filled.connection())
    with pytest.raises(DBAPIError, match="append-only"):
        filled.execute(text("DELETE FROM postings"))


def test_another_database_is_refused() -> None:
    with pytest.raises(ValueError, match="oracle"):
        list(append_only.statements("oracle"))
