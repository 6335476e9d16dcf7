"""The blueprint of the claim pages, and the claim that a request is about."""

from __future__ import annotations

from flask import Blueprint

from reviewapp.errors import IllegalMove
from reviewapp.extensions import db
from reviewapp.models import Claim
from reviewapp.policy.workflow import EDITABLE, STATES
from reviewapp.queries import scope
from reviewapp.web.access import actor

blueprint = Blueprint("claims", __name__, url_prefix="/claims")

STEPS = ("上传材料", "核对信息", "检查提交")


def claim_of(public_id: str) -> Claim:
    """The viewer's claim under that name; NotFound for others'."""
    return scope.claim(db.session, actor(), public_id)


def editable_claim_of(public_id: str) -> Claim:
    """The viewer's claim while its content can be changed; IllegalMove with what to do otherwise."""
    claim = claim_of(public_id)
    if claim.state not in EDITABLE:
        raise IllegalMove(f"这份申请现在是“{STATES[claim.state]}”，材料和信息不能再改。请回到申请页查看进度。")
    return claim
