"""The blueprint of the counter, and the claim that a request of its script is about."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from reviewapp import clock
from reviewapp.extensions import db
from reviewapp.models import Claim
from reviewapp.queries import counter, scope
from reviewapp.web.access import actor

blueprint = Blueprint("counter", __name__, url_prefix="/counter")
ROLE = "point"


def claim_of(public_id: str) -> Claim:
    """The point's claim under that name; NotFound for others'."""
    return scope.claim(db.session, actor(), public_id)


def answer(public_id: str, **more: Any) -> ResponseReturnValue:
    """The intake as it stands now; after every change."""
    return jsonify(counter.told(db.session, actor(), public_id, clock.now()) | more)
