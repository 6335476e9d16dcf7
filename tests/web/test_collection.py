"""Pages of a collection point and of the recycler: what is printed, what is masked, what stays when it is refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pypdfium2
import pytest
import zxingcpp
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from reviewapp.models import OriginForm, OriginScan, Pickup, User
from reviewapp.queries import point_register
from tests import factories
from tests.factories import collection as made
from tests.services.paperwork import picture
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, words


@pytest.fixture
def clerk(rows: Session) -> User:
    return made.clerk(rows)


@pytest.fixture
def company(rows: Session) -> User:
    return made.recycler(rows)


def _text(pdf: TestResponse) -> str:
    assert (pdf.status_code, pdf.mimetype) == (200, "application/pdf")
    pages = pypdfium2.PdfDocument(pdf.data)
    return "\n".join(page.get_textpage().get_text_range() for page in pages)


def _sheet(answer: TestResponse) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def _name(answer: TestResponse) -> str:
    return unquote(answer.headers["Content-Disposition"])


def test_the_form_is_filled_in_and_its_code_leads_to_the_claim(rows: Session, visit: Visit, clerk: User) -> None:
    claim = made.draft(rows, clerk)
    rows.commit()
    point, address = visit(clerk), f"/claims/{claim.public_id}/origin"
    page = point.get(address).text
    assert made.frame_number(0) in page
    values = {"villager_name": "测试甲", "id_number": "", "vin": made.frame_number(0), "village": "凤城镇样例村"}
    answer = point.post(address, values)
    text = _text(answer)
    for said in ("车辆合法来源证明", "凤城镇便民服务中心：", "测试甲", made.frame_number(0), "凤城镇样例村村民委员会"):
        assert said in text
    assert "阳城县2023_车辆合法来源证明_2024-01-10.pdf" in _name(answer)
    drawn = pypdfium2.PdfDocument(answer.data)[0].render(scale=2).to_pil()
    (code,) = zxingcpp.read_barcodes(drawn)
    rows.rollback()
    assert rows.query(OriginForm).one().public_id in code.text
    assert not any(value in code.text for value in values.values() if value), "nothing of the person"
    scanned = point.get(urlsplit(code.text).path)
    assert scanned.location == f"/claims/{claim.public_id}/papers"
    assert visit(made.clerk(rows, 4)).get(urlsplit(code.text).path).status_code in (302, 404)
    altered = point.get(urlsplit(code.text).path[:-4] + "AAAA")
    assert (altered.status_code, "不是本系统签发" in words(altered)) == (422, True)


def test_what_is_too_long_for_the_form_stays(rows: Session, visit: Visit, clerk: User) -> None:
    claim = made.draft(rows, clerk)
    rows.commit()
    answer = visit(clerk).post(f"/claims/{claim.public_id}/origin", {"vin": "L" * 31, "plate": "晋E12345"})
    assert (answer.status_code, "最多 30 个字" in words(answer), "晋E12345" in answer.text) == (422, True, True)


def test_the_register_masks_and_its_files_are_named(rows: Session, visit: Visit, clerk: User) -> None:
    row = made.handed_in(rows, clerk)
    rows.commit()
    number = row.entered_by and made.invented.person(0, made.COUNTIES["yangcheng"]).id_number
    point, admin, reviewer = visit(clerk), *(visit(factories.user(rows, role)) for role in ("admin", "reviewer"))
    rows.commit()
    for looker in (point, admin, reviewer):
        page = looker.get("/collection/register").text
        assert (number not in page, f"{number[:4]}**********{number[-4:]}" in page) == (True, True)
    of_point = f"?point={clerk.organisation.public_id}"
    for looker, whole in ((point, True), (reviewer, True), (admin, False)):
        assert (number in _text(looker.get(f"/collection/register/file.pdf{of_point}"))) is whole
        head, line = _sheet(looker.get(f"/collection/register/file.xlsx{of_point}"))
        assert tuple(head) == point_register.COLUMNS
        assert ((line[3] == number), line[10]) == (whole, 1000.0)
    head, line = _sheet(admin.get("/collection/register/file.xlsx"))
    assert (head[1], line[1], line[11]) == ("回收点", made.POINTS[1], 1000.0)
    assert admin.get("/collection/register/file.pdf").location.startswith("/collection/register"), "a point each"
    assert "阳城县2023_摩托车回收登记_凤城镇便民服务中心_2024-01-10.xlsx" in _name(
        point.get("/collection/register/file.xlsx")
    )
    assert "_全部回收点_" in _name(admin.get("/collection/register/file.xlsx"))


def test_a_shelf_number_that_cannot_be_kept_stays(rows: Session, visit: Visit, clerk: User) -> None:
    row = made.handed_in(rows, clerk)
    rows.commit()
    point, address = visit(clerk), f"/collection/register/{row.public_id}/shelf"
    answer = point.post(address, {"shelf": "柜" * 21})
    assert (answer.status_code, "最多 20 个字" in words(answer), "柜" * 21 in answer.text) == (422, True, True)
    assert point.post(address, {"shelf": "A-03"}).status_code == 302
    assert "A-03" in point.get("/collection/register?shelf=A-03").text
    assert "没有登记的摩托车" in words(point.get("/collection/register?shelf=B"))


def test_a_list_and_its_hand_over(rows: Session, visit: Visit, clerk: User, company: User) -> None:
    kept, other = made.handed_in(rows, clerk), made.handed_in(rows, clerk, 1)
    rows.commit()
    point = visit(clerk)
    nobody = point.post("/collection/pickups", {"claims": other.public_id, "recycler": ""})
    assert nobody.status_code == 422
    assert f'value="{other.public_id}" checked' in nobody.text
    assert f'value="{kept.public_id}" checked' not in nobody.text, "the choice stays"
    address = point.post(
        "/collection/pickups", {"claims": other.public_id, "recycler": company.organisation.public_id}
    ).location
    paper = point.get(f"{address}/list.pdf")
    assert made.frame_number(1) in _text(paper)
    assert "阳城县2023_集中运输清单_凤城镇便民服务中心_第1次_2024-01-10.pdf" in _name(paper)
    refused = point.post(f"{address}/hand-over", {"giver": "测试甲", "taker": ""})
    assert (refused.status_code, "测试甲" in refused.text, "请填写接车人姓名" in words(refused)) == (422, True, True)
    assert point.post(f"{address}/hand-over", {"giver": "测试甲", "taker": "测试乙"}).status_code == 302
    assert "交车 测试甲，接车 测试乙" in words(point.get(address))


def test_the_recycler_confirms_and_certifies(rows: Session, visit: Visit, clerk: User, company: User) -> None:
    item, auditor = made.handed_over(rows, clerk, company, 1).items[0], factories.user(rows, "auditor")
    rows.commit()
    yard, address = visit(company), f"/recycler/items/{item.public_id}"
    for form, said in (({}, "请选择核对结果"), ({"outcome": "differs", "note": "锈蚀"}, "请填写车上实际的车架号")):
        refused = yard.post(f"{address}/confirm", form)
        assert (refused.status_code, said in words(refused)) == (422, True)
    assert "锈蚀" in refused.text
    assert yard.post(f"{address}/confirm", {"outcome": "received"}).status_code == 302
    twice = yard.post(f"{address}/confirm", {"outcome": "missing"})
    assert (twice.status_code, "已收到" in words(twice)) == (409, True)
    _certified(yard, address)
    for looker in (yard, visit(clerk), visit(auditor)):
        paper = looker.get(f"{address}/paper")
        assert (paper.status_code, paper.data, "证明.jpg" in _name(paper)) == (200, picture(320), True)
    rows.rollback()
    assert rows.query(Pickup).one().items[0].certificate_number == "1405222401000001"


def _certified(yard: Visitor, address: str) -> None:
    good = {"number": "1405222401000001", "issued_on": "2024-01-10"}
    for wrong, said in (
        ({"issued_on": "2024-13-01"}, "不是有效的日期值"),
        ({"issued_on": "2024-01-11"}, "日期晚于今天，请核对"),
        ({"paper": (io.BytesIO(b"no picture"), "证明.jpg")}, "文件"),
    ):
        refused = yard.post(f"{address}/certificate", good | wrong, content_type="multipart/form-data")
        assert (refused.status_code, good["number"] in refused.text) == (422, True)
        assert said in words(refused), said
    file = (io.BytesIO(picture(320)), "证明.jpg")
    assert yard.post(f"{address}/certificate", good | {"paper": file}, content_type="multipart/form-data").location


def test_stamped_forms_are_taken_in(rows: Session, visit: Visit, clerk: User, tmp_path: Path) -> None:
    rows.commit()
    point = visit(clerk)
    assert "没有选择文件" in words(point.post("/collection/forms"))
    file = {"file": (io.BytesIO(picture(640)), "证明.jpg")}
    assert point.post("/collection/forms", file, content_type="multipart/form-data").status_code == 302
    assert "正在读二维码" in words(point.get("/collection/forms/now"))
    rows.rollback()
    assert rows.query(OriginScan).one().state == "waiting"
