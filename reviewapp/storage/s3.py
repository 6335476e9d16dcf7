"""Objects in an S3-compatible store; files still arrive in a quarantine on local disk and are uploaded whole."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from reviewapp.errors import Unavailable
from reviewapp.storage.base import Incoming, MissingFile, Storage
from reviewapp.storage.names import is_name, place
from reviewapp.storage.quarantine import Quarantine

_CHUNK = 1 << 20
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})
# `when_required`: several S3-compatible stores refuse the newer default checksums.
_CONFIG = Config(
    signature_version="s3v4",
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    connect_timeout=5,
    read_timeout=30,
    retries={"max_attempts": 3, "mode": "standard"},
)


class S3Storage(Storage):
    """A bucket with an optional key prefix. Credentials come from boto3's ordinary chain, never from the URL."""

    def __init__(
        self, bucket: str, scratch: Path, *, prefix: str = "", endpoint: str | None = None, region: str | None = None
    ) -> None:
        super().__init__(Quarantine(scratch))
        self._bucket = bucket
        self._scratch = scratch
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._client: Any = boto3.client("s3", endpoint_url=endpoint, region_name=region, config=_CONFIG)

    def open(self, sha256: str) -> BinaryIO:
        """The answer's body, streamed; not checked against the name (`path` and `verify` do that)."""
        with _errors(sha256):
            return cast(BinaryIO, self._client.get_object(**self._object(sha256))["Body"])

    @contextmanager
    def path(self, sha256: str) -> Iterator[Path]:
        """A temporary copy, checked against its name: MissingFile also when the bytes came back different."""
        self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._scratch, suffix=".part") as copy:
            digest = hashlib.sha256()
            with self.open(sha256) as body, _errors(sha256):
                while chunk := body.read(_CHUNK):
                    digest.update(chunk)
                    copy.write(chunk)
            copy.flush()
            if digest.hexdigest() != sha256:
                raise MissingFile(sha256)
            yield Path(copy.name)

    def exists(self, sha256: str) -> bool:
        try:
            self.size(sha256)
        except MissingFile:
            return False
        return True

    def size(self, sha256: str) -> int:
        with _errors(sha256):
            return int(self._client.head_object(**self._object(sha256))["ContentLength"])

    def delete(self, sha256: str) -> None:
        with _errors(sha256):
            self._client.delete_object(**self._object(sha256))

    def delete_if_rested(self, sha256: str, rest: timedelta) -> bool:
        """Between the look and the removal nothing is locked: a PUT of the same bytes in that moment is lost."""
        try:
            with _errors(sha256):
                kept_at = self._client.head_object(**self._object(sha256))["LastModified"]
        except MissingFile:
            return True
        if kept_at > datetime.now(UTC) - rest:
            return False
        self.delete(sha256)
        return True

    def iter_hashes(self) -> Iterator[str]:
        with _errors(""):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
            for page in pages:
                names = (entry["Key"].rsplit("/", 1)[-1] for entry in page.get("Contents", ()))
                yield from (name for name in names if is_name(name))

    def _object(self, sha256: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{place(sha256)}"}

    def _keep(self, incoming: Incoming) -> None:
        """One PUT, which S3 makes visible whole or not at all; the size it then reports is checked."""
        with _errors(incoming.sha256), incoming.path.open("rb") as body:
            self._client.put_object(**self._object(incoming.sha256), Body=body, ContentLength=incoming.size)
        if self.size(incoming.sha256) != incoming.size:
            raise Unavailable("文件没有保存完整。请稍后再上传一次。", code="storage_unavailable")


@contextmanager
def _errors(sha256: str) -> Iterator[None]:
    """boto3's errors as ours: absent objects are MissingFile, everything else is Unavailable and may be tried again."""
    try:
        yield
    except ClientError as failure:
        if failure.response.get("Error", {}).get("Code") in _ABSENT:
            raise MissingFile(sha256) from failure
        raise _unavailable() from failure
    except BotoCoreError as failure:
        raise _unavailable() from failure


def _unavailable() -> Unavailable:
    return Unavailable("文件存储暂时连不上，文件没有保存。请稍等一分钟再上传。", code="storage_unavailable")
