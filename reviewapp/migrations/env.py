"""Alembic's entry: migrations run on the application's own engine, on SQLite in batch mode."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def _rebuilding(connection: Connection) -> Iterator[None]:
    """SQLite drops a table to rebuild it, which rows that refer to it forbid: they are looked at afterwards instead.
    Triggers that look into it are left as they are while it has another name.

    Its setting cannot be changed inside a transaction (sqlite.org/lang_altertable.html, "Making Other Kinds Of Table
    Schema Changes").
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    sqlite = connection.connection.driver_connection
    sqlite.execute("PRAGMA foreign_keys = OFF")
    sqlite.execute("PRAGMA legacy_alter_table = ON")
    yield
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    connection.rollback()
    sqlite.execute("PRAGMA legacy_alter_table = OFF")
    sqlite.execute("PRAGMA foreign_keys = ON")
    if broken:
        raise RuntimeError(f"rows refer to rows that are not there: {broken[:5]}")


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


with current_app.extensions["migrate"].db.engine.connect() as connection, _rebuilding(connection):
    _migrate(connection)
