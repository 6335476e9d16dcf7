"""A dealer's batch: one shuffled archive becomes claims in the sheet's order; what goes wrong costs nothing else."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, NotFound
from reviewapp.models import BatchPage, Claim, Upload
from reviewapp.services import batch_moves, batch_rows, batch_submission, batches, facts, intake
from reviewapp.services.batch_archive import entries
from reviewapp.services.sheet_columns import CARD, NAME, PHONE
from reviewapp.specimens.pile import KINDS
from reviewapp.storage import MissingFile
from tests import factories
from tests.factories import NOW
from tests.services.batchwork import Counter, archive, counter, row_of
from tests.services.paperwork import picture, seen
from tests.support.both import both_databases

FIRST, SECOND, THIRD = (factories.purchase(index) for index in (0, 1, 2))


@pytest.fixture
def at(session: Session, tmp_path: Path) -> Counter:
    return counter(session, tmp_path, FIRST, SECOND, THIRD)


def kinds_of(at: Counter, claim: Claim) -> list[str]:
    return sorted(paper.paper.kind for paper in facts.current(at.session, claim).papers)


@both_databases
def test_a_shuffled_archive_becomes_claims_with_tickets_in_the_sheets_order(at: Counter) -> None:
    second = {"乙/一.pdf": at.scan(*((SECOND, kind) for kind in KINDS[:5]))}
    second |= {f"乙/{kind}.jpg": photo for kind, photo in at.photograph(SECOND, KINDS[5:]).items()}
    third = at.photograph(THIRD, ("id_card",))
    first = at.scan(*((FIRST, kind) for kind in ("pos_slip", "id_card", "vehicle_invoice", "vehicle_licence")))
    rest = ((FIRST, "vehicle_certificate"), (THIRD, "vehicle_licence"), (FIRST, "bank_card"), (FIRST, "car_photo"))
    thirds = {f"{kind}.jpg": photo for kind, photo in third.items()}
    at.send_archive(archive({"c.pdf": at.scan(*rest), **second, "a.pdf": first, **thirds}))
    at.sheet(row_of(SECOND), row_of(THIRD), row_of(FIRST))
    at.work()
    assert all(page.row_id and not page.doubtful for page in at.pages())
    done = batch_submission.submit_complete(at.session, at.actor, NOW, at.batch_id)
    assert done.tickets == [(4, 1), (6, 2)]
    ((number, why),) = done.kept
    assert number == 5
    assert why.startswith("缺少：")
    states = [row.claim.state for row in at.rows() if row.claim]
    assert states == ["submitted", "draft", "submitted"]
    assert kinds_of(at, at.rows()[2].claim) == sorted(KINDS)
    assert batch_submission.submit_complete(at.session, at.actor, NOW, at.batch_id).tickets == []


def test_a_stray_is_put_to_its_buyer_moved_on_and_laid_aside_with_its_draft(at: Counter) -> None:
    at.sheet(row_of(FIRST), row_of(SECOND))
    at.send(picture(at.shoot("id_card", {"name": FIRST.buyer.name, "id_number": FIRST.buyer.id_number})))
    at.send(picture(at.shoot("car_photo", {})))
    at.work()
    (stray,) = at.pages("car_photo")
    assert (stray.row_id, stray.upload_id) == (None, None)
    first, second = (row.public_id for row in at.rows())

    def move(where: str | None) -> list[list[str]]:
        with transaction(at.session):
            batch_moves.move_page(at.session, at.actor, NOW, at.batch_id, stray.public_id, where)
        return [kinds_of(at, row.claim) for row in at.rows()]

    assert move(first) == [["car_photo", "id_card"], []]
    assert move(second) == [["id_card"], ["car_photo"]]
    assert move(first) == [["car_photo", "id_card"], []]
    assert move(None) == [["id_card"], []]
    at.sheet(row_of(FIRST), row_of(SECOND))
    at.work()
    assert at.pages("car_photo")[0].aside


def test_a_page_put_to_a_buyer_brings_what_hangs_on_it(at: Counter) -> None:
    blank = [{NAME: b.buyer.name, PHONE: b.buyer.phone} for b in (FIRST, SECOND)]
    at.sheet(*blank)
    for kind in ("bank_card", "pos_slip"):
        at.send(picture(at.shoot(kind, FIRST.paper_values(kind))))
    at.work()
    assert [page.row_id for page in at.pages()] == [None, None]
    row, card = at.rows()[0], at.pages("bank_card")[0]
    with transaction(at.session):
        batch_moves.move_page(at.session, at.actor, NOW, at.batch_id, card.public_id, row.public_id)
    assert kinds_of(at, at.rows()[0].claim) == ["bank_card", "pos_slip"]


def test_nothing_moves_into_a_claim_that_was_put_in(at: Counter) -> None:
    at.sheet(row_of(FIRST), row_of(SECOND))
    at.send(at.scan(*((FIRST, kind) for kind in KINDS)))
    at.send(picture(at.shoot("car_photo", {})))
    at.work()
    assert len(batch_submission.submit_complete(at.session, at.actor, NOW, at.batch_id).tickets) == 1
    first, second = (row.public_id for row in at.rows())
    stray, card = at.pages("car_photo")[1], at.pages("bank_card")[0]
    for page, where in ((stray, first), (card, second), (card, None)):
        with pytest.raises(IllegalMove), transaction(at.session):
            batch_moves.move_page(at.session, at.actor, NOW, at.batch_id, page.public_id, where)
    assert at.pages("bank_card")[0].row_id == at.rows()[0].id


def test_another_dealer_reaches_nothing(at: Counter) -> None:
    with transaction(at.session):
        stranger = factories.actor(at.session, "dealer")
    with pytest.raises(NotFound), transaction(at.session):
        batch_rows.add_row(at.session, stranger, NOW, at.batch_id, {NAME: "测试丁"})


def test_doubt_keeps_a_claim_back_until_a_person_confirms(at: Counter) -> None:
    at.sheet(row_of(FIRST))
    at.send(at.scan(*((FIRST, kind) for kind in KINDS)))
    at.work()
    slip = at.pages("pos_slip")[0]
    with transaction(at.session):
        at.session.get_one(BatchPage, slip.id).doubtful = True
    assert "归类不确定" in batch_submission.submit_complete(at.session, at.actor, NOW, at.batch_id).kept[0][1]
    with transaction(at.session):
        batch_moves.confirm_row(at.session, at.actor, NOW, at.batch_id, at.rows()[0].public_id)
    assert len(batch_submission.submit_complete(at.session, at.actor, NOW, at.batch_id).tickets) == 1


def test_a_sheet_uploaded_again_mends_its_rows_and_loses_nobody(at: Counter) -> None:
    at.sheet(row_of(FIRST) | {CARD: ""}, row_of(SECOND))
    at.send(picture(at.shoot("id_card", FIRST.paper_values("id_card"))))
    at.work()
    first = at.rows()[0].claim_id
    at.sheet({NAME: "测试新", PHONE: "13800000099"}, row_of(FIRST))
    at.work()
    rows = at.rows()
    assert [row.cells[NAME] for row in rows] == ["测试新", FIRST.buyer.name, SECOND.buyer.name]
    assert rows[1].claim_id == first
    assert facts.current(at.session, rows[1].claim).value("account", "card_number") == FIRST.card.number


def test_a_cell_mended_in_the_browser_reaches_the_draft_and_a_wrong_one_stays_told(at: Counter) -> None:
    at.sheet(row_of(FIRST))
    at.work()
    for card, faults in (("6299900000000000001", True), (SECOND.card.number, False)):
        with transaction(at.session):
            row = at.rows()[0]
            batch_rows.change_cells(at.session, at.actor, NOW, at.batch_id, row.public_id, {CARD: card})
        at.work()
        assert bool(at.rows()[0].faults) is faults
        assert at.rows()[0].cells[CARD] == card
    assert facts.current(at.session, at.rows()[0].claim).value("account", "card_number") == SECOND.card.number


def test_an_archive_with_everything_that_computers_put_in_it(at: Counter, tmp_path: Path) -> None:
    at.sheet(row_of(FIRST))
    card = picture(at.shoot("id_card", FIRST.paper_values("id_card")))
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in {
            "甲/身份证.jpg": card, "__MACOSX/._身份证.jpg": b"x", "甲/.DS_Store": b"x", "Thumbs.db": b"x",
            "副本/身份证.jpg": card, "说明.txt": "你好".encode(), "内层.zip": archive({"a.jpg": card}), "空.jpg": b"",
            "坏.jpg": card[:400],
        }.items():  # fmt: skip
            made.writestr(name, content)
    at.send_archive(data.getvalue())
    at.work()
    assert [page.kind for page in at.pages()] == ["id_card"]
    told = at.refused()
    assert set(told) == {"副本/身份证.jpg", "说明.txt", "内层.zip", "空.jpg", "坏.jpg"}
    assert "完全相同" in told["副本/身份证.jpg"]
    assert "又有压缩包" in told["内层.zip"]
    assert all(message.endswith("。") for message in told.values())
    assert kinds_of(at, at.rows()[0].claim) == ["id_card"]


def test_names_that_windows_writes_are_read_as_they_were_meant(tmp_path: Path) -> None:
    data = archive({"jia.jpg": picture(50)}).replace(b"jia.jpg", "甲.jpg".encode("gbk") + b"g")
    path = tmp_path / "gbk.zip"
    path.write_bytes(data)
    assert [entry.name for entry in entries(path)] == ["甲.jpgg"]


def test_a_bomb_stops_where_it_grows_beyond_measure_and_what_came_before_stays(
    at: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviewapp.services.batch_archive._GRACE", 1_000_000)
    good = picture(at.shoot("id_card", FIRST.paper_values("id_card")))
    at.send_archive(archive({"好.jpg": good, "弹.jpg": b"\xff\xd8\xff" + b"0" * 20_000_000}), "炸弹.zip")
    at.work()
    assert "展开后大得不正常" in at.refused()["炸弹.zip"]
    assert [page.kind for page in at.pages()] == ["id_card"]


def test_an_archive_goes_on_where_the_connection_broke(at: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviewapp.services.batches.PART_BYTES", 500)
    content = archive({f"{n}.jpg": picture(at.shoot("other", {})) for n in range(3)})
    with transaction(at.session):
        file = batches.begin_arrival(at.session, at.actor, NOW, at.batch_id, "大.zip", len(content))
        part = at.storage.put(io.BytesIO(content[:500]))
        batches.add_part(at.session, at.actor, NOW, at.batch_id, file.public_id, 0, part)
        assert batches.arrived(file) == 500
    at.work()
    assert at.pages() == []
    assert at.send_archive(content, "大.zip").state == "waiting"
    at.work()
    assert len(at.pages()) == 3


def test_two_buyers_papers_on_one_picture_go_to_both(at: Counter) -> None:
    at.sheet(row_of(FIRST), row_of(SECOND))
    width = at.shoot("id_card", FIRST.paper_values("id_card"))
    one, other = (seen("id_card", b.paper_values("id_card")) for b in (FIRST, SECOND))
    both = [replace(one, region=(0, 0, 50, 100)), replace(other, region=(50, 0, 100, 100))]
    at.reader.read = lambda page, kind=None: both if page.width == width else []  # type: ignore[method-assign]
    at.send(picture(width))
    at.work()
    assert [page.part for page in at.pages()] == [1, 2]
    assert [kinds_of(at, row.claim) for row in at.rows()] == [["id_card"], ["id_card"]]


def test_the_same_page_twice_is_one_paper_of_two_pages(at: Counter) -> None:
    at.sheet(row_of(FIRST))
    for _ in range(2):
        at.send(picture(at.shoot("vehicle_invoice", FIRST.paper_values("vehicle_invoice"))))
    at.work()
    (paper,) = facts.current(at.session, at.rows()[0].claim).papers
    assert len(paper.paper.pages) == 2


def test_what_a_person_took_out_of_the_claim_does_not_come_back_by_itself(at: Counter) -> None:
    at.sheet(row_of(FIRST))
    at.send(picture(at.shoot("id_card", FIRST.paper_values("id_card"))))
    at.work()
    claim = at.rows()[0].claim
    upload = at.session.scalars(select(Upload).where(Upload.claim_id == claim.id)).one()
    with transaction(at.session):
        intake.remove_upload(at.session, at.actor, NOW, claim.id, upload.public_id)
    at.sheet(row_of(FIRST, **{"key.plate": "晋E12345"}))
    at.work()
    assert kinds_of(at, at.rows()[0].claim) == []


def test_a_file_whose_bytes_are_gone_is_not_lost_from_sight(at: Counter) -> None:
    at.send(picture(at.shoot("other", {})))
    sha256 = at.storage.iter_hashes().__next__()
    at.storage.delete(sha256)
    with pytest.raises(MissingFile):
        at.work()
