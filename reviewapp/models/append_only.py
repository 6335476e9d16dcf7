"""Tables that are only ever added to: the database itself refuses UPDATE and DELETE, whoever asks.

`Base.metadata.create_all` protects what it creates; a migration that creates these tables calls
`protect(op.get_bind())`. One that rebuilds such a table on SQLite (batch mode) loses the triggers with the old table
and calls `protect` again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, MetaData, Table, event

from reviewapp.models.base import Base

TABLES = (
    *("postings", "events", "evaluations", "decisions", "facts", "readings"),
    *("scheme_events", "published_schemes", "demand_receipts"),
    *("links", "heads"),
    *("payout_skips", "batch_exports"),
    *("claim_skips", "opinions", "waivers", "signed_statements"),
    *("exclusions", "merchant_steps", "shelf_marks"),
    "account_steps",
)

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'integrity_constraint_violation';
END $$
"""


def protect(connection: Connection, tables: Iterable[str] = TABLES) -> None:
    """Put the refusing triggers on `tables` (which must exist); may be run again. SQLite and PostgreSQL."""
    for statement in statements(connection.dialect.name, tables):
        connection.exec_driver_sql(statement)


def statements(dialect: str, tables: Iterable[str] = TABLES) -> Iterator[str]:
    """The DDL that `protect` runs, for `sqlite` or `postgresql`; ValueError for another database."""
    if dialect == "sqlite":
        for table in tables:
            yield from _on_sqlite(table)
    elif dialect == "postgresql":
        yield _FUNCTION
        for table in tables:
            yield from _on_postgresql(table)
    else:
        raise ValueError(f"append-only tables are not known for {dialect}")


def _on_sqlite(table: str) -> Iterator[str]:
    for verb in ("UPDATE", "DELETE"):
        name = f"{table}_no_{verb.lower()}"
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"


def _on_postgresql(table: str) -> Iterator[str]:
    for name, verbs, level in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        trigger = f"{table}_no_{name}"
        yield f"DROP TRIGGER IF EXISTS {trigger} ON {table}"
        yield f"CREATE TRIGGER {trigger} BEFORE {verbs} ON {table} FOR EACH {level} EXECUTE FUNCTION refuse_change()"


@event.listens_for(Base.metadata, "after_create")
def _protect_created(_all: MetaData, connection: Connection, tables: Iterable[Table] = (), **_options: Any) -> None:
    protect(connection, [table.name for table in tables if table.name in TABLES])
