"""A scheme as the office reads it and as rules run it: read once from its file, then only looked at."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from reviewapp.policy.awards import Award
from reviewapp.policy.facts import Facts
from reviewapp.policy.goods import Goods
from reviewapp.policy.judgement import Judge, Judgement, finding
from reviewapp.policy.result import Finding, Outcome
from reviewapp.policy.roles import Role
from reviewapp.policy.subjects import Condition
from reviewapp.policy.vouchers import Voucher

Payee = Literal["claimant", "dealer", "shop", "voucher"]
"""`voucher`: what is approved is a voucher for the claimant, no transfer."""
Late = Literal["refuse", "special_review"]
#: How long a reason may be that a return gives for one of its parts.
LONGEST_WHY = 200
#: What is wrong with a paper or a field, as a return says it where the scheme has no list of its own.
RETURN_REASONS: Mapping[str, str] = {
    "blurred": "照片模糊或反光，字看不清，请重新拍摄",
    "cut_off": "没有拍全，请把四个角都拍进画面",
    "missing": "还没有提交，请补充上传",
    "wrong_paper": "不是要求的材料，请换成正确的材料",
    "expired": "证件已过有效期，请上传有效的证件",
    "no_seal": "缺少盖章或签字，请补盖（补签）后重新上传",
    "other_person": "不是申领人本人的，请换成本人的",
    "differs": "填写的内容与材料不一致，请核对后更正",
    "incomplete": "填写不完整，请补充",
}
_YEAR = re.compile(r"20[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Window:
    """From `from` (also `start`) to `until`, both included, Asia/Shanghai; `days` says that no clock time was given.

    With `rounds` it is open only for the first `lasts` of each `every`, counted from the start.
    """

    id: str
    title: str
    start: datetime
    until: datetime
    clause: str
    days: bool
    every: timedelta | None = None
    lasts: timedelta | None = None

    def covers(self, instant: datetime) -> bool:
        """Whether the window is open at that instant."""
        if not self.start <= instant <= self.until:
            return False
        return self.every is None or self.lasts is None or (instant - self.start) % self.every < self.lasts


# `from` is a keyword: templates and JSON say window.from, Python says window.start.
setattr(Window, "from", property(lambda window: window.start))


class Source(NamedTuple):
    """Who brings how much of a pool."""

    title: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class PoolRule:
    """A pot of money: `amount_fen` is what the document appropriates, `ceiling_fen` how far it may be raised.

    With `first_fen` only that much comes at the start, the rest by use.
    """

    code: str
    title: str
    amount_fen: int
    clause: str
    ceiling_fen: int | None
    first_fen: int | None
    sources: tuple[Source, ...]

    @property
    def opening(self) -> tuple[tuple[str | None, int], ...]:
        """What the pool is opened with: fen by who brings it, None where the document names nobody."""
        return self.sources or ((None, self.first_fen or self.amount_fen),)

    @property
    def opening_fen(self) -> int:
        """All of `opening`."""
        return sum(fen for _, fen in self.opening)

    @property
    def most_fen(self) -> int:
        """How far the document lets it be raised."""
        return self.ceiling_fen or self.amount_fen


@dataclass(frozen=True, slots=True)
class Bands:
    """From which amounts on a payout batch needs a third person; None: never."""

    line_over_fen: int | None = None
    total_over_fen: int | None = None

    def need_third(self, amounts: Collection[int]) -> bool:
        """Whether a batch of these amounts (fen) has a line or a total over them."""
        line, total = self.line_over_fen, self.total_over_fen
        over_line = line is not None and max(amounts, default=0) > line
        return over_line or (total is not None and sum(amounts) > total)


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Which decisions a second person looks at before they are carried out: a share of each reviewer's, and every claim
    over an amount (None: none).
    """

    percent: int = 0
    over_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Interpretation:
    """An open point of the document and the reading in use."""

    id: str
    clause: str
    text: str
    reading: str


@dataclass(frozen=True, slots=True)
class PaperRule:
    """A required paper: `alternatives` are ways to satisfy it, each a set of kinds. `when` limits it to some claims.

    Where papers of a kind are told apart an alternative names the role as well (`vehicle_licence@新车`).
    """

    alternatives: tuple[tuple[str, ...], ...]
    title: str
    clause: str
    hint: str
    when: Condition | None
    there: Finding = field(init=False)
    lacking: Finding = field(init=False)
    perhaps: Finding = field(init=False)

    def __post_init__(self) -> None:
        """The findings it can give."""
        object.__setattr__(self, "there", self._finding("pass", f"已提供{self.title}"))
        object.__setattr__(self, "lacking", self._finding("fail", f"缺少{self.title}"))
        said = f"没有{self.title}，{self.when.shown if self.when else ''}，看不出是否需要"
        object.__setattr__(self, "perhaps", self._finding("unsure", said))

    def _finding(self, outcome: Outcome, text: str) -> Finding:
        judgement = Judgement(outcome, text, {"kinds": self.entry}, ())
        return finding(self.finding, self.clause, judgement, False)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind that one of the alternatives names."""
        return tuple(dict.fromkeys(kind.partition("@")[0] for way in self.alternatives for kind in way))

    @property
    def id(self) -> str:
        """What tells the rule from the others: `vehicle_licence@新车`, `a+b|c`."""
        return "|".join("+".join(way) for way in self.alternatives)

    @property
    def finding(self) -> str:
        """The `check` of its finding."""
        return f"paper_{self.id}"

    @property
    def entry(self) -> str:
        """The rule's entry in `missing`: kinds only."""
        return re.sub("@[^+|]+", "", self.id)

    def provided(self, facts: Facts) -> bool:
        """Whether one of the alternatives is there."""
        return any([all([kind in facts.papers for kind in way]) for way in self.alternatives])  # noqa: C419 - lists are quicker


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """What to ask the submitter: `choices` maps values to labels, empty where `type` is not `choice`."""

    field: str
    label: str
    type: str
    choices: Mapping[str, str]
    clause: str
    hint: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One check of a programme; `params` are its own keys in the file. `when` limits it to some claims, `otherwise` is
    what it comes to when it does not hold.

    `compares_all`: it looks at every value of a field, papers that differ included.
    """

    id: str
    check: str
    title: str
    clause: str
    params: Mapping[str, Any]
    when: Condition | None
    otherwise: Literal["fail", "unsure"]
    judge: Judge
    compares_all: bool


@dataclass(frozen=True, slots=True)
class Programme:
    """What may be claimed, on what papers and conditions, and what it is worth."""

    id: str
    title: str
    pool: str
    submitters: tuple[str, ...]
    roles: tuple[Role, ...]
    papers: tuple[PaperRule, ...]
    declared: tuple[DeclaredField, ...]
    submission: Window
    review_from: date | None
    payee: Payee
    correction_days: int
    correction_unit: Literal["days", "workdays"]
    return_reasons: Mapping[str, str]
    publication_days: int
    late: Late
    rules: tuple[Rule, ...]
    award: Award

    @property
    def pays_firm(self) -> bool:
        """The money goes to the firm that advanced it, onto an account of its own."""
        return self.payee in ("dealer", "shop")

    @property
    def most_fen(self) -> int | None:
        """The most a claim can be worth: what is reserved while that is unsure. None where the document sets no cap."""
        return self.award.most_fen


@dataclass(frozen=True, slots=True)
class Scheme:
    """One version of a government document as rules."""

    code: str
    version: str
    title: str
    document_number: str
    issued_on: date
    county: str
    clauses: Mapping[str, str]
    windows: Mapping[str, Window]
    pools: Mapping[str, PoolRule]
    goods: tuple[Goods, ...]
    programmes: Mapping[str, Programme]
    vouchers: Mapping[str, Voucher]
    interpretations: tuple[Interpretation, ...]
    bands: Bands
    second_look: SecondLook = SecondLook()

    @property
    def short(self) -> str:
        """阳城县2023: county and year, as names of files begin (LOOK.md)."""
        year = _YEAR.search(self.code)
        return f"{self.county}{year[0] if year else self.issued_on.year}"
