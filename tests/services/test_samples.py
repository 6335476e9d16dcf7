"""Audit samples: the share of every stratum, drawn again the same, conclusions that are kept, the report."""

from __future__ import annotations

import io
import random
from collections import Counter
from datetime import date, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from reviewapp.errors import InvalidValue, NotAllowed, NotFound
from reviewapp.models import Actor, AuditSample, Claim
from reviewapp.policy import sampling
from reviewapp.queries import sample_sheet
from reviewapp.queries import samples as queries
from reviewapp.services import decisions, queue, samples
from tests import factories
from tests.factories import NOW
from tests.support.both import both_databases

TODAY = date(2024, 1, 10)


@given(
    strata=st.dictionaries(st.sampled_from("甲乙丙丁"), st.integers(1, 60), min_size=1),
    percent=st.integers(10, 100),
    seed=st.text(max_size=10),
)
def test_every_stratum_gives_its_share_and_order_is_no_matter(strata: dict[str, int], percent: int, seed: str) -> None:
    population = {f"{stratum}{n}": stratum for stratum, count in strata.items() for n in range(count)}
    drawn = sampling.draw(population, percent, seed)
    counts = Counter(population[name] for name in drawn)
    assert counts == {stratum: ceil(count * percent / 100) for stratum, count in strata.items()}
    mixed = list(population.items())
    random.Random(1).shuffle(mixed)
    assert sampling.draw(dict(mixed), percent, seed) == drawn


def test_another_seed_draws_others() -> None:
    population = {f"样例{n}": "甲" for n in range(200)}
    assert len({tuple(sampling.draw(population, 10, str(seed))) for seed in range(5)}) == 5


@pytest.fixture
def auditor(session: Session) -> Actor:
    return factories.actor(session, "auditor")


@pytest.fixture
def decided(session: Session) -> list[Claim]:
    """Four approved claims and two rejected ones, decided at `NOW`."""
    reviewer, claims = factories.actor(session, "reviewer"), []
    for index in range(6):
        draft = factories.complete_draft(session, index)
        queue.submit(session, Actor.of(draft.entered_by), NOW, draft.id, draft.revision)
        claim = decisions.take_next(session, reviewer, NOW)
        assert claim is not None
        if index < 4:
            decisions.approve(session, reviewer, NOW, claim.id, claim.fence)
        else:
            decisions.reject(session, reviewer, NOW, claim.id, claim.fence, clause="七(二)", reason="样例原因")
        claims.append(claim)
    return claims


def _draw(session: Session, auditor: Actor, **changed: object) -> AuditSample:
    asked = {"scheme_code": "yangcheng-2023", "until": TODAY, "percent": 50, "seed": "摇号7"} | changed
    return samples.draw(session, auditor, NOW, **asked)


@both_databases
def test_a_sample_is_stratified_and_can_be_drawn_again(session: Session, auditor: Actor, decided: list[Claim]) -> None:
    sample = _draw(session, auditor)
    assert (sample.population, len(sample.items)) == (6, 3)
    assert Counter(item.stratum.split(" · ")[1] for item in sample.items) == {"通过": 2, "不予通过": 1}
    assert _draw(session, auditor) is sample
    later = NOW + timedelta(days=1)
    draft = factories.complete_draft(session, 7)
    queue.submit(session, Actor.of(draft.entered_by), later, draft.id, draft.revision)
    reviewer = factories.actor(session, "reviewer")
    claim = decisions.take_next(session, reviewer, later)
    assert claim is not None
    decisions.approve(session, reviewer, later, claim.id, claim.fence)
    assert samples.drawn_again(session, sample)


@both_databases
def test_conclusions_are_kept_and_reported(session: Session, auditor: Actor, decided: list[Claim]) -> None:
    sample = _draw(session, auditor)
    first, second = sample.items[:2]
    samples.conclude(session, auditor, NOW, sample.id, first.claim_id, conclusion="sound", topic="", note="")
    wrong = {"conclusion": "wrong", "topic": "amount", "note": "多发 100 元"}
    samples.conclude(session, auditor, NOW, sample.id, first.claim_id, **wrong)
    assert "原结论：无问题" in first.note
    samples.conclude(session, auditor, NOW, sample.id, second.claim_id, conclusion="sound", topic="", note="")
    said = queries.report(session, sample)
    assert (said.drawn, said.concluded, said.topics, said.same_again) == (3, 2, (("金额", 1),), True)
    assert [found.number for found in said.findings] == [first.claim.number]
    figures = said.figures
    assert (figures.submitted, figures.approved, figures.approved_fen) == (6, 4, 1_600_000)
    awarded = [item.claim for item in sample.items if item.claim.award_fen]
    assert figures.sampled_awards_fen == sum(claim.award_fen for claim in awarded)
    assert figures.sampled_purchases_fen > figures.sampled_awards_fen
    assert next(item.conclusion for item in queries.items_of(session, sample)) is None
    book = CalamineWorkbook.from_filelike(io.BytesIO(sample_sheet.workbook(said, queries.items_of(session, sample))))
    assert book.sheet_names == ["概况", "分层", "发现的问题", "抽查记录"]
    assert book.get_sheet_by_name("发现的问题").to_python()[1][0] == first.claim.number


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"percent": 9}, "percent"),
        ({"percent": 101}, "percent"),
        ({"until": TODAY + timedelta(days=1)}, "until"),
        ({"until": TODAY - timedelta(days=1)}, "until"),
        ({"scheme_code": "gone"}, "scheme"),
        ({"seed": "长" * 41}, "seed"),
    ],
)
@pytest.mark.usefixtures("decided")
def test_a_sample_that_makes_no_sense(session: Session, auditor: Actor, changed: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        _draw(session, auditor, **changed)
    assert field in refused.value.fields


def test_only_auditors_conclude_and_only_on_what_was_drawn(
    session: Session, auditor: Actor, decided: list[Claim]
) -> None:
    sample = _draw(session, auditor)
    drawn = {item.claim_id for item in sample.items}
    left = next(claim for claim in decided if claim.id not in drawn)
    good = {"conclusion": "sound", "topic": "", "note": ""}
    with pytest.raises(NotFound):
        samples.conclude(session, auditor, NOW, sample.id, left.id, **good)
    with pytest.raises(NotAllowed):
        samples.conclude(session, factories.actor(session, "lead"), NOW, sample.id, min(drawn), **good)
    for changed, field in (
        ({"conclusion": "fine"}, "conclusion"),
        ({"conclusion": "wrong", "note": "样例"}, "topic"),
        ({"conclusion": "wrong", "topic": "scope"}, "note"),
    ):
        with pytest.raises(InvalidValue) as refused:
            samples.conclude(session, auditor, NOW, sample.id, min(drawn), **good | changed)
        assert field in refused.value.fields
