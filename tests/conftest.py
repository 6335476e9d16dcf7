"""Fixtures every test may ask for; servers start only when first asked for and end with the run.

The application is imported inside the fixtures: tests of the leaf rooms neither wait for it nor depend on it.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from reviewapp.scratch.redis_server import RedisServer
from tests.support.memory import roomy_memory
from tests.support.postgres import SharedCluster
from tests.support.processes import RUN_OWNER

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from reviewapp.config import Settings
    from tests.support.databases import PostgresDatabases, SqliteDatabases

_RUN_FOLDER = "REVIEWAPP_TEST_RUN"  # like RUN_OWNER

# Property tests are judged by what they find, not by how busy the machine is. A full run tries the same examples each
# time, so that it says something about the change before it; `--hypothesis-profile explore` looks for new ones.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """The first process makes the folder that all share; short, because unix sockets live in it."""
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="ra-", dir=roomy_memory())
        os.chmod(folder, 0o711)  # noqa: PTH101 - PostgreSQL runs as another user and must get to its own folder
        os.environ[_RUN_FOLDER] = folder
        os.environ[RUN_OWNER] = str(os.getpid())
        # The run has a process for every core: an engine with a thread for every core burns twice the time in waiting.
        os.environ["OCR_THREADS"] = "1"


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process ends the shared servers; also after Ctrl-C."""
    if not hasattr(config, "workerinput"):
        SharedCluster(_run_folder()).stop()
        shutil.rmtree(_run_folder(), ignore_errors=True)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the collector of garbage need not look through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _empty_shelf() -> Iterator[None]:
    """The schemes that an application found in its database end with the test, as its database does."""
    yield
    if schemes := sys.modules.get("reviewapp.schemes"):
        schemes.use(schemes.Empty())


def _run_folder() -> Path:
    return Path(os.environ[_RUN_FOLDER])


@pytest.fixture(scope="session")
def short_folder(worker_id: str) -> Iterator[Path]:
    """A folder of this process with a path short enough for unix sockets."""
    folder = Path(tempfile.mkdtemp(prefix=f"{worker_id}-", dir=_run_folder()))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _sqlite_databases(short_folder: Path) -> SqliteDatabases:
    from tests.support.databases import SqliteDatabases

    return SqliteDatabases(short_folder)


@pytest.fixture(scope="session")
def _postgres_databases(worker_id: str) -> PostgresDatabases:
    from tests.support.databases import PostgresDatabases

    cluster = SharedCluster(_run_folder())
    cluster.ensure_started()
    return PostgresDatabases(cluster, worker_id)


@pytest.fixture
def sqlite_url(_sqlite_databases: SqliteDatabases, short_folder: Path) -> Iterator[str]:
    """A fresh SQLite database with the whole schema."""
    folder = Path(tempfile.mkdtemp(prefix="sqlite-", dir=short_folder))
    yield _sqlite_databases.fresh(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(_postgres_databases: PostgresDatabases) -> Iterator[str]:
    """A fresh PostgreSQL database with the whole schema."""
    with _postgres_databases.fresh() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables, once on SQLite and once on PostgreSQL."""
    databases = request.getfixturevalue(f"_{request.param}_databases")
    if request.param == "sqlite":
        yield databases.empty(tmp_path)
    else:
        with databases.empty() as url:
            yield url


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database: SQLite, or what `tests.support.both.both_databases` says."""
    return str(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url"))


@pytest.fixture(scope="session")
def redis_server(short_folder: Path) -> Iterator[RedisServer]:
    """The Redis of this test process. A test that kills it makes its own `RedisServer`."""
    server = RedisServer(short_folder / "redis")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Address of a Redis that is empty at the beginning of the test."""
    redis_server.empty()
    return redis_server.url


@pytest.fixture(scope="session")
def _sealer() -> None:
    from reviewapp import sealing

    sealing.use(sealing.Sealer(bytes(32), bytes(32)))


@pytest.fixture(scope="session")
def _once() -> Iterator[None]:
    from tests.support.once import worked_out_once

    with pytest.MonkeyPatch.context() as patch:
        worked_out_once(patch)
        yield


@pytest.fixture
def engine(database_url: str, _sealer: None, _once: None) -> Iterator[Engine]:
    """An engine on `database_url` that behaves as the application's."""
    from tests.support.databases import tuned_engine

    engine = tuned_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on `engine`, for services and queries without the web."""
    from sqlalchemy.orm import Session

    with Session(engine) as session:
        yield session


@pytest.fixture
def settings_for(tmp_path: Path, redis_url: str) -> Callable[..., Settings]:
    """Makes settings for a database address (and environment names as keywords), the rest in the test's own folder."""
    from reviewapp.config import Settings

    def make(database_url: str, **environment: str) -> Settings:
        given = {
            "REVIEWAPP_DATA": str(tmp_path / "var"),
            "STORAGE_URL": f"file:{tmp_path / 'uploads'}",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": "00" * 32,
            "SEAL_KEY": "00" * 32,
            "INDEX_KEY": "00" * 32,
            "SIGN_KEY": "00" * 32,
        }
        return Settings.from_environment(given | environment)

    return make


@pytest.fixture
def app_factory(settings_for: Callable[..., Settings], _once: None) -> Callable[..., Flask]:
    """Makes the application for a database address (and environment names as keywords)."""
    from reviewapp import create_app
    from reviewapp.extensions import db, security
    from tests.support.once import share_statements, share_templates

    def make(database_url: str, **environment: str) -> Flask:
        app = create_app(settings_for(database_url, **environment))
        app.testing = True
        security.pwd_context.update(argon2__rounds=1, argon2__memory_cost=8, argon2__parallelism=1)
        share_templates(app)
        with app.app_context():
            share_statements(db.engine)
        return app

    return make


@pytest.fixture
def app(app_factory: Callable[..., Flask], database_url: str) -> Flask:
    """The application on a fresh database."""
    return app_factory(database_url)
