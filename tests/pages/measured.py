"""A small process that opens files as a worker would, so that memory is measured without pytest's own weight.

Run as a module: `measured OUT FILE…`; writes the pages' pictures to the folder OUT and prints one JSON object.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reviewapp.pages import RefusedFile, inspect_file, open_file


def main(out: Path, files: list[Path]) -> dict[str, Any]:
    before = _peak(resource.RUSAGE_SELF)
    inspected = [_timed(inspect_file, path)[0] for path in files]
    growth = _peak(resource.RUSAGE_SELF) - before
    results = []
    for number, (path, first) in enumerate(zip(files, inspected, strict=True)):
        result, document = _timed(open_file, path)
        for page in document.pages if document else ():
            (out / f"{number}-{page.number}.jpg").write_bytes(page.jpeg)
        results.append({**result, "inspected": first["outcome"], "inspect_seconds": first["seconds"]})
    return {"files": results, "child_peak": _peak(resource.RUSAGE_CHILDREN), "web_growth": growth}


def _timed(call: Callable[[Path], Any], path: Path) -> tuple[dict[str, Any], Any]:
    started = time.monotonic()
    try:
        found, outcome, message, detail = call(path), "opened", "", ""
    except RefusedFile as refused:
        found, outcome, message, detail = None, refused.code, refused.message, refused.detail
    seconds = time.monotonic() - started
    return {"outcome": outcome, "message": message, "detail": detail, "seconds": seconds}, found


def _peak(who: int) -> int:
    return resource.getrusage(who).ru_maxrss * 1024


if __name__ == "__main__":
    json.dump(main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]), sys.stdout)
