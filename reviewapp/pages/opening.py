"""Open a file that a stranger sent: kind and size here, everything that parses it in the limited child."""

import os
from io import FileIO
from pathlib import Path

from reviewapp.pages.answers import read_inspected, read_opened
from reviewapp.pages.decoder.limits import DEFAULT, Limits
from reviewapp.pages.model import Document, FileInfo
from reviewapp.pages.refusal import refuse, refuse_type
from reviewapp.pages.sandbox import run_decoder
from reviewapp.pages.sniffing import HEAD_BYTES, describe, sniff


def open_file(path: Path, limits: Limits = DEFAULT) -> Document:
    """Decode every page in a limited child process.

    Raises RefusedFile with code empty_file, not_allowed_type, too_large, too_many_pixels, too_many_pages,
    encrypted_pdf, encrypted_ofd, damaged_file, decode_timeout or decode_memory.
    """
    with path.open("rb", buffering=0) as source:
        media_type = _allowed_type(source, limits)
        return read_opened(run_decoder("open", media_type, source, limits), media_type, limits)


def inspect_file(path: Path, limits: Limits = DEFAULT) -> FileInfo:
    """Read only the header, in a limited child process, to refuse a file while it is uploaded.

    Raises RefusedFile as open_file does, but a picture whose header is sound and whose pixels are damaged passes here.
    """
    with path.open("rb", buffering=0) as source:
        media_type = _allowed_type(source, limits)
        return read_inspected(run_decoder("inspect", media_type, source, limits), media_type, limits)


def _allowed_type(source: FileIO, limits: Limits) -> str:
    """Media type by content; the cheap refusals come before any process is started."""
    size = os.fstat(source.fileno()).st_size
    if size == 0:
        raise refuse("empty_file", limits)
    if size > limits.file_bytes:
        raise refuse("too_large", limits)
    head = source.read(HEAD_BYTES)
    source.seek(0)
    media_type = sniff(head)
    if media_type is None:
        raise refuse_type(describe(head))
    return media_type
