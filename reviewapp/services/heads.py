"""The signed head of each pool's chain, once a day: kept in a table, and as a file in a folder outside the database.

Who owns the database can make every digest new, but neither the signature nor the files: whatever was changed or cut
off before a head was kept then disagrees with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models import Head, Link, Pool
from reviewapp.policy.statements import DailyHead, NoStatement, parse
from reviewapp.policy.values import CHINA
from reviewapp.services import chain
from reviewapp.services.days import local_date
from reviewapp.signing import Signer

#: Heads are written to their files by the run after the one that kept them; this long, a missing file is no fault.
_WRITTEN_WITHIN = timedelta(hours=1)


class Disagreement(NamedTuple):
    """A head, by the number of its link, and what does not agree with it."""

    number: int
    what: str


def keep(session: Session, now: datetime, signer: Signer) -> int:
    """Keep the head of every pool whose chain has begun, for the local day that `now` is in, once; how many."""
    day = local_date(now)
    kept = set(session.scalars(select(Head.pool_id).where(Head.day == day)))
    pools = [pool for pool in session.scalars(select(Pool).order_by(Pool.id)) if pool.id not in kept]
    return sum(_keep(session, now, signer, pool) for pool in pools)


def anchor(session: Session, now: datetime, folder: Path) -> int:
    """Write the files of yesterday's and today's kept heads that are not there yet; how many.

    Only what is committed is written, so a file never says what the table does not. Older files are not made again:
    that one is missing is something to be found.
    """
    recent = select(Head, Pool).join(Pool, Pool.id == Head.pool_id)
    rows = session.execute(recent.where(Head.day >= local_date(now) - timedelta(days=1))).all()
    return sum(_write(place(folder, said), said.text()) for said in (statement(pool, head) for head, pool in rows))


def statement(pool: Pool, head: Head) -> DailyHead:
    """A kept head as it is handed out."""
    return DailyHead(
        scheme=pool.scheme_code, pool=pool.code, day=head.day, at=head.at.astimezone(CHINA), link=head.number,
        digest=head.digest, signature=head.signature,
    )  # fmt: skip


def place(folder: Path, head: DailyHead) -> Path:
    """The file of a head."""
    return folder / head.scheme / head.pool / f"{head.day.isoformat()}.json"


def disagreements(session: Session, now: datetime, signer: Signer, folder: Path, pool: Pool) -> Iterator[Disagreement]:
    """Where kept heads or their files do not agree with the pool's chain, or with one another."""
    try:
        rows = session.scalars(select(Head).where(Head.pool_id == pool.id).order_by(Head.day)).all()
    except (ValueError, TypeError):  # somebody wrote something else where a day or an instant stood
        yield Disagreement(0, "数据库里有无法读取的链头")
        return
    files = {path.stem: path for path in sorted((folder / pool.scheme_code / pool.code).glob("*.json"))}
    for row in rows:
        said, day = statement(pool, row), row.day.isoformat()
        yield from _untrue(session, signer, pool, said, f"{day} 的链头")
        path = files.pop(day, None)
        if path is not None and _read(path) != said:
            yield Disagreement(row.number, f"{day} 的链头与存档文件 {path.name} 不一致")
        elif path is None and row.at < now - _WRITTEN_WITHIN:
            yield Disagreement(row.number, f"{day} 的链头没有存档文件")
    for day, path in files.items():
        yield from _without_row(session, signer, pool, day, path)


def strangers(session: Session, folder: Path) -> list[str]:
    """`scheme/pool` of files about pools that the database does not know."""
    known = {f"{pool.scheme_code}/{pool.code}" for pool in session.scalars(select(Pool))}
    found = {f"{path.parent.parent.name}/{path.parent.name}" for path in folder.glob("*/*/*.json")}
    return sorted(found - known)


def _keep(session: Session, now: datetime, signer: Signer, pool: Pool) -> bool:
    number, digest = chain.head(session, pool)
    if not number:
        return False
    row = Head(pool_id=pool.id, day=local_date(now), number=number, digest=digest, at=now, signature="")
    row.signature = signer.sign(statement(pool, row).content())
    session.add(row)
    return True


def _write(path: Path, text: str) -> bool:
    """Make the file whole or not at all, once."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return True


def _read(path: Path) -> DailyHead | None:
    try:
        return parse(DailyHead, path.read_bytes())
    except (OSError, NoStatement):
        return None


def _untrue(session: Session, signer: Signer, pool: Pool, said: DailyHead, name: str) -> Iterator[Disagreement]:
    if not signer.signed(said.content(), said.signature):
        yield Disagreement(said.link, f"{name}签名不符")
    digest = session.scalar(select(Link.digest).where(Link.pool_id == pool.id, Link.number == said.link))
    if digest is None:
        yield Disagreement(said.link, f"{name}在第 {said.link} 环，链上已没有这一环（链被截短）")
    elif digest != said.digest:
        yield Disagreement(said.link, f"{name}与链上第 {said.link} 环不一致（链被重写）")


def _without_row(session: Session, signer: Signer, pool: Pool, day: str, path: Path) -> Iterator[Disagreement]:
    said = _read(path)
    if said is None or (said.scheme, said.pool, said.day.isoformat()) != (pool.scheme_code, pool.code, day):
        yield Disagreement(0, f"链头存档文件 {path.name} 无法读取，或不是这个资金池当天的")
        return
    yield from _untrue(session, signer, pool, said, f"存档文件 {path.name} 的链头")
    yield Disagreement(said.link, f"{day} 的链头只有存档文件，数据库里没有")
