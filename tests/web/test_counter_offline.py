"""The short form of `e2e/test_counter`: one intake in a browser without network, sent once when it is back.

The reading is put in by hand; everything else is the real thing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_security import hash_password
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from reviewapp.models import Claim, SignedStatement, Upload
from reviewapp.specimens import people
from reviewapp.specimens.purchases import COUNTIES
from reviewapp.web.counter import shell
from tests import factories
from tests.e2e.office import chromium
from tests.factories.papers import paper
from tests.web.conftest import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.browser]

OWNER = people.person(0, COUNTIES["yangcheng"])
CARD = {"name": OWNER.name, "id_number": OWNER.id_number}


@pytest.fixture
def site(app: Flask, rows: Session) -> Iterator[str]:
    """The application on a port of its own, with a clerk of a collection point."""
    with app.app_context():
        factories.user(rows, "point", username="clerk", password=hash_password(PASSWORD))
    factories.pool(rows, scheme_code="yangcheng-2023", code="motorcycle-scrap")
    rows.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def tablet(site: str) -> Iterator[BrowserContext]:
    with chromium() as browser:
        context = browser.new_context(base_url=site, viewport={"width": 768, "height": 1024}, locale="zh-CN")
        context.set_default_timeout(15_000)
        yield context


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_network_and_sent_once(
    rows: Session, tablet: BrowserContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _at_the_counter(tablet)
    tablet.set_offline(True)
    page.get_by_role("button", name="登记一辆车").click()
    _taken_in(page, tmp_path)
    page.reload()
    expect(page.get_by_alt_text("车主的签名")).to_be_visible()
    page.get_by_role("button", name="保存，联网后自动提交").click()
    page.get_by_role("button", name="返回列表").click()
    expect(page.get_by_text("未发送")).to_be_visible()
    assert rows.scalar(select(func.count()).select_from(Claim)) == 0
    tablet.set_offline(False)
    expect(page.get_by_text("发送中 3/6")).to_be_visible()
    rows.rollback()
    _read(rows)
    expect(page.get_by_text("已提交", exact=True)).to_be_visible()
    rows.rollback()
    (claim,) = rows.scalars(select(Claim))
    assert (claim.state, claim.ticket) == ("submitted", 1)
    assert rows.scalar(select(func.count()).select_from(SignedStatement)) == 1
    _a_new_version_waits_for_the_clerk(page, monkeypatch)


def _at_the_counter(tablet: BrowserContext) -> Page:
    page = tablet.new_page()
    page.goto("/staff/sign-in?next=/counter/")
    page.get_by_label("账号").fill("clerk")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("今天还没有登记")).to_be_visible()
    page.evaluate("async () => { await navigator.serviceWorker.ready }")
    return page


def _taken_in(page: Page, folder: Path) -> None:
    for kind, colour in (("id_card", "white"), ("", "grey")):
        picture = folder / f"{colour}.jpg"
        Image.new("RGB", (900, 600), colour).save(picture)
        page.locator(f"[data-kind='{kind}'] input[capture]").set_input_files(picture)
        expect(page.locator(f"[data-kind='{kind}'] .shots img")).to_be_visible()
    page.get_by_label("姓名").fill(OWNER.name)
    page.get_by_label("公民身份号码").fill(f" {OWNER.id_number.lower()}")
    page.get_by_label("两轮、轻便或侧三轮").check()
    page.get_by_label("出厂日期").fill("2012-05-06")
    area = page.locator("[data-signature-pad]")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 50, box["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 50 + 20 * step, box["y"] + 60 + 40 * (step % 2))
    page.mouse.up()
    expect(page.get_by_text("已签名")).to_be_visible()
    expect(page.get_by_text("车主还没有签名")).to_have_count(0)


def _read(rows: Session) -> None:
    """What the reading process leaves: the card, and the village's certificate."""
    card, certificate = rows.scalars(select(Upload).order_by(Upload.id))
    paper(rows, card.claim, "id_card", CARD, of=card)
    said = {"villager_name": OWNER.name, "id_number": OWNER.id_number, "has_seal": True}
    paper(rows, card.claim, "origin_certificate", said, of=certificate)
    card.state = certificate.state = "read"
    rows.commit()


def _a_new_version_waits_for_the_clerk(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offered, taken by a click; the page comes anew and what is on the device is still there."""
    monkeypatch.setattr(shell, "_version", lambda: "the next")
    page.get_by_role("button", name="登记一辆车").click()
    page.get_by_label("姓名").fill(OWNER.name)
    expect(page.locator("[data-words]")).to_contain_text(OWNER.name)
    page.reload()
    page.get_by_role("button", name="现在更新").click()
    expect(page.get_by_role("button", name="现在更新")).to_have_count(0)
    expect(page.get_by_label("姓名")).to_have_value(OWNER.name)
    assert page.evaluate("caches.keys()") == ["counter-the next"]
