"""The sandbox bank's books: one SQLite file, payments by number and the credits that really moved money.

`credits` has no uniqueness on purpose: were a payment ever applied twice, two rows would tell.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from threading import Lock

_LOCAL = timezone(timedelta(hours=8))
_TABLES = """
CREATE TABLE IF NOT EXISTS payments (
  number TEXT PRIMARY KEY, amount_fen INTEGER NOT NULL CHECK (amount_fen > 0), payee_name TEXT NOT NULL,
  card_number TEXT NOT NULL, note TEXT NOT NULL, reference TEXT NOT NULL, received_at REAL NOT NULL,
  visible_at REAL NOT NULL, settles_at REAL NOT NULL, failure TEXT, settled INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS credits (
  id INTEGER PRIMARY KEY, number TEXT NOT NULL, card_number TEXT NOT NULL, amount_fen INTEGER NOT NULL, at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS due ON payments (settles_at) WHERE settled = 0 AND failure IS NULL;
"""


@dataclass(frozen=True)
class Order:
    """A payment as it was asked for."""

    number: str
    amount_fen: int
    payee_name: str
    card_number: str
    note: str = ""


class OtherBody(Exception):
    """The number is known with another content."""


class Books:
    """Payments and credits in one file; every call is one transaction of its own, safe from several threads.

    They take turns at one connection: SQLite would let them try again and again after pauses.
    """

    def __init__(self, path: Path) -> None:
        self._turn = Lock()
        self._database = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.executescript(_TABLES)

    def take(
        self, order: Order, *, failure: str | None, hidden_for: float, settles_in: float, forgetful: bool = False
    ) -> None:
        """Write the payment down once; a known number again changes nothing, with another content it is OtherBody.

        Forgetful books do not know a number that is not to be found yet: its money moves again.
        """
        now = time.time()
        with self._transaction() as database:
            known = database.execute("SELECT * FROM payments WHERE number = ?", (order.number,)).fetchone()
            if known is None:
                row = (order.number, order.amount_fen, order.payee_name, order.card_number, order.note)
                times = (now, now + hidden_for, now + hidden_for + settles_in)
                database.execute(
                    "INSERT INTO payments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
                    (*row, secrets.token_hex(8), *times, failure),
                )
            elif _order(known) != order:
                raise OtherBody(order.number)
            elif forgetful and known["visible_at"] > now:
                database.execute(
                    "INSERT INTO credits (number, card_number, amount_fen, at) VALUES (?, ?, ?, ?)",
                    (order.number, order.card_number, order.amount_fen, now),
                )
            _settle(database, now)

    def look(self, number: str) -> dict[str, object] | None:
        """What the bank says of the number now; None when there is nothing to be found (yet)."""
        now = time.time()
        with self._transaction() as database:
            _settle(database, now)
            row = database.execute(
                "SELECT * FROM payments WHERE number = ? AND visible_at <= ?", (number, now)
            ).fetchone()
        return None if row is None else _said(row)

    def statement(self, day: date | None) -> list[dict[str, object]]:
        """The visible payments, oldest first; of one local day (UTC+8) by the time they came to be found."""
        now = time.time()
        with self._transaction() as database:
            _settle(database, now)
            rows = database.execute(
                "SELECT * FROM payments WHERE visible_at <= ? ORDER BY visible_at, number", (now,)
            ).fetchall()
        return [_said(row) for row in rows if day is None or _local_day(row["visible_at"]) == day]

    def credits(self) -> list[tuple[str, int]]:
        """(number, fen) of every movement of money, in order."""
        with self._transaction() as database:
            _settle(database, time.time())
            rows = database.execute("SELECT number, amount_fen FROM credits ORDER BY id").fetchall()
        return [(row["number"], row["amount_fen"]) for row in rows]

    def close(self) -> None:
        """Let go of the file."""
        with self._turn:
            self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._turn:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            finally:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")


def _settle(database: sqlite3.Connection, now: float) -> None:
    """Move the money of everything that is due, each once."""
    due = "settled = 0 AND failure IS NULL AND settles_at <= ?"
    credit = "INSERT INTO credits (number, card_number, amount_fen, at)"
    database.execute(f"{credit} SELECT number, card_number, amount_fen, ? FROM payments WHERE {due}", (now, now))
    database.execute(f"UPDATE payments SET settled = 1 WHERE {due}", (now,))


def _order(row: sqlite3.Row) -> Order:
    return Order(row["number"], row["amount_fen"], row["payee_name"], row["card_number"], row["note"])


def _said(row: sqlite3.Row) -> dict[str, object]:
    status = "failed" if row["failure"] else "paid" if row["settled"] else "accepted"
    return {
        "number": row["number"],
        "amount_fen": row["amount_fen"],
        "status": status,
        "reference": row["reference"],
        "reason": row["failure"],
    }


def _local_day(instant: float) -> date:
    return datetime.fromtimestamp(instant, UTC).astimezone(_LOCAL).date()
