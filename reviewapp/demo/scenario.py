"""The demonstration's claims, with what is planted in them and what must come of it.

Acts: `xiangning` and `yangcheng` are played to their end; `yangcheng_late` goes on in January's second half; `overdue`
comes after the last day; `waiting_*` stay for whoever tries the desk; the others leave something on every other page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from reviewapp.demo.scenario_model import Buy, Expected, Medium, Plan, PlannedFile
from reviewapp.demo.scenario_papers import PAPERS, card_ending, county_of, files, purchase
from reviewapp.specimens import people
from reviewapp.specimens.purchases import Purchase

XIANGNING, YANGCHENG = "xiangning-2023", "yangcheng-2023"
PAID, REJECTED = ("approve",), ("reject",)
_EMISSION, _TAX = frozenset({"emission"}), frozenset({"tax_in_county"})
_VOUCHER_DAYS = (date(2023, 11, 14), date(2023, 11, 15), date(2023, 11, 16))
Change = Callable[[Purchase], Purchase]


def plan(
    number: int,
    name: str,
    planted: str,
    scheme: str,
    buy: Buy,
    expected: Expected,
    *,
    by: str = "",
    act: str = "",
    extra: Sequence[str] = (),
    without: Sequence[str] = (),
    change: Change | None = None,
    medium: Medium = "phone",
    media: Mapping[str, Medium] | None = None,
    says: Mapping[str, Mapping[str, Any]] | None = None,
    **more: Any,
) -> Plan:
    """One claim of buyer `number`: all papers that its programme asks for, and `extra`, but not those `without`."""
    bought = purchase(number, scheme, buy)
    bought = change(bought) if change else bought
    kinds = tuple(kind for kind in (*PAPERS[scheme], *extra) if kind not in without)
    handed_in = files(number, bought, kinds, medium=medium, media=media, says=says)
    # 乡宁的材料由经销商统一提交（三(四)5）。
    by = by or ("dealer" if scheme == XIANGNING else "claimant")
    return Plan(name, planted, scheme, by, act or county_of(scheme), bought, handed_in, expected, **more)  # type: ignore[arg-type]


def paid(award: int, *, unsure: frozenset[str] = frozenset(), **more: Any) -> Expected:
    """Approved and paid at the first go."""
    return Expected("paid", award, unsure=unsure, decisions=PAID, payouts=("paid",), **more)


def rejected(check: str, clause: str, *, unsure: frozenset[str] = frozenset()) -> Expected:
    """One check fails, and the claim is rejected under its clause."""
    return Expected("rejected", failing=frozenset({check}), unsure=unsure, decisions=REJECTED, clause=clause)


def in_november(total: str, voucher: int, *, energy: str = "fuel", day: int = 0, electronic: bool = False) -> Buy:
    """A purchase in Xiangning on one of three days of a round of vouchers."""
    return Buy(total, energy, _VOUCHER_DAYS[day % 3], f"{voucher}.00", electronic=electronic)


def later_files(number: int, bought: Purchase, kind: str) -> tuple[PlannedFile, ...]:
    """The paper that is handed in when it is asked for."""
    return files(number, bought, (kind,), first=50)


def other_card(bought: Purchase) -> str:
    """Masked number of a card that is not the bound one."""
    return card_ending("7315", int(bought.card.number[-4:])).masked


def played() -> tuple[Plan, ...]:
    """The claims that are played to their end, each with something planted."""
    return (*_xiangning(), *_yangcheng())


def _xiangning() -> tuple[Plan, ...]:
    asked = purchase(3, XIANGNING, in_november("118000.00", 3000))
    mended = purchase(4, XIANGNING, in_november("92000.00", 2000, day=1))
    return (
        plan(0, "X1", "材料齐全，手机拍照，燃油车", XIANGNING, in_november("86800.00", 2000), paid(2000),
             extra=("vehicle_certificate",)),
        plan(1, "X2", "新能源车，电子发票 PDF（带文字）", XIANGNING,
             in_november("152000.00", 4000, energy="new_energy", day=1, electronic=True), paid(4000), medium="scan"),
        plan(2, "X3", "正好 100000.00 元（档次边界），拍歪", XIANGNING, in_november("100000.00", 2000, day=2),
             paid(2000, unsure=_EMISSION), medium="tilted"),
        plan(3, "X4", "缺 POS 签购单，补交后提交", XIANGNING, in_november("118000.00", 3000),
             paid(3000, unsure=_EMISSION, refusal="incomplete"),
             without=("pos_slip",), later=later_files(3, asked, "pos_slip")),
        plan(4, "X5", "刷的是别人的卡，退回后补正，排队号不变", XIANGNING, in_november("92000.00", 2000, day=1),
             Expected("paid", 2000, failing=frozenset({"card_payment"}), unsure=_EMISSION,
                      decisions=("return", "approve"), payouts=("paid",)),
             medium="scan", says={"pos_slip": {"card_number_masked": other_card(mended)}},
             later=later_files(4, mended, "pos_slip"), swaps=("pos_slip",)),
        plan(5, "X6", "消费券面值 3000 元，应得 2000 元", XIANGNING, in_november("79900.00", 3000, day=2),
             rejected("voucher_face", "三(四)6(7)", unsure=_EMISSION), medium="scan_pdf"),
        plan(6, "X7", "照片转了 90 度，盖有核对章", XIANGNING, in_november("256000.00", 5000),
             paid(5000, unsure=_EMISSION), medium="turned"),
    )  # fmt: skip


def _yangcheng() -> tuple[Plan, ...]:
    first = purchase(7, YANGCHENG, Buy("128000.00", "new_energy", date(2023, 12, 28)))
    overdue = purchase(14, YANGCHENG, Buy("45800.00", day=date(2024, 1, 12)))
    return (
        plan(7, "Y1", "材料齐全，新能源车", YANGCHENG, Buy("128000.00", "new_energy", date(2023, 12, 28)), paid(4000),
             extra=("tax_payment_proof",)),
        plan(8, "Y2", "99999.99 元，差一分不到下一档", YANGCHENG, Buy("99999.99"), paid(2000, unsure=_TAX)),
        plan(9, "Y3", "同一辆车由另一人再次申领", YANGCHENG, Buy("126000.00", "new_energy"),
             rejected("never_claimed", "八(一)2", unsure=_TAX),
             change=lambda bought: replace(bought, vehicle=first.vehicle)),
        plan(10, "Y4", "发票照片模糊，个别读数存疑，本人核对", YANGCHENG, Buy("73500.00", day=date(2024, 1, 3)),
             paid(2000, unsure=_TAX, doubts=True), media={"vehicle_invoice": "blurred"}),
        plan(11, "Y5", "收款账户已销户，发放失败后换卡", YANGCHENG, Buy("203000.00", "new_energy", date(2024, 1, 4)),
             Expected("paid", 6000, unsure=_TAX, decisions=PAID, payouts=("failed", "paid")),
             change=lambda bought: replace(bought, card=card_ending("4004", 11)), new_card=card_ending("2688", 11)),
        plan(12, "Y6", "29999.99 元，不到最低档", YANGCHENG, Buy("29999.99", day=date(2024, 1, 5)),
             Expected("draft", refusal="invalid_value")),
        plan(13, "Y7", "发票晚一天（2024-01-16），经销商提交", YANGCHENG, Buy("135000.00", day=date(2024, 1, 16)),
             rejected("invoice_in_window", "七(二)", unsure=_TAX), by="dealer", act="yangcheng_late",
             change=_registered_next_day),
        plan(14, "Y8", "截止后提交，附经销商说明，专项审核", YANGCHENG, Buy("45800.00", day=date(2024, 1, 12)),
             paid(1000, unsure=frozenset({"submitted_in_time", "tax_in_county"}), special=True), act="overdue",
             later=later_files(14, overdue, "dealer_statement")),
    )  # fmt: skip


def _registered_next_day(bought: Purchase) -> Purchase:
    return replace(
        bought,
        registered_on=date(2024, 1, 17),
        tax_paid_on=date(2024, 1, 17),
        paid_at=datetime.combine(date(2024, 1, 15), time(15, 20), people.CHINA),
    )


def standing() -> tuple[Plan, ...]:
    """The claims that stay where a person finds them: ten at the desk, and one of each kind elsewhere."""
    return (*_waiting_in_xiangning(), *_waiting_in_yangcheng(), *_elsewhere())


def waiting(award: int, *, failing: str = "", unsure: frozenset[str] = frozenset()) -> Expected:
    """Submitted, with its award reserved, undecided."""
    return Expected("submitted", reserved=award, failing=frozenset(failing.split()), unsure=unsure)


def _waiting_in_xiangning() -> tuple[Plan, ...]:
    act = "waiting_xiangning"
    return (
        plan(15, "D1", "燃油车，没有合格证", XIANGNING, in_november("78600.00", 2000), waiting(2000, unsure=_EMISSION),
             act=act, medium="scan"),
        plan(16, "D2", "新能源车，电子发票", XIANGNING,
             in_november("168000.00", 4000, energy="new_energy", day=1, electronic=True), waiting(4000), act=act,
             medium="scan"),
        plan(17, "D3", "销售企业不在名单内", XIANGNING, in_november("132000.00", 3000, day=2, electronic=True),
             waiting(3000, failing="listed_dealer", unsure=_EMISSION), act=act, change=_at_an_unlisted_dealer,
             medium="scan"),
        plan(18, "D4", "正好 60000.00 元（最低档起点）", XIANGNING, in_november("60000.00", 2000),
             waiting(2000), act=act, extra=("vehicle_certificate",), medium="scan"),
        plan(19, "D5", "消费券面值 3000 元，应得 5000 元", XIANGNING, in_november("215000.00", 3000, day=1),
             waiting(5000, failing="voucher_face", unsure=_EMISSION), act=act, medium="scan"),
    )  # fmt: skip


def _at_an_unlisted_dealer(bought: Purchase) -> Purchase:
    return replace(bought, dealer=people.dealer(2, bought.county))


def _waiting_in_yangcheng() -> tuple[Plan, ...]:
    act = "waiting_yangcheng"
    return (
        plan(20, "D6", "材料齐全，新能源车", YANGCHENG,
             Buy("99800.00", "new_energy", date(2024, 1, 8), electronic=True), waiting(3000),
             act=act, extra=("tax_payment_proof",)),
        plan(21, "D7", "没有完税证明", YANGCHENG, Buy("61000.00", day=date(2024, 1, 9), electronic=True),
             waiting(2000, unsure=_TAX), act=act),
        plan(22, "D8", "轻型货车，经销商提交", YANGCHENG, Buy("88000.00", day=date(2024, 1, 10), truck=True),
             waiting(2000, unsure=_TAX), act=act, by="dealer", medium="scan"),
        plan(23, "D9", "POS 签购单只有 9800.00 元", YANGCHENG, Buy("104500.00", day=date(2024, 1, 11), electronic=True),
             waiting(3000, failing="card_payment", unsure=_TAX), act=act, says={"pos_slip": {"amount": "9800.00"}}),
        plan(24, "D10", "行驶证登记在他人名下", YANGCHENG, Buy("56700.00", day=date(2024, 1, 12)),
             waiting(1000, failing="same_buyer", unsure=_TAX), act=act, says={"vehicle_licence": {"owner": "模拟癸"}}),
    )  # fmt: skip


def _elsewhere() -> tuple[Plan, ...]:
    return (
        plan(25, "R1", "合照里的车牌与行驶证不一致", YANGCHENG, Buy("82000.00", day=date(2024, 1, 9), electronic=True),
             Expected("returned", reserved=2000, failing=frozenset({"same_plate"}), unsure=_TAX, decisions=("return",)),
             act="yangcheng_late", says={"car_photo": {"plate": "晋EQ5208"}}),
        plan(26, "F1", "户名与卡号不符，等申领人换卡", YANGCHENG,
             Buy("67000.00", day=date(2024, 1, 2), electronic=True),
             Expected("failed", 2000, unsure=_TAX, decisions=PAID, payouts=("failed",)), medium="scan",
             change=lambda bought: replace(bought, card=card_ending("4005", 26))),
        plan(27, "P1", "批次已生成，等财务复核放行", YANGCHENG,
             Buy("112000.00", "new_energy", date(2024, 1, 3), electronic=True),
             Expected("payable", 4000, unsure=_TAX, decisions=PAID, payouts=("batched",)), medium="scan"),
        plan(28, "P2", "审核通过，等财务制单", YANGCHENG,
             Buy("43000.00", "new_energy", date(2024, 1, 3), electronic=True),
             Expected("payable", 2000, unsure=_TAX, decisions=PAID, payouts=("ready",)), medium="scan"),
        plan(29, "E1", "只传了三份材料", YANGCHENG, Buy("71000.00", day=date(2024, 1, 13)),
             Expected("draft"),
             act="half_filled",
             without=("vehicle_licence", "vehicle_certificate", "pos_slip", "car_photo")),
    )  # fmt: skip


VISITOR = purchase(30, YANGCHENG, Buy("93500.00", day=date(2024, 1, 10)))
"""One more buyer in Yangcheng, for a person to try with."""


def for_the_visitor() -> tuple[PlannedFile, ...]:
    """The papers of that buyer."""
    return files(30, VISITOR, PAPERS[YANGCHENG])


def for_claimants() -> tuple[Plan, ...]:
    """The claims that a visitor may want to look at as the claimant."""
    return tuple(one for one in (*played(), *standing()) if one.id in ("Y1", "R1", "F1", "E1"))
