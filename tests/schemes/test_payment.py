"""Terms for the payment beside scheme files: what stands there holds, what does not is refused with its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewapp import schemes
from reviewapp.schemes import payment


def test_the_terms_there_are_name_programmes_and_clauses_of_their_documents() -> None:
    assert payment.with_terms() == ("xiangning-2024-home",)
    for code in payment.with_terms():
        scheme = schemes.load(code)
        for programme, term in payment.read(payment.ROOT / code / payment.FILE).items():
            assert (programme in scheme.programmes, term.clause in scheme.clauses) == (True, True)
    home = payment.term("xiangning-2024-home", "home")
    assert home is not None
    assert (home.workdays, home.clause) == (30, "八(三)2")
    assert payment.term("yangcheng-2023", "car") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[home]\nworkdays = 0\nclause = "八"', "workdays"),
        ('[home]\nworkdays = 30\nclause = "八"\nnote = ""', "note"),
        ("[home]\nworkdays = 30", "clause"),
        ("[home", "payment.toml"),
    ],
)
def test_what_does_not_hold_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "payment.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        payment.read(path)
