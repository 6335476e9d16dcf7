"""The facts of one claim, checked for form once and then found by field (INTERFACES.md, "Facts in").

Absent facts stay absent. Malformed ones are collected and raised together as `FactsError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from reviewapp.policy.kinds import KINDS, Field
from reviewapp.policy.problems import FactsError, Problem
from reviewapp.policy.result import FieldRef
from reviewapp.policy.values import (
    PARSERS,
    Parse,
    folded,
    list_of,
    one_of,
    or_word,
    parse_bool,
    parse_date,
    parse_id,
    parse_instant,
    parse_list,
    parse_money,
    parse_names,
)

ROLES = ("claimant", "dealer", "shop", "point")


class Known(NamedTuple):
    """A fact outside the papers: its label, the form of its value and the parser."""

    label: str
    type: str
    parse: Parse


def _category(value: Any) -> tuple[str, ...]:
    return parse_names(value if isinstance(value, list) else [value])


_TEXT = PARSERS["text"]
SECTIONS: dict[str, dict[str, Known]] = {
    "submitter": {"role": Known("提交人身份", "text", one_of(*ROLES))},
    "applicant": {
        "name": Known("申领人姓名", "text", _TEXT),
        "id_number": Known("申领人身份证号", "id", parse_id),
        "phone": Known("申领人手机号", "id", parse_id),
    },
    "account": {
        "holder": Known("银行卡开户人", "text", _TEXT),
        "card_number": Known("绑定银行卡号", "id", parse_id),
        "kind": Known("卡的种类", "text", _TEXT),
        "bank": Known("开户银行", "text", _TEXT),
    },
    "declared": {
        "energy": Known("能源类型", "text", one_of("new_energy", "fuel")),
        "vehicle_class": Known("车辆类别", "text", one_of("passenger", "mini_truck", "light_truck", "other")),
        "order_date": Known("下订单日期", "date", parse_date),
        "category": Known("品类", "text", _category),
        "voucher_value": Known("消费券面值", "money", parse_money),
        "vehicle_wheels": Known("车轮数", "int", one_of(2, 3)),
        "made_on": Known("出厂日期", "date", parse_date),
        "handed_in_on": Known("交车日期", "date", parse_date),
        "scrap_age_reached": Known("达到报废年限", "bool", parse_bool),
    },
}
_PRIOR = dict.fromkeys(("scheme", "programme", "state"), _TEXT) | dict.fromkeys(
    ("id_number", "vin", "invoice_code", "invoice_number"), parse_id
)
_CONTEXT = dict.fromkeys(("listed_sellers", "listed_used_firms", "excluded"), parse_names)
_TOP = frozenset(("programme", "submitted_at", *SECTIONS, "papers", "context"))
_NONE: frozenset[str] = frozenset()
_MEND = "请改正，或去掉这一项"
_PAPER = frozenset(("kind", "fields", "doubtful"))


def _field_parser(spec: Field) -> Parse:
    if spec.words:
        return or_word(PARSERS[spec.type], spec.words)
    return list_of(spec.entries) if spec.type == "list" else PARSERS[spec.type]


_PAPER_PARSERS: dict[str, dict[str, Parse]] = {
    kind: {name: _field_parser(spec) for name, spec in known.fields.items()} for kind, known in KINDS.items()
}


def paper_parser(kind: str, name: str) -> Parse:
    """How the field of a paper is parsed; it raises ValueError, in Chinese, for what has not the form (PAPERS.md)."""
    return _PAPER_PARSERS[kind][name]


class Ref(NamedTuple):
    """A field that rules name: `vehicle_invoice.total`, `applicant.name`. `title` says on what paper it stands.

    `section` carries the role where papers of a kind are told apart (`vehicle_licence@新车`). `others` stand in for it,
    in this order, where it is absent (`a.made_on|b.made_on`).
    """

    path: str
    section: str
    name: str
    label: str
    title: str
    type: str
    on_paper: bool
    others: tuple[Ref, ...] = ()


class Slot(msgspec.Struct, frozen=True):
    """What the facts say of a field: every value (several papers of a kind may carry it), where, and if in doubt."""

    ref: Ref
    values: tuple[Any, ...]
    refs: tuple[FieldRef, ...]
    doubtful: bool

    @property
    def value(self) -> Any:
        """The value, None when absent. Where papers contradict one another see `conflict`."""
        return self.values[0] if self.values else None

    @property
    def conflict(self) -> bool:
        """True when papers of one kind say different things."""
        return len(self.values) > 1 and len({folded(value, self.ref.type) for value in self.values}) > 1


@dataclass(slots=True)
class Paper:
    """One paper: its place in facts["papers"], its parsed fields and the names of the doubtful ones."""

    index: int
    fields: dict[str, Any]
    doubtful: frozenset[str]


@dataclass(slots=True)
class Facts:
    """All facts of a claim in the form that checks read. What the award found out is filled in before the checks run.

    Papers lie under their kind, and under `kind@role` as well where the programme tells papers of a kind apart.
    """

    programme: str
    submitted_at: datetime | None
    sections: dict[str, dict[str, Any]]
    papers: dict[str, list[Paper]]
    context: dict[str, Any]
    award_fen: int | None = None
    scrap_age_reached: bool | None = None
    special_review: bool = False
    _slots: dict[str, Slot] = field(default_factory=dict)

    def slot(self, ref: Ref) -> Slot:
        """The values of a field; papers in the order in which they came."""
        slot = self._slots.get(ref.path)
        if slot is None:
            slot = self._slots[ref.path] = self._paper_slot(ref) if ref.on_paper else self._section_slot(ref)
            if ref.others and not slot.values:
                slot = next((found for found in map(self.slot, ref.others) if found.values), slot)
                self._slots[ref.path] = slot
        return slot

    def narrow(self, kind: str, name: str) -> None:
        """From now on the kind alone means the papers under `name`."""
        self._slots.clear()
        self.papers.pop(kind, None)
        if name in self.papers:
            self.papers[kind] = self.papers[name]

    def _paper_slot(self, ref: Ref) -> Slot:
        name, papers = ref.name, self.papers.get(ref.section, ())
        if len(papers) == 1 and name in papers[0].fields:  # nearly always
            paper = papers[0]
            return Slot(ref, (paper.fields[name],), (FieldRef(paper.index, name),), name in paper.doubtful)
        found = [paper for paper in papers if name in paper.fields]
        return Slot(
            ref,
            tuple([paper.fields[name] for paper in found]),
            tuple([FieldRef(paper.index, name) for paper in found]),
            any(name in paper.doubtful for paper in found),
        )

    def _section_slot(self, ref: Ref) -> Slot:
        value = self.sections[ref.section].get(ref.name)
        return Slot(ref, () if value is None else (value,), (FieldRef(None, f"{ref.section}.{ref.name}"),), False)


def find_ref(path: str) -> Ref | None:
    """The field that `vehicle_invoice.total` names; `a.x|b.y` is the first of them that is there. None for no field."""
    refs = [_one_ref(part) for part in path.split("|")]
    found = [ref for ref in refs if ref is not None]
    if len(found) < len(refs) or len({ref.type for ref in found}) > 1:
        return None
    return found[0] if len(found) == 1 else found[0]._replace(path=path, others=tuple(found[1:]))


def _one_ref(path: str) -> Ref | None:
    section, _, name = path.partition(".")
    kind, _, role = section.partition("@")
    if kind in KINDS and name in KINDS[kind].fields:
        spec = KINDS[kind].fields[name]
        return Ref(path, section, name, spec.label, f"{role}{KINDS[kind].title}的{spec.label}", spec.type, True)
    if name in SECTIONS.get(section, {}):
        known = SECTIONS[section][name]
        return Ref(path, section, name, known.label, known.label, known.type, False)
    return None


def parse_facts(given: Any, programmes: Iterable[str]) -> Facts:
    """Facts from their JSON form; FactsError with every problem when something in them is malformed."""
    return _Parser(tuple(programmes)).facts(given)


class _Parser:
    """Collects what is malformed while it parses. Places are given in parts and put together only for a mistake."""

    def __init__(self, programmes: tuple[str, ...]) -> None:
        self.programmes = programmes
        self.problems: list[Problem] = []

    def facts(self, given: Any) -> Facts:
        top = self._object(given, _TOP)
        facts = Facts(
            programme=self._programme(top.get("programme")),
            submitted_at=self._value(top.get("submitted_at"), parse_instant, "submitted_at"),
            sections={name: self._section(name, top.get(name)) for name in SECTIONS},
            papers=self._papers(top.get("papers")),
            context=self._context(top.get("context")),
        )
        if self.problems:
            raise FactsError(self.problems)
        return facts

    def _programme(self, value: Any) -> str:
        if value not in self.programmes:
            said = "没有写明补贴项目" if value is None else f"没有“{value}”这个补贴项目"
            self._add(said, f"可写：{'、'.join(self.programmes)}", "programme")
        return str(value)

    def _section(self, name: str, given: Any) -> dict[str, Any]:
        known = SECTIONS[name]
        parsed = {}
        for key, value in self._object(given, known.keys(), name).items():
            found = self._value(value, known[key].parse, name, ".", key)
            if found is not None:
                parsed[key] = found
        return parsed

    def _papers(self, given: Any) -> dict[str, list[Paper]]:
        papers: dict[str, list[Paper]] = {}
        for index, entry in enumerate(self._value(given, parse_list, "papers") or ()):
            paper = self._object(entry, _PAPER, "papers[", index, "]")
            kind = paper.get("kind")
            if not isinstance(kind, str) or kind not in KINDS:
                remedy = "材料种类的写法见 docs/scheme-guide.md"
                self._add(f"没有“{kind}”这种材料", remedy, "papers[", index, "].kind")
                continue
            papers.setdefault(kind, []).append(self._paper(index, kind, paper))
        return papers

    def _paper(self, index: int, kind: str, paper: Mapping[str, Any]) -> Paper:
        parsers: dict[str, Parse] = _PAPER_PARSERS[kind]
        given: Any = paper.get("fields")
        try:  # nearly always everything is well formed
            fields = {name: parsers[name](value) for name, value in given.items() if value is not None}
        except (ValueError, KeyError, TypeError, AttributeError):
            fields = self._fields(index, kind, given)
        doubtful = self._doubtful(index, kind, paper["doubtful"]) if "doubtful" in paper else _NONE
        return Paper(index, fields, doubtful)

    def _fields(self, index: int, kind: str, given: Any) -> dict[str, Any]:
        """Field by field, so that every mistake is told."""
        parsers, place, fields = _PAPER_PARSERS[kind], ("papers[", index, "].fields"), {}
        for name, value in self._object(given, parsers.keys(), *place).items():
            found = self._value(value, parsers[name], *place, ".", name)
            if found is not None:
                fields[name] = found
        return fields

    def _doubtful(self, index: int, kind: str, given: Any) -> frozenset[str]:
        names = self._value(given, parse_names, "papers[", index, "].doubtful") or ()
        for name in names:
            if name not in _PAPER_PARSERS[kind]:
                said = f"{KINDS[kind].title}没有“{name}”这一项"
                self._add(said, "请改成该材料的字段名", "papers[", index, "].doubtful")
        return frozenset(names)

    def _context(self, given: Any) -> dict[str, Any]:
        context = self._object(given, _CONTEXT.keys() | {"prior_claims"}, "context")
        parsed = {name: self._value(context.get(name), parse, "context.", name) for name, parse in _CONTEXT.items()}
        prior = self._value(context.get("prior_claims"), parse_list, "context.prior_claims")
        parsed["prior_claims"] = None if prior is None else [self._prior(at, entry) for at, entry in enumerate(prior)]
        return parsed

    def _prior(self, index: int, entry: Any) -> dict[str, Any]:
        place = ("context.prior_claims[", index, "]")
        given = self._object(entry, _PRIOR.keys(), *place)
        return {name: self._value(value, _PRIOR[name], *place, ".", name) for name, value in given.items()}

    def _object(self, given: Any, known: Set[Any], *place: Any) -> Mapping[str, Any]:
        """The entries with known names, only to be read; everything else is a problem. None counts as empty."""
        if given is None:
            return {}
        if type(given) is not dict and not isinstance(given, Mapping):
            self._add("应为 JSON 对象", "请写成 {…}", *place)
            return {}
        if given.keys() <= known:
            return given
        unknown = [name for name in given if name not in known]
        for name in unknown:
            self._add("没有这一项", "请核对名称，或去掉它", *place, "." if place else "", name)
        return {name: value for name, value in given.items() if name not in unknown}

    def _value(self, value: Any, parse: Parse, *place: Any) -> Any:
        if value is None:
            return None
        try:
            return parse(value)
        except ValueError as error:
            self._add(str(error), _MEND, *place)
            return None

    def _add(self, message: str, remedy: str, *place: Any) -> None:
        self.problems.append(Problem("facts", None, "".join(map(str, place)), message, remedy))
