"""Somebody who owns the database changes the trail: `python -m tests.faults.tampering --count 1000`.

Each tampering starts from the same small office on SQLite, whose heads were kept and written to files; the triggers
that refuse changes are dropped, checks and foreign keys are off, and the seal key is known. What is not known is the
signing key, and the files of the heads are out of reach. Prints one JSON object; exit 1 when one went unnoticed.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, delete, event, func, select, text, update
from sqlalchemy.orm import Session

from reviewapp import sealing
from reviewapp.db import transaction
from reviewapp.models import Base, Claim, Decision, Evaluation, Event, Head, Link, Pool, append_only
from reviewapp.policy import chain as rules
from reviewapp.services import audit, chain, heads
from reviewapp.signing import Signer
from tests.factories.trails import History
from tests.support.databases import create_schema, tuned_engine

_OFFICE_KEY = bytes(32)
_COLUMNS: dict[type[Base], tuple[str, ...]] = {
    Claim: (*chain.CLAIM, "state", "award_fen"),
    Event: chain.EVENT,
    Evaluation: chain.EVALUATION,
    Decision: chain.DECISION,
    Link: ("pool_id", "number", "event_id", "salt", "late", "digest"),
    Head: ("pool_id", "day", "number", "digest", "at", "signature"),
}
COLUMNS = [(table, column) for table, columns in _COLUMNS.items() for column in columns]
random.Random(0).shuffle(COLUMNS)


class Template:
    """The untouched office: a database file and its anchored heads. `engine` is on the copy that is tampered with."""

    def __init__(self, folder: Path) -> None:
        self.heads = folder / "heads"
        self._copy = folder / "copy.sqlite3"
        self.engine = create_engine(f"sqlite:///{self._copy}", poolclass=NullPool)
        event.listen(self.engine, "connect", _careless)
        self._database = folder / "office.sqlite3"
        create_schema(f"sqlite:///{self._database}")
        engine = tuned_engine(f"sqlite:///{self._database}")
        with Session(engine) as session:
            with transaction(session):
                self.now = History(session).live().now
                heads.keep(session, self.now, Signer(_OFFICE_KEY))
            with transaction(session):
                heads.anchor(session, self.now, self.heads)
        engine.dispose()
        self.now += timedelta(days=1)

    def copy(self) -> None:
        """Make the copy anew; its owner may do what they like."""
        shutil.copy(self._database, self._copy)
        with self.engine.begin() as connection:
            for table in append_only.TABLES:
                for verb in ("update", "delete"):
                    connection.exec_driver_sql(f"DROP TRIGGER {table}_no_{verb}")

    def audit(self, folder: Path | None = None) -> list[str]:
        """What the audit says of the copy; with the heads in another folder than theirs when one is given."""
        with Session(self.engine) as session:
            found = audit.verify(session, self.now, audit.Office(Signer(_OFFICE_KEY), folder or self.heads))
        return [f"{one.pool} {one.number}: {one.wrong}" for one in found if one.wrong]


def _careless(connection: Any, _record: Any) -> None:
    for pragma in ("ignore_check_constraints=ON", "synchronous=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def edit(session: Session, chance: random.Random, turn: int) -> str:
    """One value of one row becomes another one; the columns come up one after the other."""
    table, column = COLUMNS[turn % len(COLUMNS)]
    rows = select(text("rowid"), text(column)).select_from(table.__table__)
    if table is Claim:
        rows = rows.where(Claim.ticket.is_not(None))
    rowid, before = chance.choice(session.execute(rows).all())
    where = f"UPDATE {table.__tablename__} SET {column} = :new WHERE rowid = :rowid"
    session.execute(text(where), {"new": _other(session, chance, table, column, before), "rowid": rowid})
    return f"edit {table.__tablename__}.{column}"


def _other(session: Session, chance: random.Random, table: type[Base], column: str, before: Any) -> Any:
    """Another value that could stand there."""
    if isinstance(before, bytes):
        nothing = None if table.__table__.c[column].nullable else b""
        return chance.choice((chance.randbytes(len(before)), _sealed_anew(table, column), before[:-1], nothing))
    if isinstance(before, int):
        return before + 1000 + chance.randrange(1000) if column != "late" else 1 - before
    if isinstance(before, str) and column in ("digest", "signature"):
        return before[:10] + ("0" if before[10] != "0" else "1") + before[11:]
    if isinstance(before, str) and (column == "at" or column.endswith("_at") or column == "deadline"):
        return before[:-1] + str((int(before[-1]) + 1) % 10)
    others = session.scalars(text(f"SELECT DISTINCT {column} FROM {table.__tablename__}")).all()
    unique = table.__table__.c[column].unique or column == "day"
    known = [other for other in others if other not in (before, None)]
    return chance.choice(known) if known and not unique else f"{before or ''}9"


def _sealed_anew(table: type[Base], column: str) -> bytes:
    return sealing.current().seal('"另一个值"'.encode(), f"{table.__tablename__}.{column}")


def delete_one(session: Session, chance: random.Random, _turn: int) -> str:
    """A row from the middle of a table is gone."""
    table = chance.choice((Link, Event, Decision, Evaluation, Head))
    rowid = chance.choice(session.scalars(select(text("rowid")).select_from(table.__table__)).all())
    session.execute(text(f"DELETE FROM {table.__tablename__} WHERE rowid = :rowid"), {"rowid": rowid})
    return f"delete from {table.__tablename__}"


def delete_both(session: Session, chance: random.Random, _turn: int) -> str:
    """A link with its event is gone, and the links behind it move up."""
    pool = _pool(session, chance)
    number = chance.randrange(1, chain.head(session, pool)[0])
    _drop(session, pool, number)
    for later in range(number + 1, chain.head(session, pool)[0] + 1):
        session.execute(update(Link).where(Link.pool_id == pool.id, Link.number == later).values(number=later - 1))
    note_head(session, pool)
    return "delete link and event"


def truncate(session: Session, chance: random.Random, _turn: int) -> str:
    """The newest links and their events are gone, and all else is put back to what it was before."""
    pool = _pool(session, chance)
    last = chain.head(session, pool)[0]
    cut(session, pool, last - chance.randrange(1, last))
    return "truncate"


def cut(session: Session, pool: Pool, until: int) -> None:
    """Let the chain end at `until`, and claims, decisions, evaluations and tickets be as they were then."""
    for number in range(chain.head(session, pool)[0], until, -1):
        _drop(session, pool, number)
    for claim in session.scalars(select(Claim).where(Claim.pool_id == pool.id, Claim.ticket.is_not(None))).all():
        events = session.scalars(select(Event).where(Event.claim_id == claim.id).order_by(Event.id)).all()
        claim.state = events[-1].to_state if events else "draft"
        if not any(one.action == "submit" for one in events):
            claim.ticket = claim.submitted_at = claim.number = None
            session.execute(delete(Link).where(Link.event_id.in_([one.id for one in events])))
        decided = [one for one in events if one.action in ("approve", "return", "reject")]
        _keep_first(session, Decision, claim, len(decided))
        _keep_first(session, Evaluation, claim, len({one.evaluation_id for one in events} - {None}))
        if not any(one.action == "approve" for one in events):
            claim.award_fen = None
        session.flush()
    pool.next_ticket = 1 + (session.scalar(select(func.max(Claim.ticket)).where(Claim.pool_id == pool.id)) or 0)
    note_head(session, pool)


def _keep_first(session: Session, table: Any, claim: Claim, count: int) -> None:
    rows = session.scalars(select(table.id).where(table.claim_id == claim.id).order_by(table.id).offset(count)).all()
    session.execute(delete(table).where(table.id.in_(rows)))


def swap(session: Session, chance: random.Random, _turn: int) -> str:
    """Two links change their events."""
    pool = _pool(session, chance)
    numbers = chance.sample(range(1, chain.head(session, pool)[0] + 1), 2)
    pair = session.scalars(select(Link).where(Link.pool_id == pool.id, Link.number.in_(numbers))).all()
    first, second = pair[0].event_id, pair[1].event_id
    for link, value in ((pair[0], -1), (pair[1], first), (pair[0], second)):
        link.event_id = value
        session.flush()
    return "swap"


def put_in(session: Session, chance: random.Random, _turn: int) -> str:
    """A row beside the chain: an event, a decision or an evaluation of a claim that has a ticket."""
    table = chance.choice((Event, Decision, Evaluation))
    row = chance.choice(session.scalars(select(table)).all())
    more = (
        {"fence": row.fence + 50} if table is Decision else {"number": row.number + 50} if table is Evaluation else {}
    )
    values = {column.name: getattr(row, column.name) for column in table.__table__.columns if column.name != "id"}
    session.add(table(**(values | more)))
    return f"put into {table.__tablename__}"


def rehash(session: Session, chance: random.Random, _turn: int) -> str:
    """Something is changed in a way that fits, every digest is made anew, and the heads in the table are dealt with."""
    pool = _pool(session, chance)
    change = chance.choice((_earlier, _other_reviewer, _other_award, _jump_the_queue, _leave_out_the_end))
    change(session, chance, pool)
    session.flush()
    session.expire_all()
    make_new(session, pool)
    how = chance.choice((_leave_heads, _drop_heads, _move_heads))
    how(session, pool)
    return f"re-hash: {change.__name__[1:]}, {how.__name__[1:]}"


def make_new(session: Session, pool: Pool) -> None:
    """Every digest of the chain anew, over the rows as they are."""
    digest, decided = rules.beginning(pool.scheme_code, pool.code), Counter[int]()
    for link in session.scalars(select(Link).where(Link.pool_id == pool.id).order_by(Link.number)):
        one = session.get_one(Event, link.event_id)
        decision = None
        if one.action in ("approve", "return", "reject"):
            made = select(Decision).where(Decision.claim_id == one.claim_id).order_by(Decision.id)
            decision = session.scalars(made.offset(decided[one.claim_id]).limit(1)).one()
            decided[one.claim_id] += 1
        seen = chain.fingerprint(session.get_one(Evaluation, one.evaluation_id)) if one.evaluation_id else None
        link.digest = digest = rules.following(digest, chain.content(link, one.claim, one, seen, decision))
    note_head(session, pool)


def note_head(session: Session, pool: Pool) -> None:
    """The pool's row says of its chain what is there now."""
    number, digest = chain.head(session, pool)
    pool.links, pool.head = number, digest if number else ""


def _earlier(session: Session, chance: random.Random, pool: Pool) -> None:
    for claim in session.scalars(select(Claim).where(Claim.pool_id == pool.id, Claim.ticket == 1)):
        claim.submitted_at -= timedelta(hours=1)


def _other_reviewer(session: Session, chance: random.Random, pool: Pool) -> None:
    one = chance.choice(session.scalars(select(Event).join(Claim).where(Claim.pool_id == pool.id)).all())
    one.actor_id = (one.actor_id or 0) + 1


def _other_award(session: Session, chance: random.Random, pool: Pool) -> None:
    decision = session.scalars(select(Decision).join(Claim).where(Claim.pool_id == pool.id)).first()
    if decision is None or decision.award_fen is None:
        return _earlier(session, chance, pool)
    session.get_one(Claim, decision.claim_id).award_fen = decision.award_fen = decision.award_fen + 100_000
    return None


def _jump_the_queue(session: Session, chance: random.Random, pool: Pool) -> None:
    """Two people change their places."""
    first, second = session.scalars(select(Claim).where(Claim.pool_id == pool.id, Claim.ticket.in_((1, 2)))).all()
    first.entered_by_id, second.entered_by_id = second.entered_by_id, first.entered_by_id


def _leave_out_the_end(session: Session, chance: random.Random, pool: Pool) -> None:
    cut(session, pool, chain.head(session, pool)[0] - 1)


def _leave_heads(session: Session, pool: Pool) -> None:
    pass


def _drop_heads(session: Session, pool: Pool) -> None:
    session.execute(delete(Head).where(Head.pool_id == pool.id))


def _move_heads(session: Session, pool: Pool) -> None:
    """The heads in the table say what the new chain says, signed with a key of one's own."""
    number, digest = chain.head(session, pool)
    for head in session.scalars(select(Head).where(Head.pool_id == pool.id)):
        head.number, head.digest = number, digest
        head.signature = Signer(bytes([7]) * 32).sign(heads.statement(pool, head).content())


def _pool(session: Session, chance: random.Random) -> Pool:
    return chance.choice(session.scalars(select(Pool).order_by(Pool.id)).all())


def _drop(session: Session, pool: Pool, number: int) -> None:
    link = session.scalars(select(Link).where(Link.pool_id == pool.id, Link.number == number)).one()
    session.execute(delete(Event).where(Event.id == link.event_id))
    session.delete(link)
    session.flush()


KINDS = (edit, delete_one, delete_both, truncate, swap, put_in, rehash)


def tamper(template: Template, number: int) -> tuple[str, list[str]]:
    """Do the `number`-th tampering to a copy; what it was, and what the audit found."""
    chance = random.Random(number)
    template.copy()
    turn, kind = divmod(number, len(KINDS))
    with Session(template.engine) as session:
        what = KINDS[kind](session, chance, turn)
        session.commit()
    return what, template.audit()


@dataclass(frozen=True)
class Tried:
    """What so many tamperings came to: which were not found, and how many of which kind there were."""

    count: int
    missed: list[str]
    kinds: Counter[str]


def tamper_often(folder: Path, count: int) -> Tried:
    """Tamper so often, each time anew, with copies in an empty folder."""
    sealing.use(sealing.Sealer(bytes(32), bytes(32)))
    template = Template(folder)
    kinds, missed = Counter[str](), []
    for number in range(count):
        what, found = tamper(template, number)
        kinds[what] += 1
        if not found:
            missed.append(f"{number}: {what}")
    return Tried(count, missed, kinds)


def main(arguments: list[str]) -> int:
    """Tamper and print the figures as one JSON object; exit 1 when something was not found."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.tampering", description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    given = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tried = tamper_often(Path(folder), given.count)
    figures = {"tamperings": tried.count, "found": tried.count - len(tried.missed), "missed": tried.missed}
    figures |= {"kinds": dict(tried.kinds), "seconds": round(time.monotonic() - began, 1)}
    print(json.dumps(figures, ensure_ascii=False, indent=2))
    return 1 if tried.missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
