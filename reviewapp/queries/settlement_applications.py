"""结算申请 as the firm and the office see them: what is asked for, voucher by voucher, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from reviewapp.models import Actor, Batch, BatchRow, Claim, Organisation, Redemption, Voucher
from reviewapp.policy.masks import mask_name
from reviewapp.policy.money import show_yuan
from reviewapp.policy.values import CHINA
from reviewapp.policy.workflow import STATES
from reviewapp.queries import scope, settlement_form
from reviewapp.queries.vouchers import goods_word, grouped
from reviewapp.services import settlement_applications as service
from reviewapp.services import voucher_money, voucher_settlements
from reviewapp.services.sheet_columns import CARD, HOLDER
from reviewapp.services.voucher_settlements import OVER

COLUMNS = (
    "序号",
    "券号",
    "券主",
    "购买品类",
    "核销时间",
    "发票号码",
    "订单金额（元）",
    "券面值（元）",
    "申请金额（元）",
)
#: What a workbook says beyond the form: how far each voucher is.
PROGRESS = ("状态", "申请编号")
_GRANTED = ("approved", "publication", "payable", "sending", "paid", "failed", "unknown", "clawback", "refunded")


@dataclass(frozen=True, slots=True)
class Line:
    """One voucher of an application; `asked_fen` is nothing once its claim came to nothing, `granted_fen` until it is
    approved. `claim_id` names the claim on pages, "" until it is made.
    """

    place: int
    number: str
    owner: str
    goods: str
    redeemed_at: datetime
    invoice: str
    price_fen: int
    value_fen: int
    asked_fen: int
    granted_fen: int
    state: str
    claim_id: str
    claim_number: str

    @property
    def word(self) -> str:
        """Where it stands."""
        return STATES[self.state] if self.state else "准备材料"

    def cells(self) -> tuple[Any, ...]:
        """The line for a workbook; amounts in yuan."""
        amounts = (self.price_fen / 100, self.value_fen / 100, self.asked_fen / 100)
        return (self.place, *self._words(), *amounts, self.word, self.claim_number)

    def texts(self) -> list[str]:
        """The line for print."""
        return [str(self.place), *self._words(), *map(show_yuan, (self.price_fen, self.value_fen, self.asked_fen))]

    def _words(self) -> tuple[str, ...]:
        return grouped(self.number), self.owner, self.goods, _moment(self.redeemed_at), self.invoice


@dataclass(frozen=True, slots=True)
class Application:
    """An application with its lines in the order of redemption."""

    batch: Batch
    firm: str
    lines: tuple[Line, ...]

    @property
    def counted(self) -> tuple[Line, ...]:
        """The lines that are asked for: not withdrawn, rejected and lapsed ones, nor those whose goods came back."""
        return tuple(line for line in self.lines if line.asked_fen and line.state not in OVER)

    @property
    def asked_fen(self) -> int:
        """What is asked for in all."""
        return sum(line.asked_fen for line in self.counted)

    @property
    def granted_fen(self) -> int:
        """What was approved of it."""
        return sum(line.granted_fen for line in self.lines)

    @property
    def paid_fen(self) -> int:
        """What the bank has paid of it."""
        return sum(line.granted_fen for line in self.lines if line.state == "paid")

    def form(self) -> dict[str, Any]:
        """《结算申请表》 as it is printed, with the sums of each page."""
        account = self.batch.account or {}
        lines = [(line.texts(), line.asked_fen) for line in self.counted]
        return {
            **settlement_form.of(self.batch, COLUMNS, lines),
            "number": self.batch.number,
            "day": _moment(self.batch.created_at)[:10],
            "firm": self.firm,
            "account": [account.get(key, "") for key in (HOLDER, CARD, service.BANK)],
        }


def application(session: Session, batch: Batch) -> Application:
    """The application that a batch with a number is."""
    found = (
        select(BatchRow)
        .where(BatchRow.batch_id == batch.id)
        .order_by(BatchRow.number)
        .options(
            joinedload(BatchRow.claim),
            joinedload(BatchRow.redemption).joinedload(Redemption.voucher).joinedload(Voucher.claim),
        )
    )
    lines = (_line(row, row.redemption) for row in session.scalars(found) if row.redemption is not None)
    return Application(batch, session.get_one(Organisation, batch.organisation_id).name, tuple(lines))


def of_claim(session: Session, claim: Claim) -> Batch | None:
    """The application that the settlement of a voucher is part of; None for every other claim."""
    if not voucher_money.settles(session, claim):
        return None
    found = select(Batch).join(BatchRow, BatchRow.batch_id == Batch.id)
    return session.scalars(found.where(BatchRow.claim_id == claim.id, Batch.number.is_not(None))).one_or_none()


def _line(row: BatchRow, redemption: Redemption) -> Line:
    claim, voucher = row.claim, redemption.voucher
    granted = claim.award_fen or 0 if claim is not None and claim.state in _GRANTED else 0
    return Line(
        place=row.number,
        number=voucher.number,
        owner=mask_name(voucher.owner["name"]),
        goods=goods_word(redemption),
        redeemed_at=redemption.at,
        invoice=redemption.invoice,
        price_fen=redemption.price_fen,
        value_fen=voucher.value_fen,
        asked_fen=voucher.value_fen - redemption.back_fen,
        granted_fen=granted,
        state=claim.state if claim else "",
        claim_id=claim.public_id if claim else "",
        claim_number=claim.number or "" if claim else "",
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """An application in a list: how many vouchers it asks for, how many were put in, granted and paid."""

    batch: Batch
    firm: str
    count: int
    put_in: int
    granted: int
    paid: int
    asked_fen: int


def listed(session: Session, actor: Actor) -> list[Listed]:
    """The applications that the viewer may see, the newest first, at most 200."""
    seen = scope.applications_visible_to(actor).order_by(Batch.id.desc()).limit(200)
    batches = session.scalars(seen).all()
    firms = select(Organisation.id, Organisation.name).where(
        Organisation.id.in_({one.organisation_id for one in batches})
    )
    names = {row.id: row.name for row in session.execute(firms)}
    counts = {row.batch_id: row for row in session.execute(_counted([batch.id for batch in batches]))}
    return [
        Listed(batch, names[batch.organisation_id], *tuple(counts[batch.id])[1:])
        for batch in batches
        if batch.id in counts
    ]


def _counted(ids: Sequence[int]) -> Select[Any]:
    live = Claim.id.is_(None) | Claim.state.not_in(OVER)
    return (
        select(
            BatchRow.batch_id,
            func.count().filter(live),
            func.count().filter(Claim.ticket.is_not(None)),
            func.count().filter(Claim.state.in_(_GRANTED)),
            func.count().filter(Claim.state == "paid"),
            func.coalesce(func.sum(Voucher.value_fen - Redemption.back_fen).filter(live), 0),
        )
        .join(Redemption, Redemption.id == BatchRow.redemption_id)
        .join(Voucher, Voucher.id == Redemption.voucher_id)
        .outerjoin(Claim, Claim.id == BatchRow.claim_id)
        .where(BatchRow.batch_id.in_(ids))
        .group_by(BatchRow.batch_id)
    )


def open_redemptions(session: Session, actor: Actor) -> Sequence[Redemption]:
    """The firm's redemptions that can go into a new application, in the order of redemption, by scheme.

    A sale at the shop's own counter is claimed by its own claim.
    """
    free = (
        scope.redemptions_visible_to(actor)
        .join(Redemption.voucher)
        .join(Voucher.claim)
        .where(
            Redemption.invoice.is_not(None),
            Redemption.undone_at.is_(None),
            Voucher.state == "redeemed",
            Voucher.held_fen > 0,
        )
        .where(Redemption.id.not_in(voucher_settlements.taken()))
        .order_by(Claim.scheme_code, Redemption.at, Redemption.id)
        .options(joinedload(Redemption.voucher).joinedload(Voucher.settlement))
    )
    return [row for row in session.scalars(free) if _is_open(row.voucher)]


def _is_open(voucher: Voucher) -> bool:
    return voucher.settlement is None or voucher.settlement.state in OVER


def _moment(instant: datetime) -> str:
    return instant.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
