"""Scrapped vehicles: the recycler's certificate, and the village's word on a motorcycle without papers."""

import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from reviewapp.specimens.people import MOST_PEOPLE, person, vehicle, vin
from reviewapp.specimens.purchases import COUNTIES, County

_MOTORCYCLES = (
    ("测试牌", "CS125-8A", "普通二轮摩托车", "157FMI"),
    ("样例牌", "YL150-16", "普通二轮摩托车", "162FMJ"),
    ("试制牌", "SZ110ZH-2", "正三轮载货摩托车", "152FMH"),
)
_VILLAGES = {
    "yangcheng": ("凤城镇样例村", "润城镇测试庄村", "北留镇范例社区"),
    "xiangning": ("昌宁镇样例村", "西坡镇测试岭村", "管头镇范例社区"),
}


def scrap_certificate(number: int, form: str) -> Mapping[str, Any]:
    """报废机动车回收证明: handed in some days before the certificate was issued."""
    rng = random.Random(f"scrap/{form}/{number}")
    _, county = _county(number)
    owner = person((number + 5) % MOST_PEOPLE, county)
    handed_in_on = date(2023, 12, 27) + timedelta(days=rng.randint(0, 25))
    return {
        "certificate_number": f"{county.region}{handed_in_on:%y%m}{_digits(rng, 6)}",
        "owner": owner.name,
        "owner_id": owner.id_number,
        **_vehicle(rng, county, motorcycle=form == "motorcycle"),
        "handed_in_on": handed_in_on.isoformat(),
        "issued_on": (handed_in_on + timedelta(days=rng.randint(1, 9))).isoformat(),
        "recycler_name": f"{county.city}报废机动车回收拆解有限公司",
    }


def origin_certificate(number: int, form: str) -> Mapping[str, Any]:
    """车辆合法来源证明: a third of the motorcycles never had a plate, a fourth of the papers lack the seal."""
    rng = random.Random(f"origin/{form}/{number}")
    place, county = _county(number)
    villager = person((number + 9) % MOST_PEOPLE, county)
    motorcycle = _vehicle(rng, county, motorcycle=True)
    values = {
        "villager_name": villager.name,
        "id_number": villager.id_number,
        "engine_number": motorcycle["engine_number"],
        "vin": motorcycle["vin"],
        "plate": motorcycle["plate"],
        "village": rng.choice(_VILLAGES[place]),
        "issued_on": (date(2023, 12, 28) + timedelta(days=rng.randint(0, 60))).isoformat(),
        "has_seal": number % 4 != 3,
    }
    if number % 3 == 2:
        del values["plate"]
    return values


VALUES: Mapping[str, Callable[[int, str], Mapping[str, Any]]] = {
    "scrap_certificate": scrap_certificate,
    "origin_certificate": origin_certificate,
}


def _county(number: int) -> tuple[str, County]:
    place = "yangcheng" if number % 2 else "xiangning"
    return place, COUNTIES[place]


def _vehicle(rng: random.Random, county: County, *, motorcycle: bool) -> dict[str, str]:
    """Plate, type, model and numbers of an old car or motorcycle."""
    bought_on = date(rng.randint(2005, 2013), rng.randint(1, 12), rng.randint(1, 28))
    car = vehicle(rng, county, "fuel", bought_on)
    if not motorcycle:
        return {
            "plate": car.plate,
            "vehicle_type": car.licence_type,
            "brand_model": car.brand_model,
            "vin": car.vin,
            "engine_number": car.engine_number,
        }
    brand, model, sort, engine = rng.choice(_MOTORCYCLES)
    return {
        "plate": car.plate,
        "vehicle_type": sort,
        "brand_model": brand + model,
        "vin": vin(rng, bought_on.year),
        "engine_number": f"{engine}{rng.choice('ABCEG')}{_digits(rng, 6)}",
    }


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))
