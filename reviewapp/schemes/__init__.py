"""The government documents as data: `<code>/<version>.toml` with `cases.toml` beside it, and `published.lock`.

Published versions are frozen: their digests stand in `published.lock`, and a file that no longer matches is refused.
Versions that were published in the browser come from the process's shelf and count as the files do.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from time import monotonic

from reviewapp.policy import Problem, Scheme, SchemeError, parse_scheme
from reviewapp.schemes.cases import Case, CaseBook, parse_cases, read_cases
from reviewapp.schemes.shelf import Empty, Reader, Shelf, Texts, Volume

__all__ = [
    "ROOT",
    "Case",
    "CaseBook",
    "Empty",
    "Shelf",
    "Texts",
    "Volume",
    "cases",
    "check_file",
    "codes",
    "digest",
    "load",
    "look_again",
    "parse_cases",
    "read_cases",
    "texts",
    "use",
    "version_files",
    "versions",
]

ROOT = Path(__file__).parent
LOCK = "published.lock"
CASES = "cases.toml"


_shelf = Reader(Empty())
_seen: dict[Path, tuple[float, dict[str, tuple[str, ...]]]] = {}


def use(shelf: Shelf) -> None:
    """Put in what this process finds published beside the files; its database's versions, as a rule."""
    global _shelf
    _shelf = Reader(shelf)


def look_again() -> None:
    """Something was just published in this process: see it now."""
    _shelf.volumes(anew=True)
    _files(anew=True)


def codes() -> tuple[str, ...]:
    """The schemes there are, by code: files and published in the browser."""
    return tuple(sorted(_files().keys() | {code for code, _ in _shelf.volumes()}))


def versions(code: str) -> tuple[str, ...]:
    """The versions of a scheme, oldest first."""
    published = {version for known, version in _shelf.volumes() if known == code}
    return tuple(sorted(published.union(_files().get(code, ())), key=int))


def _files(*, anew: bool = False) -> dict[str, tuple[str, ...]]:
    """The versions that are files, by scheme; like the shelf, looked over at most once a second."""
    until, found = _seen.get(ROOT, (0.0, {}))
    if anew or monotonic() >= until:
        folders = [folder for folder in ROOT.iterdir() if any(folder.glob("*.toml"))]
        found = {folder.name: tuple(path.stem for path in version_files(folder)) for folder in folders}
        _seen[ROOT] = monotonic() + Reader.SECONDS, found
    return found


def version_files(folder: Path) -> list[Path]:
    """The scheme files in a folder, oldest version first."""
    return sorted((path for path in folder.glob("*.toml") if path.stem.isdigit()), key=lambda path: int(path.stem))


def load(code: str, version: str | None = None) -> Scheme:
    """A scheme in a version, the newest when none is named.

    LookupError when there is none; SchemeError when it does not hold, or is published and was changed.
    """
    wanted = _wanted(code, version)
    volume = _shelf.volumes().get((code, wanted))
    if not _file(code, wanted).exists() and volume is not None:
        return _shelf.scheme(volume)
    if volume is not None and volume.digest != digest(_file(code, wanted)):
        remedy = f"请把文件里的修改写进新文件 {code}/{int(wanted) + 1}.toml，并去掉这个文件"
        raise SchemeError([Problem(volume.name, None, "", "这一版已在网页上发布，文件内容与它不同", remedy)])
    return _load(code, wanted)


def texts(code: str, version: str | None = None) -> Texts:
    """A version as it is written, with its cases ("" where a file has none). LookupError and SchemeError as `load`."""
    wanted = _wanted(code, version)
    volume = _shelf.volumes().get((code, wanted))
    if volume is not None:
        return _shelf.texts(volume)
    beside = ROOT / code / CASES
    return Texts(_file(code, wanted).read_text("utf-8"), beside.read_text("utf-8") if beside.exists() else "")


def _wanted(code: str, version: str | None) -> str:
    """The version meant; what is not known may have been published by another process a moment ago."""
    known = versions(code) if code in codes() else ()
    if not known or (version is not None and version not in known):
        look_again()
        known = versions(code) if code in codes() else ()
    if not known:
        raise LookupError(f"没有“{code}”这个活动方案。可用：{'、'.join(codes())}。")
    if version is not None and version not in known:
        raise LookupError(f"活动方案 {code} 没有第 {version} 版。可用：{'、'.join(known)}。")
    return version or known[-1]


def _file(code: str, version: str) -> Path:
    return ROOT / code / f"{version}.toml"


@cache
def _load(code: str, version: str) -> Scheme:
    return check_file(_file(code, version))


def check_file(path: Path) -> Scheme:
    """Read one scheme file, inside this folder or not. SchemeError with every mistake found."""
    scheme = parse_scheme(path.read_text("utf-8"), str(path))
    if path.resolve().is_relative_to(ROOT):
        _frozen(path.resolve(), scheme)
    return scheme


def _frozen(path: Path, scheme: Scheme) -> None:
    """The file is where code and version say, and a published one is as it was."""
    name = f"{scheme.code}/{scheme.version}"
    here = f"{path.parent.name}/{path.stem}"
    if name != here:
        remedy = "请改正文件名或 code、version"
        raise SchemeError([Problem(str(path), None, "code", f"文件在 {here}，内容却是 {name}", remedy)])
    published = _published().get(name)
    if published is not None and published != digest(path):
        remedy = f"请还原此文件，把修改写进新文件 {scheme.code}/{int(scheme.version) + 1}.toml"
        raise SchemeError([Problem(str(path), None, "", "这一版已经发布，内容被改动过", remedy)])


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _published() -> dict[str, str]:
    """`code/version` → digest, one a line: `digest  code/version`."""
    lines = (ROOT / LOCK).read_text("utf-8").splitlines()
    return {name: value for value, name in (line.split() for line in lines if line and not line.startswith("#"))}


def cases(code: str, version: str | None = None) -> tuple[Case, ...]:
    """The worked cases of a scheme; SchemeError when they do not hold, FileNotFoundError when a file has none."""
    wanted = _wanted(code, version)
    if (volume := _shelf.volumes().get((code, wanted))) is not None:
        return parse_cases(_shelf.texts(volume).cases, f"{volume.name}（用例）").cases
    return read_cases(ROOT / code / CASES).cases
