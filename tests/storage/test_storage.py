"""What both stores promise."""

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from reviewapp.errors import ReviewError
from reviewapp.pages import RefusedFile
from reviewapp.storage import MissingFile, Storage, StoredFile

PAPER = b"a paper" * 1000
NAME = hashlib.sha256(PAPER).hexdigest()
ABSENT = "0" * 64


class Endless(io.RawIOBase):
    """A stream that never ends and remembers how much was taken from it."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        self.taken += size
        return bytes(size)


def test_what_is_put_comes_back_byte_for_byte(storage: Storage, tmp_path: Path) -> None:
    source = tmp_path / "file name from a stranger ../../x"[-20:].replace("/", "")
    source.write_bytes(PAPER)
    assert storage.put(source) == StoredFile(NAME, len(PAPER))
    with storage.open(NAME) as stream:
        assert stream.read() == PAPER
    with storage.path(NAME) as path:
        assert path.read_bytes() == PAPER
    assert storage.exists(NAME)
    assert storage.verify(NAME)
    assert storage.size(NAME) == len(PAPER)
    assert source.read_bytes() == PAPER


def test_the_same_bytes_twice_are_one_object(storage: Storage) -> None:
    assert storage.put(io.BytesIO(PAPER)) == storage.put(io.BytesIO(PAPER))
    assert list(storage.iter_hashes()) == [NAME]


def test_the_same_bytes_at_the_same_time_are_one_object(storage: Storage) -> None:
    with ThreadPoolExecutor(8) as threads:
        stored = set(threads.map(lambda _: storage.put(io.BytesIO(PAPER)), range(24)))
    assert stored == {StoredFile(NAME, len(PAPER))}
    assert list(storage.iter_hashes()) == [NAME]
    assert storage.verify(NAME)


def test_nothing_at_all_can_be_kept_too(storage: Storage) -> None:
    assert storage.verify(storage.put(io.BytesIO(b"")).sha256)


def test_a_file_may_be_inspected_before_it_is_kept(storage: Storage) -> None:
    with storage.receive(io.BytesIO(PAPER)) as incoming:
        assert incoming.path.read_bytes() == PAPER
        assert (incoming.sha256, incoming.size) == (NAME, len(PAPER))
        assert not storage.exists(NAME)
    assert not storage.exists(NAME)
    assert not incoming.path.exists()
    with storage.receive(io.BytesIO(PAPER)) as incoming:
        incoming.keep()
    assert storage.exists(NAME)
    assert not incoming.path.exists()


def test_a_refusal_while_inspecting_leaves_nothing(storage: Storage) -> None:
    with pytest.raises(RefusedFile), storage.receive(io.BytesIO(PAPER)) as incoming:
        raise RefusedFile("damaged_file", "…")
    assert list(storage.iter_hashes()) == []
    assert not incoming.path.exists()


def test_too_large_is_refused_without_reading_on(storage: Storage) -> None:
    endless = Endless()
    with pytest.raises(RefusedFile) as caught:
        storage.put(endless, limit_bytes=3_000_000)
    assert caught.value.code == "too_large"
    assert "MB" in caught.value.message
    assert endless.taken < 3_000_000 + (2 << 20)
    assert list(storage.iter_hashes()) == []
    assert storage.sweep_quarantine(timedelta(0)) == 0
    assert storage.put(io.BytesIO(bytes(3_000_000)), limit_bytes=3_000_000).size == 3_000_000


def test_absent_objects_are_said_to_be_missing(storage: Storage) -> None:
    assert not storage.exists(ABSENT)
    assert not storage.verify(ABSENT)
    for call in (storage.open, storage.size):
        with pytest.raises(MissingFile) as caught:
            call(ABSENT)
        assert isinstance(caught.value, ReviewError)
        assert caught.value.sha256 == ABSENT
    with pytest.raises(MissingFile), storage.path(ABSENT):
        pass


def test_deleting_is_for_good_and_may_be_repeated(storage: Storage) -> None:
    storage.put(io.BytesIO(PAPER))
    storage.delete(NAME)
    storage.delete(NAME)
    assert not storage.exists(NAME)
    assert list(storage.iter_hashes()) == []


def test_every_name_is_listed_in_order(storage: Storage) -> None:
    names = sorted(storage.put(io.BytesIO(b"%d" % number)).sha256 for number in range(20))
    assert list(storage.iter_hashes()) == names


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n", "０" * 64])
def test_only_hashes_name_objects(name: str, storage: Storage) -> None:
    for call in (storage.open, storage.exists, storage.size, storage.delete, storage.verify):
        with pytest.raises(ValueError, match="SHA-256"):
            call(name)
    with pytest.raises(ValueError, match="SHA-256"), storage.path(name):
        pass


def test_what_was_kept_lately_is_not_deleted_for_resting(storage: Storage) -> None:
    storage.put(io.BytesIO(PAPER))
    assert not storage.delete_if_rested(NAME, timedelta(hours=1))
    assert storage.verify(NAME)
    assert storage.delete_if_rested(NAME, timedelta(seconds=-60))
    assert not storage.exists(NAME)
    assert storage.delete_if_rested(NAME, timedelta(hours=1))
