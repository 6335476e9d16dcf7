"""`reviewapp schemes`: output, exit codes, one line an error."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from reviewapp import schemes
from reviewapp.cli.schemes import schemes as command

COMPLETE = dict(schemes.cases("yangcheng-2023")[0].facts)


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(command, arguments, input=given)


def evaluate(given: Any) -> Result:
    return run("evaluate", "yangcheng-2023", "-", given=given if isinstance(given, str) else json.dumps(given))


def test_list_names_schemes_and_programmes() -> None:
    result = run("list")
    assert result.exit_code == 0
    assert "yangcheng-2023" in result.stdout
    assert "最高 6,000.00 元" in result.stdout


def test_check_holds_for_the_published_files() -> None:
    result = run("check", *(str(schemes.ROOT / code / "1.toml") for code in schemes.codes()))
    assert result.exit_code == 0
    assert result.stdout.count("合格") == len(schemes.codes())


def test_check_names_what_does_not_hold_one_line_each(tmp_path: Path) -> None:
    text = (schemes.ROOT / "yangcheng-2023" / "1.toml").read_text("utf-8")
    path = tmp_path / "1.toml"
    text = text.replace('pool = "car"', 'pool = "x"', 1).replace('window = "invoice"', 'window = "x"')
    path.write_text(text, "utf-8")
    result = run("check", str(path))
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 2
    assert "第" in result.stderr


def test_check_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = run("check", str(tmp_path / "none.toml"))
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_test_runs_the_cases() -> None:
    result = run("test", "yangcheng-2023")
    assert result.exit_code == 0
    count = len(schemes.cases("yangcheng-2023"))
    assert f"{count}/{count}" in result.stdout


def copied(tmp_path: Path, code: str = "yangcheng-2023") -> Path:
    """A scheme with its cases in a folder outside the package."""
    for name in ("1.toml", "cases.toml"):
        (tmp_path / name).write_bytes((schemes.ROOT / code / name).read_bytes())
    return tmp_path


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_test_proves_a_scheme_in_a_folder(tmp_path: Path) -> None:
    result = run("test", str(copied(tmp_path)))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "用例覆盖：条款" in result.stdout


def test_test_says_which_case_came_out_otherwise(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    changed(folder / "1.toml", "pays = 5000", "pays = 5001")
    result = run("test", str(folder))
    assert result.exit_code == 1
    assert "「燃油 200000.00」：补贴应为 5000.00，得到 5001.00。" in result.stderr


def test_test_says_what_is_not_as_expected(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    changed(folder / "1.toml", "correction_days = 7", "correction_days = 8")
    result = run("test", str(folder))
    assert result.exit_code == 1
    assert "programmes.car.correction_days 应为 7，方案里是 8" in result.stderr


def test_test_says_what_has_no_case(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    changed(folder / "1.toml", "[clauses]", '[clauses]\n"九" = "没有人引用"')
    result = run("test", str(folder))
    assert result.exit_code == 1
    assert "条款“九”没有规则引用" in result.stderr


def test_test_says_which_changes_no_case_notices(tmp_path: Path) -> None:
    folder = copied(tmp_path, "jishan-2023")
    changed(folder / "cases.toml", "issued_on = 2023-06-03\n", "")
    result = run("test", "--mutate", str(folder))
    assert result.exit_code == 1
    assert "「issued_on」2023-06-03 → 2023-06-04：没有用例发现" in result.stderr


def test_test_of_an_empty_folder_is_bad_input(tmp_path: Path) -> None:
    result = run("test", str(tmp_path))
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_evaluate_prints_one_object() -> None:
    result = evaluate(COMPLETE)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["outcome"] == "pass"


def test_evaluate_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps([COMPLETE, {"programme": "car"}]), "utf-8")
    result = run("evaluate", "yangcheng-2023", str(path))
    assert result.exit_code == 0
    assert [entry["outcome"] for entry in json.loads(result.stdout)] == ["pass", "fail"]


@pytest.mark.parametrize(
    "given",
    [
        {"programme": "bike"},
        {"programme": "car", "papers": [{"kind": "letter"}]},
        {"programme": "car", "papers": [{"kind": "car_photo", "fields": {"colour": "red"}}]},
        {"programme": "car", "submitted_at": "yesterday"},
        {"programme": "car", "submitted_at": "0001-01-01T00:00:00+14:00"},
        {"programme": "car", "submitted_at": "9999-12-31T23:59:59-12:00"},
        {"programme": "car", "papers": [{"kind": "vehicle_invoice", "fields": {"invoice_date": "9999-12-31"}}]},
        {"programme": "car", "applicant": {"name": "测\ud800试"}},
        {"programme": "\ud800"},
        {"programme": "car", "\ud800": 1},
        '{"programme": "car", "programme": "car"}',
        '{"programme": ',
        "",
        "[" * 100_000,
    ],
)
def test_malformed_facts_are_bad_input_without_traceback(given: Any) -> None:
    result = evaluate(given)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stderr


def test_one_malformed_entry_does_not_hide_the_others() -> None:
    result = evaluate([{"programme": "bike"}, COMPLETE])
    assert result.exit_code == 2
    first, second = json.loads(result.stdout)
    assert first["error"]["code"] == "malformed_facts"
    assert second["outcome"] == "pass"


@pytest.mark.parametrize(
    "arguments", [("evaluate", "nowhere", "-"), ("evaluate", "yangcheng-2023", "none.json"), ("test", "nowhere")]
)
def test_what_is_not_there_is_bad_input(arguments: tuple[str, ...]) -> None:
    result = run(*arguments, given="{}")
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
