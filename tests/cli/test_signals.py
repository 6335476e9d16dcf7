"""Claims and files from before signals were kept get theirs."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from reviewapp.cli import signals as command
from reviewapp.models import ClaimKey, PagePrint
from tests.factories import NOW
from tests.factories.papers import paper, upload
from tests.pages.test_likeness import jpeg, scene
from tests.queries.test_signals import put_in
from tests.services.filled import buy, filled
from tests.support.databases import tuned_engine


def test_refresh_writes_what_was_not_kept_once(
    app_factory: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_factory(sqlite_url)
    monkeypatch.setattr(command, "create_app", lambda: app)
    with app.app_context(), Session(tuned_engine(sqlite_url)) as session:
        claim = put_in(session, filled(session, buy(), state="submitted", kinds=()))
        file = app.extensions["storage"].put(io.BytesIO(jpeg(scene(0))))
        paper(session, claim, "id_card", of=upload(session, claim, sha256=file.sha256))
        session.execute(delete(ClaimKey).where(ClaimKey.kind == "phone"))
        claim_id = claim.id
        session.commit()
        said = [CliRunner().invoke(command.signals, ["refresh"]).output for _ in range(2)]
        phone = select(ClaimKey.claim_id, ClaimKey.at, ClaimKey.dropped_at).where(ClaimKey.kind == "phone")
        phones = [tuple(row) for row in session.execute(phone)]
        prints = session.scalar(select(func.count()).select_from(PagePrint))

    assert said == ["已补算 1 份申请。\n"] * 2
    assert phones == [(claim_id, NOW, None)]
    assert prints
