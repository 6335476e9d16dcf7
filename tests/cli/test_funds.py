"""`reviewapp funds`: exit codes and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from reviewapp.cli import funds as command
from reviewapp.errors import InvalidValue, NotAllowed, NotFound, Unavailable
from reviewapp.models import FundOrder
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


_GROUNDS = ("--document", "样例〔2024〕2号", "--reason", "续拨")


def test_a_top_up_is_proposed_in_somebodys_name_and_moves_nothing(books: Session) -> None:
    pool = factories.pool(books, 0)
    maker = factories.user(books, "finance_maker", username="maker")
    books.commit()
    result = _run("appropriate", "xiangning-2023", "car", "3000.50", *_GROUNDS, "--by", "maker")
    assert result.exit_code == 0
    assert "由另一位财务复核人员" in result.output
    books.rollback()
    order = books.scalars(select(FundOrder)).one()
    assert (order.state, order.amount_fen, order.maker_id) == ("proposed", 300_050, maker.id)
    assert pool.appropriated == 0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("nowhere", "car", "100"), NotFound),
        (("xiangning-2023", "car", "一百"), InvalidValue),
        (("xiangning-2023", "car", "0"), InvalidValue),
        (("xiangning-2023", "car", "9999999"), InvalidValue),
        (("xiangning-2023", "car", "1", "--by", "nobody"), InvalidValue),
        (("xiangning-2023", "car", "1", "--by", "checker"), NotAllowed),
    ],
)
def test_a_top_up_that_makes_no_sense_is_refused(
    books: Session, arguments: tuple[str, ...], error: type[Exception]
) -> None:
    factories.pool(books)
    factories.user(books, "finance_maker", username="maker")
    factories.user(books, "finance_checker", username="checker")
    books.commit()
    by = () if "--by" in arguments else ("--by", "maker")
    assert isinstance(_run("appropriate", *arguments, *_GROUNDS, *by).exception, error)
