"""Invented people, firms, cards and cars, plainly so, whose numbers nevertheless pass every check digit."""

import random
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from stdnum import luhn
from stdnum.cn import ric, uscc

from reviewapp.specimens.purchases import COUNTIES, Card, County, Firm, Person, Purchase, Vehicle

CHINA = timezone(timedelta(hours=8))
CARD_PREFIX = "629990"
"""An issuer prefix nobody uses."""
MOST_PEOPLE = 50
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_FAMILIES = ("测试", "样例", "试制", "范例", "模拟")
_VIN_ORDER = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
_VIN_VALUES = dict(
    zip(_VIN_ORDER, [*range(10), *range(1, 9), 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9], strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_BANKS = ("样例农村商业银行", "测试商业银行", "样例村镇银行")
_MODELS = {
    "fuel": (
        ("测试牌", "CS7150A6", "轿车", "小型轿车", "CS4G15", "1725"),
        ("样例牌", "YL6470BVE", "多用途乘用车", "小型普通客车", "YL4T20", "2190"),
        ("试制牌", "SZ1021C6L", "轻型多用途货车", "轻型普通货车", "SZ4D24", "2895"),
    ),
    "new_energy": (
        ("测试牌", "CS7000EV1", "纯电动轿车", "小型轿车", "TZ210XSA", "1980"),
        ("样例牌", "YL6480BEV", "纯电动多用途乘用车", "小型普通客车", "TZ230XY2", "2350"),
    ),
}


def purchase(
    index: int,
    *,
    county: str = "yangcheng",
    energy: str = "fuel",
    total: str = "128000.00",
    voucher_value: str = "3000.00",
    invoice_date: date = date(2023, 12, 28),
    electronic_invoice: bool = False,
    seed: int = 0,
) -> Purchase:
    """The purchase of buyer `index` (0 to MOST_PEOPLE - 1); money in yuan; same arguments, same purchase."""
    rng = random.Random(f"{seed}/{index}")
    place = COUNTIES[county]
    paid_at = datetime.combine(invoice_date, time(rng.randint(9, 17), rng.randint(0, 59), rng.randint(0, 59)), CHINA)
    registered_on = invoice_date + timedelta(days=rng.randint(1, 3))
    return Purchase(
        county=place,
        buyer=person(index, place, seed=seed),
        dealer=dealer(index % 3, place),
        vehicle=vehicle(rng, place, energy, invoice_date),
        card=card(rng),
        total=Decimal(total),
        voucher_value=Decimal(voucher_value),
        invoice_date=invoice_date,
        registered_on=registered_on,
        paid_at=paid_at,
        tax_paid_on=registered_on,
        **_numbers(rng, place, paid_at, electronic=electronic_invoice),
    )


def person(index: int, county: County, *, seed: int = 0) -> Person:
    """Buyer `index`: a name nobody bears, the region code the county had at birth, a phone 1380000xxxx.

    Raises IndexError beyond MOST_PEOPLE.
    """
    if not 0 <= index < MOST_PEOPLE:
        raise IndexError(f"只有 {MOST_PEOPLE} 位虚构人物，没有第 {index} 位")
    rng = random.Random(f"person/{seed}/{index}")
    sex = rng.choice("男女")
    born = date(1964, 1, 1) + timedelta(days=rng.randint(0, 365 * 36))
    serial = rng.randint(0, 49) * 2 + (sex == "男")
    region = county.region if born.year > county.renumbered else county.earlier_region
    body = f"{region}{born:%Y%m%d}{serial + 100:03d}"
    issued = date(rng.randint(2015, 2019), rng.randint(1, 12), rng.randint(1, 28))
    return Person(
        name=_FAMILIES[index // len(_STEMS)] + _STEMS[index % len(_STEMS)],
        sex=sex,
        ethnicity="汉",
        birth_date=born,
        address=f"山西省{county.name}{county.town}样例路{rng.randint(1, 99)}号{rng.randint(1, 12)}号楼"
        f"{rng.randint(1, 4)}单元{rng.randint(1, 18)}0{rng.randint(1, 4)}室",
        id_number=body + ric.calc_check_digit(body + "0"),
        phone=f"1380000{1000 + index * 137 % 9000:04d}",
        issuing_authority=f"{county.name}公安局",
        valid_from=issued,
        valid_until="长期" if issued.year - born.year >= 46 else _years_later(issued, 20).isoformat(),
    )


def dealer(index: int, county: County) -> Firm:
    """Dealer `index` (0-2) of the county, with a tax number of the county's region."""
    rng = random.Random(f"dealer/{county.name}/{index}")
    body = f"91{county.region}MA0{''.join(rng.choices('0123456789ABCDEFGHJKLMNPQRTUWXY', k=6))}"
    terminal = _digits(rng, 4)
    return Firm(
        name=f"{county.name}{('测试汽贸', '样例汽车销售', '试制汽车服务')[index]}有限公司",
        tax_id=body + uscc.calc_check_digit(body),
        address=f"山西省{county.city}{county.name}{county.town}样例汽贸城{rng.randint(1, 60)}号",
        phone=f"0357-00000{_digits(rng, 2)}",
        merchant_number=f"898{county.region[:4]}5511{terminal}",
        terminal_number=f"1410{terminal}",
    )


def card(rng: random.Random) -> Card:
    """A debit card of 19 digits that passes Luhn."""
    body = CARD_PREFIX + _digits(rng, 12)
    number = body + luhn.calc_check_digit(body)
    return Card(number, rng.choice(_BANKS), f"{rng.randint(1, 12):02d}/{rng.randint(27, 33)}")


def vehicle(rng: random.Random, county: County, energy: str, sold_on: date) -> Vehicle:
    """A car made some weeks before it was sold, with the plate of the county's city."""
    brand, model, name, licence_type, engine_model, gross_mass = rng.choice(_MODELS[energy])
    made_on = sold_on - timedelta(days=rng.randint(30, 90))
    electric = energy == "new_energy"
    return Vehicle(
        energy=energy,
        maker=f"{brand[:-1]}汽车制造有限公司",
        brand=brand,
        model=model,
        name=name,
        licence_type=licence_type,
        vin=vin(rng, made_on.year),
        engine_model=engine_model,
        engine_number=f"{rng.choice('ABCDEFGHJKLM')}{_digits(rng, 7)}",
        certificate_number=f"{rng.choice(('WTS', 'WYL', 'WSZ'))}{_digits(rng, 12)}",
        fuel="电" if electric else "汽油",
        emission_standard="" if electric else "GB18352.6-2016国Ⅵ",
        made_on=made_on,
        certified_on=made_on + timedelta(days=2),
        plate=plate(rng, county, energy),
        seats=5,
        gross_mass=f"{gross_mass}kg",
    )


def vin(rng: random.Random, year: int) -> str:
    """17 characters with the check digit of GB 16735 at place 9 and the model year at place 10."""
    maker = rng.choice(("LTS", "LYX", "LSZ"))
    head = maker + "".join(rng.choices("ABCDEFGHJKLMNPRSTUVWXYZ123456789", k=5))
    tail = "PRSTVWXY"[(year - 2023) % 8] + rng.choice("ABCDEFGH") + _digits(rng, 6)
    return head + vin_check_digit(f"{head}0{tail}") + tail


def vin_check_digit(vin: str) -> str:
    """What must stand at place 9 of a VIN by GB 16735 (ISO 3779): "0" to "9" or "X"."""
    total = sum(_VIN_VALUES[character] * weight for character, weight in zip(vin, _VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11]


def plate(rng: random.Random, county: County, energy: str) -> str:
    """Seven characters; new-energy plates have eight, with D or F after the city's letter."""
    tail = [rng.choice(_PLATE_LETTERS), *_digits(rng, 4)]
    rng.shuffle(tail)
    if energy == "new_energy":
        return f"{county.plate_prefix}D{_digits(rng, 5)}"
    return county.plate_prefix + "".join(tail)


def _numbers(rng: random.Random, county: County, paid_at: datetime, *, electronic: bool) -> dict[str, Any]:
    """The numbers papers carry: invoice code (12) and number (8), or the 20-digit number of an electronic one."""
    year = f"{paid_at:%y}"
    return {
        "invoice_code": None if electronic else f"1{county.region[:4]}{year}20{_digits(rng, 3)}",
        "invoice_number": f"{year}142{_digits(rng, 15)}" if electronic else f"00{_digits(rng, 6)}",
        "slip_numbers": (_digits(rng, 6), _digits(rng, 6), _digits(rng, 6), f"{paid_at:%m%d%H}{_digits(rng, 6)}"),
        "file_number": f"{county.region[:4]}{_digits(rng, 8)}",
        "order_number": f"{paid_at:%Y%m%d%H%M%S}{_digits(rng, 8)}",
    }


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def _years_later(day: date, years: int) -> date:
    return day.replace(year=day.year + years)
