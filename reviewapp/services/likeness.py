"""The same photograph in two claims: the pictures of a claim that is put in are hashed and compared with what is near.

It has transactions of its own, like reading: pictures are opened between them, and no lock is held meanwhile. Two
workers that store the same photograph at one moment both look after both have stored, so one of them finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import Page, PageMatch, PagePrint, PrintBand, Upload
from reviewapp.pages import likeness
from reviewapp.storage import Storage

_BANDS, _BAND_BITS = 16, 16
#: Of forms that look alike there may be very many: the nearest are looked at, and no more of those that share a band.
_MOST_CLOSE, _MOST_NEAR = 4, 4000


def compare(session: Session, storage: Storage, claim_id: int, now: datetime) -> None:
    """Job body, after the claim was put in: hash its pages once, and note which of other claims show the same picture.

    Safe to run again. Raises MissingFile when a picture is not in the store.
    """
    for page_id, view_sha256 in _pages(session, claim_id):
        picture = _picture(storage, view_sha256)
        with transaction(session):
            _keep_prints(session, page_id, likeness.prints(picture))
        with transaction(session):
            near = _near(session, page_id)
        same = [other for other, view in near if likeness.same_picture(picture, _picture(storage, view))]
        with transaction(session):
            _keep_matches(session, page_id, same, now)


def bands(bits: int) -> Iterator[int]:
    """The keys that a hash is found by."""
    for band in range(_BANDS):
        yield (band << _BAND_BITS) | (bits >> (band * _BAND_BITS)) & 0xFFFF


def _pages(session: Session, claim_id: int) -> list[tuple[int, str]]:
    with transaction(session):
        rows = session.execute(
            select(Page.id, Page.view_sha256)
            .join(Upload)
            .where(Upload.claim_id == claim_id, Upload.removed_at.is_(None))
            .order_by(Page.id)
        )
        return [(row.id, row.view_sha256) for row in rows]


def _picture(storage: Storage, view_sha256: str) -> bytes:
    with storage.open(view_sha256) as stream:
        return stream.read()


def _keep_prints(session: Session, page_id: int, found: Iterable[int]) -> None:
    """Written once; the page is locked, so that the same job twice at once does not write them twice."""
    session.execute(select(Page.id).where(Page.id == page_id).with_for_update())
    if session.scalar(select(exists().where(PagePrint.page_id == page_id))):
        return
    rows = [PagePrint(page_id=page_id, bits=f"{bits:064x}") for bits in found]
    session.add_all(rows)
    session.flush()
    session.add_all(PrintBand(key=key, print_id=row.id) for row in rows for key in bands(int(row.bits, 16)))


def _near(session: Session, page_id: int) -> list[tuple[int, str]]:
    """Pages of other claims with a hash near one of this page's, the nearest first: id and picture."""
    nearest: dict[int, tuple[int, str]] = {}
    for bits in session.scalars(select(PagePrint.bits).where(PagePrint.page_id == page_id)):
        for row in session.execute(_sharing_a_band(page_id, int(bits, 16))):
            away = likeness.distance(int(bits, 16), int(row.bits, 16))
            if away <= likeness.NEAR_BITS and (row.id not in nearest or away < nearest[row.id][0]):
                nearest[row.id] = away, row.view_sha256
    ordered = sorted(nearest.items(), key=lambda one: (one[1][0], -one[0]))
    return [(other, view) for other, (_, view) in ordered[:_MOST_CLOSE]]


def _sharing_a_band(page_id: int, bits: int) -> Select[int, str, str]:
    own = select(Upload.claim_id).join(Page, Page.upload_id == Upload.id).where(Page.id == page_id).scalar_subquery()
    hit = select(PrintBand.print_id).where(PrintBand.key.in_(list(bands(bits)))).distinct().limit(_MOST_NEAR)
    return (
        select(Page.id, Page.view_sha256, PagePrint.bits)
        .join(PagePrint, PagePrint.page_id == Page.id)
        .join(Upload, Page.upload_id == Upload.id)
        .where(PagePrint.id.in_(hit), Upload.claim_id != own, Upload.removed_at.is_(None))
    )


def _keep_matches(session: Session, page_id: int, same: Iterable[int], now: datetime) -> None:
    for other in same:
        later, earlier = max(page_id, other), min(page_id, other)
        known = exists().where(PageMatch.page_id == later, PageMatch.other_id == earlier)
        if not session.scalar(select(known)):
            session.add(PageMatch(page_id=later, other_id=earlier, at=now))
