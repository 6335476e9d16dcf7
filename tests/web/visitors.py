"""People with a browser of their own, in process: they keep their session and send the CSRF token of their pages."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from reviewapp.models import User

_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
_TOKEN = re.compile(r'X-CSRFToken": "([^"]+)"')
ORIGIN = "http://localhost"


class Visitor:
    """One browser; `user` has signed in just now, None is anonymous."""

    def __init__(self, app: Flask, user: User | None = None) -> None:
        self.client = app.test_client()
        self._token = ""
        if user is not None:
            with self.client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = user.fs_uniquifier, True
                session["fs_paa"] = time.time()

    def get(self, path: str, **options: Any) -> TestResponse:
        """What the browser gets for an address; redirects are not followed."""
        return self.client.get(path, buffered=True, **options)

    def token(self) -> str:
        """The CSRF token of this browser's pages."""
        if not self._token:
            found = _TOKEN.search(self.client.get("/").text)
            assert found
            self._token = found.group(1)
        return self._token

    def post(self, path: str, form: Mapping[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form as a page of ours does."""
        headers = {"Origin": ORIGIN, **options.pop("headers", {})}
        return self.client.post(
            path, data={"csrf_token": self.token(), **(form or {})}, headers=headers, buffered=True, **options
        )

    def htmx(self, path: str, form: Mapping[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form as htmx does, from the page the person looks at."""
        return self.post(path, form, headers={"HX-Request": "true", **options.pop("headers", {})}, **options)

    def end_session(self) -> None:
        """What a session that ran out leaves: the cookie, and nothing behind it."""
        with self.client.session_transaction() as session:
            session.clear()


def words(answer: TestResponse) -> str:
    """What a person reads on the page."""
    return " ".join(_TAGS.sub(" ", answer.text).split())


def is_clear(answer: TestResponse) -> bool:
    """True for an answer that speaks Chinese and shows nothing of the machine."""
    machine = ("Traceback", "sqlalchemy", "werkzeug", "Internal Server Error", "Exception")
    return (
        bool(re.search("[\u4e00-\u9fff]", answer.text))
        and not any(word in answer.text for word in machine)
        and ".py" not in words(answer)  # outside the words it can be a part of a signed token
    )
