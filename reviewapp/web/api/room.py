"""The blueprint of the interface: a token instead of a session, and one effect for one key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from flask import Blueprint, g, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from reviewapp import clock
from reviewapp.db import transaction
from reviewapp.errors import InvalidValue
from reviewapp.extensions import csrf, db, limiter
from reviewapp.models import Actor
from reviewapp.services import api_requests, api_tokens
from reviewapp.services.api_tokens import BadToken, Holder
from reviewapp.web import problems
from reviewapp.web.api.bodies import Keyed

blueprint = Blueprint("api", __name__, url_prefix=problems.API)
csrf.exempt(blueprint)

Done = tuple[dict[str, Any], dict[str, str]]
"""An answer and its headers."""
Made = tuple[dict[str, Any], int, dict[str, str]]
"""An answer, its status and its headers."""

_SCHEME = "Bearer "
_FORM = "multipart/form-data"
_MOST_JSON = 1024 * 1024


def _bearer() -> str:
    """The token that was sent, "" when none was; it counts requests, so that it is not looked up yet."""
    given = request.headers.get("Authorization", "")
    return given.removeprefix(_SCHEME).strip() if given.startswith(_SCHEME) else ""


def _who() -> str:
    """Whose requests are counted together: a token's, else an address's."""
    token = _bearer()
    return hashlib.sha256(token.encode()).hexdigest() if token else request.remote_addr or ""


limiter.shared_limit("300 per minute", scope="api", key_func=_who)(blueprint)


@blueprint.before_request
def _authenticate() -> None:
    """A session's cookie opens nothing here: only the header counts."""
    now = clock.machine()
    try:
        g.holder = _find_holder(now)
    except BadToken:
        _count_bad_token()
        raise
    if api_tokens.is_stale(g.holder, now):
        with transaction(db.session, durable=False):
            api_tokens.mark_used(db.session, now, g.holder)


def _find_holder(now: datetime) -> Holder:
    token = _bearer()
    if not token:
        raise BadToken("请求没有带令牌。请在请求头写 Authorization: Bearer 和您的令牌。")
    return api_tokens.holder(db.session, now, token)


@limiter.shared_limit("30 per minute", scope="api bad tokens")
def _count_bad_token() -> None:
    """Only bad tokens of an address are counted: a good one passes, whatever comes from the same address."""


@blueprint.before_request
def _require_readable() -> None:
    """What is no JSON, or holds text that no database keeps, is refused before anybody looks into it."""
    if request.method != "POST" or request.mimetype == _FORM:
        return
    if not request.is_json:
        raise UnsupportedMediaType()
    if (request.content_length or 0) > _MOST_JSON:
        raise RequestEntityTooLarge()
    try:
        content = msgspec.json.decode(request.get_data())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequest() from None
    if not isinstance(content, dict):
        raise InvalidValue("请求体应为一个 JSON 对象。", {"body": "应为一个 JSON 对象"})
    if _holds_nul(content):
        raise InvalidValue("请求里有无法保存的字符（U+0000）。请删去后再发。", {"body": "有无法保存的字符"})


def _holds_nul(content: Any) -> bool:
    if isinstance(content, dict):
        return any(_holds_nul(name) or _holds_nul(value) for name, value in content.items())
    if isinstance(content, list):
        return any(_holds_nul(value) for value in content)
    return isinstance(content, str) and "\0" in content


def holder() -> Holder:
    """Whom this request's token acts for."""
    return g.holder  # type: ignore[no-any-return]


def actor() -> Actor:
    """The person whose token was sent."""
    return holder().actor


def once(headers: Keyed, content: bytes, work: Callable[[], msgspec.Struct]) -> Done:
    """Do the work and answer with what it gives; for a key that had its effect, the answer of that time.

    `content` is what makes the request another one. The effect, the key and the answer are one transaction.
    """
    digest = hashlib.sha256(b"\0".join((request.method.encode(), request.path.encode(), content))).hexdigest()
    with transaction(db.session):
        kept = api_requests.begin(
            db.session, clock.machine(), token_id=holder().token_id, key=headers.key, digest=digest
        )
        if kept.answer is not None:
            return kept.answer, {"Idempotent-Replayed": "true"}
        answer = msgspec.to_builtins(work())
        api_requests.keep(kept, answer)
    return answer, {}


def canonical(body: msgspec.Struct) -> bytes:
    """A body's content, the same however it was spaced and ordered."""
    return msgspec.json.encode(body, order="sorted")
