"""What a vehicle is, from what the submitter states and from what the papers say beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from reviewapp.policy.facts import Facts, Ref, Slot, find_ref

_NEW_ENERGY_PLATE = 8


def _ref(path: str) -> Ref:
    ref = find_ref(path)
    if ref is None:
        raise LookupError(path)
    return ref


@dataclass(frozen=True, slots=True)
class Trait:
    """A property that decides: its declared field, the titles of its values, and the texts of papers that show it."""

    ref: Ref
    titles: Mapping[str, str]
    sources: tuple[Ref, ...]
    read: Callable[[str], str | None]
    plates: tuple[Ref, ...] = ()

    def evidence(self, facts: Facts) -> list[tuple[Slot, str]]:
        """What papers say, field by field; those that say nothing clear are left out."""
        found = []
        for ref in self.sources:
            slot = facts.slot(ref)
            value = self.read(slot.value) if slot.values else None
            if value is not None:
                found.append((slot, value))
        return found

    def on_plates(self, facts: Facts) -> list[tuple[Slot, str]]:
        """What the plates say: new energy has 8 characters (GA 36)."""
        slots = [slot for slot in map(facts.slot, self.plates) if slot.values]
        return [(slot, "new_energy" if len(slot.value) == _NEW_ENERGY_PLATE else "fuel") for slot in slots]

    def value(self, facts: Facts) -> str | None:
        """What is stated; else what all papers that show it agree on; else None."""
        stated = facts.sections["declared"].get(self.ref.name)
        if stated is not None:
            return str(stated)
        shown = {value for _, value in self.evidence(facts)}
        return shown.pop() if len(shown) == 1 else None


_ELECTRIC = re.compile(r"纯电|插电|插混|增程|燃料电池|新能源|^电$|^电动$")
_FUEL = re.compile(r"汽油|柴油|天然气|液化气|甲醇|^LPG$|^CNG$")


@lru_cache(maxsize=1024)
def read_energy(text: str) -> str | None:
    """燃料种类 and 能源种类. 汽油/电 without 插电 is a hybrid with a blue plate or not: nothing clear."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if _ELECTRIC.search(plain):
        return "new_energy"
    return "fuel" if _FUEL.search(plain) and "电" not in plain else None


_OTHER = re.compile(r"重型|中型|大型|挂车|摩托|轮式|拖拉机|三轮|低速")
_CLASSES = (
    (re.compile(r"微型.*货车"), "mini_truck"),
    (re.compile(r"轻型.*货车|皮卡|小型.*货车"), "light_truck"),
    (_OTHER, "other"),
    (re.compile(r"轿车|乘用车|客车|越野"), "passenger"),
)


@lru_cache(maxsize=1024)
def read_vehicle_class(text: str) -> str | None:
    """车辆类型 of invoice, licence or certificate (GA 802)."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    return next((value for pattern, value in _CLASSES if pattern.search(plain)), None)


VEHICLES = {"car": "汽车", "motorcycle": "摩托车"}
_MOTORCYCLE = re.compile(r"摩托|电动轻便")


@lru_cache(maxsize=1024)
def read_vehicle(text: str) -> str | None:
    """`car` or `motorcycle` by 车辆类型, `other` for what is neither; None when the text does not say."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if _MOTORCYCLE.search(plain):
        return "motorcycle"
    kind = read_vehicle_class(text)
    return "car" if kind in ("passenger", "mini_truck", "light_truck") or "货车" in plain or "汽车" in plain else kind


TRAITS: dict[str, Trait] = {
    "energy": Trait(
        _ref("declared.energy"),
        {"new_energy": "新能源汽车", "fuel": "燃油汽车"},
        (_ref("vehicle_licence.energy"), _ref("vehicle_certificate.fuel")),
        read_energy,
        (_ref("vehicle_licence.plate"),),
    ),
    "vehicle_class": Trait(
        _ref("declared.vehicle_class"),
        {"passenger": "乘用车", "mini_truck": "微型货车", "light_truck": "轻型货车", "other": "其他车辆"},
        (_ref("vehicle_licence.vehicle_type"), _ref("vehicle_invoice.vehicle_type")),
        read_vehicle_class,
    ),
}
