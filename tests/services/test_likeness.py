"""Pages that show the same photograph are noted once, in whatever order and however often the job runs."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.models import Claim, Page, PageMatch, PagePrint, PrintBand, Upload
from reviewapp.pages import likeness as pictures
from reviewapp.services import intake, likeness
from tests import factories
from tests.factories import NOW
from tests.factories.papers import paper
from tests.pages.test_likeness import jpeg, scene
from tests.services.paperwork import Desk, desk, picture
from tests.support.both import both_databases


def put(at: Desk, content: bytes) -> Upload:
    upload = at.read(at.upload(content))
    likeness.compare(at.session, at.storage, upload.claim_id, NOW)
    return upload


def matches(session: Session) -> list[tuple[int, int]]:
    return [(row.page_id, row.other_id) for row in session.scalars(select(PageMatch).order_by(PageMatch.id))]


def test_the_same_photograph_in_another_claim_is_noted_once(session: Session, tmp_path: Path) -> None:
    first, second = desk(session, tmp_path), desk(session, tmp_path)
    kept = put(first, jpeg(scene(0)))
    again = put(second, jpeg(scene(0), side=700, quality=50))
    likeness.compare(session, second.storage, again.claim_id, NOW)
    likeness.compare(session, first.storage, kept.claim_id, NOW)

    pages = {page.upload_id: page.id for page in session.scalars(select(Page))}
    assert matches(session) == [(pages[again.id], pages[kept.id])]
    prints = session.scalar(select(func.count()).select_from(PagePrint))
    assert session.scalar(select(func.count()).select_from(PrintBand)) == 16 * prints


def test_within_a_claim_and_on_removed_files_nothing_is_noted(session: Session, tmp_path: Path) -> None:
    first, second = desk(session, tmp_path), desk(session, tmp_path)
    kept = put(first, jpeg(scene(0)))
    put(first, jpeg(scene(0), side=800))
    with transaction(session):
        intake.remove_upload(session, first.actor, NOW, first.claim.id, kept.public_id)
        for upload in session.scalars(select(Upload).where(Upload.claim_id == first.claim.id)):
            upload.removed_at = NOW
    put(second, jpeg(scene(0), side=850))
    put(second, picture(300))

    assert matches(session) == []


@both_databases
def test_hashes_that_differ_in_fewer_bits_than_there_are_bands_are_always_found(session: Session) -> None:
    """At most 15 bits turned, wherever they are, leave one band of 16 untouched."""
    chance = random.Random(7)
    mine, theirs = factories.claim(session, "submitted"), factories.claim(session, "submitted")
    bits = chance.getrandbits(256)
    for turned in (0, 8, 15, 15, pictures.NEAR_BITS + 1):
        other = bits
        for place in chance.sample(range(256), turned):
            other ^= 1 << place
        page = _page(session, theirs)
        likeness._keep_prints(session, page, [other])
    page = _page(session, mine)
    likeness._keep_prints(session, page, [bits])

    assert len(likeness._near(session, page)) == 4


def _page(session: Session, claim: Claim) -> int:
    return paper(session, claim, "id_card").pages[0].id


@pytest.mark.parametrize("bits", [0, (1 << 256) - 1])
def test_bands_are_told_apart(bits: int) -> None:
    assert len(set(likeness.bands(bits))) == 16
