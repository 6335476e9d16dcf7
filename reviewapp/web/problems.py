"""Errors as programs get them (dealers' own systems, a page's script): RFC 9457 problems with a stable code and a
Chinese sentence.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Response, request

from reviewapp.extensions import limiter

#: Everything under it answers with problems.
API = "/api/v1"
MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "请求无法解读",
    401: "令牌无效",
    403: "没有权限",
    404: "没有找到",
    405: "这个地址没有这种方法",
    409: "现在的状态不允许",
    413: "内容太大",
    415: "内容类型不对",
    422: "内容需要核对",
    429: "请求太频繁",
    500: "系统出错",
    503: "暂时不能处理",
}
#: What a machine is told where a person is told about pages and buttons.
DETAILS = {
    400: "请求的内容无法解读。请核对 Content-Type 和请求体，JSON 应为 UTF-8 编码。",
    404: "没有这个地址。请对照接口文档核对。",
    405: "这个地址不支持这种方法。请对照接口文档核对。",
    413: "请求太大：一次上传的一个文件不能超过 25 MB，JSON 不能超过 1 MB。",
    415: "Content-Type 不对。JSON 请求用 application/json，上传文件用 multipart/form-data。",
    429: "请求太频繁。请等 Retry-After 给出的秒数后再试。",
}
_RETRY_UNAVAILABLE = 30


def wanted() -> bool:
    """Whether this request is one of the interface's."""
    return request.path == API or request.path.startswith(f"{API}/")


def wanted_by_script() -> bool:
    """Whether a script of one of our pages asks, which shows the sentence itself: it accepts nothing but JSON."""
    return request.headers.get("Accept") == "application/json" and not wanted()


def answer(status: int, detail: str, code: str, more: Mapping[str, Any] | None = None) -> Response:
    """The problem as a response; `more` are further members, empty ones left out."""
    body = {
        "type": f"urn:reviewapp:problem:{code}",
        "title": TITLES.get(status, TITLES[500]),
        "status": status,
        "detail": detail,
        "code": code,
        **{name: value for name, value in (more or {}).items() if value},
    }
    response = Response(msgspec.json.encode(body), status, mimetype=MEDIA_TYPE)
    response.headers.extend(_headers(status))
    return response


def _headers(status: int) -> dict[str, str]:
    if status == 401 and wanted():
        return {"WWW-Authenticate": 'Bearer realm="reviewapp"'}
    if status == 405 and request.routing_exception is not None:
        return {"Allow": ", ".join(getattr(request.routing_exception, "valid_methods", None) or ())}
    if status == 429:
        return {"Retry-After": str(_seconds_to_wait())}
    return {"Retry-After": str(_RETRY_UNAVAILABLE)} if status == 503 else {}


def _seconds_to_wait() -> int:
    """Until the limit that was hit begins anew, never longer than its window, whose end the library rounds up to the
    next second; a minute where a quota, not a limit, was used up."""
    limit = limiter.current_limit
    if limit is None or not limit.breached:
        return 60
    return min(limit.limit.get_expiry(), max(1, math.ceil(limit.reset_at - time.time())))
