"""Scrap vouchers in a real browser: on the owner's phone, scanned at the till, the network cut, a slip of the finger
taken back, then three of them settled together and paid.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Error, expect
from sqlalchemy import select

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.demo.office import PASSWORD
from reviewapp.extensions import db
from reviewapp.models import Actor, User
from reviewapp.specimens import people
from reviewapp.specimens.purchases import Purchase
from tests.e2e.office import DESK, PHONE, Person, chromium, open_office, reload_until
from tests.e2e.papers import scan
from tests.e2e.test_journey import PAID_MS, READ_MS, World, review, sign_in_by_phone
from tests.factories import vouchers as made

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(600)]
#: Bought on the day on which the voucher is used; the buyer is its owner, the seller the demonstration's dealer.
CAR = people.purchase(0, invoice_date=made.NOW.date(), total="60000.00", electronic_invoice=True)
OWNER = CAR.buyer
#: Bought at the same dealer's with vouchers that were redeemed the day before.
OTHERS = tuple(people.purchase(index, invoice_date=made.NOW.date(), electronic_invoice=True) for index in (3, 6))
expect.set_options(timeout=30_000)


def _issued(_app: Flask) -> None:
    clock.stand_on(made.NOW)
    with transaction(db.session()) as session:
        made.voucher(session)
        dealer = Actor.of(session.scalars(select(User).where(User.username == "demo-dealer-yangcheng")).one())
        for index, bought in zip((3, 6), OTHERS, strict=True):
            number = bought.paper_values("vehicle_invoice")["invoice_number"]
            voucher = made.voucher(session, index=index)
            made.redeemed(session, dealer, voucher, price_fen=6_000_000, goods="car", invoice_number=number)


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
    _taken_back_and_keyed_anew(dealer)
    owner.page.reload()
    expect(owner.page.get_by_text("已核销")).to_be_visible()
    address = _settled_together(world, dealer)
    review(world, [f"yangcheng-2023-motorcycle-scrap-{ticket:06d}" for ticket in (4, 5, 6)])
    _paid_in_one_batch(world)
    dealer.page.goto(address)
    expect(dealer.page.locator(".sums")).to_contain_text("已发放¥1,500.00")
    dealer.page.set_viewport_size(PHONE)
    assert dealer.fits()
    _read_by_the_office(world)
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


def _taken_back_and_keyed_anew(dealer: Person) -> None:
    """A slip of the finger just now: undone with a reason, and the till asks for everything again."""
    page = dealer.page
    page.get_by_text("刚才填错了").click()
    page.get_by_label("哪里填错了").fill("发票号码看错")
    page.get_by_role("button", name="撤销核销").click()
    expect(page.get_by_text("核销已撤销")).to_be_visible()
    _enter(dealer)
    page.get_by_role("button", name="核销，抵扣 ¥500.00").click()
    expect(page.get_by_text("核销成功")).to_be_visible()


def _settled_together(world: World, dealer: Person) -> str:
    """After the activity: all redeemed vouchers in one application, one pile, one account; its address."""
    page = dealer.page
    dealer.set_clock("2024-05-06")
    page.goto("/vouchers")
    page.get_by_role("link", name="结算", exact=True).click()
    expect(page.locator("[data-tick-sum]")).to_have_text("¥1,500.00")
    page.get_by_label("全选").uncheck()
    expect(page.get_by_role("button", name="做成一份结算申请")).to_be_disabled()
    page.get_by_label("全选").check()
    world.barriers += dealer.barriers(page.url)
    page.get_by_role("button", name="做成一份结算申请").click()
    page.wait_for_url("**/settlements/*")
    address = page.url
    page.locator("#files").set_input_files([_bundle(world, bought) for bought in (*OTHERS, CAR)])
    expect(page.get_by_text("可以提交")).to_have_count(0)
    page.get_by_label("收款账号").fill("1234")
    page.get_by_label("开户银行").fill("样例银行阳城支行")
    page.get_by_role("button", name="保存账户").click()
    expect(page.locator(".field-error")).to_contain_text("8 至 30 位")
    page.get_by_label("收款账号").fill(made.FIRM_ACCOUNT)
    page.get_by_role("button", name="保存账户").click()
    expect(page.get_by_text("✓ 已保存")).to_be_visible()
    expect(page.locator(".reading-line")).to_have_count(0, timeout=READ_MS)
    reload_until(page, lambda: page.get_by_text("✓ 可以提交").count() == 3)
    world.barriers += dealer.barriers(address)
    page.get_by_role("button", name="提交齐全的 3 张").click()
    expect(page.get_by_text("已提交 3 张消费券的结算，排队号从 4 到 6")).to_be_visible()
    return address


def _bundle(world: World, bought: Purchase) -> Path:
    """Invoice and ID card of one buyer in one PDF, as they come from the scanner."""
    merged = pikepdf.new()
    for kind in ("id_card", "vehicle_invoice"):
        with pikepdf.open(scan(bought, kind, world.folder)) as part:
            merged.pages.extend(part.pages)
    path = world.folder / f"{bought.buyer.name}.pdf"
    merged.save(path)
    return path


def _paid_in_one_batch(world: World) -> None:
    """One person makes the batch of the three, another releases it."""
    maker, checker = world.staff("demo-maker"), world.staff("demo-checker")
    page = maker.page
    page.goto("/finance")
    reload_until(page, lambda: page.get_by_role("link", name="生成发放批次").count() > 0)
    page.get_by_role("link", name="生成发放批次").click()
    page.get_by_role("button", name="预览批次").click()
    page.get_by_role("button", name="生成批次：3 笔").click()
    page.get_by_text("等待另一位财务复核人员放行").wait_for()
    released = checker.page
    released.goto(page.url)
    released.get_by_label("笔数").fill("3")
    released.get_by_label("合计金额").fill("1500.00")
    released.get_by_label("登录密码").fill(PASSWORD)
    released.get_by_role("button", name="放行 3 笔").click()
    released.get_by_text("已放行").first.wait_for()
    expect(released.locator("#lines").get_by_text("已发放")).to_have_count(3, timeout=PAID_MS)


def _read_by_the_office(world: World) -> None:
    """The auditor finds figures, application, and what happened at the till."""
    auditor = world.staff("demo-auditor")
    page = auditor.page
    page.get_by_role("link", name="消费券", exact=True).click()
    expect(page.get_by_text("100.0%")).to_be_visible()
    page.get_by_label("状态").select_option("settled")
    page.get_by_role("button", name="查找").click()
    page.locator("tbody a[href*='/office/vouchers/']").last.click()
    for step in ("核销消费券", "结算：提交申请", "结算：银行确认已发放"):
        expect(page.locator(".history")).to_contain_text(step)
    voucher = page.url
    page.goto("/office/vouchers/settlements")
    page.locator("tbody a").first.click()
    expect(page.get_by_text("已发放").first).to_be_visible()
    world.barriers += auditor.barriers("/office/vouchers", voucher, page.url)
