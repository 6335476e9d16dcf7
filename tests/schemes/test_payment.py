"""Terms for the payment beside scheme files: what stands there holds, what does not is refused with its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewapp.policy import SchemeError
from reviewapp.schemes import payment
from tests.support.schemes import copied


def test_the_terms_there_are_name_programmes_and_clauses_of_their_documents() -> None:
    assert payment.with_terms() == ("xiangning-2024-home",)
    home = payment.term("xiangning-2024-home", "home")
    assert home is not None
    assert (home.workdays, home.clause) == (30, "八(三)2")
    assert payment.term("yangcheng-2023", "car") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[home]\nworkdays = 0\nclause = "八(二)"', "workdays"),
        ('[home]\nworkdays = 30\nclause = "八(二)"\nnote = "注"', "note"),
        ('[home]\nworkdays = 30\nclause = "百"', "百"),
        ('[boat]\nworkdays = 30\nclause = "八(二)"', "boat"),
        ("[home]\nworkdays = 30", "clause"),
        ("[home", "payment.toml"),
    ],
)
def test_what_does_not_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    root = copied(tmp_path, monkeypatch, "xiangning-2024-home")
    (root / "xiangning-2024-home" / payment.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(SchemeError, match=said):
        payment.terms.__wrapped__("xiangning-2024-home")
