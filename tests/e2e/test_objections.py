"""An objection from the letter to the approval that is undone and the claim at the desk again, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import clock, schemes
from reviewapp.db import transaction
from reviewapp.demo.office import PASSWORD
from reviewapp.extensions import db
from reviewapp.models import Actor, Claim, User
from reviewapp.services import decisions, queue
from tests import factories
from tests.e2e.office import DESK, PHONE, Person, chromium, open_office, ready, reload_until
from tests.factories import NOW

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.browser, pytest.mark.timeout(600)]
expect.set_options(timeout=30_000)
CODE = "yangcheng-2023"


def _publishes(session: Session) -> None:
    """A version 2 of the scheme, published in the browser, that publishes for five days."""
    written = schemes.texts(CODE, "1")
    text = written.scheme.replace("publication_days = 0", "publication_days = 5").replace(
        "\nversion = 1\n", "\nversion = 2\n"
    )
    factories.published_scheme(session, code=CODE, version=2, text=text, cases=written.cases)


def _approved(session: Session) -> Claim:
    """A claim under that version, approved by the demonstration's reviewer; the office's workers publish it."""
    draft = factories.complete_draft(session)
    draft.scheme_version = "2"
    session.flush()
    queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
    reviewer = Actor.of(session.scalars(select(User).where(User.username == "demo-reviewer")).one())
    claim = decisions.take_next(session, reviewer, NOW)
    assert claim is not None
    decisions.approve(session, reviewer, NOW, claim.id, claim.fence)
    return claim


def test_an_objection_undoes_an_approval(short_folder: Path, tmp_path: Path) -> None:
    made: dict[str, str] = {}

    def prepare(_app: Flask) -> None:
        clock.stand_on(NOW)
        session = db.session()
        with transaction(session):
            _publishes(session)
        schemes.look_again()
        with transaction(session):
            claim = _approved(session)
            made.update(path=f"/all/{claim.public_id}", number=claim.number or "")

    with open_office(short_folder / "objections", tmp_path, prepare) as site, chromium() as browser:
        reviewer, lead = Person(browser, site, DESK), Person(browser, site, DESK)
        reviewer.staff_sign_in("demo-reviewer", PASSWORD)
        lead.staff_sign_in("demo-lead", PASSWORD)
        reviewer.page.goto(made["path"])
        reload_until(reviewer.page, lambda: reviewer.page.get_by_text("公示至 2024-01-15").count() > 0)
        _record(reviewer.page)
        lead.page.goto("/desk/lead")
        lead.page.get_by_role("link", name="核实处理").click()
        _uphold(lead.page)
        _decides_anew(lead.page, made["number"])
        _can_be_used(reviewer, made["path"])
        _can_be_used(lead, made["path"], "/desk/lead")


def _decides_anew(page: Page, number: str) -> None:
    page.goto("/desk")
    page.keyboard.press("n")
    page.get_by_role("heading", name=number).wait_for()
    expect(page.locator(".objections")).to_contain_text("请重新审核决定")
    expect(page.locator(".decide")).not_to_have_attribute("data-clean", "")


def _can_be_used(person: Person, *paths: str) -> None:
    assert person.barriers(*paths) == []
    person.page.set_viewport_size(PHONE)
    person.page.goto(paths[0])
    assert person.fits()
    assert person.troubles == []


def _record(page: Page) -> None:
    """Sent too early once: what is wrong stands at its field, what was typed is there."""
    page.get_by_text("登记异议").first.click()
    page.get_by_label("提出人").fill("样例乙")
    page.get_by_role("button", name="登记异议").click()
    ready(page)
    expect(page.get_by_text("请填写异议的内容")).to_be_visible()
    page.get_by_label("怎样收到").select_option("letter")
    page.get_by_label("异议内容").fill("车不是申领人买的。")
    page.get_by_role("button", name="登记异议").click()
    page.get_by_text("异议已登记").wait_for()
    expect(page.get_by_text("样例乙")).to_be_visible()


def _uphold(page: Page) -> None:
    form = page.locator("form.settle")
    form.get_by_role("radio").nth(1).check()
    form.get_by_label("理由").fill("付款人不是申领人。")
    form.get_by_role("button", name="记下处理结果").click()
    page.get_by_text("已记为成立").wait_for()
