"""Two administrators in real browsers let a checker in, each with half of the password; a reviewer is stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.office import DESK, Person, chromium, open_office
from tests.e2e.test_journey import World

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(600)]

STAFF = "/office/staff"
OWN_PASSWORD = "zijide-mima-2026"
expect.set_options(timeout=30_000)


@pytest.fixture
def world(short_folder: Path, tmp_path: Path) -> Iterator[World]:
    with open_office(short_folder / "accounts", tmp_path) as site, chromium() as browser:
        yield World(site, browser, tmp_path, [])


def test_from_the_first_half_to_the_last_session(world: World) -> None:
    one, other = world.staff("demo-admin"), world.staff("demo-admin-2")
    first = _made(one.page, "测试复核员", "fuhe-02", "财务（复核）")
    expect(one.page.get_by_text("是您提出的，须由另一位管理员确认。")).to_be_visible()
    other.page.goto(STAFF)
    assert other.barriers(STAFF) == []
    other.page.get_by_role("button", name="确认开通账号").click()
    checker = world.person(DESK)
    _at_work(checker, "fuhe-02", first + _handed_over(other.page), "/finance")
    _stopped_and_back(world, one)
    for person, paths in ((one, (f"{STAFF}/new", one.page.url)), (other, (other.page.url,))):
        assert person.barriers(*paths) == []
        assert person.fits()
    assert [trouble for person in world.everybody for trouble in person.troubles] == []


def _made(page: Page, name: str, username: str, role: str) -> str:
    """What of the starting password this administrator is shown."""
    page.goto(STAFF)
    page.get_by_role("link", name="开通账号").click()
    page.get_by_label("姓名").fill(name)
    page.get_by_role("textbox", name="账号").fill(username)
    page.get_by_label("角色").select_option(label=role)
    page.get_by_role("button", name="开通账号").click()
    return _handed_over(page)


def _handed_over(page: Page) -> str:
    password = page.locator("#made-password").inner_text()
    page.get_by_role("link", name="已交给本人").click()
    return password


def _at_work(person: Person, username: str, password: str, path: str) -> None:
    """The starting password has to be changed first."""
    person.staff_sign_in(username, password)
    page = person.page
    page.get_by_label("现在的密码").fill(password)
    page.get_by_label("新密码（至少 10 位）").fill(OWN_PASSWORD)
    page.get_by_label("再输一次新密码").fill(OWN_PASSWORD)
    page.get_by_role("button", name="修改密码").click()
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.endswith(path)


def _stopped_and_back(world: World, admin: Person) -> None:
    """A reviewer works, is stopped and out at the next click, and comes back with another starting password."""
    reviewer, page = world.person(DESK), admin.page
    _at_work(reviewer, "shenhe-02", _made(page, "测试审核员", "shenhe-02", "审核员"), "/desk")
    page.reload()
    expect(page.get_by_text("1 处", exact=True)).to_be_visible()
    page.get_by_role("button", name="停用，立即退出").click()
    expect(page.get_by_text("账号已停用")).to_be_visible()
    reviewer.page.reload()
    expect(reviewer.page.get_by_role("heading", name="单位登录")).to_be_visible()
    page.get_by_role("button", name="启用", exact=True).click()
    page.get_by_role("button", name="重置密码").click()
    _at_work(reviewer, "shenhe-02", _handed_over(page), "/desk")
    expect(page.get_by_role("listitem").filter(has_text="重置密码").first).to_be_visible()
