"""Vouchers as their owners see them, and redemptions as the firm's people do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from reviewapp import schemes
from reviewapp.models import Actor, Claim, Redemption, Voucher
from reviewapp.policy.masks import mask_name
from reviewapp.policy.money import yuan_from_fen
from reviewapp.policy.values import CHINA
from reviewapp.policy.vouchers import Voucher as Kind
from reviewapp.queries import scope
from reviewapp.services import vouchers

#: Lines of a firm's redemptions on one page.
PAGE = 50
TONES = {"issued": "done", "redeemed": "wait", "settled": "off", "voided": "off", "expired": "off"}


@dataclass(frozen=True)
class Redemptions:
    """A page of a firm's redemptions, newest first; fen are of all of them."""

    rows: tuple[Redemption, ...]
    total: int
    number: int
    open_count: int
    open_fen: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


def of_claim(session: Session, claim: Claim) -> Voucher | None:
    """The voucher that an approved claim became; not one that was handed out before and that the claim pays for."""
    became = Voucher.settlement_id.is_distinct_from(claim.id)
    if claim.award_fen is None:
        return None
    return session.scalars(select(Voucher).where(Voucher.claim_id == claim.id, became)).one_or_none()


def of_owner(session: Session, actor: Actor) -> tuple[Voucher, ...]:
    """The vouchers of who looks, those that can be used first; empty for everybody but owners."""
    if actor.role != "claimant":
        return ()
    found = scope.vouchers_visible_to(session, actor).order_by((Voucher.state != "issued"), Voucher.id.desc())
    return tuple(session.scalars(found))


def redemptions(session: Session, actor: Actor, number: int) -> Redemptions:
    """The firm's redemptions, and how much of them nobody has claimed yet."""
    mine = scope.redemptions_visible_to(actor)
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE)))
    newest = mine.order_by(Redemption.id.desc()).limit(PAGE).offset((number - 1) * PAGE)
    rows = session.scalars(newest.options(joinedload(Redemption.voucher).joinedload(Voucher.settlement)))
    unclaimed = (
        mine.join(Redemption.voucher)
        .where(Voucher.state == "redeemed", Voucher.held_fen > 0, Redemption.undone_at.is_(None))
        .with_only_columns(func.count(), func.coalesce(func.sum(Voucher.held_fen), 0))
    )
    open_count, open_fen = session.execute(unclaimed).one()
    return Redemptions(tuple(rows), total, number, open_count, int(open_fen))


def undone(session: Session, voucher: Voucher) -> tuple[Redemption, ...]:
    """The redemptions of a voucher that were taken back, oldest first."""
    found = select(Redemption).where(Redemption.voucher_id == voucher.id, Redemption.undone_at.is_not(None))
    return tuple(session.scalars(found.order_by(Redemption.id)))


def shown_state(voucher: Voucher, now: datetime) -> str:
    """The state, `expired` from its last moment on, whether or not the clock's worker has been there."""
    over = voucher.good_until is not None and now > voucher.good_until
    return "expired" if voucher.state == "issued" and over else voucher.state


def owner_masked(voucher: Voucher) -> str:
    """测*甲: what the till sees before it has looked at the card."""
    return mask_name(voucher.owner["name"])


def kind_of(voucher: Voucher) -> Kind:
    """The kind of voucher as the scheme's file describes it."""
    return schemes.load(voucher.claim.scheme_code, voucher.claim.scheme_version).vouchers[voucher.kind]


def goods_word(redemption: Redemption) -> str:
    """摩托车."""
    return vouchers.goods_of(redemption.voucher.claim).get(redemption.goods, redemption.goods)


def slips(redemptions: Sequence[Redemption]) -> dict[str, Any]:
    """《消费券核销小票》 as they are printed, one a page: with the labels by which papers of that kind are read."""
    claim = redemptions[0].voucher.claim
    return {
        "title": "消费券核销小票",
        "office": schemes.load(claim.scheme_code, claim.scheme_version).county,
        "slips": [_slip(redemption) for redemption in redemptions],
        "note": "本小票由系统按核销记录生成，与核销时一致。",
    }


def _slip(redemption: Redemption) -> list[tuple[str, str]]:
    voucher, at = redemption.voucher, redemption.at.astimezone(CHINA)
    return [
        ("商户名称", redemption.organisation.name),
        ("订单编号", voucher.number),
        ("券面值", f"{yuan_from_fen(voucher.value_fen)} 元"),
        ("订单金额", f"{yuan_from_fen(redemption.price_fen)} 元"),
        ("核销时间", at.strftime("%Y-%m-%d %H:%M:%S")),
        ("购买品类", goods_word(redemption)),
        ("发票号码", redemption.invoice),
    ]


def grouped(number: str) -> str:
    """4821 0937 5516: as it is read out and typed."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
