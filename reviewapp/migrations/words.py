"""The CHECKs that mirror a list of words (`models.base.one_of`): words added or taken away, whatever else is listed."""

from __future__ import annotations

import re
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from reviewapp.models.append_only import TABLES, protect


def allow(table: str, column: str, *words: str) -> None:
    """The column may hold these as well."""
    _list(table, column, [*_listed(table, column), *words])


def disallow(table: str, column: str, *words: str) -> None:
    """The column may hold these no more; refused by the database when a row does."""
    _list(table, column, [word for word in _listed(table, column) if word not in words])


def _listed(table: str, column: str) -> list[str]:
    checks = sa.inspect(op.get_bind()).get_check_constraints(table)
    rule = next(check["sqltext"] for check in checks if check["name"] == _name(table, column))
    return re.findall(r"'([\w.]+)'", rule)


def _list(table: str, column: str, words: Iterable[str]) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(_name(table, column)), type_="check")
        batch.create_check_constraint(op.f(_name(table, column)), f"{column} IN ({listed})")
    if table in TABLES:  # SQLite has built it anew, without its triggers
        protect(op.get_bind(), [table])


def _name(table: str, column: str) -> str:
    return f"ck_{table}_{column}_known"
