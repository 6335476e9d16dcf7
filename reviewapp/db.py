"""The database connection's behaviour and the one place that commits or rolls back.

SQLite ignores row locks, so on it a business transaction begins with `BEGIN IMMEDIATE`: writers are serialised,
readers are not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, event, insert
from sqlalchemy.orm import DeclarativeBase, Session

_BEGIN = "reviewapp_begin"


@contextmanager
def transaction(session: Session, *, durable: bool = True) -> Iterator[Session]:
    """One business transaction: ends any read in progress, commits on success, rolls back on any exception.

    Objects loaded before are expired, so what is read inside is read under this transaction's locks. Not nestable.
    Without `durable` the commit does not wait for the disk: seen by all and whole as ever, but a crash of the database
    server may forget it. Only for what nobody was told and what would be found out and done again.
    """
    if session.info.get("in_transaction"):
        raise RuntimeError("transaction() inside transaction()")
    session.rollback()
    session.info["in_transaction"] = True
    try:
        connection = session.connection(execution_options={_BEGIN: "IMMEDIATE"})
        if not durable and not is_sqlite(session):
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("in_transaction", None)


@contextmanager
def snapshot(session: Session) -> Iterator[Session]:
    """One look at the database as it was at one instant, however many queries it takes; nothing can be written.

    What is read inside expires with it: show it, or copy it. Not inside `transaction`.
    """
    if session.info.get("in_transaction"):
        raise RuntimeError("snapshot() inside transaction()")
    session.rollback()
    if not is_sqlite(session):  # SQLite reads from one snapshot by itself
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
    try:
        yield session
    finally:
        session.rollback()


def insert_rows(session: Session, model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write rows straight away, as no objects of the session; their keys, in order, of a table whose key is one number.

    What the session has not written yet stays with it, and is written later in one go.
    """
    if not rows:
        return []
    table = cast(Table, model.__table__)
    keys = list(table.primary_key) if len(table.primary_key) == 1 else []
    statement = insert(table).returning(*keys, sort_by_parameter_order=True) if keys else insert(table)
    with session.no_autoflush:
        written = session.execute(statement, rows)
    return list(written.scalars()) if keys else []


def is_sqlite(session: Session) -> bool:
    """True on the embedded default, where `BEGIN IMMEDIATE` takes the part of row locks."""
    return session.get_bind().dialect.name == "sqlite"


def tune(engine: Engine) -> None:
    """Give a SQLite engine WAL, foreign keys, a busy timeout and explicit BEGINs; PostgreSQL needs nothing."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _connect_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def _connect_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(_BEGIN, 'DEFERRED')}")
