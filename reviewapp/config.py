"""Settings, read once from the environment.

Every part has a default that works on one machine with a data folder and no services; `DATABASE_URL`, `REDIS_URL`,
`STORAGE_URL` and `BANK_URL` move a part elsewhere without touching the others. Short messages have no such default:
without `SMS_URL` they reach no telephone.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from reviewapp.errors import ReviewError
from reviewapp.machine import usable_cores
from reviewapp.policy.notices import SIGNATURE
from reviewapp.policy.retention import Retention

PROJECT = Path(__file__).resolve().parent.parent
OCR_MEMORY = 1500
"""Megabytes that a process reading papers may hold: half as much again as onnxruntime needs."""


class BadSetting(ReviewError):
    """A variable of the environment has a value that cannot be used."""

    code = "bad_setting"


@dataclass(frozen=True)
class SmsSettings:
    """Who sends short messages: `url` names the provider, empty: nobody. `key` and `secret` are the account there,
    `signature` is the approved one without its brackets, `templates` a file with the provider's codes of the templates.
    """

    url: str
    signature: str
    key: str
    secret: str = field(repr=False)
    templates: Path | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> SmsSettings:
        """Read the environment. Raises BadSetting for a signature that cannot be one, or a file that is not there."""
        return cls(
            url=environment.get("SMS_URL", ""),
            signature=_signature(environment),
            key=environment.get("SMS_KEY", ""),
            secret=_secret(environment, "SMS_SECRET"),
            templates=Path(environment["SMS_TEMPLATES"]) if environment.get("SMS_TEMPLATES") else None,
        )


@dataclass(frozen=True)
class Settings:
    """What the programme needs to know about where it runs.

    `bank_templates` is a folder with an office's own templates of bank files.
    `data` is the folder of run-time state (database, Redis socket, keys); `secret_key` signs cookies; `seal_key` and
    `index_key` (32 bytes each) protect personal data at rest and its equality search; `sign_key` (32 bytes) signs
    receipts and daily heads; the folder `heads` keeps the latter outside the database. `ocr_engine` reads papers with
    `ocr_threads` threads; a process that reads them is replaced when it holds more than `ocr_memory` megabytes.
    `undo_seconds` is how long the desk holds a decision back before it is sent, 0 not at all. `retention`: when drafts
    that nobody put in are erased; None in demo mode, whose clock anybody turns. `names_days` is how long a published
    list (公示) shows names after the last day for papers or the approval; `objections_to` is whom objections reach
    (office, telephone, address), "" when nobody said.
    """

    data: Path
    database_url: str
    redis_url: str
    storage_url: str
    bank_url: str
    bank_templates: Path | None
    secret_key: str
    seal_key: bytes
    index_key: bytes
    sign_key: bytes
    heads: Path
    demo_mode: bool
    secure_cookies: bool
    ocr_engine: str
    ocr_threads: int
    ocr_memory: int
    undo_seconds: int
    retention: Retention | None
    names_days: int
    objections_to: str
    sms: SmsSettings

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the environment; keys that it does not give are made once and kept in `<data>/keys` (mode 0600).

        Raises BadSetting for a number that is none, or a file that is not there.
        """
        data = Path(environment.get("REVIEWAPP_DATA", PROJECT / "var")).resolve()
        keys = _Keys(data / "keys", environment)
        demo = environment.get("REVIEWAPP_DEMO", "") == "1"
        return cls(
            data=data,
            database_url=environment.get("DATABASE_URL") or f"sqlite:///{data / 'reviewapp.sqlite3'}",
            redis_url=environment.get("REDIS_URL") or f"unix://{data / 'redis.sock'}",
            storage_url=environment.get("STORAGE_URL") or f"file:{PROJECT / 'uploads'}",
            bank_url=environment.get("BANK_URL") or "http://127.0.0.1:8090",
            bank_templates=_folder(environment, "BANK_TEMPLATES"),
            secret_key=keys.get("SECRET_KEY").hex(),
            seal_key=keys.get("SEAL_KEY"),
            index_key=keys.get("INDEX_KEY"),
            sign_key=keys.get("SIGN_KEY"),
            heads=Path(environment.get("HEADS_FOLDER") or data / "heads").resolve(),
            demo_mode=demo,
            secure_cookies=environment.get("REVIEWAPP_HTTPS", "") == "1",
            ocr_engine=environment.get("OCR_ENGINE") or "rapidocr",
            ocr_threads=_positive(environment, "OCR_THREADS", usable_cores()),
            ocr_memory=_positive(environment, "OCR_MEMORY", OCR_MEMORY),
            undo_seconds=_number(environment, "UNDO_SECONDS", 5),
            retention=None if demo else _retention(environment),
            names_days=_number(environment, "NAMES_DAYS", 90),
            objections_to=environment.get("OBJECTIONS_TO", "").strip(),
            sms=SmsSettings.from_environment(environment),
        )


def _retention(environment: Mapping[str, str]) -> Retention:
    usual = Retention()
    return Retention(
        days=_positive(environment, "DRAFT_DAYS", usual.days),
        late_days=_positive(environment, "LATE_DRAFT_DAYS", usual.late_days),
    )


def _folder(environment: Mapping[str, str], name: str) -> Path | None:
    given = environment.get(name)
    if given and not Path(given).is_dir():
        raise BadSetting(f"环境变量 {name} 应为一个文件夹，现为“{given}”，没有找到。请改正，或去掉这个变量。")
    return Path(given) if given else None


def _signature(environment: Mapping[str, str]) -> str:
    """As providers take it: 2 to 12 characters, without the brackets that they put around it."""
    given = (environment.get("SMS_SIGNATURE") or SIGNATURE).strip("【】")
    if not 2 <= len(given) <= 12:
        raise BadSetting(
            f"环境变量 SMS_SIGNATURE（短信签名）应为 2 到 12 个字，现为“{given}”。请改正，或去掉这个变量。"
        )
    return given


def _secret(environment: Mapping[str, str], name: str) -> str:
    """The value, or what stands in the file that `<name>_FILE` names."""
    path = environment.get(f"{name}_FILE")
    if environment.get(name) or not path:
        return environment.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise BadSetting(f"环境变量 {name}_FILE 指明的文件 {path} 读不出来。请改正。") from None


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    given = environment.get(name) or str(default)
    if not given.isdecimal():
        raise BadSetting(f"环境变量 {name} 应为不小于 0 的整数，现为“{given}”。请改正，或去掉这个变量。")
    return int(given)


def _positive(environment: Mapping[str, str], name: str, default: int) -> int:
    given = environment.get(name) or str(default)
    if not given.isdecimal() or int(given) < 1:
        raise BadSetting(f"环境变量 {name} 应为正整数，现为“{given}”。请改正，或去掉这个变量以使用默认值 {default}。")
    return int(given)


class _Keys:
    """32-byte keys from the environment (hex), else from files made on first use."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment

    def get(self, name: str) -> bytes:
        given = self._environment.get(name)
        if given:
            return _key_from_hex(name, given)
        path = self._folder / name.lower()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _write_once(path, secrets.token_hex(32))
        return _key_from_hex(name, path.read_text())


def _write_once(path: Path, text: str) -> None:
    """Make the file whole or not at all; when two processes start together, the first one's text stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(text)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _key_from_hex(name: str, text: str) -> bytes:
    key = bytes.fromhex(text.strip())
    if len(key) != 32:
        raise ValueError(f"{name} must be 64 hexadecimal digits (32 bytes)")
    return key
