"""One programme of a scheme file: papers, what to ask, award, checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from reviewapp.policy.award_reading import read_award
from reviewapp.policy.checks import CHECKS, BadRule, Setting
from reviewapp.policy.facts import SECTIONS, Facts, Known, Ref, find_ref
from reviewapp.policy.goods import Catalogue
from reviewapp.policy.judgement import Judge, Judgement
from reviewapp.policy.kinds import KINDS
from reviewapp.policy.model import LONGEST_WHY, RETURN_REASONS, DeclaredField, PaperRule, Programme, Rule, Window
from reviewapp.policy.reading import Collector
from reviewapp.policy.roles import Role
from reviewapp.policy.source import CheckTable, DeclaredTable, PaperTable, ProgrammeTable, RoleTable, SchemeTable
from reviewapp.policy.subjects import Condition, subjects, values_of_subject

_COMMON = ("id", "check", "title", "clause", "when", "otherwise")
_ROLE = re.compile(r"[a-z_]+@[^.+|]+")


class ProgrammeReader:
    """Reads programmes against what the scheme defines for all of them."""

    def __init__(
        self,
        collector: Collector,
        scheme: SchemeTable,
        windows: Mapping[str, Window],
        pools: set[str],
        catalogue: Catalogue,
    ) -> None:
        self.collector, self.scheme, self.windows, self.pools = collector, scheme, windows, pools
        self.catalogue, self.subjects = catalogue, subjects(catalogue)

    def programme(self, name: str, entry: Any, key: str) -> Programme | None:
        """The programme, None (and problems) when a part of it does not hold."""
        table = self.collector.convert(entry, ProgrammeTable, key)
        submission = self._shared(table, key) if table else None
        if table is None or submission is None:
            return None
        roles = self._roles(table, f"{key}.roles")
        papers = self._papers(table.papers, f"{key}.papers")
        award = read_award(table.award, f"{key}.award", self.collector)
        rules = self._rules(table, f"{key}.checks", self._setting(name, table, submission))
        if award is None:
            return None
        return Programme(
            id=name,
            title=table.title,
            pool=table.pool,
            submitters=tuple(table.submitters),
            roles=roles,
            papers=papers,
            declared=self._declared(table.declared, f"{key}.declared"),
            submission=submission,
            review_from=table.review_from,
            payee=table.payee,
            correction_days=table.correction_days,
            correction_unit=table.correction_unit,
            return_reasons=table.return_reasons or self.scheme.return_reasons or RETURN_REASONS,
            publication_days=table.publication_days,
            late=table.late,
            rules=rules,
            award=award,
        )

    def _shared(self, table: ProgrammeTable, key: str) -> Window | None:
        """What the programme takes from the scheme: its pool and submission window; and its deadlines."""
        for name in ("correction_days", "publication_days"):
            if getattr(table, name) < 0:
                self.collector.add(f"{key}.{name}", "天数不能是负数", "请改为 0 或正数")
        check_reasons(self.collector, table.return_reasons, f"{key}.return_reasons")
        window = self.windows.get(table.submission)
        if window is not None and table.review_from is not None and table.review_from > window.until.date():
            self.collector.add(f"{key}.review_from", "开始审核的日子晚于材料受理截止日", "请核对日期")
        if table.pool not in self.pools:
            self.collector.add(f"{key}.pool", f"没有“{table.pool}”这个资金池", f"可写：{'、'.join(sorted(self.pools))}")
        if table.submission not in self.windows:
            known = "、".join(self.windows)
            self.collector.add(f"{key}.submission", f"没有名为“{table.submission}”的时间窗", f"可用：{known}")
        return self.windows.get(table.submission)

    def _setting(self, name: str, table: ProgrammeTable, submission: Window) -> Setting:
        return Setting(
            title="",
            county=self.scheme.county,
            plate_prefix=self.scheme.plate_prefix,
            windows=self.windows,
            scheme=self.scheme.code,
            programme=name,
            submitters=tuple(table.submitters),
            submission=submission,
            late=table.late,
            catalogue=self.catalogue,
        )

    def _roles(self, table: ProgrammeTable, key: str) -> tuple[Role, ...]:
        """Papers of a kind told apart; whoever names a role that is not there is told so."""
        found = [self._role(entry, f"{key}[{at}]") for at, entry in enumerate(table.roles)]
        roles = tuple(role for role in found if role is not None)
        self.collector.unique([role.name for role in roles], key)
        self.collector.unique([role.kind for role in roles if role.main], f"{key}.main")
        known = {role.name for role in roles}
        place = key.removesuffix(".roles")
        for where, text in _texts({"papers": table.papers, "award": table.award, "checks": table.checks}, place):
            for name in _ROLE.findall(text):
                if name not in known:
                    self.collector.add(where, f"没有定义“{name}”", "请在 roles 里写明它与同种材料的区别")
        return roles

    def _role(self, entry: Any, key: str) -> Role | None:
        table = self.collector.convert(entry, RoleTable, key)
        if table is None:
            return None
        kind, _, label = table.paper.partition("@")
        if kind not in KINDS or not label:
            self.collector.add(f"{key}.paper", f"“{table.paper}”不是一种材料的区别", "写成 vehicle_licence@新车")
            return None
        where: list[tuple[str, Ref]] = []
        for name, path in table.where.items():
            ref = find_ref(path)
            if name not in KINDS[kind].fields or ref is None or ref.type != KINDS[kind].fields[name].type:
                self.collector.add(f"{key}.where.{name}", "两个字段对不上", "左边写这种材料的字段，右边写同类型的字段")
            else:
                where.append((name, ref))
        return Role(table.paper, tuple(where), table.main)

    def _papers(self, given: list[Any], key: str) -> tuple[PaperRule, ...]:
        found = [self._paper(entry, f"{key}[{at}]") for at, entry in enumerate(given)]
        papers = tuple(paper for paper in found if paper is not None)
        self.collector.unique([paper.id for paper in papers], key)
        return papers

    def _paper(self, entry: Any, key: str) -> PaperRule | None:
        table = self.collector.convert(entry, PaperTable, key)
        if table is None:
            return None
        self.collector.clause(table.clause, key)
        ways = tuple(tuple(way.strip().split("+")) for way in table.kinds.split("|"))
        unknown = [kind for way in ways for kind in way if kind.partition("@")[0] not in KINDS]
        if unknown:
            self.collector.add(f"{key}.kinds", f"没有“{'、'.join(unknown)}”这种材料", "请改成材料种类的英文名")
            return None
        title = table.title or " 或 ".join("、".join(map(_kind_title, way)) for way in ways)
        return PaperRule(ways, title, table.clause, table.hint, self._condition(table.when, key))

    def _condition(self, when: dict[str, list[str]], key: str) -> Condition | None:
        if not when:
            return None
        ((name, values),) = when.items() if len(when) == 1 else (("", []),)
        known = self.subjects.get(name)
        if known is None or not values:
            self.collector.add(f"{key}.when", "只能写一个申报项及其取值", f"可写：{'、'.join(self.subjects)}")
            return None
        allowed = values_of_subject(name, self.catalogue)
        for value in values:
            if allowed and value not in allowed:
                self.collector.add(f"{key}.when", f"没有“{value}”这个取值", f"可写：{'、'.join(allowed)}")
        return Condition(name, tuple(values), tuple(allowed.get(value, value) for value in values), known)

    def _declared(self, given: list[Any], key: str) -> tuple[DeclaredField, ...]:
        found = []
        for at, entry in enumerate(given):
            table = self.collector.convert(entry, DeclaredTable, f"{key}[{at}]")
            if table is None:
                continue
            self.collector.clause(table.clause, f"{key}[{at}]")
            known = SECTIONS["declared"].get(table.field)
            if known is None:
                remedy = f"可写：{'、'.join(SECTIONS['declared'])}"
                self.collector.add(f"{key}[{at}].field", f"没有“{table.field}”这个申报项", remedy)
                continue
            self._choices(table, known, f"{key}[{at}]")
            found.append(DeclaredField(table.field, known.label, known.type, table.choices, table.clause, table.hint))
        self.collector.unique([field.field for field in found], key)
        return tuple(found)

    def _choices(self, table: DeclaredTable, known: Known, key: str) -> None:
        """Choices are values that the field can have (INTERFACES.md)."""
        for value in table.choices:
            try:
                known.parse(int(value) if known.type == "int" else value == "true" if known.type == "bool" else value)
            except ValueError:
                self.collector.add(f"{key}.choices", f"“{known.label}”没有“{value}”这个取值", "请改成该申报项的取值")

    def _rules(self, table: ProgrammeTable, key: str, setting: Setting) -> tuple[Rule, ...]:
        found = [self._rule(entry, f"{key}[{at}]", setting) for at, entry in enumerate(table.checks)]
        rules = tuple(rule for rule in found if rule is not None)
        self.collector.unique([rule.id for rule in rules], key)
        return rules

    def _rule(self, entry: Any, key: str, setting: Setting) -> Rule | None:
        given = entry if isinstance(entry, dict) else {}
        common = self.collector.convert({name: given[name] for name in _COMMON if name in given}, CheckTable, key)
        if common is None:
            return None
        self.collector.clause(common.clause, key)
        if common.id == "award" or common.id.startswith("paper_"):
            self.collector.add(f"{key}.id", f"“{common.id}”是系统自用的", "请换一个编号")
        own = {name: value for name, value in given.items() if name not in _COMMON}
        judge, when = self._judge(common, own, key, setting), self._condition(common.when, key)
        if judge is None:
            return None
        return Rule(
            id=common.id,
            check=common.check,
            title=common.title,
            clause=common.clause,
            params=own,
            when=when,
            otherwise=common.otherwise,
            judge=_milder(judge if when is None else _only_where(when, common.title, judge), common.otherwise),
            compares_all=CHECKS[common.check].compares_all,
        )

    def _judge(self, common: CheckTable, own: dict[str, Any], key: str, setting: Setting) -> Judge | None:
        """The check built from its own parameters."""
        spec = CHECKS.get(common.check)
        if spec is None:
            self.collector.add(f"{key}.check", f"没有“{common.check}”这种核验", f"可写：{'、'.join(sorted(CHECKS))}")
            return None
        params = self.collector.convert(own, spec.params, key)
        if params is None:
            return None
        try:
            return spec.build(params, replace(setting, title=common.title))
        except BadRule as bad:
            self.collector.add(f"{key}.{bad.key}", bad.message, bad.remedy)
            return None


def check_reasons(collector: Collector, reasons: Mapping[str, str], key: str) -> None:
    """Reasons of returns are sentences that fit beside a paper's name."""
    for code, text in reasons.items():
        if not text.strip() or len(text) > LONGEST_WHY:
            collector.add(f"{key}.{code}", "原因是空的或太长", f"请写 1 至 {LONGEST_WHY} 个字")


def _only_where(when: Condition, title: str, judge: Judge) -> Judge:
    """The check, not applicable to claims outside the condition."""
    outside = Judgement("not_applicable", f"“{title}”{when.shown}，这份申请不适用", {}, ())
    return lambda facts: outside if when.applies(facts) is False else judge(facts)


def _milder(judge: Judge, otherwise: str) -> Judge:
    """The check, for a person to decide where it does not hold and the document does not say so itself."""
    if otherwise == "fail":
        return judge

    def judge_mildly(facts: Facts) -> Judgement:
        said = judge(facts)
        if said.outcome != "fail":
            return said
        return Judgement("unsure", f"{said.text}；文件没有写明，请核实", said.values, said.used)

    return judge_mildly


def _kind_title(name: str) -> str:
    """`vehicle_licence@新车` as 新车行驶证."""
    kind, _, role = name.partition("@")
    return role + KINDS[kind].title


def _texts(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """Every text inside, with its key."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{key}.{name}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _texts(inner, f"{key}[{at}]")
