"""What is alive (`/healthz`) and what is ready (`/readyz`): the truth about each part, for machines."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from reviewapp.errors import Unavailable
from reviewapp.extensions import db
from reviewapp.queueing import QUEUES
from reviewapp.web.access import ANYONE, open_to

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@open_to(ANYONE)
def alive() -> ResponseReturnValue:
    """This process answers; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@open_to(ANYONE)
def ready() -> ResponseReturnValue:
    """Each part with `ok` or what is wrong; 503 when one is not ok."""
    parts = {name: _state(probe) for name, probe in _probes().items()}
    whole = all(state == "ok" for state in parts.values())
    return jsonify(status="ok" if whole else "unavailable", parts=parts), 200 if whole else 503


def _probes() -> dict[str, Callable[[], object]]:
    doorbell = current_app.extensions["doorbell"]
    probes: dict[str, Callable[[], object]] = {
        "database": lambda: db.session.execute(text("SELECT 1 FROM alembic_version")).scalar_one(),
        "redis": doorbell.redis.ping,
        "storage": current_app.extensions["storage"].check,
        "bank": _ask_bank,
    }
    for name in QUEUES:
        probes[f"worker_{name}"] = lambda name=name: doorbell.require_worker(name)
    return probes


def _ask_bank() -> None:
    if current_app.extensions["bank"].ask("readyz").status != "not_found":
        raise Unavailable("bank")


def _state(probe: Callable[[], object]) -> str:
    try:
        probe()
    except Exception as error:
        return type(error).__name__
    return "ok"
