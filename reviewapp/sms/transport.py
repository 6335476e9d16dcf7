"""One HTTP request to a provider: short times, few at once, and only what is certain is said to be certain."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from threading import BoundedSemaphore
from typing import Any

import httpx

from reviewapp.sms.protocol import Answer

#: Seconds for one's turn, for a connection and for an answer to begin; a page waits for the sum at most.
_TURN, _CONNECT, _ANSWER = 0.5, 1.5, 3.0
LONGEST_ANSWER = _TURN + _CONNECT + _ANSWER
#: So many requests of one process at the same time: a provider that hangs must not take all the threads of the site.
AT_ONCE = 4
_MOST_BYTES = 64 * 1024
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class NotTaken(Exception):
    """There is no answer to be read; `answer` says whether the message may have gone nevertheless."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.reason)
        self.answer = answer


class Transport:
    """Posts to one address; connections are kept for the next call and never shared across forks."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._tls = httpx.create_ssl_context(trust_env=False)
        self._timeout = httpx.Timeout(_ANSWER, connect=_CONNECT, pool=_TURN)
        self._own: dict[int, tuple[httpx.Client, BoundedSemaphore]] = {}

    def post(self, *, query: str = "", content: bytes = b"", headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and JSON object of the answer. Raises NotTaken."""
        client, turns = self._of_this_process()
        if not turns.acquire(timeout=_TURN):
            raise NotTaken(Answer("unavailable", "短信平台答复慢，同时等待的请求太多"))
        try:
            return _asked(client, f"{self.url}{query and '?'}{query}", content, dict(headers))
        except _NEVER_LEFT:
            raise NotTaken(Answer("unavailable", "连不上短信平台")) from None
        except httpx.HTTPError:
            raise NotTaken(Answer("unknown", "短信平台没有及时答复，可能已经发出")) from None
        finally:
            turns.release()

    def _of_this_process(self) -> tuple[httpx.Client, BoundedSemaphore]:
        own = self._own.get(os.getpid())
        if own is None:
            client = httpx.Client(timeout=self._timeout, verify=self._tls, trust_env=False)
            own = client, BoundedSemaphore(AT_ONCE)
            self._own = {os.getpid(): own}
        return own


def _asked(client: httpx.Client, url: str, content: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """One exchange. An answer that drips, or does not end, is none: each piece of it would have its own time."""
    until, text = time.monotonic() + _ANSWER, b""
    with client.stream("POST", url, content=content, headers=headers) as response:
        for piece in response.iter_bytes():
            text += piece
            if time.monotonic() > until or len(text) > _MOST_BYTES:
                raise NotTaken(Answer("unknown", "短信平台的答复没有及时收完，可能已经发出"))
    return response.status_code, _object(response, text)


def _object(response: httpx.Response, text: bytes) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return body
    if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        raise NotTaken(Answer("unavailable", "短信平台暂停服务（HTTP 503）"))
    raise NotTaken(Answer("unknown", f"短信平台的答复无法辨认（HTTP {response.status_code}）"))
