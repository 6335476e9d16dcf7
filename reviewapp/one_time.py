"""Authenticator codes (TOTP, RFC 6238) that count once: a code seen over a shoulder opens nothing (RFC 6238, 5.2)."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_security.totp import Totp
from passlib.exc import UsedTokenError
from passlib.totp import TotpMatch
from redis import Redis

#: Seconds that a code is remembered: longer than it can be valid.
_REMEMBERED = 300


class OneTimeTotp(Totp):
    """Flask-Security's codes, each accepted once a person; remembered where the sessions are."""

    def set_last_counter(self, user: Any, tmatch: TotpMatch) -> None:
        """Take the code; UsedTokenError (a wrong code, to the caller) when the person has used it already."""
        redis: Redis = current_app.config["SESSION_REDIS"]
        if not redis.set(f"totp:{user.id}:{tmatch.counter}", "", nx=True, ex=_REMEMBERED):
            raise UsedTokenError(expire_time=tmatch.expire_time)
