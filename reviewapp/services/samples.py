"""Samples for the auditor: at least a tenth of what was decided, drawn so that it can be drawn again (十(三))."""

from __future__ import annotations

import secrets
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp import schemes
from reviewapp.errors import InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, AuditItem, AuditSample, Claim, Decision
from reviewapp.models.audit_sample import CONCLUSIONS, TOPICS
from reviewapp.policy import sampling
from reviewapp.policy.values import CHINA
from reviewapp.services.days import local_date

LEAST, MOST = 10, 100
_LONGEST_SEED, _LONGEST_NOTE = 40, 1000
_OUTCOMES = {"approve": "通过", "reject": "不予通过"}


def draw(
    session: Session, actor: Actor, now: datetime, *, scheme_code: str, until: date, percent: int, seed: str = ""
) -> AuditSample:
    """Draw `percent` (10 to 100) of the decisions of a scheme made until the end of that day, by stratum: programme,
    outcome, band of amount. The same seed gives the sample that is there. Raises InvalidValue, NotAllowed.
    """
    _require_auditor(actor)
    seed = seed.strip() or secrets.token_hex(4)
    _require_sense(now, scheme_code, until, percent, seed)
    same = select(AuditSample).where(
        AuditSample.scheme_code == scheme_code, AuditSample.until == until,
        AuditSample.percent == percent, AuditSample.seed == seed,
    )  # fmt: skip
    there = session.scalars(same).one_or_none()
    return there or _draw(session, actor, now, scheme_code, until, percent, seed)


def _draw(
    session: Session, actor: Actor, now: datetime, scheme_code: str, until: date, percent: int, seed: str
) -> AuditSample:
    population = strata(session, scheme_code, until)
    if not population:
        raise InvalidValue(
            "这一天以前没有已作出的审核决定，没有可抽查的记录。请换一个截止日。", {"until": "没有可抽查的记录"}
        )
    sample = AuditSample(
        scheme_code=scheme_code, until=until, percent=percent, seed=seed, population=len(population),
        drawn_by_id=actor.id, drawn_at=now,
    )  # fmt: skip
    numbers = sampling.draw(population, percent, seed)
    ids = {
        row.number: row.id for row in session.execute(select(Claim.id, Claim.number).where(Claim.number.in_(numbers)))
    }
    sample.items = [AuditItem(claim_id=ids[number], stratum=population[number]) for number in numbers]
    session.add(sample)
    session.flush()
    return sample


def strata(session: Session, scheme_code: str, until: date) -> dict[str, str]:
    """Every claim of the scheme that was decided until the end of that day, by number: its stratum by the last of
    those decisions. Decisions are never changed, so neither is this.
    """
    end = datetime.combine(until + timedelta(days=1), time.min, CHINA)
    last = (
        select(func.max(Decision.id))
        .join(Claim, Decision.claim_id == Claim.id)
        .where(Claim.scheme_code == scheme_code, Decision.action.in_(tuple(_OUTCOMES)), Decision.at < end)
        .group_by(Decision.claim_id)
    )
    rows = session.execute(
        select(
            Claim.number, Claim.scheme_version, Claim.programme, Claim.wanted_fen, Decision.action, Decision.award_fen
        )
        .join(Decision, Decision.claim_id == Claim.id)
        .where(Decision.id.in_(last))
    )
    return {
        number or "": " · ".join(
            (
                schemes.load(scheme_code, version).programmes[programme].title,
                _OUTCOMES[action],
                sampling.band(wanted if award is None else award),
            )
        )
        for number, version, programme, wanted, action, award in rows
    }


def drawn_again(session: Session, sample: AuditSample) -> bool:
    """Does drawing the sample once more give the same records?"""
    numbers = set(sampling.draw(strata(session, sample.scheme_code, sample.until), sample.percent, sample.seed))
    return numbers == {item.claim.number for item in sample.items}


def conclude(
    session: Session,
    actor: Actor,
    now: datetime,
    sample_id: int,
    claim_id: int,
    *,
    conclusion: str,
    topic: str,
    note: str,
) -> AuditItem:
    """Write down what was found in a record; where something was found, what it is about and a note are needed.

    A later conclusion keeps the earlier one in its note. Raises InvalidValue, NotAllowed, NotFound.
    """
    _require_auditor(actor)
    found = select(AuditItem).where(AuditItem.sample_id == sample_id, AuditItem.claim_id == claim_id)
    item = session.scalars(found.with_for_update()).one_or_none()
    if item is None:
        raise NotFound()
    _require_conclusion(conclusion, topic, note)
    item.note = _with_earlier(item, note.strip())
    item.conclusion, item.topic = conclusion, topic or None
    item.concluded_by_id, item.concluded_at = actor.id, now
    return item


def _with_earlier(item: AuditItem, note: str) -> str:
    if item.conclusion is None or item.concluded_at is None:
        return note
    earlier = f"{CONCLUSIONS[item.conclusion]}，{local_date(item.concluded_at)}，{item.note or '无说明'}"
    return f"{note}\n（原结论：{earlier}）"


def _require_auditor(actor: Actor) -> None:
    if actor.role != "auditor":
        raise NotAllowed("只有审计人员可以抽样和写结论。")


def _require_sense(now: datetime, scheme_code: str, until: date, percent: int, seed: str) -> None:
    if scheme_code not in schemes.codes():
        raise InvalidValue("请从列表中选择活动。", {"scheme": "请从列表中选择"})
    if until > local_date(now):
        raise InvalidValue("截止日还没有到，请选择今天或以前的日子。", {"until": "请选择今天或以前的日子"})
    if not LEAST <= percent <= MOST:
        raise InvalidValue(f"抽查比例应为 {LEAST} 至 {MOST}（%）。", {"percent": f"{LEAST} 至 {MOST}"})
    if len(seed) > _LONGEST_SEED:
        raise InvalidValue(f"种子最多 {_LONGEST_SEED} 个字。", {"seed": f"最多 {_LONGEST_SEED} 个字"})


def _require_conclusion(conclusion: str, topic: str, note: str) -> None:
    if conclusion not in CONCLUSIONS:
        raise InvalidValue("请选择结论。", {"conclusion": "请选择结论"})
    if (topic and topic not in TOPICS) or (conclusion != "sound" and not topic):
        raise InvalidValue("请选择问题属于哪一方面。", {"topic": "请从列表中选择"})
    if conclusion != "sound" and not note.strip():
        raise InvalidValue("请写明发现的问题。", {"note": "不能为空"})
    if len(note) > _LONGEST_NOTE:
        raise InvalidValue(f"说明太长，请控制在 {_LONGEST_NOTE} 字以内。", {"note": f"最多 {_LONGEST_NOTE} 字"})
