"""What may be bought: groups of goods with the names they go by, and how a text is recognised as one of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from reviewapp.policy.facts import Facts, Slot, find_ref

OTHER = "other"
"""The group of what is on no list."""
_BETWEEN = re.compile("[、，,；;]")

_NAMED_ON = tuple(
    find_ref(path)
    for path in ("subsidy_confirmation.products", "product_invoice.items", "vehicle_invoice.vehicle_type")
)


@dataclass(frozen=True, slots=True)
class Goods:
    """A group such as 家电; each entry of `names` is a kind of goods by its printed name and the others it goes by."""

    code: str
    title: str
    clause: str
    names: tuple[tuple[str, ...], ...]


class Recognised(NamedTuple):
    """A text and the group it belongs to; `group` is None where nobody can tell, `name` is the kind's printed name."""

    text: str
    group: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All goods of a scheme."""

    goods: tuple[Goods, ...]

    @property
    def titles(self) -> dict[str, str]:
        """Group → title."""
        return {goods.code: goods.title for goods in self.goods} | {OTHER: "其他"}

    def group_of(self, text: str) -> str | None:
        """The group of goods that a name belongs to; None for one that is on no list."""
        return self._recognise(text, None).group

    def stated(self, facts: Facts) -> list[Recognised]:
        """What the submitter states, several in one line too; a word that is on no list is of no group of ours."""
        said = facts.sections["declared"].get("category") or ()
        words = [word.strip() for text in said for word in _BETWEEN.split(text)]
        return [self._as_group(word) or self._recognise(word, OTHER) for word in words if word]

    def shown(self, facts: Facts) -> tuple[list[Recognised], tuple[Slot, ...]]:
        """What the papers name, from the first field that names anything; None for a name that is on no list."""
        for ref in _NAMED_ON:
            slot = facts.slot(ref) if ref is not None else None
            if slot is not None and slot.values:
                return [self._recognise(text, None) for text in _texts(slot)], (slot,)
        return [], ()

    def known(self, facts: Facts) -> frozenset[str] | None:
        """The groups bought: as stated, else as the papers name them, if every name is recognised."""
        found = self.stated(facts) or self.shown(facts)[0]
        groups = frozenset(each.group for each in found if each.group is not None)
        return groups if found and all(each.group for each in found) else None

    def _as_group(self, text: str) -> Recognised | None:
        """A whole group, by its code or its title: `appliance`, `家电`, `家电类`."""
        named = (goods for goods in self.goods if text in (goods.code, goods.title, f"{goods.title}类"))
        return next((Recognised(text, goods.code, goods.title) for goods in named), None)

    def _recognise(self, text: str, otherwise: str | None) -> Recognised:
        """The longest name that the text contains decides: 电视柜 is a 柜, 冰柜 is not."""
        plain = _plain(text)
        names = ((goods.code, kind[0], alias) for goods in self.goods for kind in goods.names for alias in kind)
        found = max((name for name in names if name[2] in plain), key=lambda name: len(name[2]), default=None)
        return Recognised(text, found[0], found[1]) if found else Recognised(text, otherwise, text)


def _texts(slot: Slot) -> Iterable[str]:
    if slot.ref.type == "list":
        return [entry.get("name", "") for entries in slot.values for entry in entries]
    return slot.values


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def plain_names(entry: str) -> tuple[str, ...]:
    """`家用空调|空调` as the names that texts are searched for."""
    return tuple(_plain(part) for part in entry.split("|"))
