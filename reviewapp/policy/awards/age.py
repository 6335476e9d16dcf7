"""Awards by age in full years: one for what has reached scrap age, else bands from the day of manufacture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from reviewapp.policy.ages import Life, full_years
from reviewapp.policy.awards.base import Awarded, ShownTable, worth
from reviewapp.policy.facts import Facts, Ref, Slot, find_ref
from reviewapp.policy.judgement import Judgement
from reviewapp.policy.money import show_yuan
from reviewapp.policy.values import CHINA


class Band(NamedTuple):
    """Full years from `least` to under `below` (None: no end) are worth `award_fen`."""

    least: int
    below: int | None
    award_fen: int
    clause: str

    @property
    def shown(self) -> str:
        """`满 6 年不满 10 年`."""
        lower = f"满 {self.least} 年" if self.least else ""
        return lower + (f"不满 {self.below} 年" if self.below is not None else "以上")


class ScrapAge(NamedTuple):
    """Years until scrap age by wheels, counted as `ages.Life.reaches` says, and what reaching it pays."""

    award_fen: int
    clause: str
    two_wheels: int
    three_wheels: int
    late_registration: int


_REGISTERED_KINDS = ("registration_certificate", "vehicle_licence")
_TYPES = tuple(
    find_ref(f"{kind}.vehicle_type") for kind in (*_REGISTERED_KINDS, "vehicle_invoice", "scrap_certificate")
)
_THREE, _TWO = re.compile(r"正三轮|三轮摩托"), re.compile(r"[两二2]轮|侧三轮|边三轮|轻便")


@dataclass(frozen=True, slots=True)
class AgeAward:
    """By age on the day of hand-in: that of `handed_in_on`, else the day of submission."""

    title: str
    made_on: Ref
    registered_on: Ref
    handed_in_on: Ref
    scrap: ScrapAge
    bands: tuple[Band, ...]

    @property
    def most_fen(self) -> int:
        """The highest band."""
        return max(self.scrap.award_fen, *(band.award_fen for band in self.bands))

    @property
    def sentence(self) -> str:
        """One sentence."""
        scrap = self.scrap
        years = f"两轮、轻便 {scrap.two_wheels} 年，正三轮 {scrap.three_wheels} 年"
        late = f"未登记或出厂超过 {scrap.late_registration} 年才登记的自出厂之日起"
        return f"达到报废年限（{years}，自登记之日起；{late}）的一档，其余按出厂满几年分档"

    @property
    def shown(self) -> tuple[ShownTable, ...]:
        """Scrap age first, then the bands."""
        scrap = ("达到报废年限", show_yuan(self.scrap.award_fen))
        bands = tuple((f"未达到报废年限，出厂{band.shown}", show_yuan(band.award_fen)) for band in self.bands)
        return (ShownTable(self.title, self.scrap.clause, "车龄", (scrap, *bands)),)

    def judge(self, facts: Facts) -> Awarded:
        """Fills in `facts.scrap_age_reached`. Dates decide; what is stated counts only where they do not."""
        made, registered, on = facts.slot(self.made_on), facts.slot(self.registered_on), self._day(facts)
        used = tuple(slot for slot in (made, registered) if slot.values)
        if on is None:
            return self._unsure("没有交车日期，也没有提交时间", used)
        if made.values and made.value > on:
            text = f"出厂日期 {made.value} 晚于交车日 {on}，{self.title}无法算出"
            return Awarded(None, self.scrap.clause, Judgement("fail", text, {"made_on": str(made.value)}, used))
        by_dates = self._by_dates(facts, Life(made.value, registered.value, _may_be_registered(facts), on))
        stated = facts.sections["declared"].get("scrap_age_reached")
        facts.scrap_age_reached = reached = stated if by_dates is None else by_dates
        awarded = self._awarded(reached, made, on, used)
        clash = self._clash(facts, stated, by_dates)
        return awarded if clash is None else _doubted(awarded, clash)

    def _day(self, facts: Facts) -> date | None:
        slot = facts.slot(self.handed_in_on)
        if slot.values:
            day: date = slot.value
            return day
        return None if facts.submitted_at is None else facts.submitted_at.astimezone(CHINA).date()

    def _by_dates(self, facts: Facts, life: Life) -> bool | None:
        """Scrap age by the dates; where the wheels are not known, what both kinds of motorcycle agree on."""
        wheels = _stated_wheels(facts) or _shown_wheels(facts)
        years = {2: {self.scrap.two_wheels}, 3: {self.scrap.three_wheels}}.get(
            wheels or 0, {self.scrap.two_wheels, self.scrap.three_wheels}
        )
        answers = {life.reaches(limit, self.scrap.late_registration) for limit in years}
        return answers.pop() if len(answers) == 1 else None

    def _awarded(self, reached: bool | None, made: Slot, on: date, used: tuple[Slot, ...]) -> Awarded:
        values = {"handed_in_on": on.isoformat()}
        if made.values:
            values = {"made_on": made.value.isoformat()} | values
        if reached:
            how = f"交车日 {on} 已达到报废年限"
            fen = self.scrap.award_fen
            return Awarded(fen, self.scrap.clause, worth(self.title, how, fen, values, used))
        if reached is None or not made.values:
            return self._unsure("日期、车轮数不全，看不出是否达到报废年限或车龄", used)
        years = full_years(made.value, on)
        band = next(band for band in self.bands if band.below is None or years < band.below)
        how = f"{made.ref.label} {made.value}，至交车日 {on} 满 {years} 年，未达到报废年限"
        values["years"] = str(years)
        return Awarded(band.award_fen, band.clause, worth(self.title, how, band.award_fen, values, used))

    def _clash(self, facts: Facts, stated: bool | None, by_dates: bool | None) -> str | None:
        """What papers and statements say differently."""
        if stated is not None and by_dates is not None and stated != by_dates:
            said, shown = ("已达到", "未达到") if stated else ("未达到", "已达到")
            return f"申报写{said}报废年限，按日期计算{shown}，请核对"
        wheels, shown_wheels = _stated_wheels(facts), _shown_wheels(facts)
        if None not in (wheels, shown_wheels) and wheels != shown_wheels:
            return f"申报写 {wheels} 轮，材料写的是 {shown_wheels} 轮，请核对"
        for ref in (self.made_on, self.registered_on, self.handed_in_on):
            values = {value for each in (ref, *ref.others) for value in facts.slot(each._replace(others=())).values}
            if len(values) > 1:
                return f"几处{ref.label}不一致（{'、'.join(map(str, sorted(values)))}），请核对"
        return None

    def _unsure(self, why: str, used: tuple[Slot, ...]) -> Awarded:
        return Awarded(None, self.scrap.clause, Judgement("unsure", f"{why}，{self.title}无法算出", {}, used))


def _doubted(awarded: Awarded, clash: str) -> Awarded:
    judgement = awarded.judgement
    doubted = Judgement("unsure", f"{judgement.text}；{clash}", judgement.values, judgement.used)
    return awarded._replace(judgement=doubted)


def _may_be_registered(facts: Facts) -> bool:
    return any(kind in facts.papers for kind in _REGISTERED_KINDS)


def _stated_wheels(facts: Facts) -> int | None:
    stated = facts.sections["declared"].get("vehicle_wheels")
    return None if stated is None else int(stated)


def _shown_wheels(facts: Facts) -> int | None:
    """By 车辆类型."""
    for slot in (facts.slot(ref) for ref in _TYPES if ref is not None):
        for text in slot.values:
            if _TWO.search(text):
                return 2
            if _THREE.search(text):
                return 3
    return None
