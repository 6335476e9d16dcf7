"""`reviewapp bench rules`: full car claims judged a second on one core, beside the same rules written out by hand."""

from __future__ import annotations

import json
import platform
import random
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from stdnum.cn import ric

from reviewapp import schemes
from reviewapp.bench import by_hand
from reviewapp.policy import Result, Scheme, evaluate
from reviewapp.specimens import people
from reviewapp.specimens.purchases import Card

SCHEME = "yangcheng-2023"
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_FAULTS = (
    ('"invoice_date": "2023-12-28"', '"invoice_date": "2024-01-16"'),
    ('"holder": "测试', '"holder": "样例'),
    ('"kind": "debit"', '"kind": "credit"'),
    ('"transaction_type": "消费"', '"transaction_type": "消费撤销"'),
)


def measure(count: int, rounds: int, seed: int) -> dict[str, Any]:
    """Figures of the best of `rounds` runs over `count` claims, ours and by hand in turn.

    `cases_seconds` is what the worked cases of all schemes take. `same_results` says whether outcome, award, missing
    papers and each finding's outcome agree on every claim.
    """
    scheme, given = schemes.load(SCHEME), claims(count, seed)
    cases = [(schemes.load(code), case) for code in schemes.codes() for case in schemes.cases(code)]
    ours, hand = [], []
    for _ in range(rounds):
        ours.append(_per_second(lambda facts: evaluate(scheme, facts), given))
        hand.append(_per_second(by_hand.evaluate, given))
    return {
        "bench": "rules",
        "scheme": f"{scheme.code}/{scheme.version}",
        "programme": "car",
        "claims": count,
        "rounds": rounds,
        "findings_per_claim": len(evaluate(scheme, given[0]).findings),
        "claims_per_second": round(max(ours)),
        "by_hand_per_second": round(max(hand)),
        "ratio": round(max(hand) / max(ours), 2),
        "cases": len(cases),
        "cases_seconds": round(_seconds_of(cases), 2),
        "same_results": all(_same(scheme, facts) for facts in given),
        "python": platform.python_version(),
    }


def claims(count: int, seed: int, *, faulty: float = 0.2) -> list[dict[str, Any]]:
    """Full car claims of invented people, no two alike; one in five has a fault, or another share of them."""
    rng = random.Random(seed)
    passing = (case for case in schemes.cases(SCHEME) if case.outcome == "pass" and case.facts["programme"] == "car")
    base = json.dumps(next(passing).facts, ensure_ascii=False)
    return [json.loads(_varied(base, rng, faulty)) for _ in range(count)]


def _varied(base: str, rng: random.Random, faulty: float) -> str:
    facts = json.loads(base)
    person, invoice = facts["applicant"], facts["papers"][1]["fields"]
    old_card, card = Card(facts["account"]["card_number"], "", ""), people.card(rng)
    swaps = {
        person["name"]: f"测试{chr(rng.randrange(0x4E00, 0x9FA5))}",
        person["id_number"]: _id_number(rng),
        person["phone"]: f"138{rng.randrange(10**8):08d}",
        invoice["vin"]: "LSZ" + "".join(rng.choices(f"{_LETTERS}0123456789", k=14)),
        invoice["invoice_number"]: f"{rng.randrange(10**8):08d}",
        old_card.number: card.number,
        old_card.masked: card.masked,
    }
    for old, new in swaps.items():
        base = base.replace(old, new)
    if rng.random() < faulty:
        base = base.replace(*rng.choice(_FAULTS))
    return base


def _id_number(rng: random.Random) -> str:
    born = date(1960, 1, 1) + timedelta(days=rng.randrange(15_000))
    first = f"140522{born:%Y%m%d}{rng.randrange(1000):03d}"
    return first + str(ric.calc_check_digit(f"{first}0"))


def _per_second(judge: Callable[[dict[str, Any]], object], given: Sequence[dict[str, Any]]) -> float:
    began = time.perf_counter()
    for facts in given:
        judge(facts)
    return len(given) / (time.perf_counter() - began)


def _seconds_of(cases: Sequence[tuple[Scheme, schemes.Case]]) -> float:
    began = time.perf_counter()
    for scheme, case in cases:
        case.run(scheme)
    return time.perf_counter() - began


def _same(scheme: Scheme, facts: dict[str, Any]) -> bool:
    return told(evaluate(scheme, facts)) == by_hand.told(facts)


def told(result: Result) -> tuple[Any, ...]:
    """What must be the same by hand."""
    outcomes = {finding.check: finding.outcome for finding in result.findings}
    return result.outcome, result.award_fen, list(result.missing), outcomes
