"""A household's purchase of furniture or appliances: its invoice, the confirmation form, and the proof of payment."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stdnum import ean
from stdnum.cn import uscc

from reviewapp.policy.money import words_from_fen
from reviewapp.specimens.people import CHINA, MOST_PEOPLE, person
from reviewapp.specimens.purchases import COUNTIES, VAT_RATE, Person, money

_CENT = Decimal("0.01")
_FIRST_DAY, _DAYS = date(2024, 7, 5), 100
_OWN_SHARE, _MOST_SUBSIDY = Decimal("0.10"), Decimal("2000.00")
_SHOPS = (
    "乡宁县测试家居有限公司",
    "乡宁县样例电器商贸有限公司",
    "乡宁县昌宁镇试制家具城",
    "临汾市范例家纺装饰有限公司",
)
_GOODS = (
    ("家用制冷电器具", "样例牌电冰箱", "样例牌", "BCD-520WSX", "台", "2999", "5899"),
    ("家用制冷电器具", "测试牌变频空调挂机", "测试牌", "KFR-35GW/CS1", "台", "1899", "3299"),
    ("家用清洁电器具", "试制牌滚筒洗衣机", "试制牌", "SZG100-14B", "台", "1699", "4599"),
    ("家用厨房电器具", "样例牌燃气热水器", "样例牌", "JSQ30-16YL", "台", "1299", "2899"),
    ("家用厨房电器具", "范例牌吸油烟机", "范例牌", "CXW-260-FL8", "套", "999", "3699"),
    ("家具", "样例牌实木餐桌椅组合（一桌六椅）", "样例牌", "YL-CZ1350", "套", "1980", "4680"),
    ("家具", "测试布艺沙发", "测试牌", "CS-808L", "组", "2380", "6980"),
    ("家具", "试制牌双人床", "试制牌", "SZ-1.8M", "张", "1580", "3980"),
    ("家具", "样例牌茶几", "样例牌", "YL-CJ12", "张", "399", "1299"),
    ("纺织产品", "范例牌四件套床上用品", "范例牌", "FL-200*230", "套", "269", "899"),
    ("非金属矿物制品", "测试牌瓷砖", "测试牌", "CS800*800", "片", "39", "89"),
)  # fmt: skip
_BY_THE_PIECE = ("片", "张", "套")


@dataclass(frozen=True, slots=True)
class Goods:
    """One line of the purchase; `price` is that of one piece, tax included."""

    category: str
    name: str
    brand: str
    model: str
    unit: str
    code: str
    quantity: int
    price: Decimal

    @property
    def gross(self) -> Decimal:
        """What the line costs, tax included."""
        return self.price * self.quantity

    @property
    def net(self) -> Decimal:
        """金额 as an invoice prints it: without 13% value-added tax, to the fen."""
        return net_of(self.gross)


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop with its tax number."""

    name: str
    tax_id: str


@dataclass(frozen=True, slots=True)
class HomePurchase:
    """What one household bought in one shop. `discount` is what the shop took off the first line, tax included."""

    buyer: Person
    shop: Shop
    goods: tuple[Goods, ...]
    discount: Decimal
    bought_on: date
    paid_at: datetime
    invoice_code: str
    invoice_number: str
    transaction_number: str

    @property
    def total(self) -> Decimal:
        """What the customer owes, before the subsidy."""
        return sum((each.gross for each in self.goods), Decimal(0)) - self.discount

    @property
    def subsidy(self) -> Decimal:
        """10%, at most 2,000 yuan (八(二))."""
        return min(_MOST_SUBSIDY, (self.total * _OWN_SHARE).quantize(_CENT, ROUND_HALF_UP))


def home_purchase(number: int, *, digital: bool = False) -> HomePurchase:
    """Purchase `number`; `digital` numbers its invoice with 20 digits. Same arguments, same purchase."""
    rng = random.Random(f"home/{number}")
    day = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
    paid_at = datetime.combine(day, time(rng.randint(9, 19), rng.randrange(60), rng.randrange(60)), CHINA)
    chosen = rng.sample(_GOODS, 1 + number % 4)
    return HomePurchase(
        buyer=person(number % MOST_PEOPLE, COUNTIES["xiangning"], seed=number),
        shop=_shop(number % len(_SHOPS)),
        goods=tuple(_bought(rng, *each) for each in chosen),
        discount=Decimal(rng.randint(1, 9) * 20) if number % 3 == 1 else Decimal(0),
        bought_on=day,
        paid_at=paid_at,
        invoice_code=f"014{rng.randrange(10):01d}02400{rng.randrange(1000):03d}",
        invoice_number=f"24142{_digits(rng, 15)}" if digital else f"{rng.randrange(1, 10)}{_digits(rng, 7)}",
        transaction_number=_digits(rng, 28),
    )


def net_of(gross: Decimal) -> Decimal:
    """The price without tax, to the fen."""
    return (gross / (1 + VAT_RATE)).quantize(_CENT, ROUND_HALF_UP)


def product_invoice(number: int, form: str) -> Mapping[str, Any]:
    """Fields of the invoice: the buyer is a person, every fifth time a person who gave a number."""
    bought = home_purchase(number, digital=form.startswith("digital"))
    values: dict[str, Any] = {
        "invoice_code": bought.invoice_code,
        "invoice_number": bought.invoice_number,
        "invoice_date": bought.bought_on.isoformat(),
        "buyer_name": bought.buyer.name,
        "buyer_tax_id": bought.buyer.id_number,
        "seller_name": bought.shop.name,
        "seller_tax_id": bought.shop.tax_id,
        "items": _items(bought),
        "total": money(bought.total),
        "total_in_words": words_from_fen(int(bought.total * 100)),
    }
    absent = {"invoice_code"} if form.startswith("digital") else set()
    absent |= set() if number % 5 == 4 else {"buyer_tax_id"}
    return {name: value for name, value in values.items() if name not in absent}


def subsidy_confirmation(number: int, form: str) -> Mapping[str, Any]:
    """Fields of the confirmation form; now and then it is not signed, or bears no seal."""
    bought = _without_discount(home_purchase(number, digital=number % 2 == 0))
    return {
        "shop_name": bought.shop.name,
        "consumer_name": bought.buyer.name,
        "id_number": bought.buyer.id_number,
        "phone": bought.buyer.phone,
        "products": [
            {
                "name": each.name.removeprefix(each.brand),
                "brand_model": f"{each.brand}{each.model}",
                "commodity_code": each.code,
                "quantity": each.quantity,
                "price": money(each.price),
            }
            for each in bought.goods
        ],
        "invoice_number": bought.invoice_number,
        "total": money(bought.total),
        "subsidy": money(bought.subsidy),
        "signed_on": bought.bought_on.isoformat(),
        "has_signature": number % 4 != 3,
        "has_seal": number % 5 != 2,
    }


def payment_proof(number: int, form: str) -> Mapping[str, Any]:
    """Fields of the proof of payment: what was paid is the price less the subsidy; only banks name the payer."""
    bought = home_purchase(number)
    values: dict[str, Any] = {
        "payee_name": bought.shop.name,
        "paid_at": bought.paid_at.isoformat(),
        "amount": money(bought.total - bought.subsidy),
        "transaction_number": _transaction_number(bought, form),
    }
    return {"payer_name": bought.buyer.name} | values if form in ("bank_app", "receipt") else values


def _items(bought: HomePurchase) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = [
        {
            "name": f"*{each.category}*{each.name}",
            "model": each.model,
            "quantity": each.quantity,
            "amount": money(each.net),
        }
        for each in bought.goods
    ]
    if bought.discount:
        items.insert(1, {"name": items[0]["name"], "amount": money(-net_of(bought.discount))})
    return items


def _transaction_number(bought: HomePurchase, form: str) -> str:
    digits, moment = bought.transaction_number, bought.paid_at
    return {
        "wechat": f"42000{digits[:5]}{moment:%Y%m%d}{digits[5:15]}",
        "wechat_transfer": f"10000501{moment:%Y%m%d}{digits[:16]}",
        "alipay": f"{moment:%Y%m%d}22001{digits[:15]}",
        "unionpay": f"{moment:%Y%m%d%H%M%S}{digits[:8]}",
        "bank_app": f"{moment:%Y%m%d}{digits[:10]}",
        "receipt": f"{digits[:4]}HQ{digits[4:14]}",
    }[form]


def _without_discount(bought: HomePurchase) -> HomePurchase:
    """The form asks for the price of a piece after all discounts."""
    return replace(bought, discount=Decimal(0))


def _shop(index: int) -> Shop:
    rng = random.Random(f"shop/{index}")
    body = f"91{COUNTIES['xiangning'].region}MA0{''.join(rng.choices('0123456789ABCDEFGHJKLMNPQRTUWXY', k=6))}"
    return Shop(_SHOPS[index], body + uscc.calc_check_digit(body))


def _bought(
    rng: random.Random, category: str, name: str, brand: str, model: str, unit: str, least: str, most: str
) -> Goods:
    body = f"69{rng.randrange(10)}{_digits(rng, 9)}"
    return Goods(
        category=category,
        name=name,
        brand=brand,
        model=model,
        unit=unit,
        code=body + ean.calc_check_digit(body),
        quantity={"片": rng.randint(20, 80)}.get(unit, rng.randint(1, 3) if unit in _BY_THE_PIECE else 1),
        price=Decimal(rng.randint(int(least), int(most))) + rng.choice((Decimal("0.00"), Decimal("0.50"))),
    )


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


VALUES = {
    "product_invoice": product_invoice,
    "subsidy_confirmation": subsidy_confirmation,
    "payment_proof": payment_proof,
}
