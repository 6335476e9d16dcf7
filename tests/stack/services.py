"""Runs a supervisor over shell commands: `python services.py FOLDER NAME:STAGE[:once]=COMMAND …`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from reviewapp.stack.console import Console
from reviewapp.stack.folder import DataFolder
from reviewapp.stack.plan import Service
from reviewapp.stack.supervisor import Supervisor


def _service(text: str) -> Service:
    head, _, command = text.partition("=")
    name, stage, *rest = head.split(":")
    return Service(name, int(stage), ("sh", "-c", command), once=rest == ["once"])


if __name__ == "__main__":
    with DataFolder(Path(sys.argv[1])) as folder:
        services = [_service(text) for text in sys.argv[2:]]
        supervisor = Supervisor(services, os.environ, missing_parts=list, console=Console(sys.stderr), folder=folder)
        sys.exit(supervisor.run("http://127.0.0.1:1"))
