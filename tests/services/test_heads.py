"""Daily heads: one a pool and day, a file for each, and every way in which they can disagree with the chain."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from reviewapp.models import Actor, Head, Pool
from reviewapp.services import heads, queue
from reviewapp.signing import Signer
from tests import factories
from tests.factories import NOW
from tests.factories.trails import AWARD

SIGNER = Signer(bytes(32))
DAY = timedelta(days=1)


@pytest.fixture
def pool(session: Session) -> Pool:
    """A pool with a chain of three links, and another one without."""
    factories.pool(session, code="home")
    pool = factories.pool(session, 9 * AWARD)
    for _ in range(3):
        _put_in(session, pool)
    return pool


def _put_in(session: Session, pool: Pool) -> None:
    draft = factories.claim(session, pool=pool)
    queue.enter(session, Actor.of(draft.entered_by), NOW, draft, wanted_fen=AWARD)


def _wrong(session: Session, folder: Path, pool: Pool, signer: Signer = SIGNER) -> str:
    return "；".join(found.what for found in heads.disagreements(session, NOW + DAY, signer, folder, pool))


def test_one_a_pool_and_day_of_the_chains_that_have_begun(session: Session, pool: Pool, tmp_path: Path) -> None:
    assert heads.keep(session, NOW, SIGNER) == 1
    assert heads.keep(session, NOW + timedelta(hours=3), SIGNER) == 0
    assert heads.anchor(session, NOW, tmp_path) == 1
    assert heads.anchor(session, NOW, tmp_path) == 0
    _put_in(session, pool)
    assert heads.keep(session, NOW + DAY, SIGNER) == 1
    assert heads.anchor(session, NOW + DAY, tmp_path) == 1
    assert session.scalars(select(Head.number).order_by(Head.day)).all() == [3, 4]
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.json"))
    assert files == ["xiangning-2023/car/2024-01-10.json", "xiangning-2023/car/2024-01-11.json"]
    said = json.loads((tmp_path / files[0]).read_text())
    assert (said["kind"], said["link"], said["at"]) == ("每日链头", 3, "2024-01-10T09:30:00+08:00")
    assert _wrong(session, tmp_path, pool) == ""
    assert heads.strangers(session, tmp_path) == []


def test_a_file_that_is_missing_is_made_within_a_day_and_found_later(
    session: Session, pool: Pool, tmp_path: Path
) -> None:
    heads.keep(session, NOW, SIGNER)
    fresh = heads.disagreements(session, NOW + timedelta(minutes=5), SIGNER, tmp_path, pool)
    assert list(fresh) == []
    assert "没有存档文件" in _wrong(session, tmp_path, pool)
    assert heads.anchor(session, NOW + 2 * DAY, tmp_path) == 0
    assert heads.anchor(session, NOW + DAY, tmp_path) == 1
    assert _wrong(session, tmp_path, pool) == ""


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM links WHERE number = 3", "链被截短"),
        ("UPDATE links SET digest = replace(digest, substr(digest, 1, 8), '00000000') WHERE number = 3", "链被重写"),
        ("UPDATE heads SET number = 2", "签名不符"),
        ("UPDATE heads SET digest = replace(digest, substr(digest, 1, 8), '00000000')", "签名不符"),
        ("DELETE FROM heads", "数据库里没有"),
        ("UPDATE heads SET day = '昨天'", "无法读取"),
        ("UPDATE heads SET at = 'x'", "无法读取"),
    ],
)
def test_what_the_databases_owner_does_is_found(
    session: Session, pool: Pool, tmp_path: Path, statement: str, found: str
) -> None:
    heads.keep(session, NOW, SIGNER)
    heads.anchor(session, NOW, tmp_path)
    for table in ("links", "heads"):
        for verb in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
    session.execute(text(statement))
    session.expire_all()
    assert found in _wrong(session, tmp_path, pool)


def test_a_file_that_was_changed_is_found(session: Session, pool: Pool, tmp_path: Path) -> None:
    heads.keep(session, NOW, SIGNER)
    heads.anchor(session, NOW, tmp_path)
    (path,) = tmp_path.rglob("*.json")
    path.write_text(path.read_text().replace('"link": 3', '"link": 2'))
    assert "不一致" in _wrong(session, tmp_path, pool)
    path.rename(path.with_name("2024-01-09.json"))
    assert "无法读取" in _wrong(session, tmp_path, pool)
    path.with_name("2024-01-09.json").write_bytes(b"\xff")
    assert "无法读取" in _wrong(session, tmp_path, pool)


def test_another_key_is_found(session: Session, pool: Pool, tmp_path: Path) -> None:
    heads.keep(session, NOW, SIGNER)
    heads.anchor(session, NOW, tmp_path)
    assert "签名不符" in _wrong(session, tmp_path, pool, Signer(bytes([1]) * 32))


def test_files_about_a_pool_that_is_gone_are_found(session: Session, pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "xiangning-2023" / "gone").mkdir(parents=True)
    (tmp_path / "xiangning-2023" / "gone" / "2024-01-10.json").write_text("{}")
    assert heads.strangers(session, tmp_path) == ["xiangning-2023/gone"]
