"""An office on a real stack, and people who work in it through a real browser."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from reviewapp import clock, create_app
from reviewapp.config import PROJECT, Settings
from reviewapp.demo.office import Office
from reviewapp.extensions import db
from reviewapp.stack.background import running_stack

PHONE = {"width": 375, "height": 812}
DESK = {"width": 1440, "height": 900}
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
_CHROMIUM = "/usr/bin/chromium"
_KEYS = dict.fromkeys(("SECRET_KEY", "SEAL_KEY", "INDEX_KEY", "SIGN_KEY"), "00" * 32)
_PATIENCE_MS = 30_000
_AXE_RUN = "() => axe.run(document, {resultTypes: ['violations']})"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def open_office(data: Path, folder: Path, prepare: Callable[[Flask], None] = lambda _app: None) -> Iterator[str]:
    """The whole stack on `data`, with pools, dealers, the demonstration's accounts and what `prepare` puts there; gives
    the site's address.
    """
    environment = {**_KEYS, "REVIEWAPP_DEMO": "1", "UNDO_SECONDS": "2", "STORAGE_URL": f"file:{folder / 'uploads'}"}
    ports = {"port": free_port(), "bank_port": free_port()}
    with running_stack(data, **ports, log=folder / "log", environment=environment) as stack:
        app = create_app(Settings.from_environment({**environment, "REVIEWAPP_DATA": str(data)}))
        with app.app_context():
            Office(app).set_up()
            prepare(app)
            db.session.remove()
            db.engine.dispose()
        clock.use(None)
        yield stack.url


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the machine, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def ready(page: Page) -> None:
    """Wait for the page's scripts, which a person never outruns."""
    page.wait_for_load_state("load")


def reload_until(page: Page, holds: Callable[[], bool]) -> None:
    """Look again every half second, half a minute long."""
    for _ in range(60):
        if holds():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{page.url} does not show it")


@dataclass
class Person:
    """Somebody with a browser; `troubles` gathers script errors, refused contents and requests to anywhere else."""

    browser: Browser
    site: str
    viewport: dict[str, int]
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context: BrowserContext = self.browser.new_context(
            base_url=self.site, viewport=self.viewport, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        self.context.set_default_timeout(_PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "422" not in message.text:
            self.troubles.append(message.text)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.netloc != urlsplit(self.site).netloc:
            self.troubles.append(f"asked {request.url}")

    def staff_sign_in(self, username: str, password: str) -> None:
        """Sign in with account and password."""
        self.page.goto("/staff/sign-in")
        self.page.get_by_label("账号").fill(username)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url("**/*")
        self.page.get_by_role("button", name="退出").wait_for()

    def set_clock(self, day: str) -> None:
        """Put the demonstration's clock on the morning of a day."""
        self.page.goto("/demo/clock")
        self.page.get_by_label("其他日期").fill(day)
        self.page.get_by_role("button", name="换到这一天").click()
        self.page.get_by_text(f"演示日期已改为 {day}").wait_for()

    def fits(self) -> bool:
        """True when nothing makes the page scroll sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))

    def barriers(self, *paths: str) -> list[str]:
        """What axe-core calls serious or critical on these pages, as this person sees them."""
        context = self.browser.new_context(
            base_url=self.site, viewport=self.viewport, bypass_csp=True, storage_state=self.context.storage_state()
        )
        context.set_default_timeout(_PATIENCE_MS)
        page, found = context.new_page(), []
        for path in paths:
            page.goto(path)
            page.add_script_tag(path=AXE)
            found += [f"{path}: {_told(item)}" for item in page.evaluate(_AXE_RUN)["violations"] if _serious(item)]
        context.close()
        return found


def _serious(violation: dict[str, Any]) -> bool:
    return violation["impact"] in ("serious", "critical")


def _told(violation: dict[str, Any]) -> str:
    return f"{violation['id']} at {[node['target'] for node in violation['nodes']][:4]}"
