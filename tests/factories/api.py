"""Tokens of the interface, and a program that uses one."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from reviewapp import clock
from reviewapp.models import Actor, ApiToken, User
from reviewapp.services import api_tokens

_keys = itertools.count(1)


def token(
    session: Session, user: User, scopes: Collection[str] = tuple(api_tokens.SCOPES), *, days: int = 30
) -> tuple[ApiToken, str]:
    """A token of that dealer and its text, made just now by the machine's clock."""
    return api_tokens.make(session, Actor.of(user), clock.machine(), name="测试系统", scopes=scopes, days=days)


def expire(row: ApiToken) -> None:
    """Let the token's term be over."""
    row.created_at, row.expires_at = clock.machine() - timedelta(days=31), clock.machine() - timedelta(seconds=1)


class Program:
    """A dealer's own system: sends its token, and with each POST a key."""

    def __init__(self, app: Flask, text: str) -> None:
        self._client = app.test_client()
        self.headers = {"Authorization": f"Bearer {text}"}

    def get(self, path: str, **query: Any) -> TestResponse:
        """Ask for something."""
        return self._client.get(f"/api/v1{path}", query_string=query, headers=self.headers)

    def post(self, path: str, json: Any = None, *, key: str | None = None, **more: Any) -> TestResponse:
        """Have something done, under a key of its own unless one is given."""
        headers = {**self.headers, "Idempotency-Key": key or f"key-{next(_keys)}"}
        return self._client.post(f"/api/v1{path}", json=json, headers=headers, **more)

    def delete(self, path: str) -> TestResponse:
        """Take something away."""
        return self._client.delete(f"/api/v1{path}", headers=self.headers)
