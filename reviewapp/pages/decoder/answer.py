"""The one answer a child writes: 4 bytes length, a JSON header, then the pages' JPEG bytes one after the other."""

import json
import os
from collections.abc import Sequence
from typing import Any


class Refused(Exception):
    """The file is not taken; `code` as in RefusedFile, `values` are figures for the sentence the parent writes."""

    def __init__(self, code: str, detail: str = "", **values: int) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.values = values


def write_answer(channel: int, header: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Write the whole answer to a file descriptor; the parent may have gone away, which is not our concern."""
    head = json.dumps(header, ensure_ascii=False).encode("utf-8", "replace")
    for part in (len(head).to_bytes(4, "big"), head, *blobs):
        view = memoryview(part)
        while view:
            view = view[os.write(channel, view) :]
