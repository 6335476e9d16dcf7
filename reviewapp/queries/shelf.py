"""The database's shelf of published schemes, for `reviewapp.schemes`: short reads beside any transaction."""

from __future__ import annotations

from sqlalchemy import Engine, select

from reviewapp.models import PublishedScheme
from reviewapp.schemes import Texts, Volume


class PublishedShelf:
    """What was published in the browser, read through connections that are given back at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def volumes(self) -> tuple[Volume, ...]:
        """All versions, without their texts."""
        found = select(PublishedScheme.code, PublishedScheme.version, PublishedScheme.digest)
        with self._engine.connect() as connection:
            return tuple(Volume(code, str(version), digest) for code, version, digest in connection.execute(found))

    def texts(self, volume: Volume) -> Texts:
        """The texts of one."""
        found = select(PublishedScheme.text, PublishedScheme.cases).where(
            PublishedScheme.code == volume.code, PublishedScheme.version == int(volume.version)
        )
        with self._engine.connect() as connection:
            return Texts(*connection.execute(found).one())
