"""A firm asks for what it advanced on a redeemed voucher: a claim like any other, begun from the redemption."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import IllegalMove, NotFound
from reviewapp.models import Actor, BatchRow, Claim, Organisation, Redemption, Voucher
from reviewapp.policy import voucher_flow as flow
from reviewapp.policy.model import Window
from reviewapp.policy.money import yuan_from_fen
from reviewapp.services import intake
from reviewapp.services.editing import FactChange

#: States of a settlement after which another one may be begun for the same voucher.
OVER = ("rejected", "withdrawn", "lapsed")


def begin(session: Session, actor: Actor, now: datetime, redemption_id: int) -> Claim:
    """The draft that settles a redemption, filled with what is known; the one under way when there is one.

    Raises NotFound (another firm's), IllegalMove (nothing is left to settle), and as `intake.create_draft`.
    """
    row = session.get(Redemption, redemption_id)
    if row is None or actor.organisation_id is None or row.organisation_id != actor.organisation_id:
        raise NotFound()
    locked = select(Voucher).where(Voucher.id == row.voucher_id).with_for_update()
    voucher = session.scalars(locked.execution_options(populate_existing=True)).one()
    before = voucher.settlement
    if before is not None and before.state not in OVER:
        return before
    if voucher.state != "redeemed" or row.undone_at is not None:
        raise IllegalMove("这张消费券没有可以结算的金额。请刷新页面查看最新情况。")
    claim = _draft(session, actor, now, voucher, attempt=before.id if before else 0)
    voucher.settlement_id = claim.id
    session.flush()
    _fill(session, actor, now, claim, row)
    return claim


def taken() -> Select[Any]:
    """Ids of the redemptions that stand in a settlement application and have not come to nothing there, as a select."""
    return (
        select(BatchRow.redemption_id)
        .outerjoin(Claim, Claim.id == BatchRow.claim_id)
        .where(BatchRow.redemption_id.is_not(None), Claim.id.is_(None) | Claim.state.not_in(OVER))
    )


def in_application(session: Session, row: Redemption) -> bool:
    """Does the redemption stand in a settlement application now?"""
    return session.scalar(taken().where(BatchRow.redemption_id == row.id).limit(1)) is not None


def window(redemption: Redemption) -> Window | None:
    """When settlements are taken in; None where the scheme has none."""
    origin = redemption.voucher.claim
    settlement = flow.settlement_of(schemes.load(origin.scheme_code), origin.pool.code)
    return settlement.submission if settlement else None


def _draft(session: Session, actor: Actor, now: datetime, voucher: Voucher, *, attempt: int) -> Claim:
    origin = voucher.claim
    scheme = schemes.load(origin.scheme_code)
    settlement = flow.settlement_of(scheme, origin.pool.code)
    if settlement is None:
        raise IllegalMove("这个活动没有写明消费券怎样结算。请联系主管部门。")
    form_key = f"{voucher.public_id} {attempt}"
    return intake.create_draft(
        session, actor, now, scheme_code=origin.scheme_code, programme=settlement.id, form_key=form_key
    )


def _fill(session: Session, actor: Actor, now: datetime, claim: Claim, row: Redemption) -> None:
    """What the redemption says; the account's number is the firm's to enter."""
    voucher, firm = row.voucher, session.get_one(Organisation, row.organisation_id)
    known = {
        "applicant.name": voucher.owner["name"],
        "applicant.id_number": voucher.owner["id_number"],
        "declared.category": row.goods,
        "declared.voucher_value": yuan_from_fen(voucher.value_fen),
        "account.holder": firm.name,
    }
    changes = [FactChange.of(key, value) for key, value in known.items()]
    intake.set_facts(session, actor, now, claim.id, None, changes)
