"""The demonstration itself, short: the real stack, real files, the real engine, the sandbox bank."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from reviewapp.cli.demo import demo
from reviewapp.config import PROJECT


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_three_claims_come_out_as_planted(short_folder: Path) -> None:
    """One is returned, mended and paid, one paid after a new card, one refused; then all processes are gone."""
    port, bank_port = _free_ports()
    data = short_folder / "demo"
    command = [sys.executable, "-m", "reviewapp.cli", "demo", "--no-serve", "--only", "X5,Y5,Y6"]
    places = [f"--port={port}", f"--bank-port={bank_port}", f"--data={data}"]

    played = subprocess.run([*command, *places], cwd=PROJECT, capture_output=True, text=True, timeout=880, check=False)

    assert played.returncode == 0, played.stdout + played.stderr
    assert "3 项中 3 项与预设一致（3 of 3 as planted）" in played.stdout
    assert "资金池、分录、发放指令与银行流水一致" in played.stdout
    assert not (data / "up.json").exists()
    for closed in (port, bank_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", closed)) != 0


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    port, bank_port = _free_ports()
    refused = CliRunner().invoke(demo, [f"--data={tmp_path}", f"--port={port}", f"--bank-port={bank_port}"])

    assert refused.exit_code == 2
    assert "不是演示留下的文件" in refused.output
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert list(tmp_path.iterdir()) == [tmp_path / "mine.txt"]


def test_unknown_claims_are_named(tmp_path: Path) -> None:
    refused = CliRunner().invoke(demo, ["--only", "X1,Z9", "--data", str(tmp_path)])

    assert refused.exit_code == 2
    assert "没有编号 Z9" in refused.output


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = CliRunner().invoke(demo, ["--port", str(port), "--data", str(tmp_path)])

    assert refused.exit_code == 2
    assert f"端口 {port} 已被别的程序占用" in refused.output
