"""What is in a dealer's archive (ZIP): its files by the names that were meant, without what computers leave in it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from reviewapp.pages import DEFAULT, RefusedFile, sniff
from reviewapp.pages.refusal import refuse_type
from reviewapp.pages.sniffing import HEAD_BYTES, describe

MOST_ENTRIES = 10_000
#: Photographs and scans hardly shrink: an archive that grows beyond this is none of them.
_MOST_GROWTH, _GRACE = 50, 100 * 1024 * 1024
_LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_UTF8, _ENCRYPTED = 0x800, 0x1
_BROKEN = "这个压缩包打不开，可能没有传完整，或不是 ZIP 格式。请重新压缩为 ZIP 后再上传。"
_GROWN = "从「{name}」起，压缩包展开后大得不正常，没有再往下读取；之前的文件已经收下。"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the archive, folders in its name; `refusal` says in Chinese why it is not taken, else `open` reads it.

    `open` may raise RefusedFile when the file turns out broken.
    """

    name: str
    size: int
    open: Callable[[], BinaryIO]
    refusal: str = ""


def entries(path: Path) -> Iterator[Entry]:
    """Every file in the archive, in its order. Raises RefusedFile where the archive itself cannot be read (on)."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise RefusedFile(
            "damaged_file", "这个压缩包打不开，可能没有传完整，或不是 ZIP 格式。请重新压缩为 ZIP 后再上传。"
        ) from None
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir() and not _is_litter(_name(info))]
        if len(infos) > MOST_ENTRIES:
            raise RefusedFile("too_many_pages", f"压缩包里有 {len(infos)} 个文件，最多 {MOST_ENTRIES} 个。请分成几批。")
        left = path.stat().st_size * _MOST_GROWTH + _GRACE
        for info in infos:
            left -= info.file_size
            if left < 0:
                raise RefusedFile("too_large", _GROWN.format(name=_name(info)))
            yield _entry(archive, info)


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: Windows here writes GBK, macOS UTF-8 without saying so."""
    if info.flag_bits & _UTF8:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _is_litter(name: str) -> bool:
    last = name.rpartition("/")[2]
    return name.startswith("__MACOSX/") or last.startswith("._") or last.lower() in _LITTER


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Entry:
    name = _name(info)

    def opened() -> BinaryIO:
        return cast(BinaryIO, _Checked(archive.open(info)))

    return Entry(name, info.file_size, opened, _refusal(archive, info, name))


def _refusal(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> str:
    if info.flag_bits & _ENCRYPTED:
        return "压缩包加了密码，读不出这个文件。请不要设置密码，重新压缩后再上传。"
    if info.file_size > DEFAULT.file_bytes:
        return f"这个文件超过 {DEFAULT.file_bytes // 1024 // 1024} MB。请压缩照片，或把 PDF 拆成几份再上传。"
    try:
        with archive.open(info) as part:
            head = part.read(HEAD_BYTES)
    except Exception:  # whatever a broken archive makes the library raise
        return "压缩包里的这个文件已损坏，读不出来。请重新压缩后再上传。"
    if not head:
        return "这个文件是空的。请重新拍照或扫描。"
    if head.startswith(b"PK") and not name.lower().endswith(".ofd"):
        return "压缩包里又有压缩包（或 Office 文档），没有展开。请把里面的文件直接放进一个压缩包。"
    return "" if sniff(head) else refuse_type(describe(head)).message


class _Checked:
    """A member being read; what the archive's own damage raises becomes a refusal."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part

    def __enter__(self) -> _Checked:
        return self

    def __exit__(self, *_: object) -> None:
        self._part.close()

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises RefusedFile."""
        try:
            return self._part.read(size)
        except Exception:
            raise RefusedFile("damaged_file", "压缩包里的这个文件已损坏，读不出来。请重新压缩后再上传。") from None
