"""From STORAGE_URL to a store."""

import os
import stat
import tempfile
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from reviewapp.storage.base import Storage
from reviewapp.storage.local import LocalStorage

_S3_OPTIONS = frozenset({"endpoint", "region", "scratch"})


def storage_from_url(url: str) -> Storage:
    """`file:FOLDER` or `s3://BUCKET[/PREFIX][?endpoint=URL&region=NAME&scratch=FOLDER]`.

    Raises ValueError, naming what is wrong, for any other URL.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return LocalStorage(_folder(parts))
    if parts.scheme == "s3":
        return _s3(parts)
    raise ValueError(f"storage URL must begin with file: or s3://, not {parts.scheme or url!r}")


def _folder(parts: SplitResult) -> Path:
    if parts.netloc or parts.query or not parts.path:
        raise ValueError("a file: storage URL names one local folder, as in file:uploads or file:/srv/uploads")
    return Path(unquote(parts.path)).absolute()


def _s3(parts: SplitResult) -> Storage:
    from reviewapp.storage.s3 import S3Storage  # boto3 takes a third of a second to import

    options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    if not parts.netloc or parts.username or not options.keys() <= _S3_OPTIONS:
        raise ValueError(f"an s3: storage URL is s3://BUCKET[/PREFIX] with options {', '.join(sorted(_S3_OPTIONS))}")
    scratch = Path(options["scratch"]) if "scratch" in options else _private_scratch()
    return S3Storage(
        parts.netloc, scratch, prefix=parts.path, endpoint=options.get("endpoint"), region=options.get("region")
    )


def _private_scratch() -> Path:
    """A folder of this user alone in the system's temporary folder, the same at each start so that it can be swept."""
    folder = Path(tempfile.gettempdir()) / f"reviewapp-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise ValueError(f"{folder} is not private to this user; name another folder with scratch=")
    return folder
