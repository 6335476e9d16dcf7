"""Kinds by their first bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewapp.pages import sniff
from reviewapp.pages.sniffing import HEAD_BYTES, describe
from tests.pages.samples import sound

ALLOWED = {"image/jpeg", "image/png", "image/webp", "image/heic", "image/tiff", "application/pdf", "application/ofd"}


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("jpg", "image/jpeg"),
        ("png", "image/png"),
        ("webp", "image/webp"),
        ("heic", "image/heic"),
        ("tiff", "image/tiff"),
        ("pdf", "application/pdf"),
        ("ofd", "application/ofd"),
    ],
)
def test_real_files_are_known(kind: str, media_type: str) -> None:
    assert sniff(sound(kind)[:HEAD_BYTES]) == media_type


def test_a_pdf_may_begin_with_a_mark_or_blank_lines() -> None:
    assert sniff(b"\xef\xbb\xbf\r\n%PDF-1.4") == "application/pdf"


def test_generic_container_counts_as_heic_only_when_it_says_so() -> None:
    assert sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic") == "image/heic"
    assert sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif") is None
    assert sniff(b"\0\0\0\x14ftypmif1\0\0\0\0mif1heic") is None


@settings(deadline=None)
@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_are_allowed_or_not(head: bytes) -> None:
    assert sniff(head) in {*ALLOWED, None}
    assert describe(head) is None or describe(head)
