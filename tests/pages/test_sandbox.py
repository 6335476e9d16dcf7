"""The cage around the decoder, tried out with code that misbehaves in it."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewapp.pages import DEFAULT, RefusedFile, sandbox
from reviewapp.pages.answers import read_inspected, read_opened
from reviewapp.pages.sandbox import run_decoder

NO_TEXT = b'"lines": [], "doubted": false'
IN_CAGE = (
    "import sys, os, json; sys.path.append(sys.argv[1])\n"
    "from decoder.cage import enter_cage; from decoder.limits import Limits\n"
    "enter_cage(Limits(**json.loads(sys.argv[4])))\n"
)


def run(code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **limits: float) -> bytes:
    """Run `code` in place of the decoder's start and return what it wrote."""
    monkeypatch.setattr(sandbox, "_BOOT", code)
    path = tmp_path / "file"
    path.write_bytes(b"the file")
    with path.open("rb", buffering=0) as source:
        return run_decoder("open", "image/jpeg", source, replace(DEFAULT, **limits))


def refused(code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **limits: float) -> str:
    with pytest.raises(RefusedFile) as caught:
        run(code, monkeypatch, tmp_path, **limits)
    return str(caught.value.code)


def test_nothing_is_inherited_but_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "must not be seen")
    with (tmp_path / "other").open("w") as other:
        os.set_inheritable(other.fileno(), True)
        code = "import os; print(os.read(0, 99), os.getcwd(), sorted(os.environ), os.listdir('/proc/self/fd'))"
        seen = run(code, monkeypatch, tmp_path).decode()
    assert "SECRET" not in seen
    assert seen.startswith("b'the file' / ['LANG'")
    assert seen.strip().endswith("['0', '1', '2', '3']")


def test_the_wall_clock_ends_it_and_everything_it_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    code = (
        "import subprocess, time; p = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(mark)!r}, 'w').write(str(p.pid)); time.sleep(60)"
    )
    started = time.monotonic()
    assert refused(code, monkeypatch, tmp_path, wall_seconds=1.5) == "decode_timeout"
    assert time.monotonic() - started < 5
    assert _is_gone(int(mark.read_text()))


def _is_gone(pid: int) -> bool:
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_child_that_closes_its_output_and_stays_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = "import os, time; os.close(1); time.sleep(60)"
    assert refused(code, monkeypatch, tmp_path, wall_seconds=1.0) == "decode_timeout"


def test_a_flood_of_output_is_cut_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = "import os\nwhile True: os.write(1, bytes(1 << 20))"
    assert refused(code, monkeypatch, tmp_path, answer_bytes=4 << 20) == "damaged_file"


def test_processor_time_is_limited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert refused(IN_CAGE + "while True: pass", monkeypatch, tmp_path, cpu_seconds=1) == "decode_timeout"


def test_memory_is_limited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = IN_CAGE + "try: bytearray(512 << 20)\nexcept MemoryError: print('no more')"
    assert run(code, monkeypatch, tmp_path) == b"no more\n"


def test_files_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    target = tmp_path / "written"
    code = IN_CAGE + f"f = os.open({str(target)!r}, os.O_CREAT | os.O_WRONLY)\nos.write(f, b'x')"
    assert refused(code, monkeypatch, tmp_path) == "damaged_file"
    assert target.stat().st_size == 0


def test_hard_limits_are_lowered_with_the_soft_ones(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """So that code taken over by a file cannot raise them again; root is exempt from NPROC, hence the look at it."""
    code = (
        IN_CAGE + "import resource as r; print([r.getrlimit(w) for w in (r.RLIMIT_AS, r.RLIMIT_NPROC, r.RLIMIT_FSIZE)])"
    )
    assert run(code, monkeypatch, tmp_path).decode() == f"[({512 << 20}, {512 << 20}), (0, 0), (0, 0)]\n"


def test_only_a_decoder_that_needs_threads_is_let_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = IN_CAGE.replace("(sys.argv[4])))", "(sys.argv[4])), threads=True)")
    code += "import threading; t = threading.Thread(target=print, args=('ran',)); t.start(); t.join()"
    assert run(code, monkeypatch, tmp_path) == b"ran\n"


def test_a_crash_is_a_damaged_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert refused("import os; os.abort()", monkeypatch, tmp_path) == "damaged_file"


def test_death_from_outside_is_told_as_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert refused("import os; os.kill(os.getpid(), 9)", monkeypatch, tmp_path) == "decode_memory"


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_an_answer_is_never_believed(content: bytes) -> None:
    for read in (read_inspected, read_opened):
        with pytest.raises(RefusedFile):
            read(content, "image/jpeg", DEFAULT)


@pytest.mark.parametrize(
    "header",
    [
        b'{"outcome": "opened", "pages": []}',
        b'{"outcome": "opened", "pages": [{"number": 1, "width": 9, "height": 9, "bytes": 9, %s}]}' % NO_TEXT,
        b'{"outcome": "opened", "pages": [{"number": 1, "width": 9, "height": 9, "bytes": 4, %s}]}' % NO_TEXT,
        b'{"outcome": "opened", "pages": [{"number": 1, "width": 9999, "height": 9, "bytes": 4, %s}]}' % NO_TEXT,
        b'{"outcome": "refused", "code": "invented", "detail": "", "values": {}}',
        b'{"outcome": "inspected", "page_count": 0, "width": 9, "height": 9}',
    ],
)
def test_a_well_formed_lie_is_refused(header: bytes) -> None:
    content = len(header).to_bytes(4, "big") + header + b"<ht>"
    for read in (read_inspected, read_opened):
        with pytest.raises(RefusedFile) as caught:
            read(content, "image/jpeg", DEFAULT)
        assert caught.value.code == "damaged_file"
