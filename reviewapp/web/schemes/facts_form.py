"""Facts as a form: one field for each value, named by its place, with the value's own form kept."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reviewapp.errors import InvalidValue
from reviewapp.policy import Scheme
from reviewapp.policy.facts import ROLES, SECTIONS
from reviewapp.policy.kinds import KINDS
from reviewapp.schemes.wording import Wording

_TITLES = {
    "submitter": "提交人",
    "applicant": "申领人",
    "account": "收款账户",
    "declared": "申报",
    "context": "已知情况",
}
_CONTEXT = {
    "listed_sellers": "参与销售企业",
    "listed_used_firms": "参与二手车企业",
    "excluded": "失信名单",
    "prior_claims": "以往申领",
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value: its name in the form, its label, its text; `as_json` for what is no plain text."""

    name: str
    label: str
    text: str
    as_json: bool
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one section or paper."""

    title: str
    leaves: tuple[Leaf, ...]


def groups(scheme: Scheme, facts: Mapping[str, Any], sent: Mapping[str, str]) -> tuple[Group, ...]:
    """The form's fields for these facts, in their order, with what was sent for them where it was."""
    options = _options(scheme, str(facts.get("programme")))
    shown = [
        Group(group.title, tuple(_shown(leaf, options.get(leaf.name, {}), sent) for leaf in group.leaves))
        for group in _groups(facts)
    ]
    return tuple(group for group in shown if group.leaves)


def _shown(leaf: Leaf, options: Mapping[str, str], sent: Mapping[str, str]) -> Leaf:
    """A value that is none of the options keeps its own field: cases try wrong ones too."""
    text = sent.get(leaf.name, leaf.text)
    return replace(leaf, text=text, options=options if not text or text in options else {})


def _options(scheme: Scheme, programme: str) -> dict[str, Mapping[str, str]]:
    """What there is to choose from, in words."""
    wording = Wording()
    asked = scheme.programmes[programme].declared if programme in scheme.programmes else ()
    return {
        "programme": {each.id: each.title for each in scheme.programmes.values()},
        "submitter.role": {role: wording.value("submitters", role) for role in ROLES},
        "account.kind": {kind: wording.value("allowed", kind) for kind in ("debit", "credit")},
        **{f"declared.{each.field}": each.choices for each in asked if each.choices},
    }


def changed(facts: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, Any]:
    """The facts with the values that were sent; one that was emptied is absent. InvalidValue for what is no JSON."""
    new = copy.deepcopy(dict(facts))
    for group in _groups(facts):
        for leaf in group.leaves:
            if leaf.name in sent:
                _put(new, leaf, sent[leaf.name].strip())
    return new


def _groups(facts: Mapping[str, Any]) -> Iterator[Group]:
    top = (("programme", "补贴项目"), ("submitted_at", "提交时间"))
    yield Group("申请", tuple(_leaf(name, label, facts[name]) for name, label in top if name in facts))
    for section, title in _TITLES.items():
        known = SECTIONS.get(section, {})
        given = facts.get(section) or {}
        labels = {name: known[name].label if name in known else _CONTEXT.get(name, name) for name in given}
        yield Group(title, tuple(_leaf(f"{section}.{name}", labels[name], given[name]) for name in given))
    for at, paper in enumerate(facts.get("papers") or ()):
        kind = KINDS[paper["kind"]]
        leaves = [
            _leaf(f"papers.{at}.fields.{name}", kind.fields[name].label if name in kind.fields else name, value)
            for name, value in (paper.get("fields") or {}).items()
        ]
        if "doubtful" in paper:
            leaves.append(_leaf(f"papers.{at}.doubtful", "识别存疑的项", paper["doubtful"]))
        yield Group(kind.title, tuple(leaves))


def _leaf(name: str, label: str, value: Any) -> Leaf:
    if isinstance(value, str):
        return Leaf(name, label, value, False)
    return Leaf(name, label, json.dumps(value, ensure_ascii=False), True)


def _put(facts: dict[str, Any], leaf: Leaf, text: str) -> None:
    *way, name = leaf.name.split(".")
    holder: Any = facts
    for step in way:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    if not text:
        del holder[name]
    elif not leaf.as_json:
        holder[name] = text
    else:
        try:
            holder[name] = json.loads(text)
        except ValueError:
            raise InvalidValue(f'「{leaf.label}」不是合规的 JSON，请写成 true、3 或 ["…"] 这样的形式。') from None
