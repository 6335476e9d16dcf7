"""One whole journey in a real browser on the real stack: two claims, from the papers to the money, and its record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from stdnum import luhn

from reviewapp.demo.office import PASSWORD
from reviewapp.specimens import people
from reviewapp.specimens.purchases import Purchase
from tests.e2e.office import DESK, PHONE, Person, chromium, open_office, ready, reload_until
from tests.e2e.papers import photograph, scan, stands_on

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(600)]

READ_MS = 180_000
PAID_MS = 60_000
XIANGNING = (
    "id_card", "vehicle_invoice", "vehicle_licence", "tax_payment_proof", "bank_card", "voucher_slip",
    "registration_form", "pos_slip",
)  # fmt: skip
YANGCHENG = ("id_card", "vehicle_licence", "vehicle_certificate", "bank_card", "car_photo")
CLOSED_CARDS = "4004"
CLOSED = "账户已销户"
REASON = "已核对原件，待核实的各项属实。"
expect.set_options(timeout=30_000)


@dataclass
class World:
    """The site, a browser, a folder for files, and everybody who was there."""

    site: str
    browser: Browser
    folder: Path
    everybody: list[Person]
    barriers: list[str] = field(default_factory=list)

    def person(self, viewport: dict[str, int]) -> Person:
        self.everybody.append(Person(self.browser, self.site, viewport))
        return self.everybody[-1]

    def staff(self, account: str) -> Person:
        """Somebody of the office, signed in at a desk."""
        person = self.person(DESK)
        person.staff_sign_in(account, PASSWORD)
        return person


@pytest.fixture
def world(short_folder: Path, tmp_path: Path) -> Iterator[World]:
    with open_office(short_folder / "journey", tmp_path) as site, chromium() as browser:
        yield World(site, browser, tmp_path, [])


def test_two_claims_from_the_papers_to_the_money(world: World) -> None:
    car = people.purchase(0, county="xiangning", invoice_date=date(2023, 10, 20), total="128000.00")
    new_car = people.purchase(1, county="yangcheng", energy="new_energy", electronic_invoice=True)
    closed = closed_account(new_car)
    dealer, buyer = world.staff("demo-dealer-xiangning"), world.person(PHONE)

    dealer.set_clock("2023-11-20")
    first = put_in_by_the_dealer(world, dealer, car)
    dealer.set_clock("2024-01-10")
    second = put_in_by_the_buyer(world, buyer, closed)

    review(world, [first, second])
    pay(world, first)
    pay(world, second, ends=CLOSED)
    the_buyer_gives_another_card(world, buyer, second, new_car)
    pay(world, second)
    the_buyer_sees_the_money(buyer, second)
    the_auditor_sees_everything(world, second)
    nobody_is_shut_out(world)
    assert world.barriers == []
    assert [trouble for person in world.everybody for trouble in person.troubles] == []


def closed_account(bought: Purchase) -> Purchase:
    """The same purchase to be paid to a card that the sandbox bank calls closed (docs/sandbox-bank.md)."""
    number = next(
        number for middle in range(10) if luhn.is_valid(number := f"{bought.card.number[:-5]}{middle}{CLOSED_CARDS}")
    )
    return replace(bought, card=replace(bought.card, number=number))


# --- putting in -------------------------------------------------------------------------------------------------------


def put_in_by_the_dealer(world: World, dealer: Person, bought: Purchase) -> str:
    """All papers at once from the scanner; gives the claim's number."""
    page = dealer.page
    page.goto("/claims/new")
    start(page, "乡宁县 · 汽车消费补贴")
    upload(page, [scan(bought, kind, world.folder) for kind in XIANGNING])
    expect(page.locator(".needed .is-absent")).to_have_count(0)
    page.get_by_role("link", name="下一步：核对信息").click()
    look_through(page, bought)
    page.get_by_role("button", name="下一步：检查").click()
    assert dealer.fits()
    page.get_by_role("button", name="提交").click()
    return receipt(page, ticket=1)


def put_in_by_the_buyer(world: World, buyer: Person, bought: Purchase) -> str:
    """Photographs from the phone, one paper forgotten and brought after; gives the claim's number."""
    page = buyer.page
    sign_in_by_phone(buyer, bought.buyer.phone)
    page.get_by_role("link", name="开始申请").click()
    start(page, "阳城县 · 汽车消费券")
    a_bad_file_is_refused(page)
    files = [photograph(bought, kind, world.folder) for kind in YANGCHENG]
    upload(page, [*files, scan(bought, "vehicle_invoice", world.folder)])
    expect(page.locator(".needed .is-absent")).to_have_count(1)
    page.get_by_role("link", name="下一步：核对信息").click()
    a_wrong_number_is_noticed(page, bought)
    look_through(page, bought)
    page.get_by_role("button", name="下一步：检查").click()
    expect(page.get_by_text("还缺这些材料")).to_be_visible()
    expect(page.get_by_role("button", name="提交")).to_be_disabled()
    draft = page.url.removesuffix("/check").removeprefix(world.site)
    world.barriers += buyer.barriers(f"{draft}/papers", f"{draft}/facts", f"{draft}/check")
    page.get_by_role("link", name="去补材料").click()
    bring_after(page, photograph(bought, "pos_slip", world.folder))
    page.get_by_role("link", name="下一步：核对信息").click()
    look_through(page, bought)
    page.get_by_role("button", name="下一步：检查").click()
    expect(page.get_by_text("还缺这些材料")).to_have_count(0)
    assert buyer.fits()
    page.get_by_role("button", name="提交").click()
    return receipt(page, ticket=1)


def sign_in_by_phone(person: Person, phone: str) -> None:
    page = person.page
    page.goto("/sign-in")
    page.get_by_label("手机号码").fill(phone)
    page.get_by_role("button", name="获取验证码").click()
    with person.context.expect_page() as opened:
        page.get_by_role("link", name="短信发件箱").click()
    messages = opened.value
    code = messages.get_by_text("登录验证码是").first.inner_text().split("验证码是")[1][:6]
    messages.close()
    page.get_by_label("验证码").fill(code)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("heading", name="我的申请").wait_for()
    assert person.fits()


def start(page: Page, programme: str) -> None:
    """Begin a draft in the form of that programme."""
    heading = page.get_by_role("heading", name=programme, exact=True)
    page.locator("form.panel", has=heading).get_by_role("button").click()
    page.get_by_role("heading", name="上传材料").wait_for()


def upload(page: Page, files: list[Path]) -> None:
    """Choose files and watch until all of them are read."""
    ready(page)
    page.get_by_label("选择照片或 PDF").set_input_files(files)
    all_are_read(page)


def all_are_read(page: Page) -> None:
    expect(page.locator("[data-upload-progress] li")).to_have_count(0, timeout=READ_MS)
    page.get_by_role("link", name="下一步：核对信息").wait_for(timeout=READ_MS)
    expect(page.get_by_text("没认出是什么材料")).to_have_count(0)


def a_bad_file_is_refused(page: Page) -> None:
    """Its own line says what is wrong with it; the page goes on working."""
    bad = {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    ready(page)
    page.get_by_label("选择照片或 PDF").set_input_files([bad])
    row = page.locator("[data-upload-progress] li")
    expect(row).to_contain_text("照片.jpg")
    expect(row.get_by_role("alert")).to_contain_text("请上传照片（JPG、PNG、WebP、HEIC、TIFF），或 PDF、OFD 文件")
    page.reload()


def bring_after(page: Page, file: Path) -> None:
    """One more paper; the next step taken while it is still going up would break it off: the page says so and stays."""
    ready(page)
    held: list[Route] = []
    page.route("**/files", lambda route: held.append(route))
    page.get_by_label("选择照片或 PDF").set_input_files([file])
    page.get_by_role("link", name="下一步：核对信息").click()
    expect(page.get_by_text("还有 1 个文件正在上传")).to_be_visible()
    held[0].continue_()
    page.unroute("**/files")
    all_are_read(page)


def a_wrong_number_is_noticed(page: Page, bought: Purchase) -> None:
    """A slip of the finger in the ID number is told at once, beside the field, and nothing of it is kept."""
    ready(page)
    field = page.locator("[name='applicant.id_number']")
    right = bought.buyer.id_number
    change(field, right[:-1] + ("0" if right[-1] != "0" else "1"))
    expect(page.locator(".has-error")).to_contain_text("身份证")
    change(field, right)
    expect(page.locator(".has-error")).to_have_count(0)
    expect(field).to_have_value(right)


def change(field: Locator, value: str) -> None:
    field.fill(value)
    field.press("Tab")


def look_through(page: Page, bought: Purchase) -> None:
    """Compare with the papers: doubtful values are corrected or confirmed, what only the buyer knows is chosen."""
    page.wait_for_url("**/facts")
    ready(page)
    choices = {
        "declared.energy": bought.vehicle.energy,
        "declared.vehicle_class": "light_truck" if "货车" in bought.vehicle.licence_type else "passenger",
        "account.kind": "debit",
    }
    for name, value in choices.items():
        field = page.locator(f"[name='{name}']")
        if field.count() and field.input_value() != value:
            field.select_option(value)
            expect(page.locator(f"#box-f-{name.replace('.', '-')}")).to_contain_text("已保存")
    change_if(page, "applicant.phone", bought.buyer.phone)
    change_if(page, "applicant.name", bought.buyer.name)
    change_if(page, "account.holder", bought.buyer.name)
    change_if(page, "account.card_number", bought.card.number)
    while page.locator(".fact.is-doubtful").count():
        settle(page, page.locator(".fact.is-doubtful").first, bought)


def change_if(page: Page, name: str, value: str) -> None:
    field = page.locator(f"[name='{name}']")
    if field.input_value() != value:
        change(field, value)
        expect(page.locator(f"#box-f-{name.replace('.', '-')}")).to_contain_text("已保存")


def settle(page: Page, doubtful: Locator, bought: Purchase) -> None:
    """Say what one doubtful field must be: the paper's own words, or that it was read right."""
    box = page.locator(f"#{doubtful.get_attribute('id')}")
    field = box.locator("input:not([type=checkbox]), select")
    name = (field.get_attribute("name") or "").rpartition(".")[2]
    title = page.locator("fieldset", has=box).locator("legend").inner_text().removesuffix("看图片").strip()
    truth = field.input_value() if not title else truth_of(bought, title, name) or field.input_value()
    if truth != field.input_value() and field.evaluate("element => element.tagName") == "INPUT":
        change(field, truth)
    else:
        box.get_by_label("核对过").check()
    expect(page.locator(f"#{box.get_attribute('id')}.is-doubtful")).to_have_count(0)


def truth_of(bought: Purchase, title: str, name: str) -> str:
    try:
        return stands_on(bought, title, name)
    except StopIteration:
        return ""


def receipt(page: Page, *, ticket: int) -> str:
    """The claim's number, from the receipt."""
    page.get_by_role("heading", name="受理回执").wait_for()
    expect(page.locator(".ticket")).to_contain_text(str(ticket))
    return page.locator("dd").first.inner_text()


# --- deciding and paying ----------------------------------------------------------------------------------------------


def review(world: World, numbers: list[str]) -> None:
    """Both claims in the order in which they were put in, without touching the mouse."""
    reviewer = world.staff("demo-reviewer")
    page = reviewer.page
    page.get_by_role("heading", name="审核", exact=True).wait_for()
    ready(page)
    page.keyboard.press("n")
    for number in numbers:
        page.get_by_role("heading", name=number).wait_for()
        ready(page)
        world.barriers += reviewer.barriers(page.url)
        rows_move_the_picture(page)
        page.keyboard.press("Shift+A")
        page.locator("#approve-reason").fill(REASON)
        page.keyboard.press("Control+Enter")
        page.keyboard.press("Enter")
    page.get_by_text("没有等待审核的申请了").wait_for()


def rows_move_the_picture(page: Page) -> None:
    for key in ("j", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator("[data-row]:focus")).to_have_count(1)
    expect(page.locator("[data-pane]").first).to_be_visible()


def pay(world: World, number: str, *, ends: str = "已发放") -> None:
    """One person makes the batch and cannot release it; another types count and total again."""
    person = world.staff("demo-maker")
    maker = person.page
    reload_until(maker, lambda: maker.get_by_text(number).count() > 0)
    world.barriers += person.barriers("/finance", "/finance/returns", "/finance/suspense")
    maker.locator(".panel", has=maker.get_by_text(number)).get_by_role("link", name="生成发放批次").click()
    maker.get_by_role("button", name="预览批次").click()
    maker.get_by_role("button", name="生成批次：1 笔").click()
    expect(maker.get_by_text("等待另一位财务复核人员放行")).to_be_visible()
    expect(maker.get_by_role("button", name="放行")).to_have_count(0)
    total = maker.locator(".totals .num").inner_text().removeprefix("¥")

    checker = world.staff("demo-checker")
    page = checker.page
    page.goto(maker.url)
    page.get_by_label("笔数").fill("2")
    page.get_by_label("合计金额").fill(total)
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="放行 1 笔").click()
    expect(page.get_by_role("alert")).to_contain_text("笔数与批次不一致")
    world.barriers += checker.barriers(maker.url)
    page.get_by_label("笔数").fill("1")
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="放行 1 笔").click()
    page.get_by_text("已放行").first.wait_for()
    expect(page.locator("#lines")).to_contain_text(ends, timeout=PAID_MS)


def the_buyer_gives_another_card(world: World, buyer: Person, number: str, bought: Purchase) -> None:
    """Only the card is asked for, nobody reviews anything again; a slip of the finger is told and nothing is lost."""
    page = buyer.page
    page.goto("/claims")
    page.locator(".claim-cards li", has_text=number).get_by_role("link", name="更换收款卡").click()
    page.get_by_role("heading", name="更换收款卡").wait_for()
    expect(page.locator(".lead")).to_contain_text(CLOSED)
    world.barriers += buyer.barriers(page.url)
    page.get_by_label("开户人姓名").fill(bought.buyer.name)
    slip = str((int(bought.card.number[-1]) + 1) % 10)
    page.get_by_label("银行卡号").fill(bought.card.number[:-1] + slip)
    page.get_by_role("button", name="确认更换").click()
    expect(page.locator(".has-error")).to_have_count(1)
    expect(page.get_by_label("开户人姓名")).to_have_value(bought.buyer.name)
    page.get_by_label("银行卡号").fill(bought.card.number)
    assert buyer.fits()
    page.get_by_role("button", name="确认更换").click()
    page.wait_for_url(lambda url: not url.endswith("/card"))


# --- afterwards -------------------------------------------------------------------------------------------------------


def the_buyer_sees_the_money(buyer: Person, number: str) -> None:
    page = buyer.page
    page.goto("/claims")
    expect(page.locator(".claim-cards li", has_text=number)).to_contain_text("已发放")
    page.locator(".claim-cards li", has_text=number).get_by_role("link").first.click()
    expect(page.get_by_text("到账时间")).to_be_visible()
    assert buyer.fits()


def the_auditor_sees_everything(world: World, number: str) -> None:
    auditor = world.staff("demo-auditor")
    page = auditor.page
    page.goto("/all")
    page.get_by_role("link", name=number).click()
    claim = page.url
    history = page.locator(".history")
    for step in ("提交", "通过", "已发放"):
        expect(history).to_contain_text(step)
    expect(page.locator(".past")).to_contain_text(REASON)
    expect(page.get_by_role("button", name="确认通过")).to_have_count(0)
    page.goto("/finance/pools")
    page.locator("main a[href*='/finance/pools/']").first.click()
    figures = page.url
    page.locator("main a[href*='/entries']").first.click()
    expect(page.locator("table tbody tr").first).to_be_visible()
    world.barriers += auditor.barriers(claim, "/all", "/finance/pools", figures, page.url)


def nobody_is_shut_out(world: World) -> None:
    visitor = world.person(PHONE)
    queue = "/schemes/yangcheng-2023/queue?pool=car"
    world.barriers += visitor.barriers("/", "/schemes/yangcheng-2023/car", "/sign-in", "/staff/sign-in", queue)
    visitor.page.goto(queue)
    expect(visitor.page.locator("#t1")).to_contain_text("已发放")
    assert visitor.fits()
