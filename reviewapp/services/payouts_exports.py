"""A released batch as a bank file: exporting it is sending it, and every later export gives the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.bank.orders import OrderLine, order_file
from reviewapp.bank.template import Template
from reviewapp.errors import IllegalMove, InvalidValue, NotFound, Stale
from reviewapp.models import SYSTEM, Actor, BatchExport, Claim, Payout, PayoutBatch
from reviewapp.services import trail
from reviewapp.services.days import local_date
from reviewapp.services.payouts_lines import lock_claims, locked_lines, require_finance


@dataclass(frozen=True)
class BankFile:
    """What is handed to the bank: name for saving, bytes, and their SHA-256 (hex)."""

    name: str
    data: bytes
    digest: str


def export_batch(
    session: Session, actor: Actor, now: datetime, batch_id: int, templates: Mapping[str, Template]
) -> PayoutBatch:
    """Send a released batch as a file: its instructions are `exported`, the file's digest is kept. Once.

    Commit, then the file may be downloaded; from here on results come by return file alone. Raises NotAllowed,
    IllegalMove (not released, for the interface, or exported already) and InvalidValue (no such template).
    """
    require_finance(actor, "导出银行文件")
    batch = _lock_exportable(session, batch_id)
    if batch.exported_at is not None:
        raise IllegalMove("这个批次的银行文件已经生成。请刷新页面，从页面上下载。")
    claims = lock_claims(session, select(Payout.claim_id).where(Payout.batch_id == batch.id))
    payouts = locked_lines(session, batch.id)
    batch.exported_at, batch.export_digest = now, _digest(_file(_template(batch, templates), payouts, claims))
    for payout in payouts:
        payout.state, payout.sent_at = "exported", now
        trail.move(session, claims[payout.claim_id], SYSTEM, now, "send")
    return batch


def bank_file(
    session: Session, actor: Actor, now: datetime, batch_id: int, templates: Mapping[str, Template]
) -> BankFile:
    """The file of an exported batch for saving, the same bytes each time; who took it is kept. Commit, then give.

    Raises NotAllowed, IllegalMove (not exported), InvalidValue (no such template) and Stale (the template has changed
    since the export).
    """
    by_id = require_finance(actor, "下载银行文件")
    batch = _lock_exportable(session, batch_id)
    if batch.exported_at is None:
        raise IllegalMove("这个批次的银行文件还没有生成。请先在批次页点“生成银行文件”。")
    template = _template(batch, templates)
    found = session.scalars(select(Claim).join(Payout).where(Payout.batch_id == batch.id))
    data = _file(template, locked_lines(session, batch.id), {claim.id: claim for claim in found})
    digest = _digest(data)
    if digest != batch.export_digest:
        raise Stale("模板在生成文件之后有改动，再次下载会与交给银行的不同，没有下载。请联系管理员恢复原来的模板。")
    session.add(BatchExport(batch_id=batch.id, by_id=by_id, digest=digest, at=now))
    return BankFile(_name(session, batch, template), data, digest)


def _template(batch: PayoutBatch, templates: Mapping[str, Template]) -> Template:
    template = templates.get(batch.template or "")
    if template is None:
        raise InvalidValue(f"这个批次的银行文件模板“{batch.template}”不在了。请联系管理员恢复这个模板后再试。")
    return template


def _file(template: Template, payouts: Sequence[Payout], claims: Mapping[int, Claim]) -> bytes:
    return order_file(template, [_line(payout, claims[payout.claim_id].number or "") for payout in payouts])


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _lock_exportable(session: Session, batch_id: int) -> PayoutBatch:
    query = select(PayoutBatch).where(PayoutBatch.id == batch_id).with_for_update()
    batch = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if batch is None:
        raise NotFound()
    if batch.channel != "file":
        raise IllegalMove("这个批次走银行接口，不导出文件，以免同一笔款发两次。")
    if batch.state != "released":
        raise IllegalMove("这个批次还没有放行，不能导出。请先由财务复核人员放行。")
    return batch


def _line(payout: Payout, claim_number: str) -> OrderLine:
    payee = payout.payee
    return OrderLine(
        number=payout.number, payee=payee["name"], card=payee["card_number"], bank=payee.get("bank", ""),
        amount_fen=payout.amount_fen, note=claim_number,
    )  # fmt: skip


def _name(session: Session, batch: PayoutBatch, template: Template) -> str:
    """乡宁县2023_待发放_第3批_2023-10-20.xlsx"""
    scheme = schemes.load(batch.scheme_code)
    of_scheme = select(func.count()).select_from(PayoutBatch).where(PayoutBatch.scheme_code == batch.scheme_code)
    ordinal = session.scalar(of_scheme.where(PayoutBatch.id <= batch.id))
    released = local_date(batch.released_at or batch.made_at)
    about = f"{scheme.short}_待发放_第{ordinal}批_{released:%Y-%m-%d}"
    return f"{about}.{template.order.form.format}"
