"""A dealer's batch in a real browser, read by the real engine: a shuffled archive, the board, strays, receipts; one
buyer returned and mended, all decided at the desk and paid.

`BATCH_BUYERS` (30) says how many buyers; 30 take a quarter of an hour on two quiet cores.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from reviewapp.demo.office import PASSWORD
from reviewapp.services.sheet_columns import CARD, NAME, PHONE, Template
from reviewapp.services.sheet_writing import WrittenRow, write_sheet
from reviewapp.specimens import pile
from reviewapp.specimens.purchases import Purchase
from tests.e2e.office import DESK, Person, chromium, open_office, ready, reload_until
from tests.e2e.office import PHONE as TELEPHONE

pytestmark = [pytest.mark.long, pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(5400)]

BUYERS = int(os.environ.get("BATCH_BUYERS", "30"))
READ_MS = 3_000_000
PAID_MS = 300_000
REASON = "已核对原件，各项属实。"


def sheet(folder: Path, bought: tuple[Purchase, ...]) -> Path:
    """All buyers but the last one, the first one's card with a wrong check digit."""
    rows = []
    for number, one in enumerate(bought[:-1], 4):
        card = one.card.number
        wrong = card[:-1] + str((int(card[-1]) + 1) % 10) if number == 4 else card
        cells = {NAME: one.buyer.name, PHONE: one.buyer.phone, CARD: wrong, "account.kind": "借记卡（储蓄卡）"}
        rows.append(WrittenRow(number, cells | {"declared.energy": "燃油汽车", "declared.vehicle_class": "乘用车"}))
    path = folder / "购车人.xlsx"
    path.write_bytes(write_sheet(Template("yangcheng-2023", "1", "car"), rows))
    return path


def archive(folder: Path, bought: tuple[Purchase, ...]) -> Path:
    """The shuffled pile as a ZIP, with something in it that is no paper."""
    files = pile.plan(BUYERS)
    pile.write(files, bought, folder / "pile")
    path = folder / "材料.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("说明.txt", "不是材料")
        for file in files:
            made.write(folder / "pile" / file.name, f"扫描/{file.name}")
    return path


def test_a_shuffled_archive_becomes_tickets_and_receipts(short_folder: Path, tmp_path: Path) -> None:
    bought = pile.buyers(BUYERS)
    with open_office(short_folder / "batch", tmp_path) as site, chromium() as browser:
        dealer = Person(browser, site, DESK)
        dealer.staff_sign_in("demo-dealer-yangcheng", PASSWORD)
        dealer.set_clock("2024-01-10")
        address = hand_in(dealer.page, sheet(tmp_path, bought), archive(tmp_path, bought))
        name_the_stray(dealer.page, bought[-1])
        dealer.page.wait_for_url(f"**{address}")
        mend_the_card(dealer.page, bought[0])
        dealer.page.wait_for_url(f"**{address}")
        settle_the_board(dealer.page)
        assert dealer.barriers("/dealer/batches", address) == []
        submit(dealer.page)
        reviewer, maker, checker = (Person(browser, site, DESK) for _ in range(3))
        decide_all(reviewer)
        mend_the_phone(dealer.page)
        decide_the_mended(reviewer.page)
        pay_all(maker, checker)
        money_is_seen(dealer.page)
        dealer.page.set_viewport_size(TELEPHONE)
        dealer.page.goto(address)
        assert dealer.fits()
        assert [person.troubles for person in (dealer, reviewer, maker, checker)] == [[], [], [], []]


def hand_in(page: Page, rows: Path, papers: Path) -> str:
    """Sheet and archive go up, the dealer leaves and comes back, and all is read; the batch's address."""
    page.goto("/dealer/batches")
    page.locator("#programme").select_option("yangcheng-2023/car")
    page.get_by_role("button", name="开始").click()
    page.wait_for_url("**/dealer/batches/*")
    address = urlsplit(page.url).path
    page.locator("#sheet").set_input_files(rows)
    page.get_by_role("button", name="上传表").click()
    expect(page.get_by_text("其中 1 行有需要改的地方")).to_be_visible()
    page.locator("#files").set_input_files(papers)
    expect(page.get_by_text("正在识别")).to_be_visible()
    page.goto("/claims")
    page.goto(address)
    expect(page.locator(".reading-line")).to_have_count(0, timeout=READ_MS)
    expect(page.get_by_text("1 个文件没有采用")).to_be_visible()
    return address


def name_the_stray(page: Page, buyer: Purchase) -> None:
    """The buyer whom the sheet does not have gets a row, from the identity card among the strays."""
    page.locator(".stray-groups .chip", has_text="身份证").click()
    page.get_by_role("button", name="表里没有这个人").click()
    page.get_by_label("手机号").fill(buyer.buyer.phone)
    for label, word in (("卡的种类", "借记卡（储蓄卡）"), ("能源类型", "燃油汽车"), ("车辆类别", "乘用车")):
        page.get_by_label(label).select_option(word)
    page.get_by_role("button", name="保存").click()


def mend_the_card(page: Page, buyer: Purchase) -> None:
    """The card number with the wrong digit is entered anew."""
    page.get_by_role("link", name=buyer.buyer.name, exact=True).click()
    page.get_by_label("银行卡号").fill(buyer.card.number)
    page.get_by_role("button", name="保存").click()


def settle_the_board(page: Page) -> None:
    """What is still a stray is dragged to the last buyer, what is doubtful confirmed."""
    reload_until(page, lambda: page.locator(".reading-line").count() == 0)
    strays, doubts = page.locator(".stray-groups .chip"), page.get_by_role("button", name="确认")
    while left := strays.count():
        strays.first.drag_to(page.locator("tr[data-drop]").last)
        expect(strays).not_to_have_count(left)
    while left := doubts.count():
        doubts.first.click()
        expect(doubts).to_have_count(left - 1)


def submit(page: Page) -> None:
    """All go in, and the receipts are a PDF."""
    page.get_by_role("button", name=f"提交齐全的 {BUYERS} 位").click()
    expect(page.get_by_text(f"已提交 {BUYERS} 位购车人")).to_be_visible()
    with page.expect_download() as receipts:
        page.get_by_role("link", name="下载全部回执").click()
    assert receipts.value.path().read_bytes().startswith(b"%PDF")


def decide_all(reviewer: Person) -> None:
    """In the order of the sheet: the first buyer is returned for the telephone number, the others are approved."""
    reviewer.staff_sign_in("demo-reviewer", PASSWORD)
    page = reviewer.page
    ready(page)
    page.keyboard.press("n")
    for ticket in range(1, BUYERS + 1):
        page.get_by_role("heading", name=f"-{ticket:06d}").wait_for()
        ready(page)
        return_the_phone(page) if ticket == 1 else approve(page)
    page.get_by_text("没有等待审核的申请了").wait_for()


def approve(page: Page) -> None:
    page.keyboard.press("Shift+A")
    page.locator("#approve-reason").fill(REASON)
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Enter")


def return_the_phone(page: Page) -> None:
    page.keyboard.press("r")
    page.locator("[data-panel=return]").get_by_label("手机号", exact=True).check()
    page.locator("#return-reason").fill("这个号码打不通，请核对。")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Enter")


def mend_the_phone(page: Page) -> None:
    """The dealer finds the one returned; only the telephone number can be changed."""
    page.goto("/claims?state=returned")
    page.locator("tbody tr").get_by_role("link").first.click()
    expect(page.locator(".return-note")).to_contain_text("这个号码打不通")
    page.get_by_role("link", name="去补正").click()
    page.wait_for_url("**/facts")
    ready(page)
    page.locator("[name='applicant.phone']").fill("13900000001")
    page.locator("[name='applicant.phone']").press("Tab")
    expect(page.locator("#box-f-applicant-phone")).to_contain_text("已保存")
    expect(page.locator("[name='applicant.name']:enabled")).to_have_count(0)
    page.get_by_role("button", name="下一步：检查").click()
    page.get_by_role("button", name="重新提交").click()
    page.get_by_role("heading", name="受理回执").wait_for()


def decide_the_mended(page: Page) -> None:
    """It comes back at its old ticket, and says what changed."""
    page.goto("/desk")
    ready(page)
    page.keyboard.press("n")
    page.get_by_role("heading", name="-000001").wait_for()
    expect(page.locator(".desk-scroll")).to_contain_text("13900000001")
    ready(page)
    approve(page)
    page.get_by_text("没有等待审核的申请了").wait_for()


def pay_all(maker: Person, checker: Person) -> None:
    """One batch of all of them: made by one, released by another."""
    maker.staff_sign_in("demo-maker", PASSWORD)
    page = maker.page
    reload_until(page, lambda: page.get_by_text(f"{BUYERS} 笔").count() > 0)
    page.get_by_role("link", name="生成发放批次").click()
    page.get_by_role("button", name="预览批次").click()
    page.get_by_role("button", name=f"生成批次：{BUYERS} 笔").click()
    page.get_by_text("等待另一位财务复核人员放行").wait_for()
    checker.staff_sign_in("demo-checker", PASSWORD)
    other = checker.page
    other.goto(page.url)
    other.get_by_label("笔数").fill(str(BUYERS))
    other.get_by_label("合计金额").fill(page.locator(".totals .num").inner_text().removeprefix("¥").replace(",", ""))
    other.get_by_label("登录密码").fill(PASSWORD)
    other.get_by_role("button", name=f"放行 {BUYERS} 笔").click()
    other.get_by_text("已放行").first.wait_for()
    expect(other.locator("#lines").get_by_text("已发放")).to_have_count(BUYERS, timeout=PAID_MS)


def money_is_seen(page: Page) -> None:
    page.goto("/claims?state=paid")
    expect(page.locator("nav.state-filter [aria-current]")).to_contain_text(f"已发放 {BUYERS}")
