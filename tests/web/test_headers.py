"""What every answer carries, and what no page may contain: nothing inline, nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from reviewapp.config import PROJECT
from tests import factories
from tests.factories.papers import fact, paper, upload
from tests.web.conftest import Visit
from tests.web.pages import every_page

_ADDRESSES = ("src", "href", "action", "formaction", "poster", "data", "hx-get", "hx-post", "srcset")
_TEMPLATES = sorted((PROJECT / "templates").rglob("*.html"))


class Page(HTMLParser):
    """Gathers what the content security policy forbids, and every address."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(f"<{tag}>")
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith(("on", "hx-on"))]
        self.addresses += [value for name, value in attrs if name in _ADDRESSES and value]
        self.ids += [value for name, value in attrs if name == "id" and value]


def _elsewhere(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data")


def test_every_page_holds_nothing_inline_nothing_from_elsewhere_and_has_the_headers(
    app: Flask, rows: Session, visit: Visit
) -> None:
    for who, path, answer in every_page(app, rows, visit):
        _holds_nothing_foreign(Page(answer.text), f"{who}: {path}")
        _has_the_headers(answer, f"{who}: {path}")


def _holds_nothing_foreign(page: Page, told: str) -> None:
    assert page.inline == [], told
    assert [address for address in page.addresses if _elsewhere(address)] == [], told
    assert len(page.ids) == len(set(page.ids)), f"{told}: {[name for name in page.ids if page.ids.count(name) > 1]}"


def _has_the_headers(answer: TestResponse, told: str) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy, told
    assert "unsafe" not in policy, told
    assert answer.headers["X-Content-Type-Options"] == "nosniff", told
    assert "no-store" in answer.headers["Cache-Control"], told
    assert answer.headers["Referrer-Policy"] == "same-origin", told


@pytest.mark.parametrize("path", ["/nowhere", "/claims", "/healthz", "/static/css/app.css", "/sign-in"])
def test_errors_redirects_and_files_have_them_too(visit: Visit, path: str) -> None:
    answer = visit().get(path)
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if not path.startswith("/static"):
        assert answer.headers["Cache-Control"] == "no-store"


def test_cookies_are_kept_from_scripts_and_other_sites(app_factory, database_url: str) -> None:
    app = app_factory(database_url, REVIEWAPP_HTTPS="1")
    cookie = app.test_client().get("/sign-in").headers["Set-Cookie"]
    for word in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/"):
        assert word in cookie


def test_templates_hold_nothing_inline() -> None:
    """Also the branches that no test renders."""
    for template, text in _sources():
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:", text), template
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), template
        assert not re.search(r"""["'(]\s*(https?:)?//""", text), template
        assert "|safe" not in text.replace(" ", ""), template


def _sources() -> Iterator[tuple[str, str]]:
    for path in _TEMPLATES:
        yield path.name, path.read_text(encoding="utf-8")


def test_names_of_people_and_files_are_only_text(app: Flask, rows: Session, visit: Visit) -> None:
    """What a claimant enters comes back escaped on every page that shows it."""
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    claim = factories.claim(rows, "submitted")
    file = upload(rows, claim, name=evil)
    there = paper(rows, claim, "id_card", {"name": evil}, of=file)
    fact(rows, claim, "applicant", "name", evil, by=claim.entered_by)
    fact(rows, claim, "paper", "address", evil, paper=there, by=claim.entered_by)
    draft = factories.claim(rows, "draft", by=claim.entered_by)
    paper(rows, draft, "id_card", {"name": evil})
    upload(rows, draft, name=evil, state="refused", refusal="坏了")
    lead = factories.user(rows, "lead", name=evil[:60])
    rows.commit()
    owner, desk = visit(claim.entered_by), visit(lead)
    seen = [owner.get(f"/claims/{claim.public_id}"), desk.get(f"/all/{claim.public_id}"), desk.get("/all")]
    seen += [owner.get(f"/claims/{draft.public_id}/{step}") for step in ("papers", "facts", "check")]
    seen += [owner.get("/claims"), desk.get("/all", query_string={"text": evil, "state": evil, "scheme": evil})]
    for answer in seen:
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
