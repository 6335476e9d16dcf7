"""Every page there is, with claims in every state, as each role sees it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from reviewapp.models import Actor, AuditItem, AuditSample, Claim, Decision, Demand, Pool, User
from reviewapp.policy.workflow import PAID_OUT
from reviewapp.queries.pools import FIGURES
from reviewapp.services import payouts, trail
from tests import factories
from tests.factories import bank_files
from tests.factories.api import token
from tests.factories.papers import fact, paper, upload
from tests.factories.payouts import ready, release
from tests.factories.vouchers import redeemed, voucher
from tests.web.conftest import Visit

_STEPS = ("papers", "papers/now", "facts", "check")
_REASON = "理由一"
_LEAD = ("/desk", "/desk/lead", "/relatives", "/relatives/all")
_LISTS = ("/claims", "/claims/new", "/claims?state=draft&page=2")
_PUBLIC = (
    *("/", "/sign-in", "/staff/sign-in", "/demo/clock", "/demo/messages", "/api"),
    *("/schemes/xiangning-2023/car", "/schemes/yangcheng-2023/car"),
)


def claims_in_every_state(rows: Session, owner: User, reviewer: User) -> dict[str, Claim]:
    """One claim a state, with papers, a refused file, an evaluation, decisions and a history; reviewer holds one."""
    return {state: _furnished(rows, state, owner, reviewer) for state in factories.CLAIM_STATES}


def _furnished(rows: Session, state: str, owner: User, reviewer: User) -> Claim:
    held = {"reviewer": reviewer} if state == "in_review" else {}
    claim = factories.claim(rows, state, by=owner, special=state == "special_review", **held)
    paper(rows, claim, "id_card", {"name": "测试甲", "id_number": "140522199001011234"}, doubtful=("id_number",))
    paper(rows, claim, "other")
    upload(rows, claim, state="refused", refusal="这个文件已损坏。")
    fact(rows, claim, "applicant", "name", "测试甲", by=owner)
    fact(rows, claim, "account", "card_number", "6222020000000000018", by=owner)
    if state == "draft":
        upload(rows, claim, state="waiting")
        return claim
    seen = factories.evaluation(rows, claim)
    trail.record(rows, claim, Actor.of(owner), factories.NOW, "submit", before="draft", evaluation=seen)
    for fence, decided in enumerate({"returned": ("return",), "rejected": ("return", "reject")}.get(state, ())):
        rows.add(_decision(claim, decided, fence, reviewer, seen.id))
    rows.flush()
    return claim


def _decision(claim: Claim, action: str, fence: int, reviewer: User, evaluation_id: int) -> Decision:
    more = (
        {"clause": "四"} if action == "reject" else {"items": [{"kind": "id_card", "label": "身份证", "note": "重拍"}]}
    )
    if action == "return":
        more["deadline"] = factories.NOW
    return Decision(
        claim_id=claim.id, fence=fence, action=action, reviewer_id=reviewer.id, evaluation_id=evaluation_id,
        reason=_REASON, at=factories.NOW, **more,
    )  # fmt: skip


def every_page(app: Flask, rows: Session, visit: Visit) -> Iterator[tuple[str, str, TestResponse]]:
    """Who, which address, and the answer; all of them are pages that this role can open."""
    people = {
        role: factories.user(rows, role) for role in ("claimant", "dealer", "reviewer", "lead", "auditor", "admin")
    }
    maker, checker = factories.user(rows, "finance_maker"), factories.user(rows, "finance_checker")
    by_claimant = claims_in_every_state(rows, people["claimant"], people["reviewer"])
    by_dealer = claims_in_every_state(rows, people["dealer"], people["lead"])
    batches, money = _batches(rows, maker, checker), _of_money(rows, factories.pool(rows))
    returned, sample = _returned(rows), _sample(rows, people["auditor"], by_claimant["approved"])
    rows.commit()
    yield from _open(visit, None, *_PUBLIC)
    for role, claims in (("claimant", by_claimant), ("dealer", by_dealer)):
        yield from _open(visit, people[role], *_LISTS, *_of_owner(claims))
    yield from _open(visit, people["dealer"], *_of_programs(rows, people["dealer"]))
    shown = [f"/all/{claim.public_id}" for claim in (*by_claimant.values(), *by_dealer.values()) if claim.ticket]
    for role in ("reviewer", "lead", "auditor"):
        yield from _open(visit, people[role], "/all", "/all?state=paid", *shown, *_of_audit(people["dealer"]))
    yield from _open(visit, people["reviewer"], "/desk", f"/desk/claims/{by_claimant['in_review'].public_id}")
    yield from _open(visit, people["lead"], *_LEAD, f"/desk/claims/{by_dealer['in_review'].public_id}")
    yield from _open(visit, people["auditor"], "/audit/samples", sample, f"{sample}/report")
    paying = ("/finance", "/finance/pools", *money, *batches, *returned)
    for person in (maker, checker, people["auditor"]):
        yield from _open(visit, person, *paying)
    yield from _open(visit, maker, "/finance/batches/new?scheme=xiangning-2023")
    yield from _open(visit, people["admin"], "/finance/pools", "/staff/verify", *_of_accounts(people["lead"]))
    tried = "/office/schemes/xiangning-2023"
    for person in (people["admin"], people["lead"], people["auditor"]):
        yield from _open(visit, person, f"{tried}/replay", f"{tried}/replay?before=own&after=1", f"{tried}/forecast")
    yield from _open(visit, maker, *(f"/finance/demands/claims/{by_dealer[state].public_id}" for state in PAID_OUT))
    yield from _open(visit, maker, f"{tried}/forecast?multiplier=2&amount=5000&pool=car&on=&seed=2")


def _of_programs(rows: Session, dealer: User) -> tuple[str, ...]:
    """The page of tokens, with one; and those of vouchers, with one used and one not."""
    token(rows, dealer)
    factories.list_dealer(rows, dealer.organisation.name)
    used, unused = redeemed(rows, Actor.of(dealer)), voucher(rows)
    rows.commit()
    tills = (f"/vouchers/redemptions/{used.public_id}", f"/vouchers/till?number={unused.number}")
    return ("/account/tokens", "/vouchers", "/vouchers/till", *tills)


def _of_accounts(user: User) -> tuple[str, ...]:
    return ("/office/staff", "/office/staff/new", "/office/staff?role=dealer", f"/office/staff/{user.public_id}")


def _sample(rows: Session, auditor: User, claim: Claim) -> str:
    """The address of a sample with one record."""
    sample = AuditSample(
        scheme_code=claim.scheme_code, until=factories.NOW.date(), percent=10, seed="1", population=1,
        drawn_by_id=auditor.id, drawn_at=factories.NOW, items=[AuditItem(claim_id=claim.id, stratum="样例")],
    )  # fmt: skip
    rows.add(sample)
    rows.flush()
    return f"/audit/samples/{sample.public_id}"


def _of_audit(dealer: User) -> tuple[str, ...]:
    return (
        "/figures?scheme=xiangning-2023",
        "/registers",
        "/registers?scheme=xiangning-2023&from=2024-01-01&state=paid",
        "/dealers",
        "/dealers?scheme=xiangning-2023",
        f"/dealers/{dealer.organisation.public_id}",
    )


def _of_owner(claims: dict[str, Claim]) -> Iterator[str]:
    for state, claim in claims.items():
        path = f"/claims/{claim.public_id}"
        if state in ("draft", "returned"):
            yield from (f"{path}/{step}" for step in _STEPS)
        if state != "draft":
            yield from (path, f"{path}/receipt")
        if state == "failed":
            yield f"{path}/card"


def _of_money(rows: Session, pool: Pool) -> list[str]:
    """A pool with what is behind its figures, and every demand."""
    behind = ("/waiting", *(f"/entries?column={column}" for column in FIGURES))
    demands = rows.scalars(select(Demand.public_id))
    return [
        *(f"/finance/pools/{pool.public_id}{page}" for page in ("", *behind)),
        *("/finance/demands", *(f"/finance/demands/{public_id}" for public_id in demands)),
    ]


def _batches(rows: Session, maker: User, checker: User) -> list[str]:
    made = []
    for action in ("dissolve", "release", ""):
        ready(rows)
        batch = payouts.make_batch(rows, Actor.of(maker), factories.NOW, "xiangning-2023")
        if action == "dissolve":
            payouts.dissolve_batch(rows, Actor.of(maker), factories.NOW, batch.id)
        elif action == "release":
            release(rows, batch, Actor.of(checker))
        made.append(batch)
    ready(rows)
    rows.flush()
    return [f"/finance/batches/{batch.public_id}" for batch in made]


def _returned(rows: Session) -> list[str]:
    """A file that was applied, one that was not, and what is in suspense."""
    paid, failed, open_ = bank_files.exported(rows, 3)[:3]
    lines = [
        bank_files.BankLine.of(paid),
        bank_files.BankLine.of(failed, "失败", "账户已销户"),
        bank_files.BankLine("无"),
    ]
    applied = bank_files.take(rows, lines)
    staged = bank_files.stage(rows, bank_files.csv_return([bank_files.BankLine.of(open_)]))
    files = [f"/finance/returns/{file.public_id}" for file in (applied, staged)]
    return ["/finance/returns", "/finance/suspense", f"/finance/batches/{paid.batch.public_id}", *files]


def _open(visit: Visit, person: User | None, *paths: str) -> Iterator[tuple[str, str, TestResponse]]:
    visitor = visit(person)
    for path in paths:
        yield person.role if person else "nobody", path, visitor.get(path)
