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


def _triggers(engine: Engine) -> list[str]:
    """Names of the triggers that keep append-only tables as they are; autogenerate does not see them."""
    queries = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
    }
    with engine.connect() as connection:
        return list(connection.scalars(text(queries[engine.dialect.name])))
