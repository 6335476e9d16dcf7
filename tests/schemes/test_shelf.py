"""Published versions are looked for rarely, found at once when asked for by name, and compiled once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from reviewapp import schemes
from reviewapp.policy import SchemeError
from reviewapp.schemes import Texts, Volume
from tests.factories.schemes import CASES, SCHEME


class Counting:
    """A shelf that counts how often it is looked over and read."""

    def __init__(self) -> None:
        self.texts_by_name: dict[tuple[str, str], Texts] = {}
        self.looked = self.read = 0

    def put(self, version: str, text: str = SCHEME) -> None:
        self.texts_by_name["sample-2030", version] = Texts(text.replace("version = 1", f"version = {version}"), CASES)

    def volumes(self) -> Iterator[Volume]:
        self.looked += 1
        for (code, version), texts in self.texts_by_name.items():
            yield Volume(code, version, hashlib.sha256(texts.scheme.encode()).hexdigest())

    def texts(self, volume: Volume) -> Texts:
        self.read += 1
        return self.texts_by_name[volume.code, volume.version]


@pytest.fixture
def shelf() -> Counting:
    shelf = Counting()
    shelf.put("1")
    schemes.use(shelf)
    return shelf


def test_a_hundred_questions_look_once_and_compile_once(shelf: Counting) -> None:
    found = [schemes.load("sample-2030") for _ in range(100)]
    assert all(scheme is schemes.load("sample-2030", "1") for scheme in found)
    assert (shelf.looked, shelf.read) == (1, 1)


def test_what_is_published_elsewhere_is_seen_a_second_later(shelf: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [1000.0]
    monkeypatch.setattr("reviewapp.schemes.shelf.monotonic", lambda: seconds[0])
    schemes.use(shelf)
    assert schemes.load("sample-2030").version == "1"
    shelf.put("2")
    seconds[0] += 0.9
    assert schemes.versions("sample-2030") == ("1",)
    seconds[0] += 0.1
    assert schemes.versions("sample-2030") == ("1", "2")
    assert schemes.load("sample-2030").version == "2"


def test_a_version_that_is_asked_for_by_name_is_found_at_once(shelf: Counting) -> None:
    assert schemes.versions("sample-2030") == ("1",)
    shelf.put("10")
    assert schemes.load("sample-2030", "10").version == "10"
    assert schemes.load("sample-2030").version == "10"


def test_versions_are_counted_not_spelled(shelf: Counting) -> None:
    for version in ("10", "9"):
        shelf.put(version)
    assert schemes.versions("sample-2030") == ("1", "9", "10")


def test_a_text_that_was_changed_is_refused(shelf: Counting) -> None:
    assert schemes.versions("sample-2030")
    shelf.put("1", SCHEME + "# 多了一行\n")
    with pytest.raises(SchemeError, match="校验码不符"):
        schemes.texts("sample-2030")


def test_its_cases_come_with_it(shelf: Counting) -> None:
    assert schemes.texts("sample-2030").cases == CASES
    assert len(schemes.cases("sample-2030", "1")) == 2


def test_files_alone_when_there_is_no_shelf() -> None:
    assert "sample-2030" not in schemes.codes()
    with pytest.raises(LookupError, match="可用"):
        schemes.texts("sample-2030")
