"""Who has a draft is told when it will be erased, and afterwards that it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.models import User
from reviewapp.policy.retention import Retention
from reviewapp.services import erasure
from tests import factories
from tests.factories import NOW
from tests.factories.batches import dealers_batch
from tests.factories.papers import paper
from tests.web.conftest import Visit
from tests.web.visitors import is_clear, words

#: The tests' day; drafts under xiangning-2023 have been due since three days before.
TODAY = "2024年1月10日"


@pytest.fixture
def app(app: Flask) -> Flask:
    """An office that is no demonstration."""
    app.extensions["settings"] = replace(app.extensions["settings"], retention=Retention())
    return app


@pytest.fixture
def dealer(rows: Session) -> User:
    return factories.user(rows, "dealer")


def test_a_draft_says_until_when_it_is_kept(visit: Visit, rows: Session) -> None:
    draft = factories.complete_draft(rows)
    rows.commit()
    visitor, pages = visit(draft.entered_by), [f"/claims/{draft.public_id}/{page}" for page in ("papers", "facts")]
    assert not any("删除，包括上传的照片" in words(visitor.get(page)) for page in pages)
    clock.stand_on(NOW + timedelta(days=21))
    for page in pages:
        assert "受理已经截止 ，未提交的草稿将在 2024年7月28日 删除" in words(visitor.get(page))


def test_a_batch_says_it_too(visit: Visit, rows: Session, dealer: User) -> None:
    batch = dealers_batch(rows, dealer).file.batch
    rows.commit()
    seen = words(visit(dealer).get(f"/dealer/batches/{batch.public_id}"))
    assert f"没有提交的购车人和没有归类的材料将在 {TODAY} 删除" in seen


def test_an_erased_draft_is_said_to_be_and_stands_in_no_list(visit: Visit, rows: Session) -> None:
    draft, other = (factories.claim(rows, by=None) for _ in range(2))
    page = paper(rows, draft, "id_card", {"name": "测试甲"}).pages[0].public_id
    draft_id, rest = draft.public_id, f"/claims/{other.public_id}"
    rows.commit()
    visitor, stranger = visit(draft.entered_by), visit(other.entered_by)
    assert visitor.get(f"/claims/{draft_id}/papers").status_code == 200
    assert erasure.erase_due(rows, NOW, Retention()) == 2
    rows.commit()
    for path in ("", "/papers", "/facts", "/check"):
        answer = visitor.get(f"/claims/{draft_id}{path}")
        assert (answer.status_code, is_clear(answer)) == (404, True)
        assert "已于 2024年1月10日 按规定删除" in words(answer)
    assert "按规定删除" not in words(visitor.get(rest))
    assert "按规定删除" not in words(stranger.get(f"/claims/{draft_id}"))
    assert visitor.get(f"/pages/{page}.jpg").status_code == 404
    assert "还没有申请" in words(visitor.get("/claims"))
    assert visitor.post(f"/claims/{draft_id}/withdraw", {"revision": 0}).status_code == 404
