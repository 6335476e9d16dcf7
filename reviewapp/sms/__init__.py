"""Leaf room: short messages behind one protocol; which provider is meant by the settings."""

from __future__ import annotations

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from reviewapp.config import BadSetting, Settings, SmsSettings
from reviewapp.policy.notices import TEMPLATES
from reviewapp.sms.account import Account
from reviewapp.sms.aliyun import ENDPOINT, AliyunSms
from reviewapp.sms.gateway import GatewaySms
from reviewapp.sms.local import LocalOutbox, NoProvider
from reviewapp.sms.protocol import Answer, Sms
from reviewapp.sms.transport import AT_ONCE, LONGEST_ANSWER

__all__ = ["AT_ONCE", "LONGEST_ANSWER", "Account", "Answer", "LocalOutbox", "NoProvider", "Sms", "sms_for"]

_ALIYUN = "aliyun:"


def sms_for(settings: Settings) -> Sms:
    """The provider that `SMS_URL` names: `aliyun:`, or the `https://` address of a gateway.

    Without it the demo's outbox in demo mode, else none. Raises BadSetting.
    """
    url = settings.sms.url
    if not url:
        return LocalOutbox() if settings.demo_mode else NoProvider()
    address = url.removeprefix(_ALIYUN) or ENDPOINT
    if not _is_address(address):
        raise BadSetting(f"环境变量 SMS_URL 应为 aliyun: 或短信平台的 https:// 地址，现为“{url}”。请改正。")
    account = _account(settings.sms)
    if not url.startswith(_ALIYUN):
        return GatewaySms(account, address)
    if missing := [key for key in TEMPLATES if key not in account.codes]:
        raise BadSetting(
            "使用阿里云短信须用环境变量 SMS_TEMPLATES 指明一个 TOML 文件，每行一个模板：键 = \"SMS_…\"。"
            f"还缺：{'、'.join(missing)}。模板内容用 reviewapp sms templates 列出。"
        )  # fmt: skip
    return AliyunSms(account, address.rstrip("/"))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _account(given: SmsSettings) -> Account:
    if not given.key or not given.secret:
        raise BadSetting("设置了 SMS_URL，还须设置 SMS_KEY，以及 SMS_SECRET 或 SMS_SECRET_FILE（密钥所在的文件）。")
    if not (given.key + given.secret).isascii():
        raise BadSetting("SMS_KEY 和 SMS_SECRET 只能由英文字母、数字和符号组成，请核对是否贴错。")
    codes = _codes(given.templates) if given.templates else {}
    return Account(given.signature, given.key, given.secret, codes)


def _codes(path: Path) -> dict[str, str]:
    """The provider's codes in the file. BadSetting for what is no such file."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadSetting(f"SMS_TEMPLATES 指明的文件 {path} 读不出来：{error}") from None
    unknown = [key for key, code in given.items() if key not in TEMPLATES or not isinstance(code, str) or not code]
    if unknown:
        raise BadSetting(
            f"文件 {path} 里的 {'、'.join(unknown)} 不是模板的键，或者值不是文字。可用的键见 docs/sms.md。"
        )
    return given
