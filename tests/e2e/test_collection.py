"""A collection point in a real browser: a form printed, stamped, photographed back; the truck called; the recycler."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_security import hash_password
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.demo.office import PASSWORD
from reviewapp.extensions import db
from reviewapp.models import Organisation
from reviewapp.specimens import people, scrapped
from reviewapp.specimens.damage import phone_photo
from tests.e2e.office import DESK, PHONE, Person, chromium, open_office, ready, reload_until
from tests.e2e.papers import scan
from tests.e2e.test_journey import World, change_if, receipt, start, upload
from tests.factories import NOW
from tests.factories import collection as made
from tests.support.stamped import on_paper, under_seal

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(600)]
TABLET = {"width": 768, "height": 1024}
#: Nine stand there already; this one is the tenth, of somebody without any papers for it.
ALREADY = 9
OWNER = people.purchase(40, county="yangcheng", invoice_date=NOW.date(), total="60000.00")
VEHICLE = scrapped.origin_certificate(40, "typed")
VILLAGE = "凤城镇样例村"
expect.set_options(timeout=30_000)


def _nine_motorcycles(_app: Flask) -> None:
    clock.stand_on(NOW)
    with transaction(db.session()) as session:
        clerk = made.clerk(
            session, username="point", name="测试甲", phone="13800000001", password=hash_password(PASSWORD)
        )
        company = session.scalars(select(Organisation).where(Organisation.kind == "recycler")).one()
        made.recycler(
            session, username="recycler", name="测试乙", phone="13800000002", password=hash_password(PASSWORD),
            organisation_id=company.id,
        )  # fmt: skip
        for index in range(ALREADY):
            made.handed_in(session, clerk, index)


@pytest.fixture
def world(short_folder: Path, tmp_path: Path) -> Iterator[World]:
    with open_office(short_folder / "point", tmp_path, _nine_motorcycles) as site, chromium() as browser:
        yield World(site, browser, tmp_path, [])


def test_from_the_counter_to_the_recyclers_certificate(world: World) -> None:
    clerk, recycler = world.person(TABLET), world.person(PHONE)
    clerk.set_clock("2024-01-10")
    clerk.staff_sign_in("point", PASSWORD)
    draft = begin(world, clerk)
    stamped = stamp(print_form(world, clerk, draft), world.folder)
    photographed_back(world, clerk, stamped, draft)
    put_in(clerk, draft)
    the_truck_is_called(world, clerk)
    on_the_register(world, clerk)
    list_and_hand_over(world, clerk)
    confirm_and_certify(world, recycler)
    what_is_missing_is_seen(world)
    assert world.barriers == []
    assert [trouble for person in world.everybody for trouble in person.troubles] == []


def begin(world: World, clerk: Person) -> str:
    """A draft with the owner's ID card; gives its address."""
    page = clerk.page
    page.goto("/claims/new")
    start(page, "阳城县 · 摩托车报废购置消费券")
    upload(page, [scan(OWNER, "id_card", world.folder)])
    return page.url.removesuffix("/papers")


def print_form(world: World, clerk: Person, draft: str) -> Image.Image:
    """The form filled in and printed, as the printer lays it on paper."""
    page = clerk.page
    page.get_by_role("link", name="打印车辆合法来源证明").click()
    expect(page.get_by_label("村民姓名")).to_have_value(OWNER.buyer.name)
    page.get_by_label("车架号").fill(VEHICLE["vin"])
    page.get_by_label("发动机号").fill(VEHICLE["engine_number"])
    page.get_by_label("村（社区）").fill(VILLAGE)
    assert clerk.fits()
    world.barriers += clerk.barriers(f"{draft}/origin")
    expect(page.get_by_role("button", name="生成证明并打印")).to_be_visible()
    answer = page.request.post(
        f"{draft}/origin",
        form={"csrf_token": page.locator("form.panel [name=csrf_token]").input_value()} | _entered(page),
        headers={"Referer": page.url},
    )
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    return on_paper(answer.body())


def _entered(page: Page) -> dict[str, str]:
    names = ("villager_name", "id_number", "engine_number", "vin", "plate", "village")
    return {name: page.locator(f"[name={name}]").input_value() for name in names}


def stamp(paper: Image.Image, folder: Path) -> Path:
    """The village's seal pressed on it, and photographed by hand."""
    path = folder / "IMG_stamped.jpg"
    phone_photo(under_seal(paper, f"{VILLAGE}村民委员会", 7), 7).save(path, quality=88)
    return path


def photographed_back(world: World, clerk: Person, stamped: Path, draft: str) -> None:
    """Photographed without saying whose it is: the code finds the draft, which reads it."""
    page = clerk.page
    page.goto("/collection/forms")
    ready(page)
    page.locator("[data-upload-input]").last.set_input_files(stamped)
    expect(page.get_by_text("已归入")).to_be_visible(timeout=60_000)
    assert clerk.fits()
    world.barriers += clerk.barriers("/collection/forms")
    page.goto(f"{draft}/papers")
    reload_until(page, lambda: page.get_by_text("二维码与本申请一致").count() == 1)
    expect(page.locator(".needed .is-absent")).to_have_count(0)


def put_in(clerk: Person, draft: str) -> None:
    """What was read is what was printed, and the seal was found; then the submission."""
    page = clerk.page
    page.goto(f"{draft}/facts")
    ready(page)
    expect(page.get_by_label("车架号").first).to_have_value(VEHICLE["vin"])
    expect(page.get_by_label("公章")).to_have_value("是")
    change_if(page, "declared.handed_in_on", "2024-01-10")
    change_if(page, "declared.made_on", "2015-05-01")
    page.get_by_label("车轮数").select_option("2")
    page.get_by_role("button", name="下一步：检查").click()
    page.get_by_role("button", name="提交").click()
    receipt(page, ticket=ALREADY + 1)


def the_truck_is_called(world: World, clerk: Person) -> None:
    """Told on the page and by message, once."""
    page = clerk.page
    page.goto("/collection/stock")
    reload_until(page, lambda: page.get_by_text("已通知回收企业集中运输").count() == 1)
    assert clerk.fits()
    world.barriers += clerk.barriers("/collection/stock")
    page.goto("/demo/messages")
    expect(page.get_by_text("待运摩托车已有10辆")).to_have_count(2)


def on_the_register(world: World, clerk: Person) -> None:
    """A shelf number entered and found again; both files."""
    page = clerk.page
    page.goto("/collection/register")
    shelf = page.get_by_label(f"柜号，排队号 {ALREADY + 1}", exact=True)
    shelf.fill("A-10")
    shelf.locator("xpath=following-sibling::button").click()
    expect(page.get_by_text("柜号已保存")).to_be_visible()
    page.get_by_label("柜号", exact=True).fill("A-10")
    page.get_by_role("button", name="查看").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("来源证明")
    assert clerk.fits()
    world.barriers += clerk.barriers("/collection/register")
    page.goto("/collection/register")
    for button in ("下载 Excel", "下载打印版"):
        with page.expect_download() as download:
            page.get_by_role("link", name=button).click()
        assert made.POINTS[1] in download.value.suggested_filename


def list_and_hand_over(world: World, clerk: Person) -> None:
    """All ten on a list, its paper, the names under it."""
    page = clerk.page
    page.goto("/collection/stock")
    page.get_by_role("button", name="生成集中运输清单").click()
    expect(page.get_by_role("heading", name="集中运输 第 1 次")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="打印交接清单").click()
    download.value.save_as(world.folder / "list.pdf")
    page.get_by_label("交车人").fill("测试甲")
    page.get_by_label("接车人").fill("测试丙")
    assert clerk.fits()
    world.barriers += clerk.barriers(page.url)
    page.get_by_role("button", name="登记交接，10 辆").click()
    expect(page.get_by_text("交车 测试甲，接车 测试丙")).to_be_visible()


def confirm_and_certify(world: World, recycler: Person) -> None:
    """On the telephone in the yard: one arrived, one is another, one is not there."""
    page = recycler.page
    recycler.staff_sign_in("recycler", PASSWORD)
    page.goto("/recycler")
    page.get_by_role("link", name=made.POINTS[1]).click()
    for place, choice in ((0, "已收到"), (1, "车架号不符"), (2, "未收到")):
        vehicle = page.locator(".vehicle-list > li").nth(place)
        vehicle.get_by_label(choice).check()
        if choice == "车架号不符":
            vehicle.get_by_label("车上实际的车架号").fill("LXX99999999999999")
        vehicle.get_by_role("button", name="确认核对结果").click()
        expect(vehicle.locator(".badge-state")).to_have_text(choice)
    first = page.locator(".vehicle-list > li").first
    first.get_by_label("回收证明编号").fill("1405222401000001")
    first.get_by_label("开具日期").fill("2024-01-10")
    first.get_by_label("照片或 PDF").set_input_files(world.folder / "IMG_stamped.jpg")
    first.get_by_role("button", name="保存回收证明").click()
    expect(page.get_by_text("回收证明 1405222401000001")).to_be_visible()
    assert recycler.fits()
    world.barriers += recycler.barriers("/recycler", page.url)


def what_is_missing_is_seen(world: World) -> None:
    """By the bureau, with the point's name."""
    office = world.person(DESK)
    office.staff_sign_in("demo-lead", PASSWORD)
    office.page.goto("/collection/pickups")
    expect(office.page.get_by_role("heading", name="待查明的车辆（2 辆）")).to_be_visible()
    expect(office.page.locator(".missing-vehicles")).to_contain_text(made.POINTS[1])
    world.barriers += office.barriers("/collection/pickups", "/collection/register")
    assert office.fits()
