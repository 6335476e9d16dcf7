"""A bank behind an HTTP interface of the shape the sandbox bank speaks (docs/sandbox-bank.md).

The one rule of the mapping: only what is certain is said to be certain. A connection that never came about is
`BankUnavailable`; everything else that is not a well-formed answer (time-outs, resets, 5xx, nonsense) is `unknown`.
"""

from __future__ import annotations

import os
import ssl
from datetime import date, timedelta
from functools import cache
from typing import Any, cast
from urllib.parse import quote

import httpx

from reviewapp.bank.protocol import Answer, BankUnavailable, Instruction, StatementLine, Status

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_STATUSES = ("accepted", "paid", "failed")


@cache
def _trusted() -> ssl.SSLContext:
    """Whom this machine trusts, read once a process, before workers fork: it takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


class HttpBank:
    """Speaks to `url`; `timeout` (seconds) is how long an answer is waited for before the outcome counts as unknown."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 10.0,
        not_found_final_after: timedelta = timedelta(seconds=60),
        at_once: int = 16,
    ) -> None:
        self._url = url.rstrip("/")
        self._tls = _trusted()
        self._timeout = httpx.Timeout(timeout, connect=min(timeout, 3.0))
        self.not_found_final_after = not_found_final_after
        self.answers_within = timedelta(seconds=timeout)
        self.at_once = at_once
        self._clients: dict[int, httpx.Client] = {}

    def send(self, instruction: Instruction) -> Answer:
        """POST /payments with the number as idempotency key."""
        body = {
            "number": instruction.number,
            "amount_fen": instruction.amount_fen,
            "payee_name": instruction.payee_name,
            "card_number": instruction.card_number,
            "note": instruction.note,
        }
        response = self._call("POST", "/payments", json=body, headers={"Idempotency-Key": quote(instruction.number)})
        if response is not None and response.status_code == 409:
            return Answer("unknown", reason="银行已有相同指令号但内容不同的记录，请人工核对。")
        return _answer(response, instruction.number)

    def ask(self, number: str) -> Answer:
        """GET /payments/<number>; a 404 counts only when the bank itself says `not_found` of this number."""
        response = self._call("GET", f"/payments/{quote(number, safe='')}")
        if response is not None and response.status_code == 404:
            body = _json(response)
            if body.get("status") == "not_found" and body.get("number") == number:
                return Answer("not_found")
        return _answer(response, number)

    def statement(self, day: date | None = None) -> list[StatementLine]:
        """GET /statement; an answer that cannot be read is BankUnavailable: half a statement is none."""
        response = self._call("GET", "/statement", params={"day": day.isoformat()} if day else {})
        if response is None or response.status_code != 200:
            raise BankUnavailable("no statement")
        try:
            lines = _json(response)["lines"]
            return [StatementLine(str(line["number"]), int(line["amount_fen"]), str(line["status"])) for line in lines]
        except (KeyError, TypeError, ValueError) as error:
            raise BankUnavailable("unreadable statement") from error

    def _call(self, method: str, path: str, **request: Any) -> httpx.Response | None:
        """The response; None when it was lost on the way."""
        try:
            return self._client().request(method, self._url + path, **request)
        except _NEVER_LEFT as error:
            raise BankUnavailable(str(error)) from error
        except httpx.HTTPError:
            return None

    def _client(self) -> httpx.Client:
        """This process's own: connections are kept for the next call and never shared across forks."""
        own = self._clients.get(os.getpid())
        if own is None:
            own = httpx.Client(timeout=self._timeout, verify=self._tls, trust_env=False)
            self._clients = {os.getpid(): own}
        return own


def _answer(response: httpx.Response | None, number: str) -> Answer:
    if response is None:
        return Answer("unknown", reason="银行没有答复。")
    body = _json(response)
    if response.status_code not in (200, 202) or body.get("number") != number or body.get("status") not in _STATUSES:
        return Answer("unknown", reason=f"银行的答复无法确认结果（{response.status_code}）。")
    amount = body.get("amount_fen")
    return Answer(
        cast(Status, body["status"]),
        bank_reference=_text(body.get("reference")),
        reason=_text(body.get("reason")),
        amount_fen=amount if isinstance(amount, int) else None,
    )


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
