"""What photographs of goods, labels, plates and cards show: invented, with valid check digits."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from stdnum import ean, luhn

from reviewapp.specimens.papers.bank_cards import DESIGNS
from reviewapp.specimens.papers.efficiency_labels import STEPS
from reviewapp.specimens.people import card, plate
from reviewapp.specimens.purchases import COUNTIES

_MAKERS = ("测试电器有限公司", "样例家用电器股份有限公司", "试制智能家电(样例)有限公司", "范例卫浴科技有限公司")
_MODELS = {
    "fridge": ("BCD-325WTS", "BCD-510WGHTD7"),
    "air_conditioner": ("KFR-35GW/CS1", "KFR-72LW/N8YL3A"),
    "washer": ("XQG100-YL12", "TB80VT718E"),
    "television": ("55CS8A", "75E3F-PRO"),
    "water_heater": ("ES60H-SZ3(E)", "JSQ30-16CS"),
    "toilet": ("CS-1196", "YL8032-A"),
}


def energy_label(number: int, form: str) -> Mapping[str, Any]:
    """Maker, model, grade ("1" to "5", some goods to "3") and the number under which the label is on record."""
    rng = random.Random(f"energy_label/{form}/{number}")
    return {
        "maker": rng.choice(_MAKERS),
        "model": rng.choice(_MODELS[form]),
        "grade": str(number % STEPS.get(form, 5) + 1),
        "record_number": f"{rng.randint(2018, 2025)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
        f"-{rng.randint(1, 99):02d}-{_digits(rng, 8)}",
    }


def commodity_code(number: int, form: str) -> Mapping[str, Any]:
    """An EAN-13, Chinese (690 to 699) but for every seventh."""
    rng = random.Random(f"commodity_code/{form}/{number}")
    body = (f"69{rng.randint(0, 9)}" if number % 7 != 6 else "880") + _digits(rng, 9)
    return {"commodity_code": body + ean.calc_check_digit(body)}


def goods_photo(number: int, form: str) -> Mapping[str, Any]:
    """A photograph of goods says nothing."""
    return {}


def plate_photo(number: int, form: str) -> Mapping[str, Any]:
    """A plate of the office's two cities; the green one has eight characters."""
    rng = random.Random(f"plate_photo/{form}/{number}")
    county = COUNTIES["yangcheng" if number % 2 else "xiangning"]
    return {"plate": plate(rng, county, "new_energy" if form == "green" else "fuel")}


def car_photo(number: int, form: str) -> Mapping[str, Any]:
    """A car's plate, every third one new energy; lorries burn fuel."""
    rng = random.Random(f"car_photo/{form}/{number}")
    county = COUNTIES["yangcheng" if number % 2 else "xiangning"]
    electric = number % 3 == 0 and not form.startswith("lorry")
    return {"plate": plate(rng, county, "new_energy" if electric else "fuel")}


def bank_card(number: int, form: str) -> Mapping[str, Any]:
    """A debit card of 16 to 19 digits that pass Luhn."""
    rng = random.Random(f"bank_card/{form}/{number}")
    made = card(rng)
    if form not in DESIGNS:
        return {"card_number": made.number, "bank": made.bank, "valid_thru": made.valid_thru}
    design = DESIGNS[form]
    body = made.number[: design.digits - 1]
    return {"card_number": body + luhn.calc_check_digit(body), "bank": design.bank, "valid_thru": made.valid_thru}


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


VALUES = {
    "energy_label": energy_label,
    "commodity_code": commodity_code,
    "goods_photo": goods_photo,
    "plate_photo": plate_photo,
    "car_photo": car_photo,
    "bank_card": bank_card,
}
