"""Files that rows gave up: deleted from the store once nothing names them any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, BigKey, Instant


class DiscardedFile(Base):
    """A file that a deleted row named, written down in the same transaction. The same one may stand here twice.

    It is removed when the file is gone, or was found to be another row's, too.
    """

    __tablename__ = "discarded_files"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
