"""Papers of one kind told apart: in a trade-in the new car's licence, and the old car's before and after the
transfer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reviewapp.policy.facts import Facts, Paper, Ref
from reviewapp.policy.values import likeness

_WORTH = {"same": 2, "near": 1, "different": 0}


@dataclass(frozen=True, slots=True)
class Role:
    """`name` such as `vehicle_licence@新车`; `where`: fields of the paper and the fields they must agree with.

    `main`: what rules mean that name the kind alone, and all that works without being named in a rule (energy,
    vehicle class).
    """

    name: str
    where: tuple[tuple[str, Ref], ...]
    main: bool

    @property
    def kind(self) -> str:
        """The kind of paper."""
        return self.name.partition("@")[0]

    def agreement(self, paper: Paper, facts: Facts) -> tuple[int, int]:
        """How well the fields of the paper agree, and how many speak against it; what is not known does neither.

        A name one character off agrees half: it may be misread, or be another person's.
        """
        agree = against = 0
        for name, ref in self.where:
            here, there = paper.fields.get(name), facts.slot(ref)
            if here is not None and there.values:
                worth = _WORTH[likeness(here, there.value, ref.type, vin=name == "vin")]
                agree, against = agree + worth, against + (worth == 0)
        return agree, against

    def fits(self, paper: Paper, facts: Facts) -> bool:
        """Whether the paper agrees in every field."""
        return self.agreement(paper, facts) == (len(self.where) * _WORTH["same"], 0)


def assign(roles: Iterable[Role], facts: Facts) -> None:
    """Put each paper under its role as well: first those that agree in all fields, then to the roles that have none yet
    the papers left that agree best, so that a wrong VIN is told as a wrong VIN and not as a missing paper.
    """
    by_kind: dict[str, list[Role]] = {}
    for role in roles:
        by_kind.setdefault(role.kind, []).append(role)
    for kind, known in by_kind.items():
        left = [paper for paper in facts.papers.get(kind, ()) if not _clear(paper, known, facts)]
        vacant = [role for role in known if role.name not in facts.papers]
        while left and vacant:
            pairs = [(role, paper) for role in vacant for paper in left]
            role, paper = max(pairs, key=lambda pair: _fit(pair[0], pair[1], facts))
            facts.papers[role.name] = [paper]
            left.remove(paper)
            vacant.remove(role)
        for role in known:
            if role.main:
                facts.narrow(kind, role.name)


def _clear(paper: Paper, roles: list[Role], facts: Facts) -> bool:
    """Whether the paper agrees with a role in every field; it is put there."""
    role = next((role for role in roles if role.fits(paper, facts)), None)
    if role is not None:
        facts.papers.setdefault(role.name, []).append(paper)
    return role is not None


def _fit(role: Role, paper: Paper, facts: Facts) -> tuple[int, int]:
    agree, against = role.agreement(paper, facts)
    return -against, agree
