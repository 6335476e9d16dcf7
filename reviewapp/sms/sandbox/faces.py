"""The two interfaces, as the provider's side sees them: signatures are worked out anew from what arrived."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from reviewapp.sms.sandbox.platform import Platform, Taken

Reply = tuple[int, dict[str, object]]
#: Seconds by which clocks may differ.
_SKEW = 15 * 60
_CREDENTIAL = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})")
_ALIYUN = {
    "sent": ("OK", "OK"),
    "number": ("isv.MOBILE_NUMBER_ILLEGAL", "非法手机号"),
    "signature": ("isv.SMS_SIGNATURE_ILLEGAL", "签名不合法"),
    "template": ("isv.SMS_TEMPLATE_ILLEGAL", "模板不合法"),
    "limited": ("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5"),
    "unpaid": ("isv.AMOUNT_NOT_ENOUGH", "账户余额不足"),
}
_GATEWAY = {
    "sent": ("sent", ""),
    "number": ("bad_number", "空号或黑名单号码"),
    "signature": ("refused", "签名没有报备"),
    "template": ("refused", "模板没有通过审核"),
    "limited": ("limited", "业务限流"),
    "unpaid": ("unavailable", "账户余额不足"),
}


class Aliyun:
    """SendSms of Dysmsapi; no idempotency."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._nonces: set[str] = set()

    def answer(self, query: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """POST /?… with the headers in lower case."""
        if problem := self._distrusted(query, headers, content):
            return 400, {"Code": problem, "Message": "The request is not accepted.", "RequestId": "simulated"}
        if (headers.get("x-acs-action"), headers.get("x-acs-version")) != ("SendSms", "2017-05-25"):
            return 404, {"Code": "InvalidAction.NotFound", "Message": "No such action.", "RequestId": "simulated"}
        given = dict(parse_qsl(query))
        outcome = self._platform.take(
            Taken(
                given.get("OutId", ""), given.get("PhoneNumbers", ""), given.get("SignName", ""),
                given.get("TemplateCode", ""), json.loads(given.get("TemplateParam", "{}")),
            ),
            once=False,
        )  # fmt: skip
        code, said = _ALIYUN[outcome]
        return 200, {"Code": code, "Message": said, "BizId": "9006^0" if outcome == "sent" else None}

    def _distrusted(self, query: str, headers: Mapping[str, str], content: bytes) -> str:
        """The code of what is wrong with the signature."""
        found = _CREDENTIAL.fullmatch(headers.get("authorization", ""))
        if not found or found[1] != self._platform.key:
            return "InvalidAccessKeyId.NotFound"
        needed = {"host", *(name for name in headers if name.startswith("x-acs-"))}
        names = found[2].split(";")
        digest = hashlib.sha256(content).hexdigest()
        lines = "".join(f"{name}:{headers.get(name, '')}\n" for name in names)
        ordered = "&".join(sorted(query.split("&")))
        request = f"POST\n/\n{ordered}\n{lines}\n{found[2]}\n{digest}"
        to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
        right = hmac.new(self._platform.secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
        if not needed <= set(names) or names != sorted(names) or right != found[3]:
            return "SignatureDoesNotMatch"
        if headers.get("x-acs-content-sha256") != digest:
            return "SignatureDoesNotMatch"
        return self._stale(headers)

    def _stale(self, headers: Mapping[str, str]) -> str:
        sent = datetime.strptime(headers.get("x-acs-date", ""), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        nonce = headers.get("x-acs-signature-nonce", "")
        if abs(time.time() - sent.timestamp()) > _SKEW:
            return "InvalidTimeStamp.Expired"
        if not nonce or nonce in self._nonces:
            return "SignatureNonceUsed"
        self._nonces.add(nonce)
        return ""


class Gateway:
    """The JSON gateway of docs/sms.md; a key is taken once."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def answer(self, headers: Mapping[str, str], content: bytes) -> Reply:
        """POST with the headers in lower case."""
        timestamp = headers.get("x-timestamp", "")
        signed = hmac.new(self._platform.secret.encode(), timestamp.encode() + b"\n" + content, hashlib.sha256)
        known = headers.get("x-account") == self._platform.key
        if not known or signed.hexdigest() != headers.get("x-signature"):
            return 401, {"reason": "账号或签名不对"}
        if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > _SKEW:
            return 401, {"reason": "时间相差太多"}
        body = json.loads(content)
        taken = Taken(body["key"], body["phone"], body["signature"], body["template"], body["parameters"])
        status, reason = _GATEWAY[self._platform.take(taken, once=True)]
        return 200, {"key": taken.key, "status": status, "reason": reason, "reference": f"sim-{taken.key}"}
