"""Reading an upload: once is once however often it runs, pages become papers, a bad file says why."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import ReviewError
from reviewapp.models import Claim, Event, Fact, Page, Paper, Reading, Upload
from reviewapp.ocr import FieldReading, PageReading
from reviewapp.pages import PageImage
from reviewapp.services import facts, intake, reading
from reviewapp.storage import MissingFile
from tests.factories import NOW
from tests.services.paperwork import SIGNER, Desk, ScriptedReader, desk, document, picture, seen
from tests.support.both import both_databases

FRONT = {"name": "测试甲", "id_number": "11010519491231002X"}
BACK = {"issuing_authority": "阳城县公安局", "valid_until": "长期"}
MAIN = {"plate": "晋E12345", "owner": "测试甲", "register_date": "2023-12-29"}
SLIP = {"reference_number": "123456789012", "paid_at": "2023-12-28T14:05:00+08:00", "amount": "50000.00"}


@pytest.fixture
def at(session: Session, tmp_path: Path) -> Desk:
    return desk(session, tmp_path)


def papers(at: Desk) -> list[tuple[str, dict[str, object]]]:
    present = facts.current(at.session, at.claim).papers
    return [(paper.paper.kind, {name: fact.value for name, fact in paper.facts.items()}) for paper in present]


def count(at: Desk, table: type) -> int:
    return at.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_picture_becomes_a_page_a_paper_and_facts(at: Desk) -> None:
    upload = at.photograph(300, "id_card", FRONT, unsure=("name",))
    page = at.session.scalars(select(Page)).one()
    name = facts.current(at.session, at.claim).papers[0].facts["name"]

    assert (upload.state, upload.refusal) == ("read", None)
    assert (page.number, page.width, page.height, page.paper.kind) == (1, 300, 240, "id_card")
    assert at.kept(page.view_sha256).startswith(b"\xff\xd8\xff")
    assert (name.row.doubtful, name.row.box, name.row.page_id) == (True, [10, 20, 200, 35], page.id)
    assert at.session.scalars(select(Reading.kind)).all() == ["id_card"]


def test_the_applicant_is_filled_in_from_what_was_read(at: Desk) -> None:
    at.photograph(300, "id_card", FRONT)
    at.photograph(301, "bank_card", {"card_number": "6222021234567894"})
    present = facts.current(at.session, at.claim)

    assert present.value("applicant", "id_number") == "11010519491231002X"
    assert present.value("account", "card_number") == "6222021234567894"
    assert present.value("account", "holder") == "测试甲"


def test_running_twice_is_running_once(at: Desk) -> None:
    upload = at.photograph(300, "id_card", FRONT)
    before = [count(at, table) for table in (Page, Paper, Reading, Fact, Event)]
    at.read(upload)

    assert [count(at, table) for table in (Page, Paper, Reading, Fact, Event)] == before
    assert at.reader.asked == [None]


@both_databases
def test_two_workers_at_once_store_it_once(engine: Engine, tmp_path: Path) -> None:
    with Session(engine) as session:
        at = desk(session, tmp_path)
        upload_id = at.upload(picture(300)).id
    both = threading.Barrier(2, timeout=30)

    class Slow(ScriptedReader):
        def read(self, page: PageImage, kind: str | None = None) -> list[PageReading]:
            both.wait()
            return [seen("id_card", FRONT)]

    def work(_: int) -> None:
        with Session(engine) as session:
            reading.read_upload(session, at.storage, Slow(), SIGNER, upload_id, NOW)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    with Session(engine) as session:
        assert [session.scalar(select(func.count()).select_from(table)) for table in (Page, Paper, Reading)] == [
            1,
            1,
            1,
        ]


def test_a_worker_that_died_is_done_over(at: Desk) -> None:
    upload = at.upload(picture(300))
    at.reader.script[300] = seen("id_card", FRONT)

    class Dies(ScriptedReader):
        def read(self, page: PageImage, kind: str | None = None) -> list[PageReading]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reading.read_upload(at.session, at.storage, Dies(), SIGNER, upload.id, NOW)
    assert at.session.get_one(Upload, upload.id, populate_existing=True).state == "reading"

    assert at.read(upload).state == "read"
    assert papers(at) == [("id_card", FRONT)]


def test_no_transaction_is_open_while_a_page_is_read(at: Desk) -> None:
    open_then = []

    class Watching(ScriptedReader):
        def read(self, page: PageImage, kind: str | None = None) -> list[PageReading]:
            open_then.append(at.session.in_transaction())
            return super().read(page, kind)

    at.reader = Watching()
    at.read(at.upload(picture(300)))

    assert open_then == [False]
    assert papers(at) == [("other", {})]


def test_a_file_that_cannot_be_decoded_says_why(at: Desk) -> None:
    upload = at.upload(broken(picture(640, 480)))
    read = at.read(upload)

    assert read.state == "refused"
    assert read.refusal is not None
    assert "重新" in read.refusal
    assert count(at, Page) == 0
    assert at.read(upload).state == "refused"


def broken(content: bytes) -> bytes:
    """Sound header, pixels cut off."""
    return content[: len(content) // 2]


def test_bytes_that_are_gone_are_an_error_to_be_tried_again(at: Desk) -> None:
    upload = at.upload(picture(300))
    at.storage.delete(upload.sha256)
    with pytest.raises(MissingFile) as missing:
        at.read(upload)
    assert isinstance(missing.value, ReviewError)
    at.session.rollback()
    at.session.expire_all()

    assert at.session.get_one(Upload, upload.id).state == "reading"


def test_nothing_happens_to_what_is_gone(at: Desk) -> None:
    upload = at.upload(picture(300))
    with transaction(at.session):
        intake.remove_upload(at.session, at.actor, NOW, at.claim.id, upload.public_id)
    at.read(upload)
    reading.read_upload(at.session, at.storage, at.reader, SIGNER, 10**9, NOW)

    assert at.reader.asked == []


def test_a_file_taken_out_while_it_is_read_leaves_no_paper(at: Desk) -> None:
    upload = at.upload(picture(300))

    class TakenOut(ScriptedReader):
        def read(self, page: PageImage, kind: str | None = None) -> list[PageReading]:
            with transaction(at.session):
                intake.remove_upload(at.session, at.actor, NOW, at.claim.id, upload.public_id)
            return [seen("id_card", FRONT)]

    at.reader = TakenOut()
    at.read(upload)
    assert papers(at) == []

    at.reader = ScriptedReader({300: seen("id_card", FRONT)})
    at.read(at.upload(picture(300)))
    assert papers(at) == [("id_card", FRONT)]


def test_sides_and_sheets_become_one_paper(at: Desk) -> None:
    at.photograph(300, "id_card", BACK)
    at.photograph(301, "vehicle_licence", MAIN)
    at.photograph(302, "id_card", FRONT)
    at.photograph(303, "vehicle_licence", {"plate": "晋E12345", "seats": 5})

    assert papers(at) == [("id_card", BACK | FRONT), ("vehicle_licence", MAIN | {"seats": 5})]


def test_pages_of_a_pdf_find_their_papers(at: Desk) -> None:
    upload = at.upload(document(300, 400, 500), "扫描件.pdf")
    sizes = [page.width for page in at_pages(at, upload)]
    at.reader.script = {
        sizes[0]: seen("registration_certificate", {"vin": "LSVAA4188E2184847", "pages": [1, 2]}),
        sizes[1]: seen("bank_card", {"card_number": "6222021234567894"}),
        sizes[2]: seen("registration_certificate", {"vin": "LSVAA4188E2184847", "pages": [3, 4]}),
    }
    at.read(upload)

    assert papers(at) == [
        ("registration_certificate", {"vin": "LSVAA4188E2184847", "pages": [1, 2, 3, 4]}),
        ("bank_card", {"card_number": "6222021234567894"}),
    ]
    assert at.session.scalars(select(Page.number).order_by(Page.id)).all() == [1, 2, 3]


def at_pages(at: Desk, upload: Upload) -> tuple[PageImage, ...]:
    from reviewapp.pages import open_file

    with at.storage.path(upload.sha256) as path:
        return open_file(path).pages


def test_slips_and_invoices_stay_apart(at: Desk) -> None:
    at.photograph(300, "pos_slip", SLIP)
    at.photograph(301, "pos_slip", SLIP | {"reference_number": "123456789013"})
    at.photograph(302, "pos_slip", SLIP)
    at.photograph(303, "vehicle_invoice", {"invoice_number": "00123456", "vin": "LSVAA4188E2184847"})
    at.photograph(304, "vehicle_invoice", {"invoice_number": "00123457", "vin": "LSVAA4188E2184847"})

    assert [kind for kind, _ in papers(at)] == ["pos_slip", "pos_slip", "vehicle_invoice", "vehicle_invoice"]


def test_of_two_pictures_the_sure_reading_is_believed(at: Desk) -> None:
    at.photograph(300, "id_card", FRONT | {"name": "测试申"}, unsure=("name",))
    at.photograph(301, "id_card", FRONT)
    at.photograph(302, "id_card", FRONT | {"name": "测试由"}, unsure=("name",))
    (card,) = facts.current(at.session, at.claim).papers

    assert (card.facts["name"].value, card.facts["name"].row.doubtful) == ("测试甲", False)
    assert len(card.paper.pages) == 3


def test_what_cannot_be_a_value_is_shown_and_never_taken(at: Desk) -> None:
    at.photograph(300, "vehicle_invoice", {"invoice_date": "2023-13-28", "total": "一万", "invoice_number": "00123456"})
    (invoice,) = facts.current(at.session, at.claim).papers
    given = facts.as_json(facts.current(at.session, at.claim), at.claim, submitted_at=NOW)

    assert given["papers"] == [{"kind": "vehicle_invoice", "fields": {"invoice_number": "00123456"}}]
    assert (invoice.facts["invoice_date"].row.doubtful, invoice.facts["invoice_date"].row.alternatives) == (
        True,
        ["2023-13-28"],
    )


def test_fields_the_kind_does_not_have_are_kept_as_read_only(at: Desk) -> None:
    at.photograph(300, "bank_card", {"card_number": "6222021234567894", "colour": "蓝"})

    assert papers(at) == [("bank_card", {"card_number": "6222021234567894"})]
    assert "colour" in at.session.scalars(select(Reading.fields)).one()


def test_an_illegible_page_is_marked(at: Desk) -> None:
    at.reader.script[300] = PageReading(1, "id_card", 0.9, legible=False)
    at.read(at.upload(picture(300)))

    assert at.session.scalars(select(Page.legible)).one() is False


class OnOnePicture(ScriptedReader):
    """A picture 300 wide shows an identity card on the left and, wrongly told, a card on the right."""

    def read(self, page: PageImage, kind: str | None = None) -> list[PageReading]:
        if page.width != 300:
            return super().read(page, kind)
        left, right = seen("id_card", FRONT), seen("bank_card", {"valid_thru": "08/29"})
        right.fields["valid_thru"] = right.fields["valid_thru"].moved(180, 0)
        return [replace(left, region=(0, 0, 170, 240)), replace(right, region=(180, 0, 300, 240))]


def test_papers_on_one_picture_are_cut_out_each_as_a_page_of_its_own(at: Desk) -> None:
    at.reader = OnOnePicture()
    at.read(at.upload(picture(300)))
    pages = at.session.scalars(select(Page).order_by(Page.part)).all()

    assert papers(at) == [("id_card", FRONT), ("bank_card", {"valid_thru": "08/29"})]
    assert [(page.number, page.part, page.width, page.height) for page in pages] == [(1, 1, 170, 240), (1, 2, 120, 240)]
    assert at.kept(pages[0].view_sha256) != at.kept(pages[1].view_sha256)
    assert facts.current(at.session, at.claim).papers[1].facts["valid_thru"].row.box == [10, 20, 200, 35]


def test_a_part_whose_kind_a_person_names_is_read_again_by_itself(at: Desk) -> None:
    at.reader = OnOnePicture()
    at.read(at.upload(picture(300)))
    reread(at, "voucher_slip", {"order_number": "20231228000001"})

    assert papers(at) == [("id_card", FRONT), ("voucher_slip", {"order_number": "20231228000001"})]
    assert count(at, Page) == 2


def reread(at: Desk, kind: str, fields: dict[str, object]) -> None:
    """A person names the only paper's kind, and the reader finds these fields for it."""
    paper = at.session.scalars(select(Paper).where(Paper.removed_at.is_(None)).order_by(Paper.id.desc()).limit(1)).one()
    at.reader.script[paper.pages[0].width] = seen(kind, fields)
    with transaction(at.session):
        intake.set_kind(at.session, at.actor, NOW, at.claim.id, paper.public_id, kind)
    at.read(paper.pages[0].upload)


def test_a_page_read_again_as_another_kind_forgets_the_first_reading(at: Desk) -> None:
    at.photograph(300, "vehicle_certificate", {"vin": "LSVAA4188E2184847", "fuel": "汽油", "engine_number": "A123"})
    reread(at, "vehicle_licence", {"owner": "测试甲", "engine_number": "A128"})

    assert {name: value for name, value in papers(at)[0][1].items() if value is not None} == {
        "owner": "测试甲",
        "engine_number": "A128",
    }
    assert count(at, Page) == 1
    assert count(at, Reading) == 2


def test_a_side_that_a_person_named_joins_the_card(at: Desk) -> None:
    at.photograph(300, "id_card", FRONT)
    at.photograph(301, "other", {})
    reread(at, "id_card", BACK)

    assert papers(at) == [("id_card", FRONT | BACK)]
    assert len(facts.current(at.session, at.claim).papers[0].paper.pages) == 2


def test_a_kind_named_while_the_page_is_read_is_not_lost(at: Desk) -> None:
    upload = at.photograph(300, "other", {})
    paper = at.session.scalars(select(Paper)).one()
    with transaction(at.session):
        intake.set_kind(at.session, at.actor, NOW, at.claim.id, paper.public_id, "bank_card")

    class ChangedMeanwhile(ScriptedReader):
        def read(self, page: PageImage, kind: str | None = None) -> list[PageReading]:
            with transaction(at.session):
                intake.set_kind(at.session, at.actor, NOW, at.claim.id, paper.public_id, "id_card")
                at.session.execute(update(Upload).values(state="reading"))
            return [PageReading(1, kind or "other", 1.0, fields={"card_number": FieldReading("1", 0.9)})]

    at.reader = ChangedMeanwhile()
    at.read(upload)

    assert papers(at) == [("id_card", {})]


def test_history_and_revision_tell_of_the_reading(at: Desk) -> None:
    before = at.session.get_one(Claim, at.claim.id).revision
    at.photograph(300, "id_card", FRONT)
    event = at.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()

    assert (event.actor_role, event.reason) == ("system", "识别 照片.jpg：居民身份证")
    assert at.session.get_one(Claim, at.claim.id, populate_existing=True).revision == before + 2
