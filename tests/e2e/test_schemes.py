"""Two administrators in real browsers: one writes a scheme and mends a mistake in it, the other publishes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from reviewapp.demo.office import PASSWORD
from tests.e2e.office import DESK, PHONE, Person, chromium, open_office, ready, reload_until
from tests.factories.schemes import CASES, SCHEME

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(300)]
WRONG = SCHEME.replace('window = "activity"', 'window = "nowhere"')
expect.set_options(timeout=30_000)


def test_a_scheme_is_written_by_one_and_published_by_another(short_folder: Path, tmp_path: Path) -> None:
    with open_office(short_folder / "schemes", tmp_path) as site, chromium() as browser:
        writer, second = Person(browser, site, DESK), Person(browser, site, PHONE)
        writer.staff_sign_in("demo-admin", PASSWORD)
        draft = begin(writer)
        write(writer, draft)
        second.staff_sign_in("demo-admin-2", PASSWORD)
        publish(second, draft)
        paths = ("", "/rules", "/cases", "/try", "/publication")
        pages = [*(f"{draft}{path}" for path in paths), "/office/schemes", "/office/schemes/sample-2030"]
        assert [*writer.barriers(*pages), *second.barriers(*pages)] == []
        for path in pages:
            second.page.goto(path)
            assert second.fits(), path
        assert writer.troubles == second.troubles == []


def begin(writer: Person) -> str:
    """A new draft from the skeleton; its address."""
    page = writer.page
    page.get_by_role("link", name="新建方案").click()
    page.get_by_label("方案编号").fill("sample-2030")
    page.get_by_label("活动名称").fill("样例县购车补贴")
    page.get_by_role("button", name="建立草稿").click()
    expect(page.get_by_text("方案没有错误")).to_be_visible()
    return page.url.partition("?")[0].removeprefix(writer.site.rstrip("/"))


def write(writer: Person, draft: str) -> None:
    """The mistake leads to its line; what is not saved outlives a reload; Ctrl S saves."""
    page = writer.page
    page.on("dialog", lambda dialog: dialog.accept())
    text = page.get_by_label("方案的内容")
    ready(page)
    text.fill(WRONG)
    text.press("Control+s")
    mistake = page.get_by_role("link", name=re.compile(r"第 \d+ 行"))
    mistake.wait_for()
    ready(page)
    mistake.click()
    chosen = "box => box.value.slice(box.selectionStart, box.selectionEnd)"
    assert text.evaluate(chosen) == 'window = "nowhere"'
    text.fill(SCHEME)
    expect(page.get_by_text("有未保存的修改")).to_be_visible()
    page.reload()
    expect(text).to_have_value(SCHEME)
    page.get_by_role("button", name="保存并检查").click()
    expect(page.get_by_text("方案没有错误")).to_be_visible()
    page.get_by_role("link", name="用例", exact=True).last.click()
    page.get_by_label("用例的内容").fill(CASES)
    page.get_by_role("button", name="保存并检查").click()
    expect(page.get_by_text("2 个全部相符")).to_be_visible()
    page.goto(f"{draft}/publication")
    page.get_by_role("button", name="提请发布").click()
    expect(page.get_by_text("须由另一位管理员")).to_be_visible()


def publish(second: Person, draft: str) -> None:
    """The second person looks, agrees and publishes; everybody finds it."""
    page = second.page
    page.goto(f"{draft}/publication")
    page.get_by_label("我已逐条核对").check()
    page.get_by_role("button", name="发布第 1 版").click()
    expect(page.get_by_text("已发布，新的申请从现在起按这一版办理")).to_be_visible()
    page.goto("/")
    # The site's other process looks for published versions once a second.
    reload_until(page, lambda: page.get_by_role("heading", name="样例县购车补贴").count() > 0)
