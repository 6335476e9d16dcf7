"""结算申请: a firm asks at once for what it advanced on many vouchers.

It is a batch whose rows are redemptions. Each voucher stays a claim of its own, evaluated, decided and paid as such
(the published rules compare one owner, one invoice, one face); what they have in common is said once: number, account,
the pile of papers, the form that is stamped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import IllegalMove, InvalidValue, NotFound
from reviewapp.models import Actor, Batch, BatchRow, Claim, Organisation, Redemption, Voucher
from reviewapp.policy import voucher_flow as flow
from reviewapp.policy.money import yuan_from_fen
from reviewapp.services import batch_rows, batches, fields, outbox, voucher_settlements
from reviewapp.services.days import local_date
from reviewapp.services.sheet_columns import CARD, HOLDER, ID_NUMBER, NAME
from reviewapp.services.values import BadValue, normalise
from reviewapp.services.voucher_settlements import OVER

#: Vouchers in one application: the longest list that a person compares with a stamped form.
MOST = 500
BANK = "account.bank"
#: Number and value of a voucher in a row's cells; the number stands on the slip as the order's.
VOUCHER, VALUE = "key.order_number", "declared.voucher_value"


def open_application(session: Session, actor: Actor, now: datetime, *, chosen: Sequence[str], form_key: str) -> Batch:
    """A new application for the redemptions with these public ids, in the order in which they were redeemed.

    The same form sent again gives the one it made. Raises InvalidValue (none, too many, of several schemes), NotFound
    (another firm's), IllegalMove (one that is settled, void, taken back, or in another application).
    """
    known = select(Batch).where(Batch.entered_by_id == actor.id, Batch.form_key == form_key)
    existing = session.scalars(known).one_or_none()
    if existing is not None:
        return existing
    rows = _redemptions(session, actor, chosen)
    scheme_code, pool = _one_scheme(rows)
    settlement = flow.settlement_of(schemes.load(scheme_code), pool)
    if settlement is None:
        raise IllegalMove("这个活动没有写明消费券怎样结算。请联系主管部门。")
    _require_free(session, rows)
    batch = batches.open_batch(
        session, actor, now, scheme_code=scheme_code, programme=settlement.id, form_key=form_key, settlement=True
    )
    batch.number = f"JS{local_date(now):%Y%m%d}-{batch.id:05d}"
    session.add_all(
        BatchRow(batch_id=batch.id, number=place, cells=_cells(row), faults={}, redemption_id=row.id)
        for place, row in enumerate(rows, 1)
    )
    session.flush()
    outbox.add(session, "batch.draft", batch.id, now)
    return batch


def set_account(session: Session, actor: Actor, now: datetime, batch_id: int, given: Mapping[str, str]) -> Batch:
    """Where the money goes, for all vouchers of the application; it stands once the first of them was put in.

    `given` holds `card_number` and `bank`; the holder is the firm itself. Raises InvalidValue, by field; IllegalMove.
    """
    batch = batches.lock(session, batch_id, actor)
    if batch.number is None:
        raise NotFound()
    if is_put_in(session, batch):
        raise IllegalMove("已有消费券提交结算，收款账户不能再改。需要更换的，请联系主管部门退回，或撤回后重新申请。")
    rules = schemes.load(batch.scheme_code, batch.scheme_version).programmes[batch.programme]
    account, wrong = {HOLDER: session.get_one(Organisation, batch.organisation_id).name}, {}
    for field in fields.fixed("account", rules):
        if field.name in given:
            try:
                account[f"account.{field.name}"] = normalise(field.form, given[field.name]) or ""
            except BadValue as bad:
                wrong[field.name] = bad.remedy
    wrong |= {
        name: "请填写。" for name, key in (("card_number", CARD), ("bank", BANK)) if not account.get(key, name in wrong)
    }
    if wrong:
        raise InvalidValue("收款账户没有保存，请核对标出的地方。", wrong)
    batch.account = account
    session.flush()
    batch_rows.after_change(session, batch, now)
    return batch


def is_put_in(session: Session, batch: Batch) -> bool:
    """Was a voucher of the application put in?"""
    put_in = select(BatchRow.id).join(Claim, Claim.id == BatchRow.claim_id).where(Claim.ticket.is_not(None))
    return session.scalar(put_in.where(BatchRow.batch_id == batch.id).limit(1)) is not None


def _redemptions(session: Session, actor: Actor, chosen: Sequence[str]) -> Sequence[Redemption]:
    if not chosen:
        raise InvalidValue("请至少勾选一张消费券。")
    if len(chosen) > MOST:
        raise InvalidValue(f"一份结算申请最多 {MOST} 张消费券，勾选了 {len(chosen)} 张。请分成几份申请。")
    mine = select(Redemption).where(
        Redemption.organisation_id == actor.organisation_id,
        Redemption.public_id.in_(chosen),
        Redemption.invoice.is_not(None),
    )
    rows = session.scalars(mine.order_by(Redemption.at, Redemption.id)).all()
    if actor.role not in flow.REDEEMERS or len(rows) != len(set(chosen)):
        raise NotFound()
    return rows


def _one_scheme(rows: Sequence[Redemption]) -> tuple[str, str]:
    """The scheme and the pool that all of them are of."""
    kinds = {(row.voucher.claim.scheme_code, row.voucher.claim.pool.code) for row in rows}
    if len(kinds) > 1:
        raise InvalidValue("勾选的消费券不是同一个活动的。请一个活动做一份结算申请。")
    return kinds.pop()


def _require_free(session: Session, rows: Sequence[Redemption]) -> None:
    """Lock the vouchers, in the order of their ids; IllegalMove naming those that cannot be settled now."""
    locked = select(Voucher).where(Voucher.id.in_([row.voucher_id for row in rows])).order_by(Voucher.id)
    known = session.scalars(locked.with_for_update().execution_options(populate_existing=True)).all()
    elsewhere = set(
        session.scalars(voucher_settlements.taken().where(BatchRow.redemption_id.in_([row.id for row in rows])))
    )
    bound = {voucher.id for voucher in known if not _is_free(voucher)}
    busy = [
        row.voucher.number
        for row in rows
        if row.undone_at is not None or row.id in elsewhere or row.voucher_id in bound
    ]
    if busy:
        raise IllegalMove(f"券 {'、'.join(busy[:5])} 已经结算、作废，或在另一份结算申请里。请刷新页面重新勾选。")


def _is_free(voucher: Voucher) -> bool:
    before = voucher.settlement
    return voucher.state == "redeemed" and voucher.held_fen > 0 and (before is None or before.state in OVER)


def _cells(row: Redemption) -> dict[str, str]:
    """What the redemption says, as cells of a row; they also tell whose a paper of the pile is."""
    voucher = row.voucher
    return {
        NAME: voucher.owner["name"],
        ID_NUMBER: voucher.owner["id_number"],
        "declared.category": row.goods,
        VALUE: yuan_from_fen(voucher.value_fen),
        VOUCHER: voucher.number,
        "key.invoice_number": (row.invoice or "").rpartition("/")[2],
    }
