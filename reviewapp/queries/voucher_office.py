"""All vouchers as the office reads them: what was handed out, used and settled, a list to look things up in, and the
history of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from reviewapp import schemes
from reviewapp.models import Actor, Batch, BatchRow, Claim, Event, Organisation, Redemption, Voucher, WrongPerson
from reviewapp.policy import Scheme
from reviewapp.policy.identifiers import normal_id
from reviewapp.policy.masks import mask_name
from reviewapp.policy.values import CHINA
from reviewapp.policy.voucher_flow import STATES
from reviewapp.queries import display, scope
from reviewapp.queries.paging import Paged

#: Lines on a page of the list.
PAGE = 50
_AT_ONCE = 500
#: What happens to the claim a voucher came from that is of the voucher's own history.
_OWN = ("approve", "redeem_voucher", "undo_redemption", "return_goods", "expire_voucher")
#: What is not worth a line in the history of its settlement.
_QUIET = ("change_paper", "change_fact", "check", "note", "waive", "put_back", "take")
COLUMNS = (
    "活动", "券种", "券号", "券主", "面值（元）", "状态", "发放时间", "有效期至", "核销商家", "核销时间",
    "订单金额（元）", "发票号码", "退回（元）", "结算（元）",
)  # fmt: skip
REPORT = (
    "活动", "券种", "投放量", "投放金额（元）", "核销量", "核销率", "订单金额（元）", "核销金额（元）",
    "核销退款金额（元）", "核销商家数", "已过期", "退货作废", "撤销核销", "已结算", "结算金额（元）",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class VoucherFilter:
    """What the list is narrowed to; "" and None are everything. `number` may be the beginning of one."""

    scheme_code: str = ""
    state: str = ""
    firm: str = ""
    number: str = ""

    def narrow(self, found: Select[Any]) -> Select[Any]:
        """The select with these conditions; it must know `Claim` and `Voucher`."""
        if self.scheme_code:
            found = found.where(Claim.scheme_code == self.scheme_code)
        if self.state:
            found = found.where(Voucher.state == self.state)
        if self.number:
            found = found.where(Voucher.number.startswith(normal_id(self.number), autoescape=True))
        if self.firm:
            used = select(Redemption.voucher_id).join(Redemption.organisation)
            found = found.where(Voucher.id.in_(used.where(Organisation.public_id == self.firm)))
        return found


@dataclass(frozen=True, slots=True)
class Kind:
    """What became of a scheme's vouchers of one kind; amounts in fen.

    `redeemed` are those with a redemption that was not taken back, whatever became of them later; `settled_fen` is what
    was approved of their settlements.
    """

    scheme: Scheme
    title: str
    issued: int
    issued_fen: int
    redeemed: int
    redeemed_fen: int
    ordered_fen: int
    back_fen: int
    firms: int
    expired: int
    voided: int
    undone: int
    settled: int
    settled_fen: int

    @property
    def rate(self) -> str:
        """核销率: 62.5%."""
        return f"{100 * self.redeemed / self.issued:.1f}%"

    def cells(self) -> tuple[Any, ...]:
        """The line of a workbook; amounts in yuan."""
        return (
            *(self.scheme.title, self.title, self.issued, self.issued_fen / 100, self.redeemed, self.rate),
            *(self.ordered_fen / 100, self.redeemed_fen / 100, self.back_fen / 100, self.firms, self.expired),
            *(self.voided, self.undone, self.settled, self.settled_fen / 100),
        )


@dataclass(frozen=True, slots=True)
class OfFirm:
    """What one firm redeemed of one kind, as `Kind` counts it: the firm's name, how many, amounts in fen."""

    kind: str
    firm: str
    redeemed: int
    redeemed_fen: int
    ordered_fen: int
    back_fen: int


@dataclass(frozen=True, slots=True)
class Row:
    """One voucher in the list; what its redemption says is empty while there is none."""

    voucher: Voucher
    scheme: Scheme
    redemption: Redemption | None
    firm: str
    settled_fen: int | None

    @property
    def owner(self) -> str:
        """测*甲."""
        return mask_name(self.voucher.owner["name"])

    @property
    def kind(self) -> str:
        """The kind's title in its scheme."""
        return _kind_title(self.scheme, self.voucher.kind)

    def cells(self) -> tuple[Any, ...]:
        """The line of a workbook."""
        one, used = self.voucher, self.redemption
        bought = (None,) * 5 if used is None else (
            self.firm, _moment(used.at), used.price_fen / 100, used.invoice, used.back_fen / 100
        )  # fmt: skip
        return (
            *(self.scheme.title, self.kind, one.number, self.owner, one.value_fen / 100, STATES[one.state]),
            *(_moment(one.issued_at), _moment(one.good_until)[:10], *bought),
            None if self.settled_fen is None else self.settled_fen / 100,
        )


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a voucher's history; `claim_number` where it happened to its settlement."""

    at: datetime
    what: str
    who: str
    said: str
    claim_number: str = ""


def report(session: Session, actor: Actor) -> list[Kind]:
    """A line for every kind of voucher that was handed out."""
    seen = scope.all_vouchers(actor).with_only_columns(Voucher.id)
    used, settlement = _standing(), select(Claim.id, Claim.award_fen).subquery()
    taken_back = select(func.count()).where(Redemption.voucher_id == Voucher.id, Redemption.undone_at.is_not(None))
    figures = (
        select(
            Claim.scheme_code,
            Voucher.kind,
            func.count(),
            func.sum(Voucher.value_fen),
            *_sums(used),
            func.count(used.c.organisation_id.distinct()),
            func.count().filter(Voucher.state == "expired"),
            func.count().filter(Voucher.state == "voided"),
            func.coalesce(func.sum(taken_back.correlate(Voucher).scalar_subquery()), 0),
            func.count().filter(Voucher.state == "settled"),
            func.coalesce(func.sum(settlement.c.award_fen).filter(Voucher.state == "settled"), 0),
        )
        .join(Claim, Claim.id == Voucher.claim_id)
        .outerjoin(used, used.c.voucher_id == Voucher.id)
        .outerjoin(settlement, settlement.c.id == Voucher.settlement_id)
        .where(Voucher.id.in_(seen))
        .group_by(Claim.scheme_code, Voucher.kind)
        .order_by(Claim.scheme_code, Voucher.kind)
    )
    return [_kind(*row) for row in session.execute(figures)]


def by_firm(session: Session, scheme_code: str) -> list[OfFirm]:
    """A line for every kind of the scheme's vouchers and every firm that redeemed some: sums without persons, which
    anybody may see (乡政办发〔2023〕62号 三(四)6(8)).
    """
    used = _standing()
    figures = (
        select(Voucher.kind, Organisation.name, *_sums(used))
        .join(Claim, Claim.id == Voucher.claim_id)
        .join(used, used.c.voucher_id == Voucher.id)
        .join(Organisation, Organisation.id == used.c.organisation_id)
        .where(Claim.scheme_code == scheme_code)
        .group_by(Voucher.kind, Organisation.name)
        .order_by(Voucher.kind, Organisation.name)
    )
    return [OfFirm(kind, firm, *map(int, sums)) for kind, firm, *sums in session.execute(figures)]


def page(session: Session, actor: Actor, narrowed: VoucherFilter, number: int) -> Paged[Row]:
    """Page `number` of the vouchers, the newest first."""
    found = _rows(actor, narrowed)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE)))
    some = found.order_by(Voucher.id.desc()).limit(PAGE).offset((number - 1) * PAGE)
    return Paged(tuple(_row(*row) for row in session.execute(some)), total, number, PAGE)


def lines(session: Session, actor: Actor, narrowed: VoucherFilter) -> Iterator[Row]:
    """All of them in the order of issue, read some hundred at a time."""
    after = 0
    found = _rows(actor, narrowed).order_by(Voucher.id).limit(_AT_ONCE)
    while rows := session.execute(found.where(Voucher.id > after)).all():
        yield from (_row(*row) for row in rows)
        after = rows[-1][0].id


def firms(session: Session) -> list[tuple[str, str]]:
    """Public name and name of the firms that redeemed vouchers."""
    used = select(Redemption.organisation_id)
    found = select(Organisation.public_id, Organisation.name).where(Organisation.id.in_(used))
    return [(row.public_id, row.name) for row in session.execute(found.order_by(Organisation.name))]


def history(session: Session, voucher: Voucher) -> list[Happened]:
    """What happened to a voucher, oldest first: issue, tills (also with who was not its owner), settlement."""
    tries = select(WrongPerson).where(WrongPerson.voucher_id == voucher.id)
    wrong = (
        Happened(one.at, "身份证号与券主不符", f"{one.organisation.name} {one.by.name}", "没有核销")
        for one in session.scalars(tries.options(joinedload(WrongPerson.organisation), joinedload(WrongPerson.by)))
    )
    found = select(Event).options(joinedload(Event.actor), joinedload(Event.claim)).order_by(Event.id)
    own = found.where(Event.claim_id == voucher.claim_id, Event.action.in_(_OWN))
    settling = found.where(Event.claim_id.in_(_settlements(voucher)), Event.action.not_in(_QUIET))
    told = (
        _happened(event, own=event.claim_id == voucher.claim_id)
        for event in chain(*map(session.scalars, (own, settling)))
    )
    return sorted((*told, *wrong), key=lambda one: one.at)


def applications(session: Session, voucher: Voucher) -> list[Batch]:
    """The settlement applications it stood in."""
    rows = select(BatchRow.batch_id).join(Redemption, Redemption.id == BatchRow.redemption_id)
    return list(session.scalars(select(Batch).where(Batch.id.in_(rows.where(Redemption.voucher_id == voucher.id)))))


def _settlements(voucher: Voucher) -> Select[Any]:
    """Ids of the claims by which it was to be settled, the present one and those that came to nothing."""
    before = (
        select(BatchRow.claim_id)
        .join(Redemption, Redemption.id == BatchRow.redemption_id)
        .where(Redemption.voucher_id == voucher.id, BatchRow.claim_id.is_not(None))
    )
    return select(Claim.id).where((Claim.id == voucher.settlement_id) | Claim.id.in_(before))


def _happened(event: Event, *, own: bool) -> Happened:
    who = display.who(event.actor_role, event.actor.name if event.actor else "")
    what = "审核通过，发放消费券" if own and event.action == "approve" else display.ACTIONS[event.action]
    return Happened(
        event.at, what if own else f"结算：{what}", who, event.reason or "", "" if own else event.claim.number or ""
    )


def _standing() -> Any:
    """The redemptions that were not taken back."""
    return select(Redemption).where(Redemption.undone_at.is_(None)).subquery()


def _sums(used: Any) -> tuple[ColumnElement[Any], ...]:
    """Of vouchers and the redemptions that stand: how many are redeemed, for how much, on what orders, what is back."""
    return (
        func.count(used.c.id),
        func.coalesce(func.sum(Voucher.value_fen).filter(used.c.id.is_not(None)), 0),
        func.coalesce(func.sum(used.c.price_fen), 0),
        func.coalesce(func.sum(used.c.back_fen), 0),
    )


def _rows(actor: Actor, narrowed: VoucherFilter) -> Select[Any]:
    settlement = select(Claim.id, Claim.award_fen).subquery()
    found = (
        scope.all_vouchers(actor)
        .join(Claim, Claim.id == Voucher.claim_id)
        .outerjoin(Redemption, (Redemption.voucher_id == Voucher.id) & Redemption.undone_at.is_(None))
        .outerjoin(Organisation, Organisation.id == Redemption.organisation_id)
        .outerjoin(settlement, (settlement.c.id == Voucher.settlement_id) & (Voucher.state == "settled"))
    )
    columns = (Voucher, Claim.scheme_code, Redemption, Organisation.name, settlement.c.award_fen)
    return narrowed.narrow(found.with_only_columns(*columns))


def _row(voucher: Voucher, scheme_code: str, used: Redemption | None, firm: str | None, settled: int | None) -> Row:
    return Row(voucher, schemes.load(scheme_code), used, firm or "", settled)


def _kind(scheme_code: str, kind: str, *figures: Any) -> Kind:
    scheme = schemes.load(scheme_code)
    return Kind(scheme, _kind_title(scheme, kind), *map(int, figures))


def _kind_title(scheme: Scheme, kind: str) -> str:
    return scheme.vouchers[kind].title if kind in scheme.vouchers else kind


def _moment(instant: datetime | None) -> str:
    return "" if instant is None else instant.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
