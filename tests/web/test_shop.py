"""A shop's counter in the browser: at once told what is the matter, nothing entered lost, and the printed form."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.models import Actor, Sale, User
from reviewapp.ocr import Reader
from reviewapp.pages import open_file
from reviewapp.policy.purchase import Line
from reviewapp.services import sales
from reviewapp.specimens.damage import phone_photo
from reviewapp.web.shop.room import address_of
from tests import factories
from tests.factories import sales as made
from tests.factories.sales import OPEN
from tests.factories.signatures import drawn
from tests.support.stamping import stamped
from tests.web.conftest import Visit
from tests.web.visitors import is_clear, words

BUYER = made.buyer()
CONSUMER = {"name": BUYER.name, "id_number": BUYER.id_number, "phone": BUYER.phone}
TV = {
    "name": "电视机",
    "brand_model": "样例牌 YL-55",
    "price": "9,999.00",
    "quantity": "1",
    "code": "6901234567892",
    "grade": "1",
}


@pytest.fixture
def shop(rows: Session) -> User:
    clock.stand_on(OPEN)
    person = made.staff(rows)
    rows.commit()
    return person


def _row(at: int, **changed: str) -> dict[str, str]:
    return {f"lines-{at}-{name}": value for name, value in (TV | changed).items()}


def _sale(rows: Session) -> Sale:
    rows.rollback()
    rows.expire_all()
    return rows.scalars(select(Sale).order_by(Sale.id.desc())).first() or pytest.fail("no sale")


def test_from_the_registration_to_the_printed_confirmation(rows: Session, visit: Visit, shop: User) -> None:
    page = visit(shop)
    assert "今天 22:00 前结算有效" in words(page.get("/shop"))
    begun = page.post("/shop", {"scheme": made.SCHEME, "form_key": "one"})
    assert page.post("/shop", {"scheme": made.SCHEME, "form_key": "one"}).location == begun.location, "sent twice"
    path = begun.location
    assert page.post(f"{path}/consumer", CONSUMER).status_code == 302
    assert "名额可用" in words(page.get(path))
    unsaid = page.post(f"{path}/voucher")
    assert (unsaid.status_code, "当前位于临汾市" in words(unsaid)) == (422, True)
    assert page.post(f"{path}/voucher", {"present": "y"}).status_code == 302
    shown = words(page.get(path))
    assert [text for text in ("最多抵扣 ¥2,000.00", "2024-07-10 22:00 前") if text not in shown] == []
    told = words(page.htmx(f"{path}/products", _row(0) | _row(1, name="沙发", price="12000", code="", grade="")))
    assert [
        text for text in ("¥21,999.00", "¥2,000.00", "¥19,999.00", "超过最高额", "八（二）") if text not in told
    ] == []
    assert page.post(f"{path}/close").status_code == 302
    assert "登记退货" in words(page.get(path))
    assert _sale(rows).claim.state == "draft"


def test_the_printed_confirmation_says_all_the_form_has(rows: Session, visit: Visit, shop: User) -> None:
    row = made.closed(rows, Actor.of(shop))
    rows.commit()
    text = _form(visit(shop), f"/shop/{row.public_id}")
    said = ("乡宁县家居惠民消费补贴确认书", BUYER.name, BUYER.id_number, "21999.00", "贰仟元整", TV["code"], "乡政办发")
    assert [each for each in said if each not in text] == []


def _text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_range() for page in document)


def test_the_chance_is_told_at_once_and_of_nobody_else(rows: Session, visit: Visit, shop: User) -> None:
    other = made.staff(rows, "乡宁县样例电器商贸有限公司")
    made.with_voucher(rows, Actor.of(other))
    rows.commit()
    path = visit(shop).post("/shop", {"scheme": made.SCHEME, "form_key": "two"}).location
    visit(shop).post(f"{path}/consumer", CONSUMER)
    page = visit(shop).get(path)
    assert ("机会已经使用或正在使用" in words(page), "样例电器" in page.text, "发放今天的券" in page.text) == (
        True,
        False,
        False,
    )
    answer = visit(shop).post(f"{path}/voucher", {"present": "y"})
    assert (answer.status_code, "机会已经使用" in words(answer), is_clear(answer)) == (409, True, True)


def test_what_is_wrong_is_told_and_the_rest_stays(rows: Session, visit: Visit, shop: User) -> None:
    row = made.with_voucher(rows, Actor.of(shop))
    rows.commit()
    path, page = f"/shop/{row.public_id}", visit(shop)
    for changed, said in (
        ({"name": "微波炉"}, "微波炉 不在补贴商品之列"),
        ({"grade": "3"}, "等级 3 级，应为 2 级或更好"),
        ({"code": "6901234567891"}, "不是有效的 13 位国标码"),
        ({"code": "4901234567894"}, "不是国内商品编码"),
        ({"grade": ""}, "缺少能效水效标识"),
    ):
        told = page.htmx(f"{path}/products", _row(0, **changed))
        assert (told.status_code, f"第 1 种 {changed.get('name', '电视机')}" in words(told), said in words(told)) == (
            200,
            True,
            True,
        )


def test_what_cannot_be_kept_is_told_and_stays_on_the_page(rows: Session, visit: Visit, shop: User) -> None:
    row = made.with_voucher(rows, Actor.of(shop))
    rows.commit()
    path, page = f"/shop/{row.public_id}", visit(shop)
    for changed, said in (
        ({"price": "九千"}, "金额应写成"),
        ({"price": "9999999999"}, "单价太大"),
        ({"code": "123"}, "13 位数字"),
        ({"quantity": "0"}, "1 至 9999"),
        ({"name": ""}, "请选择或填写商品名称"),
    ):
        answer = page.post(f"{path}/products", _row(0, **changed))
        assert (answer.status_code, said in words(answer), is_clear(answer)) == (422, True, True), changed
        assert "样例牌 YL-55" in answer.text
    page.htmx(f"{path}/products", _row(0, grade="3"))
    refused = page.post(f"{path}/close")
    assert (refused.status_code, "等级 3 级" in words(refused)) == (422, True)
    more = page.htmx(f"{path}/products", _row(0) | {"add": "1"})
    assert "lines-1-name" in more.text
    less = page.htmx(f"{path}/products", _row(0) | _row(1, name="沙发", code="", grade="") | {"remove": "0"})
    assert ("沙发" in less.text, "lines-1-name" in less.text) == (True, False)


def test_registered_with_mistakes(rows: Session, visit: Visit, shop: User) -> None:
    row = sales.begin(rows, Actor.of(shop), OPEN, scheme_code=made.SCHEME, form_key="three")
    rows.commit()
    path = f"/shop/{row.public_id}"
    for changed, said in (
        ({"id_number": "110101199001011234"}, "校验位"),
        ({"phone": "12"}, "11 位数字"),
        ({"name": ""}, "请填写"),
    ):
        answer = visit(shop).post(f"{path}/consumer", CONSUMER | changed)
        assert (answer.status_code, said in words(answer), is_clear(answer)) == (422, True, True)
    clock.stand_on(OPEN.replace(hour=9))
    visit(shop).post(f"{path}/consumer", CONSUMER)
    early = visit(shop).post(f"{path}/voucher", {"present": "y"})
    assert (early.status_code, "每天 10:00 至 22:00" in words(early)) == (409, True)


def test_signed_on_the_screen_and_void_after_a_return(rows: Session, visit: Visit, shop: User) -> None:
    row = made.closed(rows, Actor.of(shop))
    rows.commit()
    path, page = f"/shop/{row.public_id}", visit(shop)
    empty = page.post(f"{path}/sign", {"signature": ""})
    assert (empty.status_code, "还没有签名" in words(empty)) == (422, True)
    picture = "data:image/png;base64," + base64.b64encode(drawn()).decode()
    assert page.post(f"{path}/sign", {"signature": picture}).status_code == 302
    assert "签名已印在上面" in words(page.get(path))
    before, after = _form(page, path), ""
    assert page.post(f"{path}/return", {"back-0": "1", "back-1": "0", "reason": "有坏点"}).status_code == 302
    after = words(page.get(path))
    assert ("签名已印在上面" in after, "已退 1" in after, "¥1,200.00" in after) == (False, True, True)
    assert before != _form(page, path)
    wrong = page.post(f"{path}/return", {"back-0": "1", "back-1": "0", "reason": "再退"})
    assert (wrong.status_code, "未退的件数" in words(wrong)) == (422, True)


@pytest.mark.slow
def test_our_own_form_is_read_again_stamped_and_photographed(
    rows: Session, visit: Visit, shop: User, tmp_path: Path
) -> None:
    """The real engine on the printed page with a seal, photographed by hand: every field as it was printed."""
    row = made.closed(rows, Actor.of(shop))
    firm = row.organisation.name
    rows.commit()
    printed = pypdfium2.PdfDocument(visit(shop).get(f"/shop/{row.public_id}/confirmation.pdf").data)
    picture, photo = printed[0].render(scale=2.6).to_pil(), tmp_path / "form.jpg"
    phone_photo(stamped(picture, firm), 1).save(photo, quality=85)
    (reading,) = Reader().read(open_file(photo).pages[0])
    said = {name: field.value for name, field in reading.fields.items() if not field.unsure}
    assert reading.kind == "subsidy_confirmation"
    assert said == {
        "shop_name": firm, "consumer_name": BUYER.name, "id_number": BUYER.id_number, "phone": BUYER.phone,
        "products": [
            {
                "name": "电视机", "brand_model": "样例牌YL-55", "commodity_code": TV["code"], "quantity": 1,
                "price": "9999.00",
            },
            {"name": "沙发", "brand_model": "测试牌CS-808L", "quantity": 1, "price": "12000.00"},
        ],
        "total": "21999.00", "subsidy": "2000.00", "signed_on": "2024-07-10", "has_signature": False, "has_seal": True,
    }  # fmt: skip


def _form(page: Any, path: str) -> str:
    return re.sub(r"\s", "", _text(page.get(f"{path}/confirmation.pdf").data))


def test_papers_that_differ_are_told_at_the_counter_with_both_values(rows: Session, visit: Visit, shop: User) -> None:
    actor = Actor.of(shop)
    row = made.with_papers(rows, actor, made.closed(rows, actor), product_invoice="20000.00", payment_proof="19999.00")
    paper = {"total": "21999.00", "subsidy": "1800.00", "consumer_name": "样例乙"}
    factories.add_paper(rows, row.claim, "subsidy_confirmation", paper, now=OPEN)
    rows.commit()
    shown = words(visit(shop).get(f"/shop/{row.public_id}"))
    said = (
        "20,000.00",
        "21,999.00",
        "补贴金额读到“1800.00”，打印的是“2000.00”",
        f"读到“样例乙”，打印的是“{BUYER.name}”",
    )
    assert [text for text in said if text not in shown] == []


def test_the_square_code_leads_to_the_sale(rows: Session, visit: Visit, shop: User) -> None:
    row = made.closed(rows, Actor.of(shop))
    rows.commit()
    page = visit(shop)
    with page.client.application.test_request_context():
        address = address_of(row)
    assert BUYER.name not in address
    page.get(address.removeprefix("http://localhost"))
    assert "二维码有效" in words(page.get(f"/shop/{row.public_id}"))
    page.get(f"/shop/{row.public_id}/scanned?code=AAAA")
    assert "不一致" in words(page.get(f"/shop/{row.public_id}"))


def test_overdue_payments_stand_before_shop_and_finance(rows: Session, visit: Visit, shop: User) -> None:
    """30 workdays after an approval on 10 July 2024 end on 21 August (八(三)2)."""
    actor = Actor.of(shop)
    row = made.put_in(
        rows, actor, made.with_papers(rows, actor, made.closed(rows, actor, lines=(Line("沙发", 1_200_000),)))
    )
    row.claim.state, row.claim.award_fen, row.claim.approved_at = "payable", 120_000, OPEN
    finance = factories.user(rows, "finance_maker")
    rows.commit()
    assert "2024-08-21" in words(visit(shop).get("/shop"))
    assert "30 个工作日" in words(visit(shop).get(f"/shop/{row.public_id}"))
    assert "超过发放期限" not in words(visit(finance).get("/finance"))
    clock.stand_on(OPEN.replace(month=8, day=22))
    assert "已逾期" in words(visit(shop).get("/shop"))
    late = words(visit(finance).get("/finance"))
    assert ("1 笔超过发放期限" in late, row.claim.number in late, "八(三)2" in late) == (True, True, True)
