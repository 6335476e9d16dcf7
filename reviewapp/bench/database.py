"""The database that a bench works on: empty, its own, and gone afterwards. The office's data are never touched."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, Executable, create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema, DropSchema

from reviewapp import sealing
from reviewapp.db import tune
from reviewapp.errors import ReviewError
from reviewapp.models import Base
from reviewapp.scratch.postgres import NoPostgres, own_cluster

_KEYS = {"SEAL_KEY": "00" * 32, "INDEX_KEY": "00" * 32, "SECRET_KEY": "00" * 32}
_NAME = "bench"


class NotEmpty(ReviewError):
    """The database given to a bench holds tables, or cannot be used."""

    code = "not_an_empty_database"


@dataclass(frozen=True)
class Scratch:
    """A database with the whole schema and nothing in it; `folder` is for what else a bench puts down."""

    url: str
    folder: Path
    what: str
    """Which database it is, for the figures."""

    @property
    def is_postgres(self) -> bool:
        """False on SQLite."""
        return self.url.startswith("postgresql")

    def engine(self) -> Engine:
        """An engine that behaves as the application's."""
        engine = create_engine(self.url)
        tune(engine)
        return engine

    @contextmanager
    def beside(self, name: str) -> Iterator[Scratch]:
        """A second place with the whole schema and nothing in it: a schema of that name, on SQLite another file."""
        if not self.is_postgres:
            other = replace(self, url=f"sqlite:///{self.folder / name}.sqlite3")
            other.make_tables()
            yield other
            return
        path = make_url(self.url).update_query_dict({"options": f"-csearch_path={name}"})
        other = replace(self, url=path.render_as_string(hide_password=False))
        self.execute(CreateSchema(name))
        other.make_tables()
        yield other
        self.execute(DropSchema(name, cascade=True))

    def make_tables(self) -> None:
        """The whole schema."""
        engine = self.engine()
        Base.metadata.create_all(engine)
        engine.dispose()

    def execute(self, statement: Executable) -> None:
        """One statement in a transaction of its own."""
        engine = self.engine()
        with engine.begin() as connection:
            connection.execute(statement)
        engine.dispose()

    def environment(self) -> dict[str, str]:
        """What processes of the application need to work on it, keys included."""
        where = {"REVIEWAPP_DATA": str(self.folder / "var"), "STORAGE_URL": f"file:{self.folder / 'uploads'}"}
        return {**_KEYS, **where, "DATABASE_URL": self.url}


@contextmanager
def scratch_database(url: str | None) -> Iterator[Scratch]:
    """The empty database at `url`; without one a PostgreSQL server of the bench's own, else SQLite. Raises NotEmpty."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ra-")))
        scratch = _given(url, folder) if url else _own(stack, folder)
        stack.callback(_empty, scratch)
        scratch.make_tables()
        use_keys()
        yield scratch


def use_keys() -> None:
    """Seal in this process as every process of a bench does."""
    sealing.use(sealing.Sealer(bytes(32), bytes(32)))


def _own(stack: ExitStack, folder: Path) -> Scratch:
    try:
        cluster = stack.enter_context(own_cluster(folder))
    except NoPostgres:
        return Scratch(f"sqlite:///{folder / 'bench.sqlite3'}", folder, "SQLite，临时文件（没有找到 PostgreSQL）")
    cluster.create(_NAME)
    return Scratch(cluster.url(_NAME), folder, "PostgreSQL，临时实例，fsync 开启")


def _given(url: str, folder: Path) -> Scratch:
    try:
        dialect = make_url(url).get_backend_name()
        engine = create_engine(url, poolclass=NullPool)
        tables = inspect(engine).get_table_names()
    except (ArgumentError, SQLAlchemyError, ImportError) as error:
        raise NotEmpty(f"不能使用 --database 给出的数据库：{error}。请核对地址，或去掉这个选项。") from None
    if dialect not in ("postgresql", "sqlite"):
        raise NotEmpty("测速只支持 PostgreSQL 和 SQLite。请换一个地址，或去掉 --database。")
    if tables:
        raise NotEmpty(f"--database 给出的数据库里已有 {len(tables)} 张表。测速只在空数据库上进行，请另建一个。")
    return Scratch(url, folder, "所给的空数据库")


def _empty(scratch: Scratch) -> None:
    """The database as it was found."""
    engine = scratch.engine()
    Base.metadata.drop_all(engine)
    engine.dispose()
