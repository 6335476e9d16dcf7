"""Files that are not taken: each says which file, why, and what to do; nothing of it stays, the others go through."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from reviewapp.models import Claim, Upload
from tests import factories
from tests.factories.papers import paper
from tests.pages.hostile import MEGABYTE, catalogue
from tests.pages.samples import sound
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, is_clear, words

HOSTILE = catalogue(cuts=0, mutants=0)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>'


@pytest.fixture
def draft(rows: Session) -> Claim:
    claim = factories.claim(rows, "draft")
    rows.commit()
    return claim


@pytest.fixture
def owner(visit: Visit, draft: Claim) -> Visitor:
    return visit(draft.entered_by)


def send(visitor: Visitor, claim: Claim, *files: tuple[bytes, str], fragment: bool = True) -> TestResponse:
    """Files in one form, written down as browsers do."""
    parts = [
        f'--limit\r\nContent-Disposition: form-data; name="file"; filename="{_quoted(name)}"\r\n\r\n'.encode() + content
        for content, name in files
    ]
    headers = {"X-CSRFToken": visitor.token(), **({"HX-Request": "true"} if fragment else {})}
    return visitor.client.post(
        f"/claims/{claim.public_id}/files",
        data=b"\r\n".join([*parts, b"--limit--\r\n"]),
        content_type="multipart/form-data; boundary=limit",
        headers=headers,
        buffered=True,
    )


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', "%22")


def kept(rows: Session, claim: Claim) -> list[str]:
    rows.rollback()
    return [upload.name for upload in rows.scalars(select(Upload).where(Upload.claim_id == claim.id))]


def stored(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]


REFUSED = {
    "text": (b"just words", "照片.jpg", "无法识别这个文件的类型"),
    "empty": (b"", "空.jpg", "0 字节"),
    "svg": (SVG, "图.svg", "不能作为材料上传"),
    "svg-as-jpeg": (SVG, "图.jpg", "不能作为材料上传"),
    "bomb": (HOSTILE["bomb-20000.png"].make(), "大图.png", "超过 6400 万像素的上限"),
    "locked": (HOSTILE["locked-aes-256.pdf"].make(), "加密.pdf", "加了密码"),
    "400-pages": (HOSTILE["400-pages.pdf"].make(), "400页.pdf", "有 400 页，超过 20 页的上限"),
    "cut": (sound("jpg")[:200], "半张.jpg", "已损坏或不完整"),
    "program": (b"MZ" + bytes(300), "合同.exe", "不能作为材料上传"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refused_file_says_why_and_leaves_nothing(
    owner: Visitor, draft: Claim, rows: Session, tmp_path: Path, kind: str
) -> None:
    content, name, why = REFUSED[kind]
    for fragment in (True, False):
        answer = send(owner, draft, (content, name), fragment=fragment)
        assert is_clear(answer)
        assert name in words(answer)
        assert why in words(answer)
        assert "<html" not in answer.text or not fragment
        assert answer.status_code == 422
    assert kept(rows, draft) == []
    assert stored(tmp_path) == []


@pytest.mark.parametrize("size", [25 * MEGABYTE + 1, 200 * MEGABYTE], ids=["a-byte", "a-lot"])
def test_a_file_that_is_too_large(owner: Visitor, draft: Claim, rows: Session, tmp_path: Path, size: int) -> None:
    answer = send(owner, draft, (sound("jpg") + bytes(size - len(sound("jpg"))), "大.jpg"))
    assert answer.status_code in (413, 422)
    assert "25 MB" in words(answer)
    assert is_clear(answer)
    assert kept(rows, draft) == []
    assert stored(tmp_path) == []


def test_one_bad_file_does_not_stop_the_good_ones(owner: Visitor, draft: Claim, rows: Session) -> None:
    answer = send(owner, draft, (sound("jpg"), "一.jpg"), (b"no", "二.jpg"), (sound("png"), "三.png"), fragment=False)
    assert answer.status_code == 422
    assert "二.jpg" in words(answer)
    assert kept(rows, draft) == ["一.jpg", "三.png"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("..\\..\\发票.jpg", "发票.jpg"),
        ("C:\\照片\\发票.jpg", "发票.jpg"),
        ("<img src=x onerror=alert(1)>.jpg", "<img src=x onerror=alert(1)>.jpg"),
        ("票" * 400 + ".jpg", "票" * 120),
        ("发票\u202egpj.exe", "发票gpj.exe"),
        (" ", "未命名文件"),
        ("..", "未命名文件"),
    ],
)
def test_a_name_is_only_ever_shown(
    owner: Visitor, draft: Claim, rows: Session, tmp_path: Path, given: str, shown: str
) -> None:
    answer = send(owner, draft, (sound("jpg"), given))
    assert answer.status_code == 200
    assert kept(rows, draft) == [shown]
    (file,) = stored(tmp_path)
    assert file.resolve().is_relative_to(tmp_path / "uploads")
    assert len(file.name) == 64
    assert "<img src=x" not in owner.get(f"/claims/{draft.public_id}/papers").text


def test_the_original_comes_back_as_a_download_whatever_its_name(owner: Visitor, draft: Claim, rows: Session) -> None:
    send(owner, draft, (sound("jpg"), '发"票.jpg'))
    rows.rollback()
    upload = rows.scalars(select(Upload).where(Upload.claim_id == draft.id)).one()
    answer = owner.get(f"/originals/{upload.public_id}")
    assert answer.data == sound("jpg")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_same_file_twice_is_one(owner: Visitor, draft: Claim, rows: Session) -> None:
    for name in ("一.jpg", "二.jpg"):
        assert send(owner, draft, (sound("jpg"), name)).status_code == 200
    assert kept(rows, draft) == ["一.jpg"]


def test_no_file_at_all(owner: Visitor, draft: Claim, rows: Session) -> None:
    for form in ({}, {"file": "a field that is no file"}):
        answer = owner.post(f"/claims/{draft.public_id}/files", form, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert "没有选择文件" in words(answer)
    assert kept(rows, draft) == []


def test_an_input_left_empty_is_no_file(owner: Visitor, draft: Claim, rows: Session) -> None:
    """Browsers send a part without a name for the camera when the gallery was used."""
    answer = send(owner, draft, (b"", ""), (sound("jpg"), "一.jpg"), fragment=False)
    assert (answer.status_code, answer.location) == (302, f"/claims/{draft.public_id}/papers")
    assert kept(rows, draft) == ["一.jpg"]
    assert "没有选择文件" in words(send(owner, draft, (b"", ""), fragment=False))


def test_a_submitted_claim_takes_no_more_files(visit: Visit, rows: Session, tmp_path: Path) -> None:
    claim = factories.claim(rows, "submitted")
    rows.commit()
    answer = send(visit(claim.entered_by), claim, (sound("jpg"), "晚.jpg"))
    assert answer.status_code == 409
    assert "已提交" in words(answer)
    assert stored(tmp_path) == []


def test_a_wrong_kind_is_refused_and_the_right_one_kept(visit: Visit, rows: Session) -> None:
    claim = factories.claim(rows, "draft")
    there = paper(rows, claim, "id_card")
    rows.commit()
    owner = visit(claim.entered_by)
    for kind in ("passport", "", "id_card'--", "x" * 10_000):
        answer = owner.post(f"/claims/{claim.public_id}/papers/{there.public_id}/kind", {"kind": kind})
        assert answer.status_code == 422
        assert "从列表中选一种" in words(answer)
    rows.refresh(there)
    assert there.kind == "id_card"
