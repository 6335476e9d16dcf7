"""The database that a bench works on: empty, its own, and gone afterwards. The office's data are never touched."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

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
        engine = scratch.engine()
        stack.callback(_leave, engine)
        Base.metadata.create_all(engine)
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
    scratch = Scratch(url, folder, "所给的空数据库")
    try:
        dialect = make_url(url).get_backend_name()
        tables = inspect(scratch.engine()).get_table_names()
    except (ArgumentError, SQLAlchemyError, ImportError) as error:
        raise NotEmpty(f"不能使用 --database 给出的数据库：{error}。请核对地址，或去掉这个选项。") from None
    if dialect not in ("postgresql", "sqlite"):
        raise NotEmpty("测速只支持 PostgreSQL 和 SQLite。请换一个地址，或去掉 --database。")
    if tables:
        raise NotEmpty(f"--database 给出的数据库里已有 {len(tables)} 张表。测速只在空数据库上进行，请另建一个。")
    return scratch


def _leave(engine: Engine) -> None:
    """The database as it was found: empty."""
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
    engine.dispose()
