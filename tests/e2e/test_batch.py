"""A dealer's batch in a real browser, read by the real engine: a shuffled archive, the board, strays, receipts."""

from __future__ import annotations

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
from tests.e2e.office import DESK, Person, chromium, open_office, reload_until
from tests.e2e.office import PHONE as TELEPHONE

pytestmark = [pytest.mark.long, pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(1800)]

BUYERS = 4
READ_MS = 900_000


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
        dealer.page.set_viewport_size(TELEPHONE)
        dealer.page.goto(address)
        assert dealer.fits()
        assert dealer.troubles == []


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
