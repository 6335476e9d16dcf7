"""Typefaces are found on the machine; where they are not, the message says which package to install."""

import pytest

from reviewapp.specimens.papers import fonts


def test_every_face_is_the_one_asked_for():
    for face, name in fonts.FACES.items():
        assert fonts.font(face, 20).getname() == name


def test_spacing_counts_between_characters():
    assert fonts.text_width("样例", "sans", 30, 5) == fonts.text_width("样例", "sans", 30) + 5


def test_missing_fonts_name_the_package(monkeypatch: pytest.MonkeyPatch):
    fonts.font.cache_clear()
    fonts._locate.cache_clear()
    monkeypatch.setattr(fonts, "_candidates", lambda family, style: [])
    with pytest.raises(fonts.FontMissing, match="fonts-noto-cjk"):
        fonts.font("serif", 31)


def test_each_missing_font_names_its_own_package():
    assert "fonts-arphic-gkai00mp" in str(fonts.FontMissing("AR PL KaitiM GB"))
    assert "fonts-arphic-gbsn00lp" in str(fonts.FontMissing("AR PL SungtiL GB"))
