"""Alembic's entry: migrations run on the application's own engine, on SQLite in batch mode."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from reviewapp.models import Base
from reviewapp.models.base import Instant, Sealed


def _render(kind: str, value: Any, _context: Any) -> str | bool:
    """Our column types as plain ones: a migration must not change when the models do."""
    if kind == "type" and isinstance(value, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(value, Sealed):
        return "sa.LargeBinary()"
    return False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=_render,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()


with current_app.extensions["migrate"].db.engine.connect() as connection:
    _migrate(connection)
