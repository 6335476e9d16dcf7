"""Checks on days and instants."""

from __future__ import annotations

from datetime import date, datetime

from reviewapp.policy.checks.base import Params, Setting, absent, apart, check, field, paper, said, values_of
from reviewapp.policy.facts import Facts
from reviewapp.policy.judgement import Judge, Judgement
from reviewapp.policy.model import Window
from reviewapp.policy.values import show


class Within(Params, frozen=True):
    """`optional`: a field that is not there is `not_applicable` instead of `unsure`. `each`: papers of one kind may
    say different things, such as several payments, and every one must hold.
    """

    field: str
    window: str
    optional: bool = False
    each: bool = False


@check("within", Within, decides="dates")
def within(params: Within, setting: Setting) -> Judge:
    """A day or instant lies in a window, both ends included. `unsure` when it is absent.

    With `each` that holds of every paper of the kind: one outside fails, one without the day is `unsure`.
    """
    ref = field(params.field, "field", "date", "instant")
    place = _Place(setting.window(params.window))
    ends = place.ends

    def judge(facts: Facts) -> Judgement:
        slot = facts.slot(ref)
        if not slot.values:
            return absent(setting.title, slot, outcome="not_applicable" if params.optional else "unsure")
        slots = apart(slot) if params.each else (slot,)
        told = slots[0]
        inside, text = place.of(told.value)
        if inside and len(slots) > 1:
            told = next((one for one in slots if not place.of(one.value)[0]), told)
            inside, text = place.of(told.value)
        if inside and params.each and len(slots) < len(facts.papers[slot.ref.section]):
            return Judgement("unsure", f"有一份没有{slot.ref.title}，“{setting.title}”无法核验", ends, slots)
        return Judgement("pass" if inside else "fail", f"{said(told)}，{text}", values_of(told) | ends, slots)

    return judge


class _Place:
    """A window and how sentences tell where a day or instant lies."""

    def __init__(self, window: Window) -> None:
        start, until = (
            edge.date().isoformat() if window.days else show(edge, "instant") for edge in (window.start, window.until)
        )
        self.window, self.first, self.last = window, window.start.date(), window.until.date()
        self.ends = {"from": start, "until": until}
        self.early, self.late = f"早于{window.title}开始日 {start}", f"晚于{window.title}截止日 {until}"
        self.closed = f"不在{window.title}每次开放的时段之内"
        self.inside = f"在{window.title} {start} 至 {until} 之内"

    def of(self, value: date) -> tuple[bool, str]:
        """Whether it lies in the window, and where in words."""
        window = self.window
        if not isinstance(value, datetime):
            return self._told(self.first <= value <= self.last, value < self.first)
        if window.start <= value <= window.until and not window.covers(value):
            return False, self.closed
        return self._told(window.start <= value <= window.until, value < window.start)

    def _told(self, inside: bool, early: bool) -> tuple[bool, str]:
        return inside, self.inside if inside else self.early if early else self.late


class StillValid(Params, frozen=True):
    """`begins` and `until` are dates on the ID card. `optional`: without an end date it is `not_applicable`."""

    until: str
    begins: str
    optional: bool = False


@check("still_valid", StillValid, decides="dates")
def still_valid(params: StillValid, setting: Setting) -> Judge:
    """The ID card is valid on the day of submission. 长期 never ends; `unsure` without end date or day."""
    begins, until = field(params.begins, "begins", "date"), field(params.until, "until", "date")

    def judge(facts: Facts) -> Judgement:
        start, end = facts.slot(begins), facts.slot(until)
        if not end.values:
            return absent(setting.title, end, outcome="not_applicable" if params.optional else "unsure")
        if facts.submitted_at is None:
            return Judgement("unsure", f"没有提交时间，“{setting.title}”无法核验", values_of(end), (end,))
        day = facts.submitted_at.date()
        values = values_of(start, end) | {"submitted_on": day.isoformat()}
        if end.value < day:
            return Judgement("fail", f"证件{said(end)}，早于提交日 {day}，已经过期", values, (end,))
        if start.values and start.value > day:
            return Judgement("fail", f"证件{said(start)}，晚于提交日 {day}，尚未生效", values, (start, end))
        return Judgement("pass", f"证件{said(end)}，提交日 {day} 仍在有效期内", values, (end,))

    return judge


class Submitted(Params, frozen=True):
    """`statement`: the paper that sends a late claim to special review, where the programme knows that."""

    statement: str | None = None


@check("submitted_in_time", Submitted, decides="dates")
def submitted_in_time(params: Submitted, setting: Setting) -> Judge:
    """The claim came in within the submission window. Late with the statement: `unsure` and special review."""
    window, place = setting.submission, _Place(setting.submission)
    ends = place.ends
    if params.statement is not None:
        paper(params.statement, "statement")

    def judge(facts: Facts) -> Judgement:
        at = facts.submitted_at
        if at is None:
            return Judgement("unsure", f"没有提交时间，“{setting.title}”无法核验", ends, ())
        values = ends | {"submitted_at": at.isoformat()}
        inside, text = place.of(at)
        sentence = f"提交时间 {show(at, 'instant')}，{text}"
        if inside:
            return Judgement("pass", sentence, values, ())
        if at > window.until and setting.late == "special_review" and params.statement in facts.papers:
            facts.special_review = True
            return Judgement("unsure", f"{sentence}；已附特殊情况说明，转专项审核", values, ())
        return Judgement("fail", sentence, values, ())

    return judge
