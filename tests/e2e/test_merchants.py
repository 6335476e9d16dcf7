"""A firm in a real browser: applies on the phone, the street and the bureau decide, its clerk works, is shut out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.e2e.office import DESK, PHONE, Person, chromium, open_office
from tests.e2e.test_journey import World, sign_in_by_phone
from tests.factories.merchants import STREETS, code

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(600)]

FIRM = "样例县测试汽车销售有限公司"
OWN_PASSWORD = "dianyuan-2026"
expect.set_options(timeout=30_000)


@pytest.fixture
def world(short_folder: Path, tmp_path: Path) -> Iterator[World]:
    with open_office(short_folder / "merchants", tmp_path) as site, chromium() as browser:
        yield World(site, browser, tmp_path, [])


def test_from_the_application_to_the_exclusion(world: World) -> None:
    head = world.person(PHONE)
    head.set_clock("2026-03-02")
    _applied(world, head)
    _checked_by_the_street(world)
    admin = world.staff("demo-admin")
    password = _admitted_with_an_account(admin)
    public = world.person(PHONE)
    public.page.goto(f"/schemes/{STREETS}/merchants")
    expect(public.page.get_by_text(FIRM)).to_be_visible()
    clerk = world.person(DESK)
    _at_work(clerk, password)
    _excluded(admin)
    _refused(clerk)
    public.page.reload()
    expect(public.page.get_by_text(FIRM)).to_have_count(0)
    for person, paths in (
        (head, ("/", f"/schemes/{STREETS}/merchants/apply", "/merchants")),
        (public, (f"/schemes/{STREETS}/merchants",)),
        (admin, ("/office/merchants?all=1", f"/office/firms?scheme={STREETS}", "/office/exclusions")),
    ):
        assert person.barriers(*paths) == []
        assert person.fits()
    refused = "status of 403"
    assert [trouble for person in world.everybody for trouble in person.troubles if refused not in trouble] == []


def _applied(world: World, head: Person) -> None:
    sign_in_by_phone(head, "13800000077")
    page = head.page
    page.goto(f"/schemes/{STREETS}/merchants/apply")
    page.get_by_role("button", name="开始报名").click()
    page.get_by_label("商户类别").select_option(label="汽车、摩托车销售企业")
    page.get_by_label("企业名称").fill(FIRM)
    page.get_by_role("textbox", name="统一社会信用代码").fill(code()[:-1])
    page.get_by_label("经营地址").fill("样例县样例路 1 号")
    page.get_by_label("所在镇（街道）").select_option(label="东街街道办事处")
    page.get_by_label("负责人姓名").fill("测试甲")
    page.get_by_label("照片或扫描件").set_input_files(_licence(world.folder))
    page.get_by_role("button", name="提交报名").click()
    expect(page.get_by_text("校验位不符，请对照营业执照逐位核对")).to_be_visible()
    assert head.fits()
    assert head.barriers(page.url) == []
    page.get_by_role("textbox", name="统一社会信用代码").fill(code())
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="提交报名").click()
    expect(page.get_by_text("正在等待镇（街道）初审")).to_be_visible()
    assert head.fits()


def _licence(folder: Path) -> Path:
    picture = Image.new("RGB", (1200, 850), "#fdfbf3")
    ImageDraw.Draw(picture).rectangle((30, 30, 1170, 820), outline="#a8261c", width=8)
    picture.save(folder / "licence.jpg")
    return folder / "licence.jpg"


def _checked_by_the_street(world: World) -> None:
    street = world.staff("demo-township")
    page = street.page
    page.get_by_role("link", name=FIRM).click()
    expect(page.get_by_alt_text(f"{FIRM}的营业执照")).to_be_visible()
    assert street.barriers(page.url) == []
    page.get_by_label("原因或意见").fill("实地看过，正常营业。")
    page.get_by_role("button", name="初审通过").click()
    expect(page.get_by_text("已办理：初审通过")).to_be_visible()


def _admitted_with_an_account(admin: Person) -> str:
    """The clerk's starting password."""
    page = admin.page
    page.goto("/office/merchants")
    page.get_by_role("link", name=FIRM).click()
    expect(page.get_by_text("实地看过，正常营业。")).to_be_visible()
    assert admin.barriers(page.url) == []
    page.get_by_role("button", name="入围，列入名单").click()
    expect(page.get_by_text("已入围").first).to_be_visible()
    page.get_by_role("link", name="查看商户").click()
    page.get_by_role("link", name="账号", exact=True).click()
    page.get_by_label("姓名").fill("测试乙")
    page.get_by_label("手机号").fill("13800000078")
    page.get_by_role("textbox", name="账号").fill("ceshiyi-01")
    assert admin.barriers(page.url) == []
    page.get_by_role("button", name="建立账号").click()
    return page.locator("#made-password").inner_text()


def _at_work(clerk: Person, password: str) -> None:
    """The starting password has to be changed first; then the clerk begins a claim."""
    clerk.staff_sign_in("ceshiyi-01", password)
    page = clerk.page
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    assert clerk.barriers(page.url) == []
    page.get_by_label("现在的密码").fill(password)
    page.get_by_label("新密码（至少 10 位）").fill(OWN_PASSWORD)
    page.get_by_label("再输一次新密码").fill(OWN_PASSWORD)
    page.get_by_role("button", name="修改密码").click()
    page.goto("/vouchers/till")
    expect(page.get_by_role("heading", name="核销消费券")).to_be_visible()


def _excluded(admin: Person) -> None:
    page = admin.page
    page.goto("/office/firms")
    page.get_by_label("活动").select_option(STREETS)
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name=FIRM).click()
    page.get_by_role("link", name="列入失信、黑名单").click()
    page.get_by_label("种类").select_option(label="黑名单")
    page.get_by_label("文号或来源").first.fill("样文〔2026〕1号")
    page.get_by_label("原因").first.fill("恶意套现")
    page.get_by_role("button", name="列入名单，立即生效").click()
    expect(page.get_by_text("已列入名单，从现在起不能新建")).to_be_visible()


def _refused(clerk: Person) -> None:
    page = clerk.page
    page.goto("/vouchers")
    expect(page.get_by_text("有疑问请联系城区商务局")).to_be_visible()
    assert clerk.barriers(page.url) == []
    page.goto("/claims/new")
    form = page.locator("form", has=page.locator(f"input[name=scheme][value='{STREETS}']")).first
    form.get_by_role("button").click()
    expect(page.locator("[data-code=excluded]")).to_be_visible()
