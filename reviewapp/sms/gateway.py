"""A gateway of JSON over HTTPS, as city platforms (政务短信平台) have or put up; docs/sms.md is its interface."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import cast

from reviewapp.policy.notices import ShortMessage
from reviewapp.sms.account import Account
from reviewapp.sms.protocol import Answer, Status
from reviewapp.sms.transport import NotTaken, Transport

_STATUSES = ("sent", "bad_number", "refused", "limited", "unavailable")


class GatewaySms:
    """Speaks to the gateway at `url`."""

    reaches = True
    local = False

    def __init__(self, account: Account, url: str) -> None:
        self._account = account
        self._transport = Transport(url)

    def send(self, key: str, phone: str, message: ShortMessage) -> Answer:
        """One POST; an answer counts only when it names the key."""
        content = json.dumps(
            {
                "key": key,
                "phone": phone,
                "signature": self._account.signature,
                "template": self._account.codes.get(message.template, message.template),
                "parameters": message.parameters,
                "text": message.signed(self._account.signature),
            },
            ensure_ascii=False,
        ).encode()
        try:
            http_status, body = self._transport.post(content=content, headers=self._headers(content))
        except NotTaken as failure:
            return failure.answer
        if body.get("key") == key and body.get("status") in _STATUSES:
            status, reference = cast(Status, body["status"]), body.get("reference")
            return Answer(status, str(body.get("reason") or ""), str(reference) if reference else None)
        if http_status in (400, 401, 403, 404, 503):
            return Answer("unavailable", f"{body.get('reason') or '短信平台没有受理'}（HTTP {http_status}）")
        return Answer("unknown", f"短信平台的答复无法辨认（HTTP {http_status}）")

    def _headers(self, content: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        signed = hmac.new(self._account.secret.encode(), f"{timestamp}\n".encode() + content, hashlib.sha256)
        return {
            "content-type": "application/json; charset=utf-8",
            "x-account": self._account.key,
            "x-timestamp": timestamp,
            "x-signature": signed.hexdigest(),
        }
