"""Drafts that nobody put in: nothing of them stays but that they were there, and nothing else goes with them."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, or_, select, update
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import NotFound
from reviewapp.models import (
    Actor,
    ApiRequest,
    Base,
    Batch,
    BatchFile,
    BatchPage,
    Claim,
    ClaimKey,
    DiscardedFile,
    Event,
    Fact,
    Paper,
    Reading,
    Sale,
    SignedStatement,
    Upload,
)
from reviewapp.policy.retention import Retention
from reviewapp.services import audit, batch_submission, erasure, intake, queue
from reviewapp.signing import Signer
from reviewapp.specimens.pile import KINDS
from reviewapp.storage import Storage
from tests import factories
from tests.factories import NOW, sales
from tests.factories.api import token
from tests.factories.signatures import signed_statement
from tests.services.batchwork import Counter, archive, counter, row_of
from tests.services.paperwork import Desk, desk, picture
from tests.support.both import both_databases

KEPT = Retention()
#: xiangning-2023 takes papers until 2023-12-08.
EVE, DUE = NOW.replace(day=6, hour=23), NOW.replace(day=7, hour=0, minute=10)
#: yangcheng-2023 until 2024-01-30, and later with a statement.
LONG_AFTER = NOW + timedelta(days=300)
FIRST, SECOND = (factories.purchase(index) for index in (0, 1))


@pytest.fixture
def at(session: Session, tmp_path: Path) -> Desk:
    """A dealer's draft with two photographs, one of them taken out again, a signature, and an answer to a program."""
    at = desk(session, tmp_path, "dealer", "xiangning-2023")
    at.photograph(400, "id_card", {"name": "测试甲"})
    gone = at.photograph(500, "bank_card", {"card_number": "6222020000000000018"})
    with transaction(session):
        intake.remove_upload(session, at.actor, NOW, at.claim.id, gone.public_id)
        signed_statement(session, at.claim)
        session.add(ClaimKey(claim_id=at.claim.id, kind="phone", token="0" * 64, at=NOW))
        tokens, _ = token(session, at.claim.entered_by)
        answer = {"id": at.claim.public_id, "fields": [{"value": "测试甲"}]}
        session.add(ApiRequest(token_id=tokens.id, key="1", digest="0" * 64, answer=answer, at=NOW))
    return at


def _round(session: Session, now: datetime, storage: Storage) -> tuple[int, int, int]:
    """What the clock does in one round, a transaction each."""
    done = []
    for do in (
        lambda: erasure.erase_due(session, now, KEPT),
        lambda: erasure.clear_batches(session, now, KEPT),
        lambda: erasure.sweep(session, storage),
    ):
        with transaction(session):
            done.append(do())
    return done[0], done[1], done[2]


def _age(folder: Path) -> None:
    """The files have lain there for days."""
    for path in (folder / "uploads").rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))


def _rows_of(session: Session, claim_id: int) -> dict[str, int]:
    """How many rows name the claim, by table."""
    found = {}
    for table in Base.metadata.sorted_tables:
        named = [column for column in table.c for key in column.foreign_keys if key.column.table.name == "claims"]
        if named:
            which = or_(*(column == claim_id for column in named))
            found[table.name] = session.scalar(select(func.count()).select_from(table).where(which)) or 0
    return {name: count for name, count in found.items() if count}


def _files(at: Desk | Counter) -> set[str]:
    return set(at.storage.iter_hashes())


@both_databases
def test_nothing_stays_but_that_it_was_there(at: Desk, tmp_path: Path) -> None:
    session = at.session
    assert len(_files(at)) == 4
    assert _rows_of(session, at.claim.id).keys() >= {"uploads", "papers", "facts", "events", "signed_statements"}
    assert (_round(session, EVE, at.storage), at.claim.erased_at) == ((0, 0, 0), None)
    (half := tmp_path / "uploads" / "quarantine" / "half.part").touch()
    _age(tmp_path)
    assert _round(session, DUE, at.storage)[0] == 1
    assert not half.exists()
    assert _round(session, DUE + timedelta(minutes=1), at.storage) == (0, 0, 0)
    events = session.execute(select(Event.action, Event.actor_role, Event.reason).order_by(Event.id)).all()
    assert _rows_of(session, at.claim.id) == {"events": len(events)}
    assert [tuple(row) for row in events] == [("create", "dealer", None), ("erase", "system", None)]
    for table in (Reading, Fact, Paper, Upload, SignedStatement, ApiRequest, DiscardedFile):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    assert (_files(at), at.claim.erased_at) == (set(), DUE)
    with pytest.raises(NotFound):
        queue.submit(session, at.actor, DUE, at.claim.id, at.claim.revision)


@both_databases
def test_what_was_put_in_keeps_all_of_it_and_the_files_it_has_in_common(at: Desk, tmp_path: Path) -> None:
    session = at.session
    with transaction(session):
        claims = [factories.complete_draft(session, index, by=factories.user(session)) for index in range(2)]
        for claim in claims:
            same = intake.receive(at.storage, io.BytesIO(picture(400)), "同一张.jpg")
            intake.add_upload(session, Actor.of(claim.entered_by), NOW, claim.id, same).state = "read"
            queue.submit(session, Actor.of(claim.entered_by), NOW, claim.id, claim.revision)
        queue.withdraw(session, Actor.of(claims[1].entered_by), NOW, claims[1].id, claims[1].revision)
        before = [_rows_of(session, claim.id) for claim in claims]
    _age(tmp_path)
    assert [sum(_round(session, LONG_AFTER, at.storage)[:2]) for _ in range(2)] == [1, 0]
    assert [_rows_of(session, claim.id) for claim in claims] == before
    assert _files(at) == {session.scalars(select(Upload.sha256).where(Upload.claim_id == claims[0].id)).one()}
    office = audit.Office(Signer(bytes(32)), tmp_path)
    assert [chain.wrong for chain in audit.verify(session, LONG_AFTER, office)] == [None] * 2


def test_a_late_claim_may_come_until_nobody_worked_on_it_for_half_a_year(session: Session, tmp_path: Path) -> None:
    at = desk(session, tmp_path)
    assert erasure.due_on(at.claim, KEPT) == date(2024, 1, 30) + timedelta(days=180)
    later = NOW + timedelta(days=100)
    with transaction(session):
        intake.set_facts(
            session, at.actor, later, at.claim.id, None, [intake.FactChange.of("applicant.name", "测试甲")]
        )
    due = datetime.combine(later.date() + timedelta(days=180), NOW.time(), NOW.tzinfo)
    assert (erasure.due(session, due - timedelta(days=1), KEPT), erasure.due(session, due, KEPT)) == ([], [at.claim])


def test_a_file_handed_in_again_is_let_be_until_its_row_can_be_there(at: Desk, tmp_path: Path) -> None:
    _age(tmp_path)
    with transaction(at.session):
        erasure.erase_due(at.session, DUE, KEPT)
    again = intake.receive(at.storage, io.BytesIO(picture(400)), "又一次.jpg")
    for left in (4, 0):  # the files, and the two names of the signature that never was one
        with transaction(at.session):
            erasure.sweep(at.session, at.storage)
        assert (again.sha256 in _files(at), len(_files(at))) == ((True, 1) if left else (False, 0))
        _age(tmp_path)


@contextmanager
def _bomb(engine: Engine, storage: Storage, step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process dies before its n-th statement, commit or deletion of a file."""
    left = [step]

    def tick(*_: object, **__: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise ZeroDivisionError

    really = storage.delete_if_rested

    def delete(sha256: str, rest: timedelta) -> bool:
        tick()
        gone = really(sha256, rest)
        tick()
        return gone

    with monkeypatch.context() as patched:
        patched.setattr(storage, "delete_if_rested", delete)
        for name in ("before_cursor_execute", "commit"):
            event.listen(engine, name, tick)
        try:
            yield
        finally:
            for name in ("before_cursor_execute", "commit"):
                event.remove(engine, name, tick)


def test_dying_at_any_step_loses_nothing_that_stays_and_leaves_nothing_that_goes(
    at: Desk, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, before, files = at.session, _rows_of(at.session, at.claim.id), _files(at)
    _age(tmp_path)
    deaths = step = 0
    while True:
        step += 1
        try:
            with _bomb(engine, at.storage, step, monkeypatch):
                _round(session, DUE, at.storage)
        except ZeroDivisionError:
            deaths += 1
            session.rollback()
            if session.get_one(Claim, at.claim.id, populate_existing=True).erased_at is None:
                assert (_rows_of(session, at.claim.id), _files(at)) == (before, files)
        else:
            break
    assert deaths > 40
    assert (_rows_of(session, at.claim.id), _files(at)) == ({"events": 2}, set())
    assert session.scalar(select(func.count()).select_from(DiscardedFile)) == 0


def _batch(session: Session, folder: Path, kinds: Sequence[str]) -> Counter:
    """A dealer's batch: an archive of the first buyer's papers, a sheet of two buyers, a scan of the other, a stray."""
    at = counter(session, folder, FIRST, SECOND)
    at.send_archive(archive({"甲.pdf": at.scan(*((FIRST, kind) for kind in kinds))}))
    at.send(at.scan((SECOND, "id_card"), (SECOND, "bank_card")), "乙.pdf")
    at.send(picture(at.shoot("car_photo", {})))
    at.sheet(row_of(FIRST), row_of(SECOND))
    at.work()
    session.execute(update(Upload).values(state="read"))
    session.commit()
    _age(folder)
    return at


def test_of_a_batch_that_was_never_submitted_nothing_stays(session: Session, tmp_path: Path) -> None:
    batch = _batch(session, tmp_path, ("id_card",))
    assert _round(session, NOW + timedelta(days=20), batch.storage) == (0, 0, 0)
    erased, cleared, _ = _round(session, LONG_AFTER, batch.storage)
    assert (erased, cleared, session.scalars(select(Batch)).all(), _files(batch)) == (2, 1, [], set())


def test_of_one_that_was_submitted_in_part_its_buyers_stay(session: Session, tmp_path: Path) -> None:
    batch = _batch(session, tmp_path, KINDS)
    done = batch_submission.submit_complete(session, batch.actor, NOW, batch.batch_id)
    assert done.tickets == [(4, 1)]
    mine = [page.sha256 for page in batch.pages() if page.row_id == batch.rows()[0].id]
    claim = batch.rows()[0].claim
    assert claim is not None
    before = _rows_of(session, claim.id)
    assert _round(session, LONG_AFTER, batch.storage)[:2] == (1, 1)
    assert _round(session, LONG_AFTER, batch.storage) == (0, 0, 0)
    assert ([row.number for row in batch.rows()], _rows_of(session, claim.id)) == ([4], before)
    assert [page.sha256 for page in batch.pages()] == mine
    [file] = session.scalars(select(BatchFile)).all()
    assert _files(batch) == {*mine, *session.scalars(select(BatchPage.view_sha256)), file.sha256}


def test_a_sale_goes_with_its_draft_but_not_once_a_voucher_was_handed_out(session: Session) -> None:
    by = Actor.of(sales.staff(session))
    sales.sale(session, by)
    sold = sales.with_voucher(session, by, 1)
    assert erasure.erase_due(session, sales.OPEN + timedelta(days=200), KEPT) == 1
    assert session.scalars(select(Sale.id)).all() == [sold.id]
    assert _rows_of(session, sold.claim_id)["facts"] > 0


#: What refers to a claim and is deleted with an erased draft, and what refers only to claims that were put in or that
#: money belongs to.
GOES = {"claim_keys", "uploads", "papers", "facts", "sales", "batch_rows", "evaluations", "events", "origin_forms"}
GOES |= {"origin_scans", "signed_statements"}
STAYS = {
    "postings",
    "audit_items",
    "vouchers",
    "decisions",
    "waivers",
    "claim_returns",
    "shelf_marks",
    "given_back",
    "objections",
}
STAYS |= {"pickup_items", "demands", "claim_skips", "opinions", "payouts"}


def test_every_table_that_refers_to_claims_is_thought_of() -> None:
    refer = {
        table.name
        for table in Base.metadata.sorted_tables
        for column in table.c
        for key in column.foreign_keys
        if key.column.table.name == "claims"
    }
    assert refer == GOES | STAYS


def test_a_file_removed_before_it_was_read_keeps_no_draft(at: Desk) -> None:
    upload = at.upload(picture(410))
    with transaction(at.session):
        intake.remove_upload(at.session, at.actor, NOW, at.claim.id, upload.public_id)
    assert upload.state == "waiting"
    with transaction(at.session):
        assert erasure.erase_due(at.session, DUE, KEPT) == 1
