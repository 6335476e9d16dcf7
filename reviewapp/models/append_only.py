"""Tables that are only ever added to: the database itself refuses UPDATE and DELETE, whoever asks.

One exception is the database's own, too: what a draft held that was never put in and is erased may be deleted.

`Base.metadata.create_all` protects what it creates; a migration that creates these tables calls
`protect(op.get_bind())`. One that rebuilds such a table on SQLite (batch mode) loses the triggers with the old table
and calls `protect` again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, MetaData, Table, event, inspect

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

#: Rows that may be deleted, by table: those of an erased draft.
_OF_ERASED = "SELECT 1 FROM claims WHERE claims.id = OLD.claim_id AND claims.erased_at IS NOT NULL"
ERASABLE = {
    **dict.fromkeys(("events", "evaluations", "facts", "signed_statements"), _OF_ERASED),
    "readings": "SELECT 1 FROM pages JOIN uploads ON uploads.id = pages.upload_id JOIN claims ON claims.id = "
    "uploads.claim_id WHERE pages.id = OLD.page_id AND claims.erased_at IS NOT NULL",
}

_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {exception}
  RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'integrity_constraint_violation';
END $$
"""
_EXCEPTION = "IF TG_OP = 'DELETE' THEN IF EXISTS ({erased}) THEN RETURN OLD; END IF; END IF;"


def protect(connection: Connection, tables: Iterable[str] = TABLES) -> None:
    """Put the refusing triggers on `tables` (which must exist); may be run again. SQLite and PostgreSQL.

    Without exception where the database knows of no erased drafts yet: in the migrations before that one.
    """
    erasable = any(column["name"] == "erased_at" for column in inspect(connection).get_columns("claims"))
    for statement in statements(connection.dialect.name, tables, erasable=erasable):
        connection.exec_driver_sql(statement)


def statements(dialect: str, tables: Iterable[str] = TABLES, *, erasable: bool = True) -> Iterator[str]:
    """The DDL that `protect` runs, for `sqlite` or `postgresql`; ValueError for another database."""
    if dialect == "sqlite":
        for table in tables:
            yield from _on_sqlite(table, ERASABLE.get(table) if erasable else None)
    elif dialect == "postgresql":
        yield _FUNCTION.format(name="refuse_change", exception="")
        for table in tables:
            yield from _on_postgresql(table, ERASABLE.get(table) if erasable else None)
    else:
        raise ValueError(f"append-only tables are not known for {dialect}")


def _on_sqlite(table: str, erased: str | None) -> Iterator[str]:
    for verb in ("UPDATE", "DELETE"):
        name = f"{table}_no_{verb.lower()}"
        when = f"WHEN NOT EXISTS ({erased}) " if erased and verb == "DELETE" else ""
        refusal = f"SELECT RAISE(ABORT, '{table} is append-only')"
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {when}BEGIN {refusal}; END"


def _on_postgresql(table: str, erased: str | None) -> Iterator[str]:
    function = f"refuse_change_of_{table}" if erased else "refuse_change"
    if erased:
        yield _FUNCTION.format(name=function, exception=_EXCEPTION.format(erased=erased))
    for name, verbs, level in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        trigger = f"{table}_no_{name}"
        yield f"DROP TRIGGER IF EXISTS {trigger} ON {table}"
        yield f"CREATE TRIGGER {trigger} BEFORE {verbs} ON {table} FOR EACH {level} EXECUTE FUNCTION {function}()"


@event.listens_for(Base.metadata, "after_create")
def _protect_created(_all: MetaData, connection: Connection, tables: Iterable[Table] = (), **_options: Any) -> None:
    protect(connection, [table.name for table in tables if table.name in TABLES])
