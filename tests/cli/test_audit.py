"""`reviewapp audit`: exit codes and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.cli import audit as command
from reviewapp.errors import InvalidValue
from reviewapp.models import Actor, Claim, append_only
from reviewapp.services import heads, queue, receipts
from tests import factories
from tests.factories import NOW
from tests.factories.trails import AWARD
from tests.support.databases import tuned_engine


@pytest.fixture
def app(app_factory: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application that the commands use; it is the next day."""
    app = app_factory(sqlite_url)
    monkeypatch.setattr(command, "create_app", lambda: app)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=1))
    return app


@pytest.fixture
def rows(app: Flask, sqlite_url: str) -> Iterator[Session]:
    """A session on its database, in which two claims were put in and the day's head was kept and anchored."""
    engine = tuned_engine(sqlite_url)
    with Session(engine) as session:
        for _ in range(2):
            draft = factories.claim(session)
            queue.enter(session, Actor.of(draft.entered_by), NOW, draft, wanted_fen=AWARD)
        heads.keep(session, NOW, app.extensions["signer"])
        heads.anchor(session, NOW, app.extensions["settings"].heads)
        session.commit()
        yield session
    engine.dispose()


@pytest.fixture
def receipt(app: Flask, rows: Session, tmp_path: Path) -> Path:
    """The second claim's receipt as a file."""
    claim = rows.scalars(select(Claim).where(Claim.ticket == 2)).one()
    path = tmp_path / "receipt.json"
    path.write_text(receipts.issue(rows, app.extensions["signer"], claim).text(), encoding="utf-8")
    return path


def _run(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(command.audit, list(arguments), input=given)


def _write_over(rows: Session, statement: str) -> None:
    for table in append_only.TABLES:
        for verb in ("update", "delete"):
            rows.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
    rows.execute(text(statement))
    rows.commit()


def test_a_whole_trail_exits_0(rows: Session) -> None:
    for arguments in ((), ("--scheme", "xiangning-2023")):
        result = _run("verify", *arguments)
        assert result.exit_code == 0, result.output
        assert result.output == "记录链完整：1 个资金池，2 个排队号，2 环。\n"


def test_a_broken_one_exits_1_with_its_first_place(rows: Session) -> None:
    _write_over(rows, "UPDATE events SET actor_role = 'dealer'")
    result = _run("verify")
    assert result.exit_code == 1
    assert result.stdout == "xiangning-2023/car\t第 1 环\t排队号 1 的办理记录与链上摘要不符，记录或链被改动\n"
    assert _run("verify", "--scheme", "yangcheng-2023").exit_code == 0


def test_a_scheme_that_is_not_there_is_bad_input(rows: Session) -> None:
    result = _run("verify", "--scheme", "nowhere")
    assert isinstance(result.exception, InvalidValue)
    assert "nowhere" in str(result.exception)


def test_a_receipt_that_holds_exits_0(receipt: Path) -> None:
    for result in (_run("prove", str(receipt)), _run("prove", "-", given=receipt.read_bytes())):
        assert result.exit_code == 0, result.output
        assert [line[0] for line in result.output.splitlines()] == ["✓"] * 5
        assert "整条记录链完整：2 个排队号，2 环" in result.output


def test_a_receipt_that_does_not_hold_exits_1(receipt: Path) -> None:
    receipt.write_text(receipt.read_text().replace('"ticket": 2', '"ticket": 1'))
    result = _run("prove", str(receipt))
    assert result.exit_code == 1
    assert "✗ 签名不符" in result.output


def test_a_receipt_of_a_chain_that_is_broken_elsewhere_exits_1(rows: Session, receipt: Path) -> None:
    _write_over(rows, "UPDATE events SET actor_role = 'dealer' WHERE id = 1")
    result = _run("prove", str(receipt))
    assert result.exit_code == 1
    assert result.output.splitlines()[-1].startswith("✗ 整条记录链不完整：第 1 环")


@pytest.mark.parametrize("given", [b"", b"{}", b"\xff\xd8\xff", b"[" * 5000])
def test_what_is_no_receipt_is_bad_input(app: Flask, given: bytes) -> None:
    result = _run("prove", "-", given=given)
    assert isinstance(result.exception, InvalidValue)
    assert "这不是受理回执" in str(result.exception)


def test_a_file_that_is_not_there_is_bad_usage(app: Flask) -> None:
    assert _run("prove", "nothing.json").exit_code == 2
