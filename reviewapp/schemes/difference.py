"""What differs between two versions of a scheme, in sentences that cite the clause.

Tables are matched by their id, code, field or kinds, so that an inserted rule is one difference; tiers by their range.
What no rule depends on (comments, lay-out, the order of rules) is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from reviewapp.policy import read_toml
from reviewapp.schemes.wording import Wording, label

_SILENT = ("code", "version", "id")
_NAMES = ("id", "code", "field", "kinds", "value", "paper")
#: What an entry without a name of its own is told from others by is everything but these.
_CONTENT = ("pays", "percent", "stock", "amount", "clause")
_NOUNS = {
    "windows": "窗口",
    "rounds": "轮次",
    "pools": "资金池",
    "sources": "资金来源",
    "interpretations": "未明事项",
    "programmes": "补贴项目",
    "papers": "材料",
    "roles": "材料区分",
    "declared": "申报项",
    "checks": "核验",
    "tables": "分档",
    "tiers": "档",
    "bands": "年限档",
    "rates": "比例",
    "vouchers": "消费券",
    "faces": "面额",
    "goods": "商品类别",
}
#: What an entry that comes or goes is worth saying of: its amounts, its days, its text.
_TOLD = {
    "tiers": ("pays",),
    "bands": ("pays",),
    "rates": ("percent",),
    "pools": ("amount", "first_tranche"),
    "sources": ("amount",),
    "faces": ("spend", "stock"),
    "windows": ("from", "until"),
    "interpretations": ("text", "reading"),
}
_TITLE_FIRST = ("windows", "rounds", "tables")
_PARTS = {
    "award": "",
    "scrap": "达到报废年限的",
    "limits": "限领",
    "share": "比例",
    "leverage": "最低消费倍数",
    "payout": "发放批次",
    "second_look": "复审",
    "return_reasons": "退回原因",
}


class Difference(NamedTuple):
    """One difference: what was done, under which clause ("" for none), and the sentence, clause included."""

    kind: Literal["added", "removed", "changed"]
    clause: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file: the clause that governs, and the words that lead there."""

    clause: str = ""
    words: tuple[str, ...] = ()

    def inner(self, words: str, *entries: Any) -> _Place:
        """A place within; the clause of the newest entry that cites one governs it."""
        cited = [entry["clause"] for entry in entries if isinstance(entry, Mapping) and "clause" in entry]
        governing = str(cited[0]) if cited else self.clause
        return replace(self, clause=governing, words=(*self.words, words) if words else self.words)

    def difference(self, kind: Literal["added", "removed", "changed"], what: str) -> Difference:
        """The sentence."""
        return Difference(
            kind, self.clause, " ".join(part for part in (self.clause, "：".join(self.words), what) if part)
        )


def differences(old: str, new: str) -> tuple[Difference, ...]:
    """From the older text to the newer, in the order of the newer file. SchemeError when one is no TOML."""
    was, now = read_toml(old, "旧版"), read_toml(new, "新版")
    return tuple(_Walk(Wording(was, now)).table(was, now, _Place()))


class _Walk:
    """Goes through both files side by side."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording

    def table(self, was: Mapping[str, Any], now: Mapping[str, Any], place: _Place) -> Iterator[Difference]:
        for key in dict.fromkeys((*now, *was)):
            before, after = was.get(key), now.get(key)
            if before != after and key not in _SILENT:
                yield from self._key(key, before, after, place)

    def _key(self, key: str, was: Any, now: Any, place: _Place) -> Iterator[Difference]:
        if key == "clauses":
            yield from self._clauses(was or {}, now or {})
        elif key in _NOUNS and not isinstance(was, str) and not isinstance(now, str):
            yield from self._entries(key, _by_name(was), _by_name(now), place)
        elif key in _PARTS and isinstance(was or {}, Mapping) and isinstance(now or {}, Mapping):
            yield from self.table(was or {}, now or {}, place.inner(_PARTS[key], now, was))
        elif _is_list(was) and _is_list(now):
            yield from self._list(key, was, now, place)
        else:
            yield self._value(key, was, now, place)

    def _value(self, key: str, was: Any, now: Any, place: _Place) -> Difference:
        before, after = self.wording.value(key, was), self.wording.value(key, now)
        if was is None:
            return place.difference("added", f"增加“{label(key)}”：{after}")
        if now is None:
            return place.difference("removed", f"去掉“{label(key)}”（原为 {before}）")
        return place.difference("changed", f"{label(key)} {before} 改为 {after}")

    def _list(self, key: str, was: list[Any], now: list[Any], place: _Place) -> Iterator[Difference]:
        gone, come = [each for each in was if each not in now], [each for each in now if each not in was]
        if gone:
            yield place.difference("removed", f"“{label(key)}”去掉 {self.wording.value(key, gone)}")
        if come:
            yield place.difference("added", f"“{label(key)}”增加 {self.wording.value(key, come)}")
        if not gone and not come:
            yield place.difference("changed", f"{label(key)}的顺序改为 {self.wording.value(key, now)}")

    def _clauses(self, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Difference]:
        for name in dict.fromkeys((*now, *was)):
            place = _Place(clause=name)
            if name not in was:
                yield place.difference("added", f"增加条款摘要：{now[name]}")
            elif name not in now:
                yield place.difference("removed", f"去掉条款摘要（原为：{was[name]}）")
            elif was[name] != now[name]:
                yield place.difference("changed", f"条款摘要“{was[name]}”改为“{now[name]}”")

    def _entries(self, key: str, was: Mapping[str, Any], now: Mapping[str, Any], place: _Place) -> Iterator[Difference]:
        for name in dict.fromkeys((*now, *was)):
            if name not in was:
                yield place.inner("", now[name]).difference("added", f"增加{self._whole(key, name, now[name])}")
            elif name not in now:
                yield place.inner("", was[name]).difference("removed", f"去掉{self._whole(key, name, was[name])}")
            else:
                inner = place.inner(self._called(key, name, now[name]), now[name], was[name])
                yield from self.table(was[name], now[name], inner)

    def _whole(self, key: str, name: str, entry: Mapping[str, Any]) -> str:
        """An entry that comes or goes, with what is worth saying of it."""
        called = self._called(key, name, entry)
        if key == "programmes":  # a programme's title alone does not say what it is
            return f"{_NOUNS[key]}“{called}”"
        told = [each for each in _TOLD.get(key, ()) if each in entry]
        said = "，".join(f"{label(each)} {self.wording.value(each, entry[each])}" for each in told)
        return f"{called}：{said}" if said else called

    def _called(self, key: str, name: str, entry: Mapping[str, Any]) -> str:
        """开票窗口, 核验“开票日期在活动期内”, 30,000 元（含）至 60,000 元（不含）一档."""
        if key == "tiers":
            return f"“{self._range(entry)}”一档"
        if key == "bands":
            end = f"、不满 {entry['below']} 年" if "below" in entry else "以上"
            return f"“满 {entry.get('from', 0)} 年{end}”一档"
        if key == "faces":
            return f"{self.wording.value('off', entry.get('off'))}面额"
        title = str(entry.get("title") or self.wording.value(_name_key(entry), name))
        if key == "programmes":
            return title
        return f"{title}{_NOUNS[key]}" if key in _TITLE_FIRST else f"{_NOUNS[key]}“{title}”"

    def _range(self, entry: Mapping[str, Any]) -> str:
        ends = (("from", "（含）"), ("over", "（不含）"), ("up_to", "（含）"), ("below", "（不含）"))
        said = [f"{self.wording.value(key, entry[key])}{mark}" for key, mark in ends if key in entry]
        return "至 ".join(said) if len(said) > 1 or not said else f"{said[0]}以上"


def _by_name(part: Any) -> dict[str, Any]:
    """The entries of a table of tables, or of a list of tables, by what they are called."""
    if isinstance(part, Mapping):
        return dict(part)
    return {_name(entry): entry for entry in part or () if isinstance(entry, Mapping)}


def _name(entry: Mapping[str, Any]) -> str:
    key = _name_key(entry)
    return str(entry[key]) if key else repr(sorted((k, str(v)) for k, v in entry.items() if k not in _CONTENT))


def _name_key(entry: Mapping[str, Any]) -> str:
    return next((key for key in _NAMES if key in entry), "")


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
