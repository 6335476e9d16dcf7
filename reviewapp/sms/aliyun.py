"""Alibaba Cloud's short messages (阿里云短信服务, Dysmsapi 2017-05-25, SendSms), by HTTP.

Signed by ACS3-HMAC-SHA256 as its page 《V3版本请求体&签名机制》 says. SendSms knows no idempotency: `OutId` comes back
in the provider's records only, so a message that was sent again after a lost answer may arrive twice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from reviewapp.policy.notices import ShortMessage
from reviewapp.sms.account import Account
from reviewapp.sms.protocol import Answer, Status
from reviewapp.sms.transport import NotTaken, Transport

ENDPOINT = "https://dysmsapi.aliyuncs.com"
_ACTION, _VERSION = "SendSms", "2017-05-25"
_ALGORITHM = "ACS3-HMAC-SHA256"

#: By the list 《API错误码》. Codes that begin with `isv.` and are not here are about the message: final.
_STATUSES: dict[str, Status] = {
    "OK": "sent",
    "isv.MOBILE_NUMBER_ILLEGAL": "bad_number",
    "isv.BLACK_KEY_CONTROL_LIMIT": "bad_number",
    "isv.BUSINESS_LIMIT_CONTROL": "limited",
    "isv.DAY_LIMIT_CONTROL": "limited",
    "isv.MONTH_LIMIT_CONTROL": "limited",
    "isv.OUT_OF_SERVICE": "unavailable",
    "isv.AMOUNT_NOT_ENOUGH": "unavailable",
    "isv.ACCOUNT_ABNORMAL": "unavailable",
    "isv.ACCOUNT_NOT_EXISTS": "unavailable",
    "isv.PRODUCT_UN_SUBSCRIPT": "unavailable",
    "isv.PRODUCT_UNSUBSCRIBE": "unavailable",
    "isv.DENY_IP_RANGE": "unavailable",
}


class AliyunSms:
    """Speaks to Dysmsapi at `url` (its public address, or a simulator)."""

    reaches = True
    local = False

    def __init__(self, account: Account, url: str = ENDPOINT) -> None:
        self._account = account
        self._host = urlsplit(url).netloc
        self._transport = Transport(url)

    def send(self, key: str, phone: str, message: ShortMessage) -> Answer:
        """SendSms to one number."""
        query = canonical_query({
            "PhoneNumbers": phone,
            "SignName": self._account.signature,
            "TemplateCode": self._account.codes[message.template],
            "TemplateParam": json.dumps(message.parameters, ensure_ascii=False, separators=(",", ":")),
            "OutId": key,
        })  # fmt: skip
        try:
            _, body = self._transport.post(query=query, headers=self._headers(query))
        except NotTaken as failure:
            return failure.answer
        return _answer(str(body.get("Code", "")), str(body.get("Message", "")), body.get("BizId"))

    def _headers(self, query: str) -> dict[str, str]:
        headers = {
            "host": self._host,
            "x-acs-action": _ACTION,
            "x-acs-version": _VERSION,
            "x-acs-date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": _digest(b""),
        }
        return {**headers, "authorization": authorization(query, headers, self._account.key, self._account.secret)}


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Names and values percent-encoded by RFC 3986, sorted by name."""
    return "&".join(f"{quote(name, safe='~')}={quote(parameters[name], safe='~')}" for name in sorted(parameters))


def authorization(query: str, headers: Mapping[str, str], key: str, secret: str) -> str:
    """The header `Authorization` of a POST to `/` with that query and those headers (lower case), without a body."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = "\n".join(("POST", "/", query, lines, names, headers["x-acs-content-sha256"]))
    to_sign = f"{_ALGORITHM}\n{_digest(request.encode())}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{_ALGORITHM} Credential={key},SignedHeaders={names},Signature={signature}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _answer(code: str, said: str, reference: object) -> Answer:
    """Whatever is not about the message (keys, signature, throttling, the provider's own errors) may pass."""
    if not code:
        return Answer("unknown", "短信平台的答复里没有结果")
    status = _STATUSES.get(code, "refused" if code.startswith("isv.") else "unavailable")
    if status == "sent":
        return Answer(status, reference=str(reference) if reference else None)
    return Answer(status, f"{said}（{code}）" if said else code)
