"""Run the decoder in a fresh, limited child process and bring back its one answer."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from io import FileIO
from pathlib import Path

from reviewapp.pages.decoder.limits import Limits
from reviewapp.pages.refusal import refuse

_ROOM = Path(__file__).resolve().parent
_BOOT = "import sys; sys.path.append(sys.argv[1]); from decoder.main import main; main(*sys.argv[2:])"
_CHUNK = 1 << 20
# One malloc arena: each further one would reserve 64 MB of the address space that is limited.
_ENVIRONMENT = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"}


def run_decoder(task: str, media_type: str, source: FileIO, limits: Limits) -> bytes:
    """The child's answer (not yet believed) to one task, 'inspect' or 'open', over an unbuffered open file.

    Raises RefusedFile: decode_timeout when time is up, decode_memory or damaged_file when the child died.
    The whole process group is killed in every case, so nothing it may have started outlives the call.
    """
    deadline = time.monotonic() + limits.wall_seconds
    child = _start(task, media_type, source, limits)
    try:
        content = _collect(child, deadline, limits)
        child.wait(max(0.0, deadline - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        raise refuse("decode_timeout", limits, "stopped by the wall clock") from None
    finally:
        _kill(child)
    _check_ending(child.returncode, limits)
    return content


def _start(task: str, media_type: str, source: FileIO, limits: Limits) -> subprocess.Popen[bytes]:
    """A new session of its own, nothing inherited but the file: no environment, no other descriptors, no folder."""
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _BOOT, str(_ROOM), task, media_type, json.dumps(asdict(limits))],
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_ENVIRONMENT,
        cwd="/",
        start_new_session=True,
    )


def _collect(child: subprocess.Popen[bytes], deadline: float, limits: Limits) -> bytes:
    """Everything the child writes, up to `answer_bytes`; TimeoutError when it is not done by the deadline."""
    assert child.stdout is not None
    pipe = child.stdout.fileno()
    content = bytearray()
    with selectors.DefaultSelector() as ready:
        ready.register(pipe, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0 and ready.select(left):
            chunk = os.read(pipe, _CHUNK)
            if not chunk:
                return bytes(content)
            content += chunk
            if len(content) > limits.answer_bytes:
                raise refuse("damaged_file", limits, "answer too long")
    raise TimeoutError


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the child's group; the child itself is reaped."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _check_ending(returncode: int, limits: Limits) -> None:
    """A child that ended by itself wrote an answer; SIGKILL not sent by us is the kernel running out of memory."""
    if returncode == -signal.SIGXCPU:
        raise refuse("decode_timeout", limits, "processor time used up")
    if returncode == -signal.SIGKILL:
        raise refuse("decode_memory", limits, "killed from outside")
    if returncode:
        raise refuse("damaged_file", limits, f"decoder ended with {returncode}")
