"""What is particular to the S3-compatible store."""

import hashlib
import io
import tempfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest

from reviewapp.errors import Unavailable
from reviewapp.storage import MissingFile, storage_from_url


def test_keys_carry_the_prefix_and_nothing_stays_on_local_disk(s3_url: str, s3_endpoint: str, tmp_path: Path) -> None:
    storage = storage_from_url(s3_url)
    name = storage.put(io.BytesIO(b"x")).sha256
    client = boto3.client("s3", endpoint_url=s3_endpoint)
    (entry,) = client.list_objects_v2(Bucket=urlsplit(s3_url).netloc)["Contents"]
    assert entry["Key"] == f"originals/{name[:2]}/{name[2:4]}/{name}"
    with storage.path(name) as path:
        assert path.read_bytes() == b"x"
    assert list((tmp_path / "scratch").iterdir()) == []
    assert storage.sweep_quarantine(timedelta(0)) == 0


def test_bytes_that_come_back_changed_are_not_handed_out(s3_url: str, s3_endpoint: str) -> None:
    storage = storage_from_url(s3_url)
    name = hashlib.sha256(b"true").hexdigest()
    key = f"originals/{name[:2]}/{name[2:4]}/{name}"
    client = boto3.client("s3", endpoint_url=s3_endpoint)
    client.put_object(Bucket=urlsplit(s3_url).netloc, Key=key, Body=b"false")
    assert storage.exists(name)
    assert not storage.verify(name)
    with pytest.raises(MissingFile), storage.path(name):
        pass


def test_a_store_that_does_not_answer_is_unavailable_not_missing(s3_url: str, tmp_path: Path) -> None:
    endpoint = f"endpoint=http://127.0.0.1:9&scratch={tmp_path}"
    storage = storage_from_url(f"{s3_url.split('?')[0]}?{endpoint}")
    with pytest.raises(Unavailable) as caught:
        storage.put(io.BytesIO(b"x"))
    assert caught.value.code == "storage_unavailable"
    with pytest.raises(Unavailable):
        storage.exists("0" * 64)


def test_a_missing_bucket_is_unavailable(s3_url: str, s3_endpoint: str, tmp_path: Path) -> None:
    storage = storage_from_url(f"s3://no-such-bucket?endpoint={s3_endpoint}&scratch={tmp_path}")
    with pytest.raises(Unavailable):
        storage.put(io.BytesIO(b"x"))


def test_scratch_of_somebody_else_is_not_used(s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    bare = s3_url.rsplit("&scratch=", 1)[0]
    storage_from_url(bare)
    (folder,) = tmp_path.glob("reviewapp-*")
    folder.chmod(0o777)
    with pytest.raises(ValueError, match="not private"):
        storage_from_url(bare)
