"""Fresh databases with the whole schema: made once a process as a template, copied for each test."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from reviewapp.db import tune
from reviewapp.models import Base
from reviewapp.scratch.postgres import Cluster
from tests.support.once import share_statements


def tuned_engine(url: str) -> Engine:
    """An engine that behaves as the application's."""
    engine = create_engine(url)
    tune(engine)
    share_statements(engine)
    return engine


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    said: list[str] = []

    def hear(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    yield said
    event.remove(engine, "before_cursor_execute", hear)


def create_schema(url: str) -> None:
    """All tables, indexes and triggers of the models in an empty database."""
    engine = tuned_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()


class SqliteDatabases:
    """SQLite files copied from one template."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.sqlite3"

    def empty(self, folder: Path) -> str:
        """Address of a new database without tables in `folder`."""
        return f"sqlite:///{folder / 'empty.sqlite3'}"

    def fresh(self, folder: Path) -> str:
        """Address of a new database in `folder`."""
        if not self._template.exists():
            create_schema(f"sqlite:///{self._template}")
        target = folder / "reviewapp.sqlite3"
        shutil.copy(self._template, target)
        return f"sqlite:///{target}"


class PostgresDatabases:
    """PostgreSQL databases copied from one template a process."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster = cluster
        self._template = f"template_{name}_{os.getpid()}"
        self._numbers = itertools.count(1)
        self._ready = False

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Address of a new database, dropped afterwards."""
        self._make_template()
        with self._copy_of(self._template) as url:
            yield url

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Address of a new database without tables, dropped afterwards."""
        with self._copy_of("template0") as url:
            yield url

    @contextmanager
    def _copy_of(self, template: str) -> Iterator[str]:
        database = f"{self._template}_{next(self._numbers)}"
        self._cluster.create(database, template)
        try:
            yield self._cluster.url(database)
        finally:
            self._cluster.drop(database)

    def _make_template(self) -> None:
        if not self._ready:
            self._cluster.create(self._template)
            create_schema(self._cluster.url(self._template))
            self._ready = True
