"""`reviewapp ocr corrections`: figures by kind and field, and an export that stays in one closed folder."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.cli import ocr_corrections as command
from reviewapp.errors import InvalidValue
from reviewapp.models import Page, User
from reviewapp.storage import Storage
from tests import factories
from tests.factories import NOW
from tests.factories.papers import fact
from tests.factories.papers import paper as make_paper
from tests.support.databases import tuned_engine

INK = (200, 30, 30)


@pytest.fixture
def app(app_factory: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Flask:
    made = app_factory(sqlite_url)
    monkeypatch.setattr(command, "create_app", lambda: made)
    return made


@pytest.fixture
def corrected(app: Flask, sqlite_url: str) -> Iterator[Session]:
    """An identity card: its name was doubted and corrected, its number read wrong without doubt, its sex is right."""
    engine = tuned_engine(sqlite_url)
    with Session(engine) as session:
        claim = factories.claim(session, "draft")
        fields = {"name": "测试申", "id_number": "11010519491231002X", "sex": "男"}
        paper = make_paper(session, claim, "id_card", fields, doubtful=("name",))
        by = session.get_one(User, claim.entered_by_id)
        for field, value in (("name", "测试甲"), ("id_number", "110105194912310021")):
            fact(session, claim, "paper", field, value, paper=paper, by=by)
        _keep_copy(app.extensions["storage"], session)
        session.commit()
        yield session
    engine.dispose()


def _keep_copy(storage: Storage, session: Session) -> None:
    """The page's picture: the box of every fact is inked."""
    image = Image.new("RGB", (800, 600), "white")
    image.paste(INK, (10, 20, 300, 50))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95)
    session.scalars(select(Page)).one().view_sha256 = storage.put(io.BytesIO(out.getvalue())).sha256


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command.corrections, list(arguments))


def test_figures_by_kind_and_field(corrected: Session) -> None:
    report = json.loads(run().stdout)
    nothing = {"read": 1, "confirmed": 0, "corrected": 0, "silent_wrong": 0, "entered": 0}
    assert report["total"] == nothing | {"read": 3, "corrected": 1, "silent_wrong": 1}
    assert report["fields"] == [
        {"kind": "id_card", "field": "id_number"} | nothing | {"silent_wrong": 1},
        {"kind": "id_card", "field": "name"} | nothing | {"corrected": 1},
        {"kind": "id_card", "field": "sex"} | nothing,
    ]


def test_chosen_by_kind_and_day(corrected: Session) -> None:
    assert json.loads(run("--kind", "pos_slip").stdout)["fields"] == []
    assert json.loads(run("--since", f"{NOW:%Y-%m-%d}").stdout)["total"]["read"] == 3
    assert json.loads(run("--since", "2099-01-01").stdout)["total"]["read"] == 0


def test_export_keeps_crop_read_and_corrected(corrected: Session, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    result = run("--export", str(folder))
    assert result.exit_code == 0
    assert "个人信息" in result.stderr
    lines = [json.loads(line) for line in (folder / "corrections.jsonl").read_text("utf-8").splitlines()]
    told = {line["field"]: (line["outcome"], line["read"], line["corrected"]) for line in lines}
    assert told == {
        "name": ("corrected", "测试申", "测试甲"),
        "id_number": ("silent_wrong", "11010519491231002X", "110105194912310021"),
    }
    with Image.open(folder / lines[0]["crop"]) as crop:
        assert crop.size == (315, 60)
        middle = crop.getpixel((150, 30))
        assert isinstance(middle, tuple)
        assert all(abs(a - b) < 12 for a, b in zip(middle, INK, strict=True))
    assert "个人信息" in (folder / "请先读我.txt").read_text("utf-8")


def test_nobody_else_can_look_into_the_export(corrected: Session, tmp_path: Path) -> None:
    open_to_all = tmp_path / "empty"
    open_to_all.mkdir(mode=0o755)
    for folder in (open_to_all, tmp_path / "new"):
        assert run("--export", str(folder)).exit_code == 0
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / "crops").stat().st_mode & 0o777 == 0o700


def test_a_folder_with_something_in_it_is_refused(corrected: Session, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    result = run("--export", str(tmp_path))
    assert isinstance(result.exception, InvalidValue)
    assert "已有文件" in result.exception.message
    assert {path.name for path in tmp_path.iterdir()} >= {"mine.txt"}
    assert not (tmp_path / "corrections.jsonl").exists()


def test_a_copy_that_is_gone_leaves_a_line_without_crop(corrected: Session, tmp_path: Path) -> None:
    corrected.scalars(select(Page)).one().view_sha256 = "0" * 64
    corrected.commit()
    assert run("--export", str(tmp_path / "export")).exit_code == 0
    lines = (tmp_path / "export" / "corrections.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["crop"] for line in lines] == [None, None]
