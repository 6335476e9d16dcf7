"""The receipts of a batch: one PDF and one table, in the sheet's order."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import python_calamine
from sqlalchemy.orm import Session

from reviewapp.services import batch_receipts, batch_submission
from reviewapp.signing import Signer
from reviewapp.specimens.pile import KINDS
from tests import factories
from tests.factories import NOW
from tests.services.batchwork import counter, row_of


def test_receipts_are_printed_and_listed_in_the_sheets_order(session: Session, tmp_path: Path) -> None:
    bought = [factories.purchase(index) for index in (1, 0)]
    at = counter(session, tmp_path, *bought)
    at.sheet(*(row_of(one) for one in bought))
    at.send(at.scan(*((one, kind) for one in reversed(bought) for kind in KINDS)))
    at.work()
    assert [ticket for _, ticket in batch_submission.submit_complete(session, at.actor, NOW, at.batch_id).tickets] == [
        1,
        2,
    ]
    found = batch_receipts.of_batch(
        session, Signer(b"0" * 32), at.batch, lambda said: f"https://example.org/{said.ticket}"
    )
    assert [one.name for one in found] == [one.buyer.name for one in bought]
    printed = pypdfium2.PdfDocument(batch_receipts.as_pdf(found))[0].get_textpage().get_text_range()
    assert all(text in printed for one in found for text in (one.name, one.number, one.submitted_at))
    table = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(batch_receipts.as_table(found)))
    lines = table.get_sheet_by_index(0).to_python()[1:]
    assert [(line[1], line[3], line[8]) for line in lines] == [(one.name, int(one.ticket), one.digest) for one in found]
