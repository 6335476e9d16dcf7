"""Receipts and heads as files: they come back as they were written, and nothing else is taken for one."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime

import pytest

from reviewapp.policy.statements import MOST_BYTES, DailyHead, NoStatement, Receipt, from_words, parse
from reviewapp.policy.values import CHINA
from reviewapp.signing import Signer

AT = datetime(2024, 1, 10, 9, 30, 5, 120000, tzinfo=CHINA)
RECEIPT = Receipt(
    scheme="xiangning-2023", pool="car", ticket=7, submitted_at=AT, link=31, digest="ab" * 32, signature="x" * 88
)
HEAD = DailyHead(scheme="xiangning-2023", pool="car", day=date(2024, 1, 10), at=AT, link=31, digest="ab" * 32)


def test_they_come_back_as_they_were_written() -> None:
    for statement in (RECEIPT, HEAD):
        assert parse(type(statement), statement.text().encode()) == statement
        assert parse(type(statement), b"\xef\xbb\xbf" + statement.text().encode()) == statement
    assert json.loads(RECEIPT.text())["kind"] == "受理回执"
    assert "2024-01-10T09:30:05.120000+08:00" in RECEIPT.text()


_READ_ANEW = """
import sys
from reviewapp.policy import statements
for kind, text in (line.split(" ", 1) for line in sys.stdin.read().splitlines()):
    print(statements.parse(getattr(statements, kind), text.encode()).link)
"""


def test_a_process_that_never_wrote_one_reads_them() -> None:
    given = "\n".join(f"{type(one).__name__} {json.dumps(json.loads(one.text()))}" for one in (RECEIPT, HEAD))
    read = subprocess.run([sys.executable, "-c", _READ_ANEW], input=given, capture_output=True, text=True, check=False)
    assert read.stdout.split() == ["31", "31"], read.stderr


def test_a_receipt_fits_into_an_address() -> None:
    words = {"kind": "受理回执", "ticket": "7", "link": "31", "submitted_at": AT.isoformat()}
    words |= {name: getattr(RECEIPT, name) for name in ("scheme", "pool", "digest", "signature")}
    assert from_words(Receipt, words) == RECEIPT
    with pytest.raises(NoStatement):
        from_words(Receipt, words | {"ticket": "七"})


@pytest.mark.parametrize(
    "change",
    [
        *({"kind": "每日链头"}, {"ticket": 0}, {"ticket": True}, {"ticket": "7"}, {"ticket": 2**64}, {"link": None}),
        *(
            {"digest": "AB" * 32},
            {"digest": "ab"},
            {"submitted_at": "2024-01-10T09:30:05"},
            {"more": 1},
            {"scheme": ""},
        ),
        {"signature": "x" * 89},
    ],
)
def test_what_is_no_receipt_is_refused(change: dict[str, object]) -> None:
    given = {**json.loads(RECEIPT.text()), **change}
    with pytest.raises(NoStatement):
        parse(Receipt, json.dumps(given).encode())


@pytest.mark.parametrize(
    "given", [b"", b"{", b"[]", b"\xff\xfe", b"[" * MOST_BYTES, b" " * MOST_BYTES + b"{}", HEAD.text().encode()]
)
def test_what_is_nothing_at_all_is_refused(given: bytes) -> None:
    with pytest.raises(NoStatement):
        parse(Receipt, given)


def test_a_signature_holds_for_its_content_and_its_key_alone() -> None:
    ours, theirs = Signer(bytes(32)), Signer(bytes([1]) * 32)
    signature = ours.sign(RECEIPT.content())
    assert len(signature) == 88
    assert ours.signed(RECEIPT.content(), signature)
    assert not theirs.signed(RECEIPT.content(), signature)
    assert not ours.signed({**RECEIPT.content(), "ticket": 6}, signature)
    assert not ours.signed(HEAD.content(), signature)
    for nonsense in ("", "x" * 88, "报", signature[:-4]):
        assert not ours.signed(RECEIPT.content(), nonsense)
    assert "signature" not in RECEIPT.content()
