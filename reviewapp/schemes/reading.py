"""A scheme as an office reads it: each clause of the document beside the rules that rest on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from reviewapp.policy import PaperRule, Programme, Scheme, Window
from reviewapp.policy.model import Rule
from reviewapp.policy.money import show_yuan
from reviewapp.policy.vouchers import Limits, Voucher
from reviewapp.schemes.wording import Wording, label

_WAYS = {"grab": "限时领取", "shop": "商户发放", "point": "便民回收点发放", "programme": "审核通过后发放"}
_LIMITS = {"per_user": "每人", "per_day": "每人每天", "per_face": "每人每种面额", "per_grab": "每次"}


class Entry(NamedTuple):
    """One rule: what sort it is, in which programme ("" for all), its title, and its particulars in words."""

    noun: str
    programme: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseReading:
    """A clause: number, paraphrase, the rules that cite it; `elsewhere`: what settles one that no rule expresses."""

    number: str
    summary: str
    entries: tuple[Entry, ...]
    elsewhere: str

    @property
    def by_programme(self) -> dict[str, list[Entry]]:
        """The entries under the title of their programme, those for all first."""
        found: dict[str, list[Entry]] = {}
        for entry in sorted(self.entries, key=lambda entry: bool(entry.programme)):
            found.setdefault(entry.programme, []).append(entry)
        return found


def by_clause(scheme: Scheme, data: Mapping[str, Any], elsewhere: Mapping[str, str]) -> tuple[ClauseReading, ...]:
    """All clauses in the order of the file. `data` is the file's, `elsewhere` that of its cases."""
    found: dict[str, list[Entry]] = {clause: [] for clause in scheme.clauses}
    for clause, entry in _entries(scheme, Wording(data)):
        found[clause].append(entry)
    return tuple(
        ClauseReading(number, scheme.clauses[number], tuple(entries), elsewhere.get(number, ""))
        for number, entries in found.items()
    )


def span(window: Window) -> str:
    """When a window is open: days, or instants to the minute; rounds with how long each lasts."""
    form = "%Y-%m-%d" if window.days else "%Y-%m-%d %H:%M"
    text = f"{window.start:{form}} 至 {window.until:{form}}"
    if window.every is None or window.lasts is None:
        return text
    hours = int(window.lasts.total_seconds() // 3600)
    return f"{text}，每 {window.every.days} 天一轮，每轮开放 {hours} 小时"


def voucher_lines(voucher: Voucher) -> tuple[str, ...]:
    """A kind of voucher in words: how it is handed out, faces or share, limits, rounds, refund."""
    return tuple(line for line in _voucher_lines(voucher) if line)


def _entries(scheme: Scheme, wording: Wording) -> Iterator[tuple[str, Entry]]:
    for window in scheme.windows.values():
        yield window.clause, Entry("时间窗口", "", window.title, (span(window),))
    for pool in scheme.pools.values():
        sources = "、".join(f"{source.title} {show_yuan(source.amount_fen)} 元" for source in pool.sources)
        first = "" if pool.first_fen is None else f"首拨 {show_yuan(pool.first_fen)} 元，其余据实拨付"
        lines = (f"{show_yuan(pool.amount_fen)} 元", first, sources)
        yield pool.clause, Entry("资金池", "", pool.title, tuple(line for line in lines if line))
    for goods in scheme.goods:
        names = "、".join(kind[0] for kind in goods.names)
        yield goods.clause, Entry("商品类别", "", goods.title, (names,))
    for programme in scheme.programmes.values():
        yield from _of_programme(programme, wording)
    for voucher in scheme.vouchers.values():
        yield voucher.clause, Entry("消费券", "", voucher.title, voucher_lines(voucher))
    for point in scheme.interpretations:
        yield point.clause, Entry("未明事项", "", point.text, (f"采用：{point.reading}",))


def _of_programme(programme: Programme, wording: Wording) -> Iterator[tuple[str, Entry]]:
    name = programme.title
    for paper in programme.papers:
        yield paper.clause, Entry("材料", name, paper.title, _paper_lines(paper))
    for asked in programme.declared:
        lines = ("、".join(asked.choices.values()), asked.hint)
        yield asked.clause, Entry("申报项", name, asked.label, tuple(line for line in lines if line))
    for table in programme.award.shown:
        rows = tuple(f"{condition}：{pays}" for condition, pays in table.rows)
        yield table.clause, Entry("补贴", name, table.caption, rows)
    for rule in programme.rules:
        yield rule.clause, Entry("核验", name, rule.title, tuple(_rule_lines(rule, wording)))


def _paper_lines(paper: PaperRule) -> tuple[str, ...]:
    return tuple(line for line in (paper.when and paper.when.shown, paper.hint) if line)


def _rule_lines(rule: Rule, wording: Wording) -> Iterator[str]:
    if rule.when is not None:
        yield rule.when.shown
    if rule.otherwise == "unsure":
        yield "文件没有写明：不符合时标为需核实"
    for key, value in rule.params.items():
        yield f"{label(key)}：{wording.value(key, value)}"


def _voucher_lines(voucher: Voucher) -> Iterator[str]:
    yield _WAYS[voucher.handed_out]
    for face in voucher.faces:
        least = f"满 {show_yuan(face.spend_fen)} 减" if face.spend_fen else ""
        stock = "" if face.stock is None else f"，共 {face.stock:,} 张"
        yield f"{least} {show_yuan(face.off_fen)} 元{stock}".strip()
    if voucher.share is not None:
        most = "" if voucher.share.most_fen is None else f"，每张最高 {show_yuan(voucher.share.most_fen)} 元"
        yield f"价款的 {voucher.share.share / 100:g}%{most}"
    yield _limits(voucher.limits)
    if voucher.rounds is not None:
        rounds = voucher.rounds
        days = f"{rounds.first:%Y-%m-%d %H:%M} 起每 {rounds.every.days} 天一轮，共 {rounds.count} 轮"
        yield f"{days}，每轮 {int(rounds.lasts.total_seconds() // 3600)} 小时"
    if voucher.refund is not None:
        yield "退款时按比例退回" if voucher.refund == "in_proportion" else "退款时整张退回"
    if voucher.good_until is not None:
        yield f"有效期至 {voucher.good_until:%Y-%m-%d %H:%M}"
    yield f"须在{voucher.position}领取" if voucher.position else ""


def _limits(limits: Limits) -> str:
    said = [f"{word}限 {most} 张" for name, word in _LIMITS.items() if (most := getattr(limits, name)) is not None]
    return "，".join(said)
