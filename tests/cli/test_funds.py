"""`reviewapp funds`: exit codes and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from reviewapp.cli import funds as command
from reviewapp.errors import InvalidValue, NotFound, Unavailable
from reviewapp.models import Claim, Pool
from tests import factories
from tests.support.databases import tuned_engine


@pytest.fixture
def books(app_factory: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session on the application's database; the commands use the same application. Its bank is not there."""
    app = app_factory(sqlite_url, BANK_URL="http://127.0.0.1:9")
    monkeypatch.setattr(command, "create_app", lambda: app)
    engine = tuned_engine(sqlite_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command.funds, list(arguments), catch_exceptions=True)


def test_books_that_agree_exit_0(books: Session) -> None:
    factories.claim(books, "submitted")
    books.commit()
    result = _run("verify", "--no-bank")
    assert result.exit_code == 0
    assert "差额 0.00 元" in result.output


def test_books_that_differ_exit_1_with_the_rows(books: Session) -> None:
    factories.claim(books, "submitted", amount_fen=300_000)
    books.execute(text("UPDATE pools SET reserved = reserved - 100"))
    books.commit()
    result = _run("verify", "--no-bank")
    assert result.exit_code == 1
    assert "xiangning-2023/car" in result.output
    assert "3000.00" in result.output
    assert "2999.00" in result.output


def test_a_bank_that_does_not_answer_is_said_so(books: Session) -> None:
    assert isinstance(_run("verify").exception, Unavailable)


def test_a_top_up_promotes_the_waitlist(books: Session) -> None:
    factories.claim(books, "waitlist", pool=factories.pool(books, 0), amount_fen=300_000)
    books.commit()
    result = _run("appropriate", "xiangning-2023", "car", "3000.50", "--document", "样例〔2024〕2号")
    assert result.exit_code == 0
    assert "可用 0.50 元" in result.output
    books.rollback()
    assert books.scalars(select(Claim.state)).all() == ["submitted"]
    assert books.scalars(select(Pool.appropriated)).all() == [300_050]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("nowhere", "car", "100"), NotFound),
        (("xiangning-2023", "car", "一百"), InvalidValue),
        (("xiangning-2023", "car", "0"), InvalidValue),
    ],
)
def test_a_top_up_that_makes_no_sense_is_refused(
    books: Session, arguments: tuple[str, ...], error: type[Exception]
) -> None:
    factories.pool(books)
    books.commit()
    assert isinstance(_run("appropriate", *arguments, "--document", "文").exception, error)
