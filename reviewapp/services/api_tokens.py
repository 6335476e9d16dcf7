"""Tokens of the interface: made and revoked by a dealer's people, shown once, kept as keyed hashes.

A token opens what its maker may see and do, narrowed to its scopes. It dies with its term, by revocation, or when its
maker's account is stopped or leaves the firm.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from reviewapp import sealing
from reviewapp.errors import InvalidValue, NotAllowed, ReviewError, TooMany
from reviewapp.models import Actor, ApiToken
from reviewapp.queries import scope
from reviewapp.services.entered import require_text

#: What a token may be good for, and what the page calls it.
SCOPES = {
    "claims:read": "查看申请、核验结果和回执",
    "claims:write": "新建申请、上传材料、填写内容",
    "claims:submit": "提交和撤回申请",
}
#: Days that a token may live.
TERMS = (30, 90, 365)
MOST_TOKENS = 20
_PREFIX = "ra_"
_SEEN_EVERY = timedelta(minutes=1)


class BadToken(ReviewError):
    """No token, or none that is good; why is told only as far as it helps its holder."""

    code = "bad_token"
    status = 401


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a good token acts for."""

    token_id: int
    actor: Actor
    scopes: frozenset[str]
    last_used_at: datetime | None

    def require(self, wanted: str) -> None:
        """NotAllowed when the token was not made for `wanted`."""
        if wanted not in self.scopes:
            raise NotAllowed(f"这个令牌没有“{SCOPES[wanted]}”的权限（{wanted}）。请换一个令牌。", code="scope_missing")


def make(
    session: Session, actor: Actor, now: datetime, *, name: str, scopes: Collection[str], days: int
) -> tuple[ApiToken, str]:
    """A new token of the actor's firm and, this once, its text.

    Raises NotAllowed for whoever is no dealer, InvalidValue for what was entered, TooMany beyond 20 living tokens.
    """
    if actor.role != "dealer" or actor.id is None or actor.organisation_id is None:
        raise NotAllowed("只有经销商账号可以使用接口令牌。")
    name = require_text(name, "name", "用途", 60)
    if not scopes or not set(scopes) <= SCOPES.keys():
        raise InvalidValue("请至少选择一项权限。", {"scopes": "请至少选择一项。"})
    if days not in TERMS:
        raise InvalidValue("请从列表中选择有效期。", {"days": "请从列表中选择。"})
    if _living(session, actor.organisation_id, now) >= MOST_TOKENS:
        raise TooMany(f"贵单位已有 {MOST_TOKENS} 个有效令牌。请先停用不再使用的令牌。")
    text = _PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        user_id=actor.id,
        organisation_id=actor.organisation_id,
        name=name,
        token_hash=_hash(text),
        ending=text[-4:],
        scopes=[one for one in SCOPES if one in scopes],
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(token)
    session.flush()
    return token, text


def revoke(session: Session, actor: Actor, now: datetime, public_id: str) -> ApiToken:
    """Stop a token of the actor's firm for ever; a stopped one stays as it is. Raises NotFound."""
    token = scope.api_token(session, actor, public_id)
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by_id = now, actor.id
    return token


def holder(session: Session, now: datetime, text: str) -> Holder:
    """Whom the token acts for. Raises BadToken: unknown, expired, revoked, or its maker may not sign in any more."""
    found = select(ApiToken).where(ApiToken.token_hash == _hash(text)).options(joinedload(ApiToken.user))
    token = session.scalars(found).one_or_none()
    if token is None or token.revoked_at is not None:
        raise BadToken("令牌不对或已停用。请在“接口令牌”页面核对，或新建一个。")
    if token.expires_at <= now:
        raise BadToken("令牌已过期。请在“接口令牌”页面新建一个，并更换您系统里的令牌。", code="token_expired")
    user = token.user
    if not user.active or user.role != "dealer" or user.organisation_id != token.organisation_id:
        raise BadToken("令牌的建立人已停用或已离开本单位，令牌随之失效。请由在岗人员新建一个。")
    return Holder(token.id, Actor.of(user), frozenset(token.scopes), token.last_used_at)


def is_stale(holder: Holder, now: datetime) -> bool:
    """Whether the time of the token's last use is to be written anew: once a minute at most."""
    return holder.last_used_at is None or holder.last_used_at < now - _SEEN_EVERY


def mark_used(session: Session, now: datetime, holder: Holder) -> None:
    """Write down that the token was used just now."""
    session.execute(update(ApiToken).where(ApiToken.id == holder.token_id).values(last_used_at=now))


def _living(session: Session, organisation_id: int, now: datetime) -> int:
    living = select(func.count()).where(
        ApiToken.organisation_id == organisation_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now
    )
    return session.execute(living).scalar_one()


def _hash(text: str) -> str:
    return sealing.current().blind("api_token", text)
