"""A scrap voucher in a real browser: on its owner's phone, scanned at the till, the network cut, then settled."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Error, expect

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.demo.office import PASSWORD
from reviewapp.extensions import db
from reviewapp.specimens import people
from tests.e2e.office import DESK, PHONE, Person, chromium, open_office, ready, reload_until
from tests.e2e.papers import scan
from tests.e2e.test_journey import World, change_if, pay, receipt, review, sign_in_by_phone, upload
from tests.factories import vouchers as made

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(600)]
#: Bought on the day on which the voucher is used; the buyer is its owner, the seller the demonstration's dealer.
CAR = people.purchase(0, invoice_date=made.NOW.date(), total="60000.00", electronic_invoice=True)
OWNER = CAR.buyer
expect.set_options(timeout=30_000)


def _issued(_app: Flask) -> None:
    clock.stand_on(made.NOW)
    with transaction(db.session()) as session:
        made.voucher(session)


@pytest.fixture
def world(short_folder: Path, tmp_path: Path) -> Iterator[World]:
    with open_office(short_folder / "vouchers", tmp_path, _issued) as site, chromium() as browser:
        yield World(site, browser, tmp_path, [])


def test_from_the_owners_phone_to_the_dealers_money(world: World) -> None:
    owner, dealer = world.person(PHONE), world.person(DESK)
    dealer.set_clock("2024-01-10")
    address = _code_on_the_phone(owner)
    dealer.staff_sign_in("demo-dealer-yangcheng", PASSWORD)
    dealer.page.goto("/vouchers/till")
    dealer.page.get_by_label("券号").fill(address)
    dealer.page.get_by_role("button", name="查验").click()
    expect(dealer.page.get_by_text("签名有效")).to_be_visible()
    assert dealer.barriers(dealer.page.url) == []
    _redeemed_only_with_the_network(dealer)
    owner.page.reload()
    expect(owner.page.get_by_text("已核销")).to_be_visible()
    _settlement_begun(dealer)
    number = _put_in(world, dealer)
    review(world, [number])
    pay(world, number)
    dealer.page.goto("/vouchers")
    expect(dealer.page.get_by_text("已结算")).to_be_visible()
    assert (owner.troubles, world.barriers) == ([], [])


def _code_on_the_phone(owner: Person) -> str:
    """What a telephone reads in the square code on the owner's."""
    sign_in_by_phone(owner, OWNER.phone)
    owner.page.get_by_role("link", name="¥500.00 消费券").click()
    code = owner.page.get_by_alt_text("商家核销用的二维码")
    expect(code).to_be_visible()
    assert owner.fits()
    assert owner.barriers(owner.page.url) == []
    (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))
    return str(read.text)


def _redeemed_only_with_the_network(dealer: Person) -> None:
    """Cut off, the till takes nothing off, and nothing is redeemed when the network is back."""
    page = dealer.page
    _enter(dealer)
    till = page.url
    dealer.context.set_offline(True)
    page.get_by_role("button", name="核销，抵扣 ¥500.00").click()
    with pytest.raises(Error):
        page.goto(till)
    dealer.context.set_offline(False)
    page.goto(till)
    expect(page.get_by_text("未使用")).to_be_visible()
    _enter(dealer)
    page.get_by_role("button", name="核销，抵扣 ¥500.00").click()
    expect(page.get_by_text("核销成功")).to_be_visible()
    expect(page.get_by_text("¥59,500.00")).to_be_visible()
    assert dealer.barriers(page.url) == []


def _enter(dealer: Person) -> None:
    page = dealer.page
    page.get_by_label("身份证号后 6 位").fill(OWNER.id_number[-6:])
    page.get_by_label("已查看身份证原件").check()
    page.get_by_label("购买品类").select_option(label="汽车")
    page.get_by_label("优惠后的价格").fill("60000")
    page.get_by_label("发票号码").fill(CAR.paper_values("vehicle_invoice")["invoice_number"])


def _settlement_begun(dealer: Person) -> None:
    """After the activity: the slip is in the draft, and the reading process reads it."""
    page, slip = dealer.page, dealer.page.url
    dealer.set_clock("2024-05-06")
    page.goto(slip)
    page.get_by_role("button", name="申请结算").click()
    page.wait_for_url("**/papers")
    reload_until(page, lambda: page.locator(".paper-card", has_text="核销小票").count() == 1)


def _put_in(world: World, dealer: Person) -> str:
    """The rest of the papers, the firm's account, and the submission; gives the claim's number."""
    page = dealer.page
    upload(page, [scan(CAR, kind, world.folder) for kind in ("vehicle_invoice", "id_card")])
    page.get_by_role("link", name="下一步：核对信息").click()
    page.wait_for_url("**/facts")
    expect(page.get_by_label("消费券面额").or_(page.get_by_label("面值")).first).to_have_value("500.00")
    ready(page)
    change_if(page, "account.card_number", CAR.card.number)
    page.get_by_role("button", name="下一步：检查").click()
    page.get_by_role("button", name="提交").click()
    return receipt(page, ticket=2)
