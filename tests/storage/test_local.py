"""What is particular to the store on local disk."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewapp.storage import storage_from_url
from reviewapp.storage.local import QUARANTINE, LocalStorage
from reviewapp.storage.names import is_name, place


@settings(deadline=None)
@given(st.text() | st.from_regex(r"[0-9a-f/.]{64}", fullmatch=True) | st.from_regex(r"[0-9a-f]{64}", fullmatch=True))
def test_the_resolver_never_leaves_the_root(name: str) -> None:
    if not is_name(name):
        with pytest.raises(ValueError, match="SHA-256"):
            place(name)
        return
    root = Path("root")
    resolved = Path(os.path.normpath(root / place(name)))
    assert resolved.parts == ("root", name[:2], name[2:4], name)


def test_objects_lie_two_folders_deep_and_cannot_be_changed_by_accident(tmp_path: Path) -> None:
    stored = LocalStorage(tmp_path).put(io.BytesIO(b"x"))
    at = tmp_path / stored.sha256[:2] / stored.sha256[2:4] / stored.sha256
    assert at.read_bytes() == b"x"
    assert at.stat().st_mode & 0o777 == 0o400
    assert at.parent.stat().st_mode & 0o077 == 0


def test_strange_files_in_the_folder_are_not_objects(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    stored = storage.put(io.BytesIO(b"x"))
    (tmp_path / ".gitkeep").touch()
    (tmp_path / stored.sha256[:2] / stored.sha256[2:4] / "notes.txt").touch()
    (tmp_path / "zz").touch()
    assert list(storage.iter_hashes()) == [stored.sha256]
    assert list(LocalStorage(tmp_path / "nowhere").iter_hashes()) == []


def test_damage_on_disk_is_found_and_healed_by_the_next_put(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    stored = storage.put(io.BytesIO(b"whole"))
    with storage.path(stored.sha256) as path:
        path.chmod(0o600)
        path.write_bytes(b"wh")
    assert not storage.verify(stored.sha256)
    storage.put(io.BytesIO(b"whole"))
    assert storage.verify(stored.sha256)


def test_only_old_leavings_are_swept(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    assert storage.sweep_quarantine(timedelta(0)) == 0
    with storage.receive(io.BytesIO(b"still arriving")) as incoming:
        assert storage.sweep_quarantine(timedelta(hours=1)) == 0
        os.utime(incoming.path, (0, 0))
        assert storage.sweep_quarantine(timedelta(hours=1)) == 1
    assert list((tmp_path / QUARANTINE).iterdir()) == []


def test_everything_is_synced_before_it_is_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File before the rename, each folder of the way after it."""
    events: list[str] = []
    fsync, replace = os.fsync, os.replace

    def seen_fsync(descriptor: int) -> None:
        events.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    def seen_replace(source: str, target: str) -> None:
        events.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(os, "replace", seen_replace)
    name = LocalStorage(tmp_path).put(io.BytesIO(b"x")).sha256
    outer = tmp_path / name[:2]
    assert events[0].endswith(".part")
    assert events[1:] == ["rename", str(outer / name[2:4]), str(outer), str(tmp_path)]


def test_the_url_names_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    storage_from_url("file:up%20loads").put(io.BytesIO(b"x"))
    assert (tmp_path / "up loads").is_dir()


@pytest.mark.parametrize(
    "url", ["", "uploads", "file:", "file://host/folder", "file:x?y=1", "http://x", "s3://", "s3://b?key=x", "s3://u@b"]
)
def test_other_urls_are_refused_with_a_reason(url: str) -> None:
    with pytest.raises(ValueError, match="storage URL"):
        storage_from_url(url)
