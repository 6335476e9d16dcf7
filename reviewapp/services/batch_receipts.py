"""The receipts of a batch: one PDF to print and hand out, and one table of numbers and tickets."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import segno
import typst
import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.models import Batch, BatchRow, Claim
from reviewapp.policy.money import show_yuan
from reviewapp.policy.statements import Receipt
from reviewapp.policy.values import CHINA
from reviewapp.policy.workflow import STATES
from reviewapp.services import receipts
from reviewapp.services.batches import template_of
from reviewapp.services.sheet_columns import NAME
from reviewapp.signing import Signer

_PAGE = """\
#set page(paper: "a4", margin: (x: 22mm, y: 18mm))
#set text(font: ("Noto Sans CJK SC", "Noto Sans SC", "Noto Serif CJK SC"), lang: "zh", region: "cn", size: 10.5pt)
#let receipts = json("receipts.json")
#for (at, one) in receipts.enumerate() [
  #if at > 0 and calc.rem(at, 3) == 0 { pagebreak() }
  #block(width: 100%, stroke: 0.5pt + gray, inset: 12pt, radius: 3pt, below: 14pt, breakable: false)[
    #align(center)[#text(size: 15pt, weight: "bold")[受理回执] \\ #one.title]
    #v(4pt)
    #grid(columns: (1fr, 30mm), gutter: 10pt,
      grid(columns: (auto, 1fr), column-gutter: 14pt, row-gutter: 8pt,
        [排队号], text(size: 15pt, weight: "bold")[#one.ticket], [购车人], [#one.name（表第 #one.row 行）],
        [申请编号], [#one.number], [提交时间], [#one.submitted_at], [当前状态], [#one.state],
        [已预留补贴], [#one.reserved],
        [记录链], [第 #one.link 环]),
      image(one.code, width: 30mm))
    #v(2pt)
    #text(size: 7.5pt, fill: luma(90))[扫码可核对：提交没有被改动，没有人插到前面。摘要 #one.digest]
  ]
]
"""


@dataclass(frozen=True, slots=True)
class BatchReceipt:
    """One buyer's receipt in words; `code` names the picture of the address at which it is checked."""

    row: int
    name: str
    title: str
    number: str
    ticket: str
    submitted_at: str
    state: str
    reserved: str
    link: str
    digest: str
    code: str
    address: str


def of_batch(
    session: Session, signer: Signer, batch: Batch, address: Callable[[Receipt], str]
) -> tuple[BatchReceipt, ...]:
    """The receipts of what was put in, in the sheet's order; `address` is where one can be checked."""
    put_in = (
        select(BatchRow)
        .join(Claim, Claim.id == BatchRow.claim_id)
        .where(BatchRow.batch_id == batch.id, Claim.ticket.is_not(None))
        .order_by(BatchRow.number)
        .options(joinedload(BatchRow.claim))
    )
    title = template_of(batch).title
    found = [_receipt(session, signer, row, title, address) for row in session.scalars(put_in)]
    return tuple(receipt for receipt in found if receipt is not None)


def _receipt(
    session: Session, signer: Signer, row: BatchRow, title: str, address: Callable[[Receipt], str]
) -> BatchReceipt | None:
    claim = row.claim
    signed = receipts.issue(session, signer, claim) if claim is not None else None
    if claim is None or signed is None:
        return None
    return BatchReceipt(
        row=row.number,
        name=row.cells.get(NAME, ""),
        title=title,
        number=claim.number or "",
        ticket=str(signed.ticket),
        submitted_at=signed.submitted_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
        state=STATES[claim.state],
        reserved=f"¥{show_yuan(claim.reserved_fen)}" if claim.reserved_fen else "—",
        link=str(signed.link),
        digest=signed.digest,
        code=f"{signed.ticket}.svg",
        address=address(signed),
    )


def as_pdf(found: Sequence[BatchReceipt]) -> bytes:
    """Three receipts a page, each with the code that a telephone checks it by."""
    with TemporaryDirectory(prefix="receipts-") as name:
        folder = Path(name)
        (folder / "receipts.json").write_text(json.dumps([asdict(one) for one in found]), encoding="utf-8")
        (folder / "main.typ").write_text(_PAGE, encoding="utf-8")
        for one in found:
            segno.make_qr(one.address, error="m").save(str(folder / one.code), border=2)
        made: bytes = typst.compile(str(folder / "main.typ"), format="pdf")
    return made


_HEADS = ("表中行号", "购车人", "申请编号", "排队号", "提交时间", "当前状态", "已预留补贴", "记录链环号", "摘要")


def as_table(found: Sequence[BatchReceipt]) -> bytes:
    """The same as a workbook (xlsx), one line a receipt; everything is text but the row and the ticket."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("受理回执")
        sheet.write_row(0, 0, _HEADS, book.add_format({"bold": True}))
        for at, one in enumerate(found, 1):
            sheet.write_number(at, 0, one.row)
            sheet.write_number(at, 3, int(one.ticket))
            for column, text in enumerate((one.name, one.number), 1):
                sheet.write_string(at, column, text)
            for column, text in enumerate((one.submitted_at, one.state, one.reserved, one.link, one.digest), 4):
                sheet.write_string(at, column, text)
        sheet.set_column(1, 8, 20)
        sheet.freeze_panes(1, 0)
    return data.getvalue()
