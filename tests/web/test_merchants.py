"""商户: a firm applies on the telephone, the office decides, its people sign in, and are shut out at once."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from PIL import Image
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Exclusion, MerchantApplication, User
from tests import factories
from tests.factories import merchants as made
from tests.factories import vouchers as made_vouchers
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, is_clear, words

CONDITIONS = {f"condition.{one}": "yes" for one in ("registered", "honest", "named_staff", "no_cashing")}


def _picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(out, "JPEG")
    return io.BytesIO(out.getvalue())


def _form(row: MerchantApplication, **changed: object) -> dict[str, object]:
    entered = {
        "revision": row.revision, "kind": "shop", "name": "样例家电城", "uscc": made.code(), "address": "样例路 1 号",
        "person": "测试甲", "phone": "13800000001", "activity.gifts-2024": "no", **CONDITIONS,
    }  # fmt: skip
    return entered | changed


def _row(rows: Session) -> MerchantApplication:
    rows.rollback()
    return rows.scalars(select(MerchantApplication)).one()


def test_an_application_loses_nothing_and_says_what_is_missing(rows: Session, visit: Visit) -> None:
    person = factories.user(rows)
    rows.commit()
    visitor, start = visit(person), f"/schemes/{made.HOME}/merchants/apply"
    assert "（七(一)）" in visitor.get(start).text
    address = visitor.post(start, {"form_key": "a"}).location
    assert visitor.post(start, {"form_key": "a"}).location == address
    bad = _form(_row(rows), uscc="91141029MA0T000000", submit="1", licence=(io.BytesIO(b"no picture"), "执照.jpg"))
    answer = visitor.post(address, bad)
    assert (answer.status_code, is_clear(answer)) == (422, True)
    assert "营业执照没有收下，其余内容已保存" in words(answer)
    assert ("样例家电城" in answer.text, _row(rows).address) == (True, "样例路 1 号")
    sent = _form(_row(rows), uscc="91141029MA0T000000", submit="1", licence=(_picture(), "执照.jpg"))
    answer = visitor.post(address, sent)
    assert (answer.status_code, "校验位不符，请对照营业执照逐位核对" in words(answer)) == (422, True)
    row = _row(rows)
    assert (row.state, row.licence_name) == ("draft", "执照.jpg")
    assert visitor.get(f"{address}/licence.jpg").data.startswith(b"\xff\xd8")
    stale = visitor.post(address, _form(row, revision=0, name="另一个名称"))
    assert (stale.status_code, "另一个名称" in stale.text, _row(rows).name) == (409, True, "样例家电城")
    assert visitor.post(address, _form(_row(rows), submit="1")).status_code == 302
    assert "正在等待县工信和科技局确定" in words(visitor.get(address))
    assert _row(rows).state == "submitted"


def test_the_office_admits_and_the_public_sees(rows: Session, visit: Visit) -> None:
    row, admin = made.put_in(rows), factories.user(rows, "admin")
    rows.commit()
    office, page = visit(admin), f"/office/merchants/{row.public_id}"
    assert row.name in words(office.get("/office/merchants"))
    wrong = office.post(
        page, {"action": "admit", "revision": row.revision, "first": "2024-12-31", "last": "2024-01-01"}
    )
    assert (wrong.status_code, "不能早于起始日" in words(wrong)) == (422, True)
    assert office.post(page, {"action": "explode", "revision": row.revision}).status_code == 422
    days = {"first": "2024-01-01", "last": "2024-12-31"}
    assert office.post(page, {"action": "admit", "revision": row.revision, **days}).status_code == 302
    public = visit().get(f"/schemes/{made.HOME}/merchants")
    assert (row.name in words(public), row.person in words(public), row.uscc in public.text) == (True, False, False)
    sought = visit().get(f"/schemes/{made.HOME}/merchants", query_string={"text": "没有这家"})
    assert row.name not in words(sought)
    file = office.get(f"/office/firms/file.xlsx?scheme={made.HOME}")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(file.data)).get_sheet_by_index(0).to_python()
    assert sheet[1] == [
        row.name, "商家（门店）", "样例路 1 号", row.uscc, "测试甲", "2024-01-01", "2024-12-31", "有效",
    ]  # fmt: skip
    assert "有效期 2024-01-01 至 2024-12-31" in words(visit(row.applicant).get(f"/merchants/{row.public_id}"))


def _sign_in(app: Flask, username: str, password: str) -> Visitor:
    visitor = Visitor(app)
    form = {"username": username, "password": password}
    assert visitor.post("/staff/sign-in", form).status_code == 302
    return visitor


def test_a_shops_clerk_from_the_starting_password_to_the_end(app: Flask, rows: Session, visit: Visit) -> None:
    head = rows.get_one(User, made_vouchers.seller(rows).id)
    rows.commit()
    manager = visit(head)
    entered = {"name": "测试乙", "phone": "13800000002", "username": "ceshiyi-01", "rights": ["redeem"]}
    refused = manager.post("/account/people", entered | {"phone": "12"})
    assert (refused.status_code, "测试乙" in refused.text) == (422, True)
    answer = manager.post("/account/people", entered)
    assert answer.headers["Cache-Control"] == "no-store"
    password = re.search(r'id="made-password">([^<]+)<', answer.text).group(1)
    assert password not in manager.get("/account/people").text

    clerk = _sign_in(app, "ceshiyi-01", password)
    assert clerk.get("/vouchers").location == "/staff/password"
    mine = {"password": password, "new_password": "short", "new_password_confirm": "short"}
    assert "密码至少 10 位" in words(clerk.post("/staff/password", mine))
    own = {"password": password, "new_password": "my own word 1", "new_password_confirm": "my own word 1"}
    assert clerk.post("/staff/password", own).status_code == 302
    clerk = _sign_in(app, "ceshiyi-01", "my own word 1")
    assert clerk.get("/vouchers").status_code == 200
    assert clerk.get("/account/people").status_code == 403
    rows.rollback()
    user = rows.scalars(select(User).where(User.username == "ceshiyi-01")).one()
    assert (user.must_change_password, user.last_sign_in_at is not None) == (False, True)

    assert manager.post(f"/account/people/{user.public_id}/stop").status_code == 302
    assert clerk.get("/vouchers").location.startswith("/staff/sign-in")
    form = {"username": "ceshiyi-01", "password": "my own word 1"}
    assert Visitor(app).post("/staff/sign-in", form).status_code == 200


def test_excluded_on_every_page_and_lifted(rows: Session, visit: Visit) -> None:
    row, admin = made.admitted(rows, last="2024-12-31"), factories.user(rows, "admin")
    shop = factories.user(rows, "shop", organisation_id=row.organisation_id)
    rows.commit()
    office, staff = visit(admin), visit(shop)
    assert "黑名单" not in words(staff.get("/vouchers"))
    entered = {
        "name": row.name,
        "kind": "blacklist",
        "scheme": made.HOME,
        "source": "样文〔2024〕1号",
        "reason": "恶意套现",
    }
    bad = office.post("/office/exclusions", entered | {"kind": ""})
    assert (bad.status_code, "恶意套现" in bad.text) == (422, True)
    assert office.post("/office/exclusions", entered).status_code == 302
    assert office.post("/office/exclusions", entered).status_code == 409
    for path in ("/vouchers", "/claims", "/"):
        assert "有疑问请联系县工信和科技局" in words(staff.get(path)), path
    assert row.name not in words(visit().get(f"/schemes/{made.HOME}/merchants"))
    assert "已除名" in words(office.get(f"/office/firms?scheme={made.HOME}"))
    _lifted(rows, office)
    firm = words(office.get(f"/office/firms/{row.organisation.public_id}"))
    assert ("恶意套现" in firm, "解除：已整改" in firm) == (True, True)
    assert "黑名单" not in words(staff.get("/vouchers"))
    assert row.name in words(visit().get(f"/schemes/{made.HOME}/merchants"))


def _lifted(rows: Session, office: Visitor) -> None:
    rows.rollback()
    struck = rows.scalars(select(Exclusion)).one()
    lift = f"/office/exclusions/{struck.public_id}/lift"
    assert office.post(lift, {"source": "", "reason": ""}).status_code == 422
    assert office.post(lift, {"source": "样文〔2024〕2号", "reason": "已整改"}).status_code == 302
    assert office.post(lift, {"source": "样文〔2024〕2号", "reason": "已整改"}).status_code == 409


@pytest.mark.parametrize("path", ["/office/firms?scheme=x&state=y", "/schemes/xiangning-2023/merchants?text=%25%27"])
def test_odd_addresses(rows: Session, visit: Visit, path: str) -> None:
    admin = factories.user(rows, "admin")
    rows.commit()
    answer = visit(admin).get(path)
    assert (answer.status_code, is_clear(answer)) == (200, True)


def test_the_desk_says_that_a_firm_is_excluded(rows: Session, visit: Visit) -> None:
    dealer, reviewer = factories.user(rows, "dealer"), factories.user(rows, "reviewer")
    claim = factories.claim(rows, "in_review", by=dealer, reviewer=reviewer)
    factories.exclude(rows, dealer.organisation.name)
    rows.commit()
    shown = words(visit(reviewer).get(f"/desk/claims/{claim.public_id}"))
    assert f"{dealer.organisation.name} 已列入失信" in shown
