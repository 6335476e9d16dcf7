"""The counter in a real browser: a motorcycle is taken in on a tablet whose network is cut in the middle."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_security import hash_password
from playwright.sync_api import Browser, Page, expect

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.demo.office import PASSWORD
from reviewapp.extensions import db
from reviewapp.models import Actor
from reviewapp.policy.kinds import KINDS
from reviewapp.services import people as accounts
from reviewapp.services import queue
from reviewapp.specimens import people
from reviewapp.specimens.papers import render, write_photo
from reviewapp.specimens.scrapped import origin_certificate
from tests.e2e.office import AXE, Person, chromium, open_office
from tests.factories import NOW, add_paper
from tests.factories import vouchers as made

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(300)]

TABLET = {"width": 768, "height": 1024}
PHONE = {"width": 375, "height": 812}
#: Number 1 of the specimens, whose villager is person 10 of Yangcheng.
ORIGIN = origin_certificate(1, "typed")
#: Another motorcycle of the same person.
OTHER = {**ORIGIN, "vin": "LSZHV1168XE132442", "engine_number": "162FMJ320412", "plate": "晋E19B90"}
OWNER = people.purchase(10, county="yangcheng")
TWO_MINUTES = 120.0
READ_MS = 60_000
expect.set_options(timeout=15_000)


@dataclass
class Counter:
    """The site, a browser, the office's database and a folder with photographs."""

    site: str
    browser: Browser
    database: Path
    folder: Path

    def clerk(self, viewport: dict[str, int]) -> Person:
        """Somebody at the counter, signed in, the page kept on the device."""
        person = Person(self.browser, self.site, viewport)
        person.set_clock("2024-01-10")
        sign_in(person.page)
        person.page.evaluate("async () => { await navigator.serviceWorker.ready }")
        return person

    def photograph(self, kind: str, values: dict[str, Any]) -> Path:
        """A photograph larger than what the counter sends."""
        path = self.folder / f"{kind}.jpg"
        picture = render(kind, values)
        write_photo(picture.resize((picture.width * 2, picture.height * 2)), path)
        return path

    def counted(self, table: str) -> int:
        """How many rows there are."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as rows:
            return int(rows.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _elsewhere(_app: Flask) -> None:
    """The motorcycle of `ORIGIN` was put in at another point already; and a colleague at the same counter."""
    clock.stand_on(NOW)
    with transaction(db.session()) as session:
        claim = made.scrapped(session)
        claim.organisation.name = "样例镇便民服务中心"
        add_paper(session, claim, "origin_certificate", {"vin": ORIGIN["vin"]})
        queue.submit(session, Actor.of(claim.entered_by), NOW, claim.id, claim.revision)
        point = accounts.firm(session, "point", "凤城镇便民服务中心", None)
        accounts.add_user(
            session, NOW, username="demo-point-2", name="演示经办乙", role="point",
            password_hash=hash_password(PASSWORD), organisation=point,
        )  # fmt: skip


@pytest.fixture
def counter(short_folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Counter]:
    data = short_folder / f"counter-{request.node.name.split('_')[1]}"
    with open_office(data, tmp_path, _elsewhere) as site, chromium() as browser:
        yield Counter(site, browser, data / "reviewapp.sqlite3", tmp_path)


def sign_in(page: Page, account: str = "demo-point") -> None:
    """To the counter, by way of the sign-in."""
    page.goto("/staff/sign-in?next=/counter/")
    fill_in(page, account)


def fill_in(page: Page, account: str) -> None:
    """Account and password; the counter opens."""
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="登记一辆车")).to_be_visible()


def take(page: Page, kind: str, path: Path) -> None:
    """Photograph a paper into its slot."""
    page.locator(f"[data-kind='{kind}'] input[capture]").set_input_files(path)
    expect(page.locator(f"[data-kind='{kind}'] .shots img")).to_be_visible()


def sign(page: Page) -> None:
    """The owner signs with a finger (here: the mouse)."""
    area = page.locator("[data-signature-pad]")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    left, top = box["x"] + 60, box["y"] + 40
    page.mouse.move(left, top)
    page.mouse.down()
    for step in range(1, 16):
        page.mouse.move(left + 15 * step, top + 50 * (step % 2) + 3 * step)
    page.mouse.up()
    expect(page.get_by_text("已签名")).to_be_visible()
    expect(page.get_by_text("车主还没有签名")).to_have_count(0)


def barriers(page: Page) -> list[str]:
    """What axe-core calls serious on the page as it stands."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{each['id']} {[node['target'] for node in each['nodes']][:3]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def kept(page: Page) -> dict[str, Any]:
    """What is on the device for whoever is signed in."""
    return dict(
        page.evaluate(
            """async () => {
              const { account } = JSON.parse(localStorage.getItem("counter-session"));
              const open = indexedDB.open(`counter-${account}`);
              const db = await new Promise((done) => (open.onsuccess = () => done(open.result)));
              const all = (name) => new Promise((done) => {
                const asked = db.transaction(name).objectStore(name).getAll();
                asked.onsuccess = () => done(asked.result);
              });
              const [intakes, pictures] = [await all("intakes"), await all("pictures")];
              db.close();
              return { text: JSON.stringify(intakes), intakes: intakes.length, pictures: pictures.length };
            }"""
        )
    )


def test_the_network_is_cut_in_the_middle_of_an_intake(counter: Counter) -> None:
    clerk = counter.clerk(TABLET)
    page, began = clerk.page, time.monotonic()
    page.get_by_role("button", name="登记一辆车").click()
    take(page, "id_card", counter.photograph("id_card", OWNER.paper_values("id_card")))
    expect(page.get_by_label("姓名")).to_have_value(OWNER.buyer.name, timeout=READ_MS)
    read = time.monotonic() - began
    clerk.context.set_offline(True)
    entered = time.monotonic()
    _without_network(counter, page)
    clicks = time.monotonic() - entered
    assert barriers(page) == []
    assert clerk.fits()
    _reloaded_without_network(page)
    _closed_without_network(counter, clerk)
    clerk.context.set_offline(False)
    _sent_once(counter, clerk.page)
    print(f"card read after {read:.1f} s; the clerk's part without network {clicks:.1f} s")
    assert read + clicks < TWO_MINUTES


def _without_network(counter: Counter, page: Page) -> None:
    """The rest of the intake: papers, vehicle, the owner's word."""
    expect(page.get_by_text("没有网络", exact=True)).to_be_visible()
    page.get_by_label("都没有：").check()
    take(page, "origin_certificate", counter.photograph("origin_certificate", OTHER))
    expect(page.get_by_text("已存本机，等待发送")).to_be_visible()
    page.get_by_label("两轮、轻便或侧三轮").check()
    page.get_by_label("出厂日期").fill("2012-05-06")
    expect(page.get_by_text("可领金额在联网发送后由系统计算")).to_be_visible()
    sign(page)
    expect(page.get_by_text("缺少")).to_have_count(0)


def _reloaded_without_network(page: Page) -> None:
    page.reload()
    expect(page.get_by_label("姓名")).to_have_value(OWNER.buyer.name)
    expect(page.get_by_label("出厂日期")).to_have_value("2012-05-06")
    expect(page.get_by_label("都没有：")).to_be_checked()
    expect(page.get_by_alt_text("车主的签名")).to_be_visible()
    title = KINDS["origin_certificate"].title
    expect(page.get_by_alt_text(f"{title}的照片")).to_be_visible()
    wide = page.get_by_alt_text(f"{title}的照片").evaluate("image => Math.max(image.naturalWidth, image.naturalHeight)")
    assert wide == 2400


def _closed_without_network(counter: Counter, clerk: Person) -> None:
    """Put in, then the browser is closed, or the battery is flat; opened again, all of it is there."""
    page = clerk.page
    page.get_by_role("button", name="保存，联网后自动提交").click()
    page.get_by_role("button", name="返回列表").click()
    expect(page.get_by_text("未发送")).to_be_visible()
    page.close()
    assert (counter.counted("claims"), counter.counted("uploads")) == (2, 1)
    clerk.page = clerk.context.new_page()
    clerk.page.goto("/counter/")
    expect(clerk.page.get_by_text("未发送")).to_be_visible()


def _sent_once(counter: Counter, page: Page) -> None:
    """One claim, and nothing of its owner left on the device."""
    expect(page.get_by_text("已提交", exact=True)).to_be_visible(timeout=READ_MS)
    page.get_by_role("link", name="查看回执").click()
    expect(page.get_by_text("排队号", exact=True)).to_be_visible()
    expect(page.get_by_text("¥500.00")).to_be_visible()
    assert (counter.counted("claims"), counter.counted("uploads"), counter.counted("signed_statements")) == (2, 2, 1)
    there = kept(page)
    assert (there["intakes"], there["pictures"]) == (1, 0)
    assert OWNER.buyer.name not in there["text"]
    assert OWNER.buyer.id_number not in there["text"]


def test_what_stands_against_it_is_told_at_the_counter(counter: Counter) -> None:
    clerk = counter.clerk(PHONE)
    page = clerk.page
    page.get_by_role("button", name="登记一辆车").click()
    take(page, "id_card", counter.photograph("id_card", OWNER.paper_values("id_card")))
    take(page, "", counter.photograph("origin_certificate", ORIGIN))
    page.get_by_label("两轮、轻便或侧三轮").check()
    page.get_by_label("出厂日期").fill("2024-02-01")
    expect(page.get_by_text("出厂日期 2024-02-01 晚于交车日 2024-01-10").first).to_be_visible(timeout=READ_MS)
    page.get_by_label("出厂日期").fill("2012-05-06")
    taken = f"车架号 {ORIGIN['vin']} 已申领过"
    expect(page.get_by_text(taken).first).to_be_visible(timeout=READ_MS)
    assert "样例镇" not in page.content()
    expect(page.get_by_label("姓名")).to_have_value(OWNER.buyer.name)
    sign(page)
    assert clerk.fits()
    _session_ended(clerk)
    page.get_by_text("需处理", exact=True).wait_for()
    page.get_by_role("link", name="继续").click()
    expect(page.get_by_role("alert").get_by_text(taken)).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="情况属实，照样提交").click()
    expect(page.get_by_text("排队号", exact=True)).to_be_visible(timeout=READ_MS)
    _nobody_else_sees_it(page)


def _session_ended(clerk: Person) -> None:
    """Everything stays; after signing in again it goes on by itself."""
    page = clerk.page
    clerk.context.clear_cookies()
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_role("link", name="去登录").click()
    fill_in(page, "demo-point")


def _nobody_else_sees_it(page: Page) -> None:
    """Leaving with a record that was not sent is warned of; a colleague on the same device does not find it."""
    page.get_by_role("button", name="登记下一辆").click()
    page.get_by_label("姓名").fill("测试乙")
    page.get_by_role("button", name="返回列表").click()
    expect(page.get_by_text("测试乙", exact=True)).to_be_visible()
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.accept()))
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("link", name="单位登录").wait_for()
    assert "还有 1 条登记没有发送" in said[0]
    sign_in(page, "demo-point-2")
    expect(page.get_by_text("今天还没有登记")).to_be_visible()
    assert "测试乙" not in page.content()
