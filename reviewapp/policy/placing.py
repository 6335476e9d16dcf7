"""Whose paper is this? The papers of a pile are put to the buyers of a sheet by what is read on them.

Numbers that only one buyer can have (identity, vehicle, card, invoice, plate) tie papers to one another and to the
sheet. A name ties only where one buyer bears it, a masked card or an amount only where they fit one. What nothing ties
may follow its neighbours in the file or folder. Whatever is less than such a number is `doubtful` and shown to a
person; nothing is ever tied to two buyers, and what nothing speaks for stays a stray.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from reviewapp.policy.identifiers import fold_vin, normal_id
from reviewapp.policy.masks import masked_card_matches
from reviewapp.policy.names import fold_name

KeyType = Literal[
    "id", "vin", "card", "invoice", "voucher", "certificate", "engine", "plate", "phone", "name", "mask", "amount"
]
Certainty = Literal["sure", "doubtful"]

STRONG: Mapping[KeyType, str] = {
    "id": "身份证号", "vin": "车架号", "card": "银行卡号", "invoice": "发票号码", "voucher": "券号",
    "certificate": "合格证号", "engine": "发动机号", "plate": "车牌号", "phone": "手机号",
}  # fmt: skip
"""Keys that only one buyer can have, the most telling first, and what they are called."""
_SHORTEST: Mapping[KeyType, int] = {
    "engine": 6,
    "invoice": 6,
    "voucher": 8,
    "certificate": 8,
    "plate": 7,
    "phone": 11,
    "card": 12,
    "id": 15,
    "vin": 11,
}
#: How many characters of such a number may be misread for a guess.
_MISREAD: Mapping[KeyType, int] = {"vin": 2, "id": 1, "plate": 1}
#: How many digits of a masked card must be seen for it to tell one card from others.
_VISIBLE = 8

FIELDS: Mapping[str, KeyType] = {
    "id_number": "id", "buyer_id": "id", "seller_id": "id", "owner_id": "id", "taxpayer_id": "id",
    "vin": "vin", "card_number": "card", "card_number_masked": "mask", "invoice_number": "invoice",
    "order_number": "voucher",
    "certificate_number": "certificate", "engine_number": "engine", "plate": "plate", "phone": "phone",
    "name": "name", "buyer_name": "name", "owner": "name", "taxpayer_name": "name", "villager_name": "name",
    "consumer_name": "name", "payer_name": "name",
}  # fmt: skip
"""Which fields of papers (PAPERS.md) and of a sheet tell whose a paper is."""


@dataclass(frozen=True, slots=True)
class Key:
    """Something that tells whose a paper is, in the form in which it is compared."""

    type: KeyType
    value: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """A row of the sheet with what it says of its buyer."""

    id: int
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A page of the pile: its keys, the file and folder it came in and its place there.

    `pinned` is the buyer whom a person gave it to: that stands, and its keys speak for that buyer.
    """

    id: int
    keys: tuple[Key, ...] = ()
    file: int = 0
    place: tuple[int, int] = (1, 0)
    folder: str = ""
    pinned: int | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a page belongs: `buyer` None for a stray. `why` says in Chinese what speaks for it, `others` who else it
    might belong to.
    """

    buyer: int | None = None
    certainty: Certainty = "doubtful"
    why: str = ""
    others: tuple[int, ...] = ()


def keys_of(fields: Mapping[str, object]) -> tuple[Key, ...]:
    """The keys among the fields of a paper or a row, each once; values that are too short to tell are left out."""
    found = [_key(FIELDS[name], str(value)) for name, value in fields.items() if name in FIELDS and value]
    amount = _amount(fields)
    return tuple(dict.fromkeys(key for key in (*found, amount) if key is not None))


def _key(type: KeyType, text: str) -> Key | None:
    value = fold_name(text) if type == "name" else normal_id(text)
    if type == "vin":
        value = fold_vin(value)
    if len(value) < _SHORTEST.get(type, 2) or (type != "mask" and "*" in value):
        return None
    return Key(type, value)


def _amount(fields: Mapping[str, object]) -> Key | None:
    """The price with its day: what a payment slip and an invoice have in common."""
    amount = fields.get("total") or fields.get("amount")
    day = fields.get("invoice_date") or fields.get("paid_at")
    return Key("amount", f"{amount}@{str(day)[:10]}") if amount and day else None


def place(buyers: Sequence[Buyer], items: Sequence[Item]) -> dict[int, Placement]:
    """The placement of every item by its id. The same pile and sheet give the same placements in any order."""
    table = _Table(buyers, items)
    for type in STRONG:
        table.tie(type)
    for guess in (_by_name, _by_mask, _by_amount, _by_mask, _by_likeness):
        table.guess(guess)
    table.follow(lambda item: item.file, _beside, "同一文件里的前后页是这位购车人的")
    table.follow(lambda item: item.folder or None, _all_of, "同一文件夹里的材料都是这位购车人的")
    return {item.id: table.placement(item) for item in items}


def groups_of(items: Sequence[Item]) -> list[tuple[int, ...]]:
    """Ids of the items that share a number, together: of strays, each a buyer whom the sheet does not have."""
    table = _Table((), items)
    for type in STRONG:
        table.tie(type)
    return [tuple(item.id for item in group.items) for group in table.groups if group.items]


@dataclass(slots=True, eq=False)
class _Group:
    """Pages that belong together, and the buyer they belong to once that is known.

    `keys` says of each whether it surely is the group's; `own` are those that stand on the buyer's row.
    """

    keys: dict[Key, Certainty]
    items: list[Item]
    buyer: int | None = None
    own: frozenset[Key] = frozenset()
    others: tuple[int, ...] = ()
    why: str = ""
    into: _Group | None = None

    def whole(self) -> _Group:
        """The group that this one has become part of."""
        return self if self.into is None else self.into.whole()

    def of(self, *types: KeyType) -> dict[Key, Certainty]:
        """The keys of these types."""
        return {key: certainty for key, certainty in self.keys.items() if key.type in types}


class _Table:
    """The pile while it is sorted: a group for every buyer and every page, tied together step by step."""

    def __init__(self, buyers: Sequence[Buyer], items: Sequence[Item]) -> None:
        ordered = sorted(buyers, key=lambda one: one.id)
        self.groups = [_Group(dict.fromkeys(one.keys, "sure"), [], one.id, frozenset(one.keys)) for one in ordered]
        self.buyers = {group.buyer: group for group in self.groups}
        self._home: dict[int, _Group] = {}
        self._guessed: dict[int, tuple[Certainty, str]] = {}
        self._torn: dict[int, set[int]] = {}
        for item in sorted(items, key=lambda one: one.id):
            self._lay(item)

    def _lay(self, item: Item) -> None:
        group = self.buyers.get(item.pinned) if item.pinned is not None else None
        if group is None:
            group = _Group({}, [])
            self.groups.append(group)
        self._put(group, [item], item.keys)

    def _put(self, group: _Group, items: Sequence[Item], keys: Iterable[Key], certainty: Certainty = "sure") -> None:
        for key in keys:
            group.keys.setdefault(key, certainty)
        for item in items:
            group.items.append(item)
            self._home[item.id] = group

    def tie(self, type: KeyType) -> None:
        """Put together what shares a number of this type; one that two buyers have ties nothing."""
        sharing: dict[Key, list[_Group]] = {}
        for group in self.groups:
            for key in group.of(type):
                sharing.setdefault(key, []).append(group)
        for key in sorted(sharing, key=lambda one: one.value):
            self._join(key, sharing[key])
        self.groups = [group for group in self.groups if group.buyer is not None or group.items]

    def _join(self, key: Key, found: Sequence[_Group]) -> None:
        groups = list(dict.fromkeys(group.whole() for group in found))
        owned = [group for group in groups if group.buyer is not None]
        if len(owned) > 1:
            self._tear(key, groups, {group.buyer for group in owned if group.buyer is not None})
            return
        home = (owned or groups)[0]
        for group in groups:
            if group is not home:
                self._put(home, group.items, group.keys)
                group.items, group.keys, group.into = [], {}, home

    def _tear(self, key: Key, groups: Iterable[_Group], buyers: set[int]) -> None:
        for item in (item for group in groups for item in group.items if key in item.keys):
            self._torn.setdefault(item.id, set()).update(buyers)

    def guess(self, guess: _Guess) -> None:
        """Give each group without a buyer to the one whom `guess` finds; of several, all are told and none chosen."""
        for group in [one for one in self.groups if one.buyer is None]:
            candidates, certainty, why = guess(self, group)
            fitting = [buyer for buyer in candidates if not self._contradicts(buyer, group)]
            if len(fitting) == 1:
                self._give(group, fitting[0], certainty, why)
            elif fitting:
                group.others, group.why = tuple(sorted(fitting)), why
        self.groups = [group for group in self.groups if group.buyer is not None or group.items]

    def _give(self, group: _Group, buyer: int, certainty: Certainty, why: str) -> None:
        self._guessed.update((item.id, (certainty, why)) for item in group.items)
        self._put(self.buyers[buyer], group.items, group.keys, certainty)
        group.items, group.keys = [], {}

    def _contradicts(self, buyer: int, group: _Group) -> bool:
        """The buyer is known to have another identity number than the group shows."""
        theirs, known = set(group.of("id")), set(self.buyers[buyer].of("id"))
        return bool(theirs and known and not theirs & known)

    def follow(self, lot: Callable[[Item], object], leader: _Leader, why: str) -> None:
        """Pages that nothing speaks for follow the others of their lot, where those have one leader."""
        lots: dict[object, list[Item]] = {}
        for item in (item for group in self.groups for item in group.items):
            if (name := lot(item)) is not None:
                lots.setdefault(name, []).append(item)
        for items in lots.values():
            ordered = sorted(items, key=lambda item: (item.file, item.place, item.id))
            owners = [self._home[item.id].buyer for item in ordered]
            for at, item in enumerate(ordered):
                group, buyer = self._home[item.id], leader(owners, at)
                lost = group.buyer is None and not group.others
                if lost and buyer is not None and not self._contradicts(buyer, group):
                    self._give(group, buyer, "doubtful", why)

    def placement(self, item: Item) -> Placement:
        """What was found for one page."""
        group = self._home[item.id]
        if item.pinned is not None and group.buyer == item.pinned:
            return Placement(item.pinned, "sure", "由您放入")
        others = tuple(sorted({*group.others, *self._torn.get(item.id, ())} - {group.buyer}))
        if group.buyer is None:
            return Placement(None, "doubtful", "符合不止一位购车人" if others else "", others)
        if others:
            return Placement(group.buyer, "doubtful", "上面的号码分属两位购车人", others)
        certainty, why = self._guessed.get(item.id) or ("sure", self._shared(item, group))
        return Placement(group.buyer, certainty, why)

    def _shared(self, item: Item, group: _Group) -> str:
        """The most telling number that the page has in common with its buyer's row or another of the pages."""
        for type, called in STRONG.items():
            mine = [key for key in item.keys if key.type == type]
            if any(key in group.own or any(key in one.keys for one in group.items if one is not item) for key in mine):
                return called
        return ""


_Found = tuple[list[int], Certainty, str]
_Guess = Callable[[_Table, _Group], _Found]


_Leader = Callable[[Sequence[int | None], int], int | None]


def _beside(owners: Sequence[int | None], at: int) -> int | None:
    """Whose the nearest pages before and after are, where those agree."""
    before = next((owner for owner in reversed(owners[:at]) if owner is not None), None)
    after = next((owner for owner in owners[at + 1 :] if owner is not None), None)
    beside = {owner for owner in (before, after) if owner is not None}
    return beside.pop() if len(beside) == 1 else None


def _all_of(owners: Sequence[int | None], _at: int) -> int | None:
    """Whose all pages are that are anybody's."""
    found = {owner for owner in owners if owner is not None}
    return found.pop() if len(found) == 1 else None


def _by_name(table: _Table, group: _Group) -> _Found:
    """Buyers of the sheet whose very name stands on the group's papers: one character else is somebody else."""
    names = set(group.of("name"))
    bearers = [buyer for buyer, home in _known(table) if names & home.own]
    return bearers, "sure" if group.of("id", "vin", "plate") else "doubtful", "姓名"


def _by_mask(table: _Table, group: _Group) -> _Found:
    """Buyers whose card shows the digits of the slip, or whose slip those of the card."""
    fits: dict[int, Certainty] = {}
    for buyer, home in _known(table):
        for key, certainty in home.of("card", "mask").items():
            if any(_same_card(key, mine) for mine in group.of("card", "mask")):
                fits[buyer] = certainty
    return list(fits), "sure" if set(fits.values()) == {"sure"} else "doubtful", "卡号可见的几位"


def _by_amount(table: _Table, group: _Group) -> _Found:
    """Buyers whose invoice says the same price on the same day."""
    mine = set(group.of("amount"))
    return [buyer for buyer, home in _known(table) if mine & set(home.of("amount"))], "doubtful", "金额和日期"


def _by_likeness(table: _Table, group: _Group) -> _Found:
    """Buyers one of whose numbers differs from the group's by no more than a misreading."""
    mine = group.of(*_MISREAD)
    likely = [buyer for buyer, home in _known(table) if mine and _alike(home.of(*_MISREAD), mine)]
    return likely, "doubtful", "号码相近，可能有一两位认错"


def _known(table: _Table) -> Iterator[tuple[int, _Group]]:
    return ((buyer, group) for buyer, group in table.buyers.items() if buyer is not None)


def _same_card(one: Key, other: Key) -> bool:
    if one.type == other.type:
        return one.value == other.value
    masked, number = (one, other) if one.type == "mask" else (other, one)
    visible = sum(character.isdigit() for character in masked.value)
    return visible >= _VISIBLE and masked_card_matches(masked.value, number.value) == "yes"


def _alike(known: Iterable[Key], seen: Iterable[Key]) -> bool:
    pairs = ((one, other) for one in known for other in seen if one.type == other.type)
    return any(_differing(one.value, other.value) <= _MISREAD[one.type] for one, other in pairs)


def _differing(one: str, other: str) -> int:
    """In how many places two numbers of one length differ; of different lengths they are not alike."""
    return sum(a != b for a, b in zip(one, other, strict=True)) if len(one) == len(other) else max(len(one), len(other))
