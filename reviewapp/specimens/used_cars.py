"""Used cars: what the invoice of their sale and their registration certificates say."""

import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reviewapp.policy.money import words_from_fen
from reviewapp.specimens.people import MOST_PEOPLE, person, vehicle
from reviewapp.specimens.purchases import COUNTIES, County, Person, Vehicle, money

_FIRST_DAY = date(2023, 12, 27)
_MARKETS = ("样例二手车交易市场有限公司", "测试旧机动车交易有限公司", "试制二手车经纪有限公司")


def used_vehicle_invoice(number: int, form: str) -> Mapping[str, Any]:
    """二手车销售统一发票 between two people, issued by a market."""
    rng, county, car = _car(f"used/{form}", number)
    buyer, seller = _people(number, county)
    sold_on = _FIRST_DAY + timedelta(days=rng.randint(0, 30))
    total = Decimal(rng.randint(30, 1900) * 100) + (Decimal("0.50") if number % 5 == 4 else 0)
    electronic = form == "electronic"
    values = {
        "invoice_code": f"0{county.region[:4]}{sold_on:%y}0{_digits(rng, 4)}",
        "invoice_number": f"{sold_on:%y}142{_digits(rng, 15)}" if electronic else f"0{_digits(rng, 7)}",
        "invoice_date": sold_on.isoformat(),
        "buyer_name": buyer.name,
        "buyer_id": buyer.id_number,
        "seller_name": seller.name,
        "seller_id": seller.id_number,
        "plate": car.plate,
        "registration_number": _registration_number(rng),
        "vehicle_type": car.licence_type,
        "vin": car.vin,
        "brand_model": car.brand_model,
        "total": money(total),
        "total_in_words": words_from_fen(int(total * 100)),
        "market_name": county.name + rng.choice(_MARKETS),
    }
    if electronic:
        del values["invoice_code"]
    return values


def registration_certificate(number: int, form: str) -> Mapping[str, Any]:
    """机动车登记证书: the pages that a form shows, and what stands on them."""
    rng, county, car = _car("registration", number)
    first, second = _people(number, county)
    registered_on = car.made_on + timedelta(days=rng.randint(40, 200))
    moved = {"transfer_owner": second.name, "transfer_date": _transferred(rng).isoformat()}
    owner = {
        "registration_number": _registration_number(rng),
        "owner": first.name,
        "owner_id": first.id_number,
        "authority": county.traffic_police,
        "registered_on": registered_on.isoformat(),
        "plate": car.plate,
    }
    data = _technical(car)
    return {
        "first": owner | data | {"pages": [1, 2]},
        "resold": owner | moved | data | {"pages": [1, 2]},
        "summary": owner | moved | {"pages": [1]},
        "transfers": moved | {"pages": [3, 4]},
        "blank": {"pages": [5, 6]},
    }[form]


VALUES: Mapping[str, Callable[[int, str], Mapping[str, Any]]] = {
    "used_vehicle_invoice": used_vehicle_invoice,
    "registration_certificate": registration_certificate,
}


def _technical(car: Vehicle) -> dict[str, Any]:
    return {
        "vehicle_type": car.licence_type,
        "brand_model": car.brand_model,
        "vin": car.vin,
        "engine_number": car.engine_number,
        "fuel": car.fuel,
        "made_on": car.made_on.isoformat(),
    }


def _car(room: str, number: int) -> tuple[random.Random, County, Vehicle]:
    rng = random.Random(f"{room}/{number}")
    county = COUNTIES["yangcheng" if number % 2 else "xiangning"]
    bought_on = date(rng.randint(2012, 2021), rng.randint(1, 12), rng.randint(1, 28))
    return rng, county, vehicle(rng, county, "fuel" if number % 4 else "new_energy", bought_on)


def _people(number: int, county: County) -> tuple[Person, Person]:
    return person(number % MOST_PEOPLE, county), person((number + 17) % MOST_PEOPLE, county)


def _transferred(rng: random.Random) -> date:
    return _FIRST_DAY + timedelta(days=rng.randint(0, 18))


def _registration_number(rng: random.Random) -> str:
    """登记证书编号: the province's 14 and ten digits."""
    return f"1400{_digits(rng, 8)}"


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))
