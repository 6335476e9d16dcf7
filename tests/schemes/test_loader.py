"""Finding, reading and freezing scheme files."""

from pathlib import Path

import pytest

from reviewapp import schemes
from reviewapp.policy import SchemeError


def test_the_schemes_there_are() -> None:
    assert {"xiangning-2023", "yangcheng-2023"} <= set(schemes.codes())
    assert schemes.versions("yangcheng-2023")[0] == "1"


def test_a_scheme_is_read_once() -> None:
    assert schemes.load("yangcheng-2023") is schemes.load("yangcheng-2023", "1")


@pytest.mark.parametrize(("code", "version"), [("nowhere-2030", None), ("yangcheng-2023", "99"), ("../policy", None)])
def test_what_is_not_there_is_said(code: str, version: str | None) -> None:
    with pytest.raises(LookupError, match="可用"):
        schemes.load(code, version)


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The published scheme in a folder of its own, with the lock."""
    root = tmp_path / "schemes"
    (root / "yangcheng-2023").mkdir(parents=True)
    for name in ("published.lock", "yangcheng-2023/1.toml"):
        (root / name).write_bytes((schemes.ROOT / name).read_bytes())
    monkeypatch.setattr(schemes, "ROOT", root)
    return root / "yangcheng-2023" / "1.toml"


def test_a_published_file_holds_as_it_is(copied: Path) -> None:
    assert schemes.check_file(copied).code == "yangcheng-2023"


def test_a_published_file_that_was_changed_is_refused(copied: Path) -> None:
    copied.write_text(copied.read_text("utf-8") + "\n# 只多了一行注释\n", "utf-8")
    with pytest.raises(SchemeError, match="已经发布") as caught:
        schemes.check_file(copied)
    assert "2.toml" in caught.value.problems[0].remedy


def test_a_file_in_the_wrong_place_is_refused(copied: Path) -> None:
    moved = copied.with_name("2.toml")
    copied.rename(moved)
    with pytest.raises(SchemeError, match="yangcheng-2023/2"):
        schemes.check_file(moved)


def test_both_first_versions_are_published() -> None:
    lock = (schemes.ROOT / "published.lock").read_text("utf-8")
    for code in ("xiangning-2023", "yangcheng-2023"):
        assert f"{schemes.digest(schemes.ROOT / code / '1.toml')}  {code}/1" in lock


def test_cases_that_do_not_hold_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.toml"
    for text in (
        "cases = [",
        "cases = " + "[" * 5000 + "]" * 5000,
        "cases = []",
        '[bases]\n[[cases]]\ntitle = "x"\nbase = "y"\noutcome = "pass"\naward = ""',
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(SchemeError, match="用例写法不对"):
            schemes.read_cases(path)
