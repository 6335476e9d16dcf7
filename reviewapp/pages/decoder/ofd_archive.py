"""The ZIP around an OFD: entries by the paths its XML gives, within bounds on their number, size and ratio."""

import io
import posixpath
import zipfile

from .answer import Refused

ENTRY_POINT = "OFD.xml"
_MOST_ENTRIES = 2_000
_MOST_DIRECTORY_BYTES = 1 << 20
_MOST_BYTES = 96 << 20
_MOST_RATIO = 400
_FREE_BYTES = 4 << 20  # small entries may be packed as tightly as they like: XML of tables is
_END, _END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_ZIP64_LOCATOR, _ZIP64_LOCATOR_BYTES = b"PK\x06\x07", 20
_IS_ENCRYPTED = 0x1


class Archive:
    """Entries of a ZIP in memory. A path leads nowhere but to an entry, whatever dots and slashes it has."""

    def __init__(self, data: bytes) -> None:
        _check_directory(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile as failure:
            raise Refused("damaged_file", str(failure)) from None
        entries = self._zip.infolist()
        if len(entries) > _MOST_ENTRIES:
            raise Refused("decode_memory", f"{len(entries)} entries")
        self._entries = {_plain(entry.filename): entry for entry in entries}
        self._left = _MOST_BYTES

    def __contains__(self, path: str) -> bool:
        return _plain(path) in self._entries

    def read(self, path: str) -> bytes:
        """The whole entry; Refused as decode_memory when it unpacks to too much, damaged_file when it is not there."""
        entry = self._entries.get(_plain(path))
        if entry is None:
            raise Refused("damaged_file", f"no entry {path[:100]}")
        if entry.flag_bits & _IS_ENCRYPTED:
            raise Refused("encrypted_ofd")
        most = min(self._left, max(_FREE_BYTES, entry.compress_size * _MOST_RATIO))
        with self._zip.open(entry) as stream:
            content = stream.read(most + 1)  # its stated size is not believed
        if len(content) > most:
            raise Refused("decode_memory", f"entry {path[:100]} unpacks to more than {most} bytes")
        self._left -= len(content)
        return content


def resolve(base: str, path: str) -> str:
    """A location as the XML file `base` means it: from the root when it begins with a slash, else beside `base`."""
    path = path.strip().replace("\\", "/")
    return path if path.startswith("/") else posixpath.join(posixpath.dirname(base), path)


def _plain(path: str) -> str:
    """One spelling for a path; some writers do not keep to capital letters."""
    return posixpath.normpath("/" + path.strip().replace("\\", "/").lstrip("/")).lower()


def _check_directory(data: bytes) -> None:
    """Before zipfile makes an object of every entry: a long directory costs twenty times its bytes."""
    at = data.rfind(_END, max(0, len(data) - _END_BYTES - _LONGEST_COMMENT))
    if at < 0 or at + _END_BYTES > len(data):
        raise Refused("damaged_file", "no end of the central directory")
    if data[max(0, at - _ZIP64_LOCATOR_BYTES) : at].startswith(_ZIP64_LOCATOR):
        raise Refused("damaged_file", "ZIP64")
    size = int.from_bytes(data[at + 12 : at + 16], "little")
    if size > _MOST_DIRECTORY_BYTES:
        raise Refused("decode_memory", f"central directory of {size} bytes")
