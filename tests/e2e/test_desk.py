"""Claims decided at the desk by keyboard alone, in a real browser: clean ones, misread ones, faulty ones."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from reviewapp import clock
from reviewapp.demo.office import PASSWORD
from tests.e2e.office import DESK, Person, chromium, open_office, ready
from tests.e2e.waiting import Misread, put_in
from tests.factories import NOW

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(600)]
expect.set_options(timeout=30_000)

CLEAN = Misread()
#: The engine saw a space in the owner's name and was not sure of it, so that a check is not sure either.
UNSURE = Misread(doubtful={("vehicle_licence", "owner"): "测试 甲"})
#: The slip says less than the document asks for.
FAULTY = Misread(wrong={("pos_slip", "amount"): "100.00"})
REASON = "请补交一张一万元以上的签购单。"


@contextmanager
def a_desk(short_folder: Path, folder: Path, misread: Sequence[Misread]) -> Iterator[Person]:
    """A reviewer at the desk, with claims waiting that were so misread; nothing went wrong in the browser meanwhile."""

    def prepare(app: Flask) -> None:
        clock.stand_on(NOW)
        for index, one in enumerate(misread):
            put_in(app, index, one)

    with open_office(short_folder / f"desk{len(misread)}", folder, prepare) as site, chromium() as browser:
        person = Person(browser, site, DESK)
        person.staff_sign_in("demo-reviewer", PASSWORD)
        ready(person.page)
        person.page.keyboard.press("n")
        yield person
        assert person.troubles == []


def test_three_claims_are_decided_by_keyboard_alone(short_folder: Path, tmp_path: Path) -> None:
    with a_desk(short_folder, tmp_path, (FAULTY, UNSURE, CLEAN)) as person:
        page = person.page
        opened(page, 1)
        assert person.barriers(page.url) == []
        the_finding_shows_its_clause_and_places(page)
        papers_are_looked_at(page)
        return_it(page, REASON)
        opened(page, 2)
        the_letters_that_differ_are_marked(page)
        forms_open_and_close(page)
        a_value_is_corrected_in_place(page)
        expect(page.locator(".decide")).to_have_attribute("data-clean", "")
        a_note_is_kept(page)
        the_decision_can_be_taken_back(page)
        page.keyboard.press("a")
        page.keyboard.press("Enter")
        opened(page, 3)
        nothing_is_sent_by_who_leaves(page)
        page.keyboard.press("a")
        page.get_by_text("没有等待审核的申请了").wait_for()  # the seconds run out by themselves


@pytest.mark.long
def test_twenty_claims_by_keyboard_alone(short_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    kinds = tuple(islice(cycle((CLEAN, UNSURE, CLEAN, FAULTY)), 20))
    seconds: list[float] = []
    with a_desk(short_folder, tmp_path, kinds) as person:
        for number, kind in enumerate(kinds, 1):
            begun = time.perf_counter()
            opened(person.page, number)
            decide(person.page, kind)
            seconds.append(time.perf_counter() - begun)
        person.page.get_by_text("没有等待审核的申请了").wait_for()
    clean = [spent for spent, kind in zip(seconds, kinds, strict=True) if kind is CLEAN]
    with capsys.disabled():
        print(
            f"\n20 claims: median {median(seconds):.2f} s, clean ones {median(clean):.2f} s, most {max(seconds):.2f} s"
        )
    assert median(clean) < 20
    assert max(seconds) < 60


def opened(page: Page, ticket: int) -> None:
    page.get_by_role("heading", name=f"-{ticket:06d}").wait_for()
    ready(page)


def decide(page: Page, kind: Misread) -> None:
    """As somebody does who knows the keys: look at what is open, then one decision."""
    if kind is FAULTY:
        return_it(page, REASON)
        return
    if kind is UNSURE:
        a_value_is_corrected_in_place(page)
    page.keyboard.press("a")
    page.keyboard.press("Enter")


def return_it(page: Page, reason: str) -> None:
    page.keyboard.press("r")
    page.keyboard.press("Space")
    page.locator("#return-reason").focus()
    page.keyboard.type(reason)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-pending-says]")).to_contain_text("退回补正")
    page.keyboard.press("Enter")


def the_finding_shows_its_clause_and_places(page: Page) -> None:
    """The first thing that is wrong has the focus, and its places are framed; C opens the clause's words."""
    expect(page.locator(".finding:focus")).to_contain_text("100.00")
    expect(page.locator(".viewer-frame").first).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator(".finding:focus .clause-text")).to_contain_text("1 万元以上")
    page.keyboard.press("?")
    expect(page.locator("[data-panel=keys]")).to_contain_text("免予核实")
    page.keyboard.press("Escape")


def papers_are_looked_at(page: Page) -> None:
    """Pages, papers, beside each other, zoom, turn and pan; nothing of it needs the mouse."""
    title, first = page.locator("[data-viewer-title]"), "居民身份证"
    while first not in title.inner_text():
        page.keyboard.press("]")
    page.keyboard.press("ArrowRight")
    expect(title).to_have_text("机动车销售统一发票")
    page.keyboard.press("d")
    expect(page.locator("[data-pane]:visible")).to_have_count(2)
    for key in ("g", "+", "+", "t", "Shift+ArrowLeft", "w", "0", "-", "Shift+T"):
        page.keyboard.press(key)
    page.keyboard.press("d")
    expect(page.locator("[data-pane]:visible")).to_have_count(1)


def the_letters_that_differ_are_marked(page: Page) -> None:
    """Both values beside each other, the space made visible, the second paper in the second pane."""
    row = page.locator(".finding[data-todo]").first
    expect(row).to_be_focused()
    expect(row.locator("mark.differs").first).to_be_visible()
    expect(row.locator(".blank")).to_have_text("␣")


def forms_open_and_close(page: Page) -> None:
    """A key opens the form with the focus in it, Esc closes it and the focus is on the finding again."""
    for key, field in {"v": "#waive-reason", "s": "#skip-reason", "x": "#clause", "l": "#hand-reason"}.items():
        page.keyboard.press(key)
        expect(page.locator(field)).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(field)).to_be_hidden()
        expect(page.locator(".finding[data-todo]").first).to_be_focused()


def a_value_is_corrected_in_place(page: Page) -> None:
    """E on the finding opens the doubtful reading; the checks run again at once and nothing is left open."""
    page.locator(".finding[data-todo]").first.wait_for()
    page.keyboard.press("e")
    right = page.locator(".compare td[data-cell]").first.inner_text()
    expect(page.locator("form.editor input[name=value]")).to_be_focused()
    page.keyboard.type(right)
    page.keyboard.press("Enter")
    expect(page.locator("[data-todo]")).to_have_count(0)


def a_note_is_kept(page: Page) -> None:
    page.keyboard.press("m")
    page.keyboard.type("样例备注")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note")).to_contain_text("样例备注")


def the_decision_can_be_taken_back(page: Page) -> None:
    page.keyboard.press("a")
    expect(page.locator("[data-pending-says]")).to_contain_text("¥4,000.00")
    page.keyboard.press("u")
    expect(page.locator("[data-pending]")).to_be_hidden()


def nothing_is_sent_by_who_leaves(page: Page) -> None:
    """The claim is still this reviewer's after going away in the middle of the seconds."""
    page.keyboard.press("a")
    expect(page.locator("[data-pending]")).to_be_visible()
    address = page.url
    page.goto("/desk")
    page.wait_for_timeout(2_500)
    page.goto(address)
    opened(page, 3)
