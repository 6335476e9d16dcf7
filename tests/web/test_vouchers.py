"""Pages of vouchers: the owner's phone, the till, and the firm's way to its money."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.models import Actor, User, Voucher
from reviewapp.web import vouchers as pages
from tests import factories
from tests.factories import vouchers as made
from tests.web.conftest import Visit
from tests.web.visitors import is_clear, words


@pytest.fixture
def dealer(rows: Session) -> User:
    person = factories.user(rows, "dealer")
    factories.list_dealer(rows, person.organisation.name)
    return person


def _entered(voucher: Voucher, **changed: str) -> dict[str, str]:
    return {
        "number": voucher.number, "code": "", "ending": voucher.owner["id_number"][-6:], "seen": "y",
        "goods": "motorcycle", "price": "4,000.00", "invoice_number": "24142000000000000001", "invoice_code": "",
    } | changed  # fmt: skip


def _scanned(app: Flask, voucher: Voucher, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address that stands in the square code."""
    held: list[str] = []

    class _Seen:
        def svg_data_uri(self, **_: int) -> str:
            return ""

    def draw(address: str, **_: str) -> _Seen:
        held.append(address)
        return _Seen()

    monkeypatch.setattr(pages.segno, "make_qr", draw)
    with app.test_request_context():
        pages._square_code(voucher)
    return held[0]


def test_on_the_phone_of_its_owner(rows: Session, visit: Visit) -> None:
    """The collection point asked for it: the owner finds it under the telephone given there, nobody else does."""
    point = factories.user(rows, "point")
    voucher = made.voucher(rows, by=point)
    phone = voucher.owner_phone_index
    owner, other = factories.user(rows, phone_index=phone), factories.user(rows)
    rows.commit()
    path = f"/vouchers/{voucher.public_id}"
    assert "¥500.00 消费券" in words(visit(owner).get("/claims"))
    for person in (owner, point):
        page = visit(person).get(path)
        shown = words(page)
        number = " ".join(re.findall("....", voucher.number))
        said = ("未使用", "¥500.00", number, "2024-04-30", "汽车、摩托车、数码家电", voucher.owner["name"])
        assert [text for text in said if text not in shown] == []
        assert voucher.owner["id_number"] not in page.text
        assert "data:image/svg+xml" in page.text
    assert visit(other).get(path).status_code == 404
    assert "审核通过，已发放 ¥500.00 消费券" in words(visit(point).get(f"/claims/{voucher.claim.public_id}"))


def test_scanned_and_redeemed(
    app: Flask, rows: Session, visit: Visit, dealer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    voucher = made.voucher(rows)
    rows.commit()
    address = urlsplit(_scanned(app, voucher, monkeypatch))
    scanned = visit(dealer).get(f"{address.path}?{address.query}")
    masked = voucher.owner["name"][0] + "*"
    assert ("签名有效" in words(scanned), masked in words(scanned)) == (True, True)
    assert voucher.owner["name"] not in scanned.text
    by_gun = visit(dealer).get("/vouchers/till", query_string={"number": address.geturl()})
    assert "签名有效" in words(by_gun)
    copied = visit(dealer).get(f"{address.path}?{address.query[:-4]}AAAA")
    assert (copied.status_code, "不是本单位签发的" in words(copied)) == (422, True)
    wrong = visit(dealer).post("/vouchers/till", _entered(voucher, ending="000000"))
    assert (wrong.status_code, "与券主不一致" in words(wrong), "4000.00" in wrong.text) == (422, True, True)
    done = visit(dealer).post("/vouchers/till", _entered(voucher))
    slip = words(visit(dealer).get(done.location))
    said = ("已核销", "订单金额 ¥4,000.00", "顾客实付 ¥3,500.00", "24142000000000000001", "去申请结算", "撤销这次核销")
    assert [text for text in said if text not in slip] == []
    again = visit(dealer).post("/vouchers/till", _entered(voucher, invoice_number="24142000000000000002"))
    assert (again.status_code, "已经用过" in words(again), is_clear(again)) == (409, True, True)
    assert "垫付 ¥500.00" in words(visit(dealer).get("/vouchers"))


def test_what_is_wrong_is_told_and_the_rest_stays(rows: Session, visit: Visit, dealer: User) -> None:
    voucher = made.voucher(rows)
    rows.commit()
    for changed, said in (
        ({"ending": "12"}, "请填写 6 位"),
        ({"seen": ""}, "人证一致后勾选"),
        ({"goods": ""}, "请选择购买的品类"),
        ({"price": "四千"}, "金额应写成"),
        ({"price": "499.99"}, "不低于券面值"),
        ({"invoice_number": "1"}, "8 位或 20 位"),
        ({"invoice_number": ""}, "请填写发票号码"),
    ):
        answer = visit(dealer).post("/vouchers/till", _entered(voucher, **changed))
        assert (answer.status_code, said in words(answer), is_clear(answer)) == (422, True, True), changed
        kept = "24142000000000000001" if "price" in changed else "4000.00"
        assert kept in answer.text, changed


def test_refused_at_the_door(rows: Session, visit: Visit, dealer: User) -> None:
    voucher, excluded = made.voucher(rows), factories.user(rows, "shop")
    factories.exclude(rows, excluded.organisation.name)
    rows.commit()
    for number, status, said in (("123", 422, "校验位"), ("100000000008", 404, "没有这个券号")):
        answer = visit(dealer).get("/vouchers/till", query_string={"number": number})
        assert (answer.status_code, said in words(answer)) == (status, True)
    answer = visit(excluded).get(f"/vouchers/till?number={voucher.number}")
    assert (answer.status_code, "被列入失信名单" in words(answer)) == (403, True)
    clock.stand_on(made.AFTERWARDS)
    answer = visit(dealer).get(f"/vouchers/till?number={voucher.number}")
    assert (answer.status_code, "已经过期" in words(answer)) == (409, True)


def test_goods_back_and_settlement(rows: Session, visit: Visit, dealer: User) -> None:
    redemption = made.redeemed(rows, Actor.of(dealer))
    rows.commit()
    path = f"/vouchers/redemptions/{redemption.public_id}"
    too_much = visit(dealer).post(f"{path}/return", {"returned": "4000.01", "reason": "退"})
    assert (too_much.status_code, "尚未退货的 4,000.00 元" in words(too_much)) == (422, True)
    assert visit(dealer).post(f"{path}/return", {"returned": "1000", "reason": "退配件"}).status_code == 302
    assert "退回资金池 ¥125.00" in words(visit(dealer).get(path))
    chosen = words(visit(dealer).get("/vouchers/settlements"))
    assert ("已勾选 1 张，合计 ¥375.00" in chosen, "还没有申请结算的 1 张" in chosen) == (True, True)


def test_a_slip_of_the_finger_is_taken_back(rows: Session, visit: Visit, dealer: User) -> None:
    redemption = made.redeemed(rows, Actor.of(dealer))
    owner = factories.user(rows, phone_index=redemption.voucher.owner_phone_index)
    rows.commit()
    path = f"/vouchers/redemptions/{redemption.public_id}"
    nothing = visit(dealer).post(f"{path}/undo", {"reason": ""})
    assert (nothing.status_code, "请填写哪里填错了" in words(nothing)) == (422, True)
    done = visit(dealer).post(f"{path}/undo", {"reason": "发票号码输错"})
    assert done.location == f"/vouchers/till?number={redemption.voucher.number}"
    assert "身份证号后 6 位" in words(visit(dealer).get(done.location)), "at once ready to be redeemed anew"
    kept = words(visit(dealer).get(path))
    assert ("这张小票不作数" in kept, "登记退货" in kept, "已撤销" in words(visit(dealer).get("/vouchers"))) == (
        True, False, True,
    )  # fmt: skip
    again = visit(dealer).post(f"{path}/undo", {"reason": "再撤一次"})
    assert (again.status_code, "已经撤销过了" in words(again)) == (409, True)
    assert "已撤销，券可以继续使用" in words(visit(owner).get(f"/vouchers/{redemption.voucher.public_id}"))


@pytest.mark.usefixtures("uncounted")
def test_wrong_persons_are_kept_and_the_till_rests(rows: Session, visit: Visit, dealer: User) -> None:
    voucher, auditor = made.voucher(rows), factories.user(rows, "auditor")
    rows.commit()
    for _ in range(5):
        answer = visit(dealer).post("/vouchers/till", _entered(voucher, ending="000000"))
    assert (answer.status_code, "暂停在贵单位核销" in words(answer)) == (403, True)
    right = visit(dealer).post("/vouchers/till", _entered(voucher))
    assert (right.status_code, "暂停在贵单位核销" in words(right), is_clear(right)) == (403, True, True)
    history = words(visit(auditor).get(f"/office/vouchers/{voucher.public_id}"))
    assert history.count("身份证号与券主不符") == 5
