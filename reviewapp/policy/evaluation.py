"""Facts in, findings and award out. Pure: the same facts give the same result, whatever the day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reviewapp.policy.facts import Facts, parse_facts
from reviewapp.policy.judgement import finding
from reviewapp.policy.model import PaperRule, Scheme
from reviewapp.policy.result import Finding, Result
from reviewapp.policy.roles import assign


def evaluate(scheme: Scheme, facts: Mapping[str, Any]) -> Result:
    """Check facts (INTERFACES.md, "Facts in") against their programme.

    Raises FactsError for malformed facts, never for absent ones: those are `unsure` findings or missing papers.
    """
    parsed = parse_facts(facts, scheme.programmes)
    programme = scheme.programmes[parsed.programme]
    if programme.roles:
        assign(programme.roles, parsed)
    award = programme.award.judge(parsed)
    parsed.award_fen = award.fen
    papers = [(rule, _asked(rule, parsed)) for rule in programme.papers]
    findings = (
        *[asked for _, asked in papers if asked is not None],
        *[finding(rule.id, rule.clause, rule.judge(parsed), rule.compares_all) for rule in programme.rules],
        finding("award", award.clause, award.judgement, True),
    )
    return Result(
        scheme=scheme.code,
        version=scheme.version,
        programme=programme.id,
        pool=programme.pool,
        outcome=_outcome(findings),
        award_fen=award.fen,
        special_review=parsed.special_review,
        missing=tuple(dict.fromkeys(rule.entry for rule, asked in papers if asked is rule.lacking)),
        findings=findings,
    )


def _asked(rule: PaperRule, facts: Facts) -> Finding | None:
    """Whether the paper is there; None where it is not asked for, `unsure` where nobody knows whether it is."""
    asked_for = True if rule.when is None else rule.when.applies(facts)
    if asked_for is False:
        return None
    if rule.provided(facts):
        return rule.there
    return rule.lacking if asked_for else rule.perhaps


def _outcome(findings: tuple[Finding, ...]) -> Any:
    outcomes = {entry.outcome for entry in findings}
    return "fail" if "fail" in outcomes else "unsure" if "unsure" in outcomes else "pass"
