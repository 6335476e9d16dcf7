"""`reviewapp batch`: exit codes, and messages by row, file and page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.cli import batch as command
from reviewapp.errors import InvalidValue
from reviewapp.models import Claim, User
from reviewapp.services.sheet_columns import Template
from reviewapp.services.sheet_writing import WrittenRow, write_sheet
from reviewapp.specimens.pile import KINDS
from tests import factories
from tests.services.batchwork import archive, row_of
from tests.services.paperwork import ScriptedReader, document, picture, seen
from tests.support.databases import tuned_engine

CAR = Template("yangcheng-2023", "1", "car")
BOUGHT = [factories.purchase(index) for index in (0, 1)]


@pytest.fixture(autouse=True)
def clock_afterwards() -> Iterator[None]:
    """A check on another day leaves no other clock behind."""
    yield
    clock.use(None)


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> ScriptedReader:
    """Sees the papers of the first buyer on pictures of 110, 120 … pixels; of the second from 210."""
    script = {
        100 * at + 110 + 10 * place + off: seen(kind, bought.paper_values(kind))
        for at, bought in enumerate(BOUGHT)
        for place, kind in enumerate(KINDS)
        for off in (-1, 0, 1)
    }
    reader = ScriptedReader(script)
    monkeypatch.setattr(command, "_reader", lambda engine: reader)
    return reader


@pytest.fixture
def pile(tmp_path: Path) -> Path:
    """An archive: the first buyer's papers as one PDF, two photographs of the second."""
    path = tmp_path / "材料.zip"
    scan = document(*range(110, 110 + 10 * len(KINDS), 10))
    path.write_bytes(
        archive({"a/全套.pdf": scan, "身份证.jpg": picture(210), "车牌.txt": b"x", "空白.jpg": picture(50)})
    )
    return path


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "表.xlsx"
    path.write_bytes(write_sheet(CAR, [WrittenRow(number, row_of(one)) for number, one in enumerate(BOUGHT, 4)]))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command.batch, [str(one) for one in arguments], catch_exceptions=True)


def test_check_tells_rows_files_and_pages_and_leaves_with_1(sheet: Path, pile: Path) -> None:
    result = run("check", sheet, pile, "--at", "2024-01-10")
    assert result.exit_code == 1, result.output
    assert f"第 4 行 {BOUGHT[0].buyer.name}：可以提交" in result.output
    assert f"第 5 行 {BOUGHT[1].buyer.name}：缺少：机动车销售统一发票" in result.output
    assert "文件 车牌.txt：无法识别这个文件的类型" in result.output
    assert "文件 空白.jpg 第 1 页 其他材料：没有归到任何购车人" in result.output


def test_check_of_what_is_complete_leaves_with_0(sheet: Path, tmp_path: Path) -> None:
    folder = tmp_path / "文件夹" / "甲"
    folder.mkdir(parents=True)
    for at in (110, 210):
        (folder.parent / f"{at}.pdf").write_bytes(document(*range(at, at + 10 * len(KINDS), 10)))
    assert run("check", sheet, folder.parent, "--at", "2024-01-10").exit_code == 0


def test_a_sheet_that_is_none_is_bad_input(pile: Path, tmp_path: Path) -> None:
    assert isinstance(run("check", pile, pile).exception, InvalidValue)  # `main` makes exit 2 of it
    assert run("check", tmp_path / "没有.xlsx", pile).exit_code == 2


@pytest.fixture
def office(app_factory: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """The office's own database, with a dealer."""
    app = app_factory(sqlite_url)
    monkeypatch.setattr(command, "create_app", lambda: app)
    monkeypatch.setattr("reviewapp.clock.now", lambda: factories.NOW)
    engine = tuned_engine(sqlite_url)
    with Session(engine) as session:
        factories.pool(session, 10_000_000, scheme_code="yangcheng-2023")
        factories.user(session, "dealer", username="dealer")
        session.commit()
        yield session
    engine.dispose()


def test_submit_puts_in_what_is_complete_once(office: Session, sheet: Path, pile: Path) -> None:
    for _ in range(2):
        result = run("submit", sheet, pile, "--as", "dealer")
        assert result.exit_code == 1, result.output
        assert "第 4 行：已提交，排队号 1" in result.output
    office.rollback()
    assert sorted(claim.state for claim in office.scalars(select(Claim))) == ["draft", "submitted"]
    assert office.scalars(select(User)).one().username == "dealer"


def test_nobody_submits_for_a_dealer_who_is_not_there(office: Session, sheet: Path, pile: Path) -> None:
    assert isinstance(run("submit", sheet, pile, "--as", "nobody").exception, InvalidValue)
