"""A shop's sale in a real browser: registered, the voucher handed out, products, the confirmation signed, printed and
stamped, the papers read, put in, reviewed, and paid to the shop.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from reviewapp.demo.office import PASSWORD
from reviewapp.policy.money import words_from_fen
from reviewapp.specimens.corpus import Specimen
from reviewapp.specimens.damage import phone_photo
from reviewapp.specimens.papers import render
from tests.e2e.office import Person, chromium, open_office, ready
from tests.e2e.test_journey import READ_MS, World, pay, receipt, review
from tests.factories import sales as made
from tests.factories.payouts import CARD
from tests.support.stamping import stamped

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(900)]
TABLET = {"width": 768, "height": 1024}
FIRM = "乡宁县测试家居有限公司"
BUYER = made.buyer()
_CARD = {"name": BUYER.name, "id_number": BUYER.id_number, "birth_date": BUYER.birth_date.isoformat()}
expect.set_options(timeout=30_000)


@pytest.fixture
def world(short_folder: Path, tmp_path: Path) -> Iterator[World]:
    with open_office(short_folder / "shop", tmp_path) as site, chromium() as browser:
        yield World(site, browser, tmp_path, [])


def test_from_the_counter_to_the_shops_money(world: World) -> None:
    shop = world.person(TABLET)
    shop.set_clock("2024-07-10")
    shop.staff_sign_in("demo-shop", PASSWORD)
    sale = _registered(shop, world.folder)
    _handed_out(shop)
    _products(shop, world.folder)
    _signed(shop)
    number = _put_in(world, shop, sale)
    review(world, [number])
    pay(world, number)
    shop.page.goto(sale)
    expect(shop.page.get_by_text("已发放").first).to_be_visible()
    shop.page.goto("/shop")
    assert shop.fits()
    assert (shop.troubles, world.barriers, shop.barriers(sale, "/shop")) == ([], [], [])


def _registered(shop: Person, folder: Path) -> str:
    """The card is photographed, the name and number are there; the telephone is typed."""
    page = shop.page
    page.goto("/shop")
    page.get_by_role("button", name="登记新的购买").click()
    page.wait_for_url("**/shop/*")
    ready(page)
    page.get_by_label("选择照片或文件").set_input_files(
        [_saved(folder, "id_card", _drawn("id_card", "front", **_CARD))]
    )
    expect(page.get_by_label("身份证号")).to_have_value(BUYER.id_number, timeout=READ_MS)
    expect(page.get_by_label("姓名")).to_have_value(BUYER.name)
    page.get_by_label("手机号").fill(BUYER.phone)
    page.get_by_role("button", name="登记并查名额").click()
    expect(page.get_by_text("名额可用")).to_be_visible()
    return page.url.partition("#")[0].removeprefix(shop.site)


def _handed_out(shop: Person) -> None:
    page = shop.page
    page.get_by_role("button", name="发放今天的券").click()
    expect(page.locator("#voucher").get_by_role("alert")).to_contain_text("当前位于临汾市")
    page.get_by_label("消费者本人在场").check()
    page.get_by_role("button", name="发放今天的券").click()
    expect(page.get_by_text("最多抵扣")).to_be_visible()


def _products(shop: Person, folder: Path) -> None:
    """Code and grade come from photographs; the subsidy is there as soon as the prices are."""
    page = shop.page
    ready(page)
    page.get_by_label("商品", exact=True).fill("电视机")
    page.get_by_label("品牌型号").fill("样例牌 YL-55")
    page.get_by_label("单价（元）").fill("9999")
    files = [_saved(folder, kind, picture) for kind, picture in _appliance().items()]
    page.get_by_label("选择照片或文件").set_input_files(files)
    expect(page.get_by_label("13 位国标码")).to_have_value(made.TV.code, timeout=READ_MS)
    expect(page.get_by_label("能效或水效等级")).to_have_value("1", timeout=READ_MS)
    page.get_by_role("button", name="再加一种商品").click()
    second = page.get_by_role("group", name="第 2 种")
    second.get_by_label("商品", exact=True).fill("沙发")
    second.get_by_label("单价（元）").fill("12000")
    second.get_by_label("单价（元）").press("Tab")
    expect(page.locator("#sum")).to_contain_text("¥2,000.00")
    expect(page.locator("#sum")).to_contain_text("¥19,999.00")
    assert shop.fits()
    page.get_by_role("button", name="结算，抵扣补贴").click()
    expect(page.get_by_text("已结算，补贴已抵扣")).to_be_visible()


def _signed(shop: Person) -> None:
    page = shop.page
    ready(page)
    page.get_by_text("在屏幕上签字").click()
    canvas = page.locator("[data-signature-pad]")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    for across in (0.2, 0.45, 0.7):
        page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * 0.3)
        page.mouse.down()
        for step in range(1, 7):
            drift = 0.03 * step
            page.mouse.move(
                box["x"] + box["width"] * (across + drift), box["y"] + box["height"] * (0.3 + 0.4 * (step % 2))
            )
        page.mouse.up()
    page.get_by_role("button", name="确认签字").click()
    expect(page.get_by_text("消费者已在屏幕上签字")).to_be_visible()


def _put_in(world: World, shop: Person, sale: str) -> str:
    """The printed form is stamped and photographed; invoice, payment and goods; all agree; submitted."""
    page = shop.page
    printed = page.request.get(page.get_by_role("link", name="打印确认书").get_attribute("href") or "").body()
    form = stamped(pypdfium2.PdfDocument(printed)[0].render(scale=2.6).to_pil(), FIRM)
    pictures = {"subsidy_confirmation": phone_photo(form, 1)} | _papers()
    ready(page)
    page.get_by_label("选择照片或文件").set_input_files(
        [_saved(world.folder, kind, picture) for kind, picture in pictures.items()]
    )
    expect(page.locator("#papers .is-absent")).to_have_count(0, timeout=READ_MS)
    expect(page.locator("#papers .sign-fail")).to_have_count(0)
    expect(page.get_by_text("打印的是")).to_have_count(0)
    world.barriers += shop.barriers(sale)
    page.get_by_role("link", name="核对信息").click()
    page.wait_for_url("**/facts")
    ready(page)
    _confirm_all(page)
    page.locator("[name='account.card_number']").fill(CARD)
    page.get_by_role("button", name="下一步：检查").click()
    page.get_by_role("button", name="提交").click()
    return receipt(page, ticket=1)


def _confirm_all(page: Page) -> None:
    for box in page.locator("[name='confirmed']").all():
        box.check()


def _drawn(kind: str, form: str, **said: object) -> Image.Image:
    """A paper of that form, like the corpus draws it, but for what is said."""
    return render(kind, {**Specimen(kind, form, 0).values, **said}, form=form)


def _appliance() -> dict[str, Image.Image]:
    return {
        "commodity_code": _drawn("commodity_code", "label", commodity_code=made.TV.code),
        "energy_label": _drawn("energy_label", "television", grade="1"),
    }


def _papers() -> dict[str, Image.Image]:
    """Invoice and payment of what was sold; the payment is less the subsidy."""
    items = [
        {"name": "*家用视听设备*样例牌电视机", "model": "YL-55", "quantity": 1, "amount": "8848.67"},
        {"name": "*家具*测试布艺沙发", "model": "CS-808L", "quantity": 1, "amount": "10619.47"},
    ]
    total = {"total": "21999.00", "total_in_words": words_from_fen(2_199_900)}
    invoice = {"invoice_date": "2024-07-10", "buyer_name": BUYER.name, "seller_name": FIRM, "items": items, **total}
    paid_at = (made.OPEN + timedelta(minutes=5)).isoformat()
    return {
        "product_invoice": _drawn("product_invoice", "digital", **invoice),
        "payment_proof": _drawn("payment_proof", "wechat", payee_name=FIRM, paid_at=paid_at, amount="19999.00"),
        "goods_photo": _drawn("goods_photo", "television"),
    }


def _saved(folder: Path, kind: str, picture: Image.Image) -> Path:
    path = folder / f"{kind}.jpg"
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=88)
    path.write_bytes(out.getvalue())
    return path
