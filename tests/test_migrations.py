"""The migrations make the very schema that the models describe, on both databases, and can be run again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Engine, text

from reviewapp.extensions import db
from reviewapp.models import Base
from tests.support.databases import tuned_engine


def test_migrations_make_the_schema_of_the_models(
    app_factory: Callable[..., Flask], empty_database_url: str, request: pytest.FixtureRequest
) -> None:
    app = app_factory(empty_database_url)
    with app.app_context():
        upgrade()
        upgrade()
        with db.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        kind = db.engine.dialect.name
        migrated = _triggers(db.engine)
        db.engine.dispose()
    modelled = tuned_engine(request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[kind]))
    assert migrated == _triggers(modelled) != []
    modelled.dispose()


def test_rows_that_refer_to_each_other_survive_a_rebuilt_table(
    app_factory: Callable[..., Flask], empty_database_url: str
) -> None:
    app = app_factory(empty_database_url)
    with app.app_context():
        upgrade(revision="0004")
        with db.engine.begin() as connection:
            for statement in ROWS_OF_0004.split(";"):
                connection.execute(text(statement))
        upgrade()
        with db.engine.connect() as connection:
            kept = {table: connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in KEPT}
            assert connection.scalar(text("SELECT count(*) FROM claims WHERE published_at = '2024-01-12'")) == 1
            if db.engine.dialect.name == "sqlite":
                assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        db.engine.dispose()
    assert kept == dict.fromkeys(KEPT, 1)


KEPT = ("claims", "events", "postings", "pools")
ROWS_OF_0004 = """\
INSERT INTO users (id, role, name, username, active, fs_uniquifier, created_at, public_id)
VALUES (1, 'claimant', '测试甲', 'a', true, 'a', '2024-01-10', 'a');
INSERT INTO pools (id, scheme_code, code, title, appropriated, reserved, committed, paid, returned, next_ticket,
public_id) VALUES (1, 'xiangning-2023', 'car', '汽车', 100, 0, 0, 0, 0, 1, 'a');
INSERT INTO claims (id, form_key, scheme_code, scheme_version, programme, pool_id, state, revision, submitter_role,
entered_by_id, created_at, changed_at, special, wanted_fen, reserved_fen, fence, public_id, ticket, submitted_at)
VALUES (1, 'a', 'xiangning-2023', '1', 'car', 1, 'publication', 0, 'claimant', 1, '2024-01-10', '2024-01-13', false, 0,
0, 0, 'a', 1, '2024-01-10');
INSERT INTO events (id, claim_id, at, actor_role, action, to_state)
VALUES (1, 1, '2024-01-12', 'system', 'publish', 'publication');
INSERT INTO postings (id, pool_id, from_account, to_account, amount, reason, claim_id, at)
VALUES (1, 1, 'treasury', 'available', 100, 'open', 1, '2024-01-10')"""


def _triggers(engine: Engine) -> list[str]:
    """The triggers that keep append-only tables as they are, with what they do; autogenerate does not see them."""
    queries = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY sql",
        "postgresql": "SELECT pg_get_triggerdef(pg_trigger.oid) || prosrc FROM pg_trigger "
        "JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal ORDER BY 1",
    }
    with engine.connect() as connection:
        return list(connection.scalars(text(queries[engine.dialect.name])))
