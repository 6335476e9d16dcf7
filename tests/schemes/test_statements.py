"""What is signed on the screen: the files hold, and one that does not says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewapp import schemes
from reviewapp.policy import SchemeError
from reviewapp.schemes.statements import FILE, statement, statements
from tests.support.schemes import copied

GOOD = """[[statements]]
programme = "car"
kind = "truth"
clause = "七(三)3"
title = "声明"
signer = "本人"
text = "{name} {id_number}"
"""


def test_every_file_holds_and_names_who_signs() -> None:
    written = {path.parent.name for path in schemes.ROOT.glob(f"*/{FILE}")}
    assert "yangcheng-2023" in written
    for code in written:
        for each in statements(code):
            said = each.words("测试甲", "140522199206291876")
            assert "测试甲" in said
            assert "140522199206291876" in said
            assert "{" not in said
    assert statement("yangcheng-2023", "car", "truth") is None
    assert statements("xiangning-2023") == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (GOOD.replace('"car"', '"boat"'), "boat"),
        (GOOD.replace('"truth"', '"lie"'), "lie"),
        (GOOD.replace("{name}", "某人"), "text"),
        (GOOD.replace("{name}", "{name} {phone}"), "text"),
        (GOOD + 'more = "x"', "more"),
        ("[[statements", FILE),
    ],
)
def test_what_does_not_hold_is_refused(wrong: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = copied(tmp_path, monkeypatch, "yangcheng-2023")
    (root / "yangcheng-2023" / FILE).write_text(wrong, "utf-8")
    with pytest.raises(SchemeError, match=said):
        statements.__wrapped__("yangcheng-2023")
