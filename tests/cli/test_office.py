"""Commands that an office runs once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.cli import office as command
from reviewapp.errors import InvalidValue, ReviewError
from reviewapp.models import AccountStep, Organisation, User
from tests import factories
from tests.factories.batches import dealers_batch
from tests.factories.papers import upload
from tests.support.databases import tuned_engine

CLERK = ("add-user", "point", "--name", "测试甲", "--role", "point", "--password", "回收点的口令-2024")


@pytest.fixture
def run(app_factory: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    app = app_factory(sqlite_url)
    monkeypatch.setattr(command, "create_app", lambda: app)
    return lambda *words: CliRunner().invoke(command.office, words)


def test_collection_points_and_their_people(run: Callable[..., Result], sqlite_url: str) -> None:
    for said in ("新登记 19 处", "新登记 0 处"):
        assert said in run("open-points", "yangcheng-2023").output
    assert isinstance(run("open-points", "xiangning-2023").exception, InvalidValue)
    refused = run(*CLERK, "--firm", "凤城镇便民服务中心", "--phone", "123").exception
    assert isinstance(refused, InvalidValue)
    assert "不是手机号" in refused.message
    assert run(*CLERK, "--firm", "凤城镇便民服务中心", "--phone", "13800000001").exit_code == 0
    with Session(tuned_engine(sqlite_url)) as session:
        assert len(session.scalars(select(Organisation)).all()) == 19
        user = session.scalars(select(User)).one()
        assert user.organisation is not None
        assert (user.organisation.name, user.phone) == ("凤城镇便民服务中心", "13800000001")


def test_the_operator_helps_whoever_is_locked_out(run: Callable[..., Result], sqlite_url: str) -> None:
    run("open-points", "yangcheng-2023")
    run(*CLERK, "--firm", "凤城镇便民服务中心")
    assert (
        run("add-user", "admin-1", "--name", "测试乙", "--role", "admin", "--password", "管理员的口令-2024").exit_code
        == 0
    )
    made = run("reset-password", "admin-1", "--generate").output
    password = made.rpartition("：")[2].strip()
    assert len(password) == 12
    asked = CliRunner().invoke(command.office, ["reset-password", "point"], input="另一个口令-2024\n" * 2)
    assert asked.exit_code == 0
    assert "另一个口令" not in asked.output
    assert run("disable-user", "point").exit_code == 0
    for words, said in (
        (("disable-user", "admin-1"), "最后一位在用的管理员"),
        (("disable-user", "nobody"), "没有账号“nobody”"),
        (("reset-password", "point", "--generate", "--remove-second-factor"), "没有启用动态口令"),
    ):
        refused = run(*words).exception
        assert isinstance(refused, ReviewError)
        assert said in refused.message
    with Session(tuned_engine(sqlite_url)) as session:
        kept = session.execute(select(AccountStep.username, AccountStep.action, AccountStep.by_id)).all()
        assert kept == [
            *(("point", "make", None), ("admin-1", "make", None), ("admin-1", "reset_password", None)),
            *(("point", "reset_password", None), ("point", "disable", None)),
        ]
        assert session.scalars(select(User.must_change_password).order_by(User.id)).all() == [True, True]


def test_what_is_due_to_be_erased_is_listed_and_left(
    run: Callable[..., Result], sqlite_url: str, app_factory: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(tuned_engine(sqlite_url)) as session:
        draft = factories.claim(session)
        upload(session, draft)
        dealers_batch(session, factories.user(session, "dealer"))
        session.commit()
        listed = run("abandoned-drafts", "--at", "2024-01-07").output
        assert "1 份草稿\t1 个文件\t2024-01-07 起到期" in listed
        assert "经销商批次：1 批" in listed
        assert "共 0 份草稿" in run("abandoned-drafts", "--at", "2024-01-06").output
        session.refresh(draft)
        assert draft.erased_at is None
    demo = app_factory(sqlite_url, REVIEWAPP_DEMO="1")
    monkeypatch.setattr(command, "create_app", lambda: demo)
    assert isinstance(run("abandoned-drafts").exception, InvalidValue)
