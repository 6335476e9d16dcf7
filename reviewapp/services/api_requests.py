"""One effect for one key: a request that is sent again gets the answer of the first time, and changes nothing.

The key is taken in the transaction of the effect. Of requests that come at the same time one waits for the other's
commit at the key's unique constraint; what failed was rolled back with its key and may be sent again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from reviewapp.errors import ReviewError
from reviewapp.models import ApiRequest


class KeyReused(ReviewError):
    """The key stands for another request already."""

    code = "idempotency_key_reused"
    status = 422

    def __init__(self) -> None:
        super().__init__("这个 Idempotency-Key 已用于另一个请求（地址或内容不同）。请为新的请求换一个新的键。")


def begin(session: Session, now: datetime, *, token_id: int, key: str, digest: str) -> ApiRequest:
    """Take the key for a request, or find the one that had it: then `answer` is there and nothing is to be done.

    Raises KeyReused when it was another request: another digest of method, address and content.
    """
    request = ApiRequest(token_id=token_id, key=key, digest=digest, at=now)
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError:
        had = select(ApiRequest).where(ApiRequest.token_id == token_id, ApiRequest.key == key)
        request = session.scalars(had).one()
        if request.digest != digest:
            raise KeyReused() from None
    return request


def keep(request: ApiRequest, answer: dict[str, Any]) -> None:
    """Keep what the sender is told, for when they ask again."""
    request.answer = answer
