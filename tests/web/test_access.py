"""Every route × every role × {own, same organisation, another's, nobody}: who gets in, and nobody else.

A new route without a row in `OPEN_TO` fails here, as does one whose view does not say whom it is open to.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import product
from urllib.parse import urlsplit

import pytest
from flask import Flask, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from reviewapp.models import Actor, AuditItem, AuditSample, Batch, Claim, Pool, Reconciliation, User
from reviewapp.services import fund_orders, payouts, relatives
from reviewapp.web.access import ANYONE, LIBRARY, TOKEN, roles_of
from tests import factories
from tests.factories import bank_files
from tests.factories import sales as made_sales
from tests.factories import vouchers as made_vouchers
from tests.factories.api import token as api_token
from tests.factories.batches import dealers_batch
from tests.factories.counter import intake
from tests.factories.papers import paper, upload
from tests.factories.payouts import ready
from tests.factories.signatures import signed_statement
from tests.web import access_accounts, access_collection, access_firms, access_objections, access_vouchers
from tests.web.conftest import Visit
from tests.web.visitors import Visitor, words

SUBMITTERS = ("claimant", "dealer", "shop", "point")
REVIEWERS = ("reviewer", "lead")
FINANCE = ("finance_maker", "finance_checker")
ROLES = (*SUBMITTERS, "recycler", *REVIEWERS, *FINANCE, "auditor", "admin", "township")
PAPERS = (*SUBMITTERS, *REVIEWERS, "auditor")
STAFF = (*REVIEWERS, *FINANCE, "auditor", "admin")
SCHEME_READERS = ("admin", "lead", "auditor")

#: Who may open what. This table is the decision; the code has to agree with it.
OPEN_TO: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("public.home", "public.programme", "health.alive", "health.ready"), (ANYONE,)),
    **dict.fromkeys(("queue.listing", "queue.heads", "queue.check", "queue.check_file"), (ANYONE,)),
    **dict.fromkeys(("demo.clock_page", "demo.messages", "demo.set_clock"), (ANYONE,)),
    **dict.fromkeys(("sign_in.phone", "sign_in.code", "publication.listing", "publication.vouchers"), (ANYONE,)),
    "sign_in.again": ("claimant",),
    **dict.fromkeys(("public.work", "held.resume", "sign_in.leave"), ROLES),
    **dict.fromkeys(("claims.listing", "claims.choose", "claims.create"), SUBMITTERS),
    **dict.fromkeys(("claims.papers", "claims.papers_now", "claims.add_file", "claims.set_kind"), SUBMITTERS),
    **dict.fromkeys(("claims.remove_file", "claims.remove_paper", "claims.facts", "claims.save_facts"), SUBMITTERS),
    **dict.fromkeys(("claims.save_one", "claims.check", "claims.submit", "claims.receipt"), SUBMITTERS),
    "claims.receipt_file": SUBMITTERS,
    **dict.fromkeys(("claims.show", "claims.withdraw", "claims.card"), SUBMITTERS),
    **dict.fromkeys(("dealer.listing", "dealer.create"), ("dealer",)),
    **dict.fromkeys(("dealer.show", "dealer.now", "dealer.submit", "dealer.add_files"), ("dealer", "shop")),
    "dealer.export": ("dealer",),
    **dict.fromkeys(("dealer.template", "dealer.marked", "dealer.take_sheet", "dealer.new_buyer"), ("dealer",)),
    **dict.fromkeys(("dealer.begin_archive", "dealer.add_part", "dealer.dismiss", "dealer.page"), ("dealer", "shop")),
    **dict.fromkeys(("dealer.picture", "dealer.place", "dealer.confirm", "dealer.row"), ("dealer", "shop")),
    **dict.fromkeys(("dealer.save_row", "dealer.add_row"), ("dealer",)),
    **dict.fromkeys(("dealer.receipts_pdf", "dealer.receipts_table"), ("dealer", "shop")),
    **dict.fromkeys(("images.page", "images.original", "images.signature"), PAPERS),
    **dict.fromkeys(("desk.home", "desk.take", "desk.claim", "desk.approve", "desk.send_back"), REVIEWERS),
    **dict.fromkeys(("desk.await_funds", "desk.reject", "desk.hand_over", "desk.put_back", "desk.extend"), REVIEWERS),
    "desk.cancel_return": REVIEWERS,
    **dict.fromkeys(("samples.listing", "samples.draw", "samples.show", "samples.conclude"), ("auditor",)),
    **dict.fromkeys(("samples.report", "samples.report_file"), ("auditor",)),
    **dict.fromkeys(("lead.board", "lead.take_back"), ("lead",)),
    **dict.fromkeys(("relatives.own", "relatives.declare", "relatives.remove"), STAFF),
    **dict.fromkeys(("relatives.everybody", "papers_out.publication_sheet"), ("lead", "admin")),
    **dict.fromkeys(("desk.skip", "review.accept", "review.correct", "review.waive", "review.note"), REVIEWERS),
    "review.next_images": REVIEWERS,
    **dict.fromkeys(("trail.listing", "trail.show"), (*REVIEWERS, "auditor")),
    **dict.fromkeys(("figures.show", "figures.file"), (*REVIEWERS, "auditor", "admin")),
    **dict.fromkeys(("papers_out.sheet", "papers_out.register", "papers_out.register_file"), (*REVIEWERS, "auditor")),
    **dict.fromkeys(("dealers.listing", "dealers.show"), (*REVIEWERS, "auditor")),
    **dict.fromkeys(("finance.home", "batches.show", "reconciliations.listing"), (*FINANCE, "auditor")),
    **dict.fromkeys(("reconciliations.show", "reconciliations.file"), (*FINANCE, "auditor")),
    **dict.fromkeys(("batches.choose", "batches.preview", "batches.make"), ("finance_maker",)),
    "batches.release": ("finance_checker",),
    **dict.fromkeys(("batches.dissolve", "batches.export", "batches.file"), FINANCE),
    **dict.fromkeys(("returns.listing", "returns.show", "returns.suspense"), (*FINANCE, "auditor")),
    **dict.fromkeys(("returns.upload", "returns.apply", "returns.propose", "returns.confirm"), FINANCE),
    **dict.fromkeys(("returns.withdraw", "returns.explain", "returns.discard"), FINANCE),
    **dict.fromkeys(("pools.listing", "pools.show", "pools.entries", "pools.waiting"), (*FINANCE, "auditor", "admin")),
    "pools.propose": ("finance_maker", "admin"),
    **dict.fromkeys(("pools.confirm", "demands.confirm"), ("finance_checker",)),
    "pools.cancel": (*FINANCE, "admin"),
    **dict.fromkeys(("demands.listing", "demands.show"), (*FINANCE, "auditor")),
    **dict.fromkeys(("demands.new", "demands.propose"), ("finance_maker",)),
    **dict.fromkeys(("demands.receive", "demands.cancel"), FINANCE),
    **dict.fromkeys(("schemes.listing", "schemes.show", "schemes.difference", "schemes.file"), SCHEME_READERS),
    **dict.fromkeys(("schemes.attempt", "schemes.draft", "schemes.draft_rules", "schemes.draft_cases"), SCHEME_READERS),
    **dict.fromkeys(("schemes.draft_try", "schemes.draft_file", "schemes.publication"), SCHEME_READERS),
    **dict.fromkeys(("schemes.start", "schemes.start_next", "schemes.save", "schemes.upload"), ("admin",)),
    **dict.fromkeys(("schemes.propose", "schemes.send_back", "schemes.withdraw", "schemes.publish"), ("admin",)),
    **dict.fromkeys(("tokens.listing", "tokens.make", "tokens.revoke"), ("dealer",)),
    **dict.fromkeys(("api_document.openapi", "api_document.page"), (ANYONE,)),
    **dict.fromkeys(("api.list_programmes", "api.list_claims", "api.create_claim", "api.read_claim"), (TOKEN,)),
    **dict.fromkeys(("api.set_facts", "api.submit_claim", "api.withdraw_claim", "api.read_receipt"), (TOKEN,)),
    **dict.fromkeys(("api.add_file", "api.remove_file", "api.set_kind", "api.remove_paper"), (TOKEN,)),
    **(access_accounts.OPEN_TO | access_objections.OPEN_TO | access_vouchers.OPEN_TO),
    **(access_collection.OPEN_TO | access_firms.OPEN_TO),
    "scheme_replay.replay": SCHEME_READERS,
    "scheme_replay.forecast": ("admin", "lead", "auditor", *FINANCE),
}
#: Routes of Flask-Security; they guard themselves, `test_staff_sign_in` looks at them.
LIBRARY_ROUTES = {
    "static", "bootstrap.static", "security.static", "security.login", "security.logout", "security.verify",
    "security.change_password", "security.mf_recovery", "security.mf_recovery_codes", "security.tf_select",
    "security.two_factor_rescue",
    "security.two_factor_setup", "security.two_factor_setup_validate", "security.two_factor_token_validation",
}  # fmt: skip
#: What a POST needs so that it is about something.
FORMS = {
    "claims.create": {"scheme": "xiangning-2023", "programme": "car", "form_key": "access"},
    "claims.save_one": {"key": "applicant.name", "applicant.name": "测试乙"},
    "dealer.create": {"programme": "xiangning-2023/car", "form_key": "access"},
    "dealer.place": {"row": "aside"},
    "batches.make": {"scheme": "xiangning-2023"},
    "batches.preview": {"scheme": "xiangning-2023"},
    "tokens.make": {"name": "样例", "scopes": "claims:read", "days": "30"},
    "demo.set_clock": {"day": "2024-01-10"},
    "pools.propose": {"kind": "top_up", "amount": "1", "document": "文", "reason": "因", "form_key": "access"},
    "pools.cancel": {"reason": "样例"},
    "demands.cancel": {"reason": "样例"},
    "vouchers.take_goods_back": {"returned": "1", "reason": "样例"},
    "samples.draw": {"scheme": "xiangning-2023", "until": "2024-01-10", "percent": "10"},
    "samples.conclude": {"conclusion": "sound"},
    "lead.take_back": {"fence": "1", "reason": "样例"},
    "relatives.declare": {"name": "样例乙", "relation": "配偶"},
    "desk.cancel_return": {"revision": "1", "reason": "样例"},
    "demands.propose": {"amount": "1", "clause": "一", "reason": "样例"},
    **(access_firms.FORMS | access_accounts.FORMS | access_objections.FORMS | access_vouchers.FORMS),
    "demands.receive": {"amount": "1", "bank_reference": "样例1", "received_on": "2024-01-10"},
}


#: What a stranger has none of.
NOTHING = dict.fromkeys(
    (
        *("finance", "batches", "returns", "pools", "demands", "schemes", "samples", "relatives"),
        *("staff_accounts", "objections"),
    ),
    "0" * 16,
)
TOP_UP = fund_orders.Proposal("top_up", 100, "文", "因", "of the world")


@dataclass(frozen=True)
class Things:
    """The objects of one owner: what stands in an address, by endpoint, else by its blueprint, else by argument."""

    names: dict[str, str]

    def address(self, app: Flask, rule: Rule) -> str:
        """The rule's address, about these objects."""
        room = "counter." if rule.endpoint.startswith("counter.") else ""
        given = {"code": "xiangning-2023", "programme": "car", "ending": "xlsx", "upload": self.names[f"{room}upload"]}
        given |= {"claim": self.names["trail"], "day": "2024-01-10"}
        given["paper"] = self.names["leaving" if rule.endpoint == "claims.remove_paper" else f"{room}paper"]
        given |= {name: self.names[name] for name in ("page", "row", "file")} | {"number": 0, "form": "0" * 16}
        given["public_id"] = self.names.get(rule.endpoint) or self.names.get(rule.endpoint.partition(".")[0], "")
        with app.test_request_context():
            return url_for(rule.endpoint, **{name: given[name] for name in rule.arguments})


@dataclass(frozen=True)
class World:
    """One person of each role with what they may see, a colleague's things, and a stranger's."""

    people: dict[str, User]
    own: dict[str, Things]
    colleagues: Things
    strangers: Things


@pytest.fixture
def world(app: Flask, rows: Session) -> World:
    people = {role: factories.user(rows, role) for role in ROLES}
    colleague = factories.user(rows, "dealer", organisation_id=people["dealer"].organisation_id)
    stranger = factories.user(rows, "dealer")
    pool = factories.pool(rows)
    ready(rows)
    made = payouts.make_batch(rows, Actor.of(people["finance_maker"]), factories.NOW, "xiangning-2023")
    ready(rows)
    offices = {
        "batches": made.public_id,
        "schemes": factories.scheme_draft(rows).public_id,
        "dealers": people["dealer"].organisation.public_id,
        **_of_money(rows, pool, people) | access_accounts.things(rows) | access_objections.things(rows),
        **access_collection.things(app, rows, people["point"], people["recycler"]),
    }
    own = {}
    for role, person in people.items():
        owner = person if role in SUBMITTERS else stranger
        own[role] = Things({**offices, **_things(app, rows, owner, person if role in REVIEWERS else None)})
        own[role].names.update(_of_staff(rows, person, own[role].names["trail"]))
        own[role].names.update(access_firms.things(app, rows, person, stranger))
    colleagues = _things(app, rows, colleague) | access_firms.things(app, rows, colleague, stranger)
    foreign = access_collection.things(app, rows, factories.user(rows, "point"), factories.user(rows, "recycler"))
    strangers = foreign | _things(app, rows, stranger) | access_firms.things(app, rows, stranger, stranger)
    rows.commit()
    return World(people, own, Things(offices | colleagues), Things(NOTHING | strangers))


def _of_staff(rows: Session, person: User, public_id: str) -> dict[str, str]:
    """A relative that the person declared, and a sample with that claim."""
    claim = rows.scalars(select(Claim).where(Claim.public_id == public_id)).one()
    relative = relatives.declare(rows, Actor.of(person), factories.NOW, name="样例丙", relation="配偶")
    sample = AuditSample(
        scheme_code=claim.scheme_code, until=factories.NOW.date(), percent=10, seed=person.role, population=1,
        drawn_by_id=person.id, drawn_at=factories.NOW, items=[AuditItem(claim_id=claim.id, stratum="样例")],
    )  # fmt: skip
    rows.add(sample)
    rows.flush()
    return {"relatives": relative.public_id, "samples": sample.public_id, "lead": public_id}


def _of_money(rows: Session, pool: Pool, people: dict[str, User]) -> dict[str, str]:
    """A return file with a line in suspense, an order that waits to be confirmed, a demand and a claim to demand of."""
    file, item = bank_files.staged(rows, "不是我们的指令"), bank_files.in_suspense(rows)
    order = fund_orders.propose(rows, Actor.of(people["admin"]), factories.NOW, pool, TOP_UP)
    rows.add(Reconciliation(day=factories.NOW.date()))
    return {
        **dict.fromkeys(("returns.show", "returns.apply", "returns.discard"), file.public_id),
        "returns": item.public_id,
        "pools": pool.public_id,
        **dict.fromkeys(("pools.confirm", "pools.cancel"), order.public_id),
        "demands": factories.demand(rows, factories.claim(rows, "paid"), state="proposed").public_id,
        **dict.fromkeys(("demands.new", "demands.propose"), factories.claim(rows, "paid").public_id),
    }


def _things(app: Flask, rows: Session, owner: User, holder: User | None = None) -> dict[str, str]:
    """A draft with papers and a claim with a ticket; a reviewer holds the latter under a lease."""
    held = {"reviewer": holder} if holder else {}
    ticketed = factories.claim(rows, "in_review" if holder else "submitted", by=owner, **held)
    draft = factories.claim(rows, "draft", by=owner)
    file = app.extensions["storage"].put(io.BytesIO(ticketed.public_id.encode()))
    seen = upload(rows, ticketed, sha256=file.sha256)
    return {
        "claims": draft.public_id,
        **intake(rows, owner),
        **dict.fromkeys(
            ("claims.receipt", "claims.receipt_file", "claims.show", "desk", "review", "trail", "papers_out"),
            ticketed.public_id,
        ),
        "images.page": paper(rows, ticketed, "id_card", of=seen).pages[0].public_id,
        "images.original": seen.public_id,
        "images.signature": signed_statement(rows, ticketed, view_sha256=file.sha256).public_id,
        "upload": upload(rows, draft).public_id,
        "paper": paper(rows, draft, "id_card", {"name": "测试甲"}).public_id,
        **_batch(rows, owner, file.sha256),
        "leaving": paper(rows, draft, "bank_card").public_id,
        **made_vouchers.things(rows, owner),
        "shop": made_sales.of(rows, owner),
        "tokens": api_token(rows, owner)[0].public_id if owner.role == "dealer" else "0" * 16,
    }


def _batch(rows: Session, owner: User, sha256: str) -> dict[str, str]:
    """A batch of a dealer or a shop with a row, a file and a page; names of nothing for others."""
    if owner.role not in ("dealer", "shop"):
        return dict.fromkeys(("dealer", "page", "row", "file"), "0" * 16)
    page = dealers_batch(rows, owner, sha256=sha256)
    batch = rows.get_one(Batch, page.batch_id)
    return {
        "dealer": batch.public_id,
        "page": page.public_id,
        "row": batch.rows[0].public_id,
        "file": page.file.public_id,
    }


def rules(app: Flask) -> list[tuple[Rule, str]]:
    """Every route of ours for people with each of its methods; `test_api_access` looks at those for programs."""
    ours = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith((*LIBRARY, "api."))]
    methods = [(rule, method) for rule in ours for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return sorted(methods, key=lambda pair: (pair[0].endpoint, pair[1]))


def send(visitor: Visitor, method: str, rule: Rule, address: str) -> TestResponse:
    return visitor.get(address) if method == "GET" else visitor.post(address, FORMS.get(rule.endpoint))


def _asks_to_sign_in(answer: TestResponse) -> bool:
    return (answer.location or "").startswith(("/sign-in", "/staff"))


def test_every_route_has_a_row_and_says_the_same(app: Flask) -> None:
    said = {}
    for rule in app.url_map.iter_rules():
        roles = roles_of(app, rule.endpoint)
        assert roles, f"{rule.endpoint} does not say whom it is open to"
        said[rule.endpoint] = roles
    assert {name for name in said if name.startswith(LIBRARY)} == LIBRARY_ROUTES
    assert {name: roles for name, roles in said.items() if name not in LIBRARY_ROUTES} == {
        name: frozenset(roles) for name, roles in OPEN_TO.items()
    }


def test_nobody_signed_in_is_sent_to_the_right_sign_in(app: Flask, world: World, visit: Visit) -> None:
    nobody = visit()
    for rule, method in rules(app):
        answer = send(nobody, method, rule, world.own["claimant"].address(app, rule))
        roles = OPEN_TO[rule.endpoint]
        if ANYONE in roles:
            assert answer.status_code < 400 or answer.status_code in (422, 503), rule.endpoint
        else:
            where = "/sign-in" if "claimant" in roles else "/staff/sign-in"
            assert (answer.status_code, urlsplit(answer.location).path) == (302, where), f"{method} {rule.endpoint}"


@pytest.mark.parametrize("role", ROLES)
def test_only_the_roles_of_the_table_get_in(app: Flask, world: World, visit: Visit, role: str) -> None:
    visitor = visit(world.people[role])
    for rule, method in rules(app):
        visitor = visit(world.people[role]) if rule.endpoint.startswith("sign_in.") else visitor
        answer = send(visitor, method, rule, world.own[role].address(app, rule))
        who = f"{role}: {method} {rule.endpoint} → {answer.status_code}"
        if rule.endpoint == "claims.create" and role in ("shop", "point"):
            assert "请用申领人的手机号登录" in words(answer), "a programme that takes claims from others"
        elif {role, ANYONE} & set(OPEN_TO[rule.endpoint]):
            assert answer.status_code in (200, 204, 302, 409, 422, 503), who
            assert rule.endpoint in ("sign_in.again", "sign_in.code") or not _asks_to_sign_in(answer), who
        else:
            assert answer.status_code == 403, who
            assert "没有打开这个页面的权限" in answer.text, who


@pytest.mark.usefixtures("uncounted")
def test_what_is_anothers_looks_as_if_it_were_not_there(app: Flask, world: World, visit: Visit) -> None:
    """Submitters: claims of others. Reviewers and finance: drafts. One world for all roles: nothing is done to it."""
    drafts = Things(dict.fromkeys(world.strangers.names, world.strangers.names["claims"]))
    visitors = [(role, visit(world.people[role])) for role in ROLES]
    for (role, visitor), (rule, method) in product(visitors, rules(app)):
        if role in OPEN_TO[rule.endpoint] and "public_id" in rule.arguments:
            things = world.strangers if role in SUBMITTERS else drafts
            answer = send(visitor, method, rule, things.address(app, rule))
            assert answer.status_code == 404, f"{role}: {method} {rule.endpoint} → {answer.status_code}"
            assert "没有找到" in answer.text


def test_a_dealers_colleagues_see_each_others_claims(app: Flask, world: World, visit: Visit) -> None:
    visitor = visit(world.people["dealer"])
    for rule, method in rules(app):
        if "dealer" not in OPEN_TO[rule.endpoint] or "public_id" not in rule.arguments:
            continue
        answer = send(visitor, method, rule, world.colleagues.address(app, rule))
        assert answer.status_code in (200, 302, 409, 422), f"{method} {rule.endpoint} → {answer.status_code}"


def test_a_paper_of_another_claim_is_not_reached_through_ones_own(app: Flask, world: World, visit: Visit) -> None:
    own, foreign = world.own["claimant"].names, world.strangers.names
    visitor = visit(world.people["claimant"])
    for path in (
        f"papers/{foreign['paper']}/kind",
        f"papers/{foreign['paper']}/remove",
        f"files/{foreign['upload']}/remove",
    ):
        assert visitor.post(f"/claims/{own['claims']}/{path}", {"kind": "id_card"}).status_code == 404


def test_no_form_is_taken_without_its_token(app: Flask, world: World, visit: Visit) -> None:
    for rule, method in rules(app):
        roles = OPEN_TO[rule.endpoint]
        if method != "POST":
            continue
        role = "claimant" if ANYONE in roles else roles[0]
        visitor = visit(world.people[role])
        for token in ({}, {"csrf_token": "wrong"}):
            form = {**FORMS.get(rule.endpoint, {}), **token}
            answer = visitor.client.post(world.own[role].address(app, rule), data=form)
            assert (answer.status_code, answer.location) == (302, "/home"), rule.endpoint


def test_the_demo_pages_are_not_there_in_production(app_factory, database_url: str) -> None:
    client = app_factory(database_url).test_client()
    assert {path: client.get(path).status_code for path in ("/demo/messages", "/demo/clock")} == {
        "/demo/messages": 404,
        "/demo/clock": 404,
    }
    assert "演示系统" not in client.get("/").text
