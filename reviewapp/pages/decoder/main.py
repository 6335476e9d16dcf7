"""Entry of the limited child: the file comes on standard input, the answer goes to standard output.

Started as a top-level package (`decoder`) so that nothing of the web application is imported with it.
"""

import contextlib
import json
import os
from collections.abc import Callable
from typing import Any, NoReturn

from .answer import Refused, write_answer
from .cage import enter_cage
from .limits import Limits

Handler = Callable[[bytes, str, Limits], tuple[dict[str, Any], list[bytes]]]

_DOCUMENTS = frozenset({"application/pdf", "application/ofd"})
_THREADED = frozenset({"image/heic"})  # libheif always decodes in a worker thread


def main(task: str, media_type: str, limits_json: str) -> NoReturn:
    """Do one task ('inspect' or 'open') on one file and leave; every outcome is an answer, never a traceback."""
    limits = Limits(**json.loads(limits_json))
    channel = _private_output()
    handler = _load_handler(task, media_type)
    enter_cage(limits, threads=media_type in _THREADED)
    header, blobs = _attempt(handler, media_type, limits)
    with contextlib.suppress(BrokenPipeError):
        write_answer(channel, header, blobs)
    os._exit(0)


def _private_output() -> int:
    """Keep standard output for the answer alone: whatever a C library prints goes nowhere."""
    channel = os.dup(1)
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    return channel


def _load_handler(task: str, media_type: str) -> Handler:
    """Import only the library this kind of file needs: start-up time is paid on every upload."""
    if media_type in _DOCUMENTS:
        from . import documents

        return documents.inspect if task == "inspect" else documents.render
    from . import pictures

    pictures.prepare(media_type)
    return pictures.inspect if task == "inspect" else pictures.render


def _attempt(handler: Handler, media_type: str, limits: Limits) -> tuple[dict[str, Any], list[bytes]]:
    try:
        return handler(_read_input(limits), media_type, limits)
    except Refused as refused:
        return _refusal(refused.code, refused.detail, refused.values), []
    except MemoryError:
        return _refusal("decode_memory", "memory limit reached"), []
    except Exception as failure:  # whatever a decoder raises over a stranger's bytes
        return _refusal("damaged_file", f"{type(failure).__name__}: {failure}"[:300]), []


def _read_input(limits: Limits) -> bytes:
    with os.fdopen(0, "rb", buffering=0, closefd=False) as stream:
        data = stream.read(limits.file_bytes + 1) or b""
    if len(data) > limits.file_bytes:
        raise Refused("too_large")
    return data


def _refusal(code: str, detail: str, values: dict[str, int] | None = None) -> dict[str, Any]:
    return {"outcome": "refused", "code": code, "detail": detail, "values": values or {}}
