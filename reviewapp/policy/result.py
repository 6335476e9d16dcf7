"""What an evaluation says: findings with clause and values, award, what is missing (INTERFACES.md, "Result out")."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

from reviewapp.policy.money import yuan_from_fen

Outcome = Literal["pass", "unsure", "fail", "not_applicable"]


class FieldRef(msgspec.Struct, frozen=True, gc=False):
    """Where a value stands: `paper` is an index into facts["papers"], None for `applicant.name` and the like."""

    paper: int | None
    field: str


class Finding(msgspec.Struct, frozen=True):
    """One check: its id, outcome, clause, a Chinese sentence, the values compared and where they stand."""

    check: str
    outcome: Outcome
    clause: str
    message: str
    values: dict[str, str]
    refs: tuple[FieldRef, ...]


class Result(NamedTuple):
    """The findings in the order of the scheme file, the award in fen (None when none follows), the missing papers."""

    scheme: str
    version: str
    programme: str
    pool: str
    outcome: Literal["pass", "unsure", "fail"]
    award_fen: int | None
    special_review: bool
    missing: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def judged(self) -> tuple[Finding, ...]:
        """The findings without those on papers that are there or missing, which `missing` tells."""
        papers = ("pass", "fail")
        return tuple(
            finding
            for finding in self.findings
            if not finding.check.startswith("paper_") or finding.outcome not in papers
        )

    def to_json(self) -> dict[str, Any]:
        """The object that `reviewapp schemes evaluate` prints."""
        return {
            "scheme": self.scheme,
            "version": self.version,
            "programme": self.programme,
            "pool": self.pool,
            "outcome": self.outcome,
            "award": None if self.award_fen is None else yuan_from_fen(self.award_fen),
            "special_review": self.special_review,
            "missing": list(self.missing),
            "findings": [
                {
                    "check": finding.check,
                    "outcome": finding.outcome,
                    "clause": finding.clause,
                    "message": finding.message,
                    "values": finding.values,
                }
                for finding in self.findings
            ],
        }
