"""The only place that turns errors into pages, and into problems for dealers' own systems: what is wrong, where, what
to do; never a traceback.
"""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_wtf.csrf import CSRFError
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from reviewapp.errors import ReviewError, Unavailable
from reviewapp.web import guard, problems

_LOG = structlog.get_logger(__name__)
_HTTP = {
    400: "这个请求不完整或已过期。请返回上一页，刷新后重试。",
    404: "没有找到这个页面。请检查地址，或从首页重新进入。",
    405: "这个地址不能这样打开。请从页面上的按钮进入。",
    413: "文件太大：一次上传的一个文件不能超过 25 MB。请压缩照片，或把 PDF 拆成几份再传。",
    429: "操作太频繁了。请等一分钟再试。",
}
_UNEXPECTED = "系统出了点问题，我们已经记录下来。您已保存的内容都在；请稍后重试，仍不行请联系工作人员。"


def register(app: Flask) -> None:
    """Handlers for our own errors, HTTP errors, ended sessions, silent parts, and everything else."""
    app.register_error_handler(ReviewError, _expected)
    app.register_error_handler(CSRFError, _session_ended)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(RedisError, _silent)
    app.register_error_handler(OperationalError, _silent)
    app.register_error_handler(Exception, _unexpected)


#: When even the frame of the pages cannot be drawn (the session store or the database is away).
_BARE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>请稍后再试</title>'
    '<link rel="stylesheet" href="/static/css/app.css"><main><section class="column narrow"><h1>请稍后再试</h1>'
    '<p class="notice notice-error" role="alert" data-code="{code}">{message}</p></section></main></html>'
)


def _page(status: int, message: str, code: str, **more: Any) -> ResponseReturnValue:
    """The error's page; `more` is for machines only."""
    if problems.wanted() or problems.wanted_by_script():
        return problems.answer(status, message, code, more)
    try:
        return _framed(status, message, code)
    except Exception:
        _LOG.exception("error_page_failed", path=request.path)
        return _BARE.format(code=code, message=message), status


def _framed(status: int, message: str, code: str) -> ResponseReturnValue:
    template = "components/error_fragment.html" if request.headers.get("HX-Request") else "public/error.html"
    return render_template(template, status=status, message=message, code=code), status


def _expected(error: ReviewError) -> ResponseReturnValue:
    more = {"fields": getattr(error, "fields", {}), "missing": getattr(error, "missing", ())}
    return _page(error.status, error.message, error.code, **more)


def _session_ended(_error: CSRFError) -> ResponseReturnValue:
    return guard.ask_to_send_again() if current_user.is_authenticated else guard.ask_to_sign_in()


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if original := getattr(error, "original_exception", None):
        return _silent(original) if isinstance(original, RedisError | OperationalError) else _unexpected(original)
    messages = problems.DETAILS if problems.wanted() else _HTTP
    return _page(status, messages.get(status, _UNEXPECTED), f"http_{status}")


def _silent(error: Exception) -> ResponseReturnValue:
    _LOG.error("part_silent", path=request.path, error=str(error))
    return _page(Unavailable.status, "系统正在恢复，暂时无法处理。请过一分钟重试；已保存的内容都在。", Unavailable.code)


def _unexpected(error: Exception) -> ResponseReturnValue:
    _LOG.exception("unexpected", path=request.path, exc_info=error)
    return _page(500, _UNEXPECTED, "unexpected")
