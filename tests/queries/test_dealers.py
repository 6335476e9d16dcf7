"""A dealer's page: each sign with the claims that show it, and nothing where there is nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from reviewapp.models import Claim, Decision, Organisation
from reviewapp.queries import dealers
from tests import factories
from tests.factories import NOW
from tests.factories.papers import paper
from tests.queries.test_signals import put_in
from tests.services.filled import buy, filled
from tests.support.both import both_databases


def returned(session: Session, claim: Claim) -> None:
    session.add(
        Decision(
            claim_id=claim.id,
            fence=1,
            action="return",
            reviewer_id=factories.user(session, "reviewer").id,
            evaluation_id=factories.evaluation(session, factories.claim(session, "submitted")).id,
            deadline=NOW + timedelta(days=5),
            at=NOW,
        )
    )


@both_databases
def test_signs_are_found_with_their_claims(session: Session) -> None:
    clerk = factories.user(session, "dealer")
    dealer = clerk.organisation
    first, second = buy(0), replace(buy(1), card=buy(0).card)
    claims = [filled(session, one, by=clerk, state="submitted") for one in (first, second)]
    resale = {"vin": first.vehicle.vin, "invoice_date": "2024-01-20", "buyer_name": dealer.name}
    paper(session, claims[1], "used_vehicle_invoice", resale)
    for claim in claims:
        put_in(session, claim)
    returned(session, claims[0])
    session.flush()
    view = dealers.dealer_view(session, dealer)
    ((label, shown, number, people, links),) = [
        (one.label, one.shown, one.claims, one.people, one.links) for one in view.shared
    ]
    (sold,) = view.sold_on

    assert (view.row.total, view.row.returned, view.row.return_rate) == (2, 1, 0.5)
    assert (label, number, people) == ("收款卡号", 2, 2)
    assert shown.endswith(first.card.number[-4:])
    assert {link.number for link in links} == {claim.number for claim in claims}
    assert (sold.bought_on, sold.sold_on, sold.back) == (first.invoice_date, date(2024, 1, 20), True)
    assert (sold.purchase.number, sold.transfer.number) == tuple(claim.number for claim in claims)


def test_prices_just_above_an_edge_are_counted(session: Session) -> None:
    clerk = factories.user(session, "dealer")
    for index in range(7):
        put_in(session, filled(session, buy(index, total="100000.00"), by=clerk, state="submitted"))
    crowd = max(dealers.dealer_view(session, clerk.organisation).crowds, key=lambda one: one.above)

    assert (crowd.above, crowd.below, crowd.edge.edge_fen, crowd.striking) == (7, 0, 10_000_000, True)


def test_a_dealer_without_claims_has_an_empty_page(session: Session) -> None:
    dealer: Organisation = factories.user(session, "dealer").organisation
    view = dealers.dealer_view(session, dealer)

    assert (view.row.total, view.shared, view.crowds, view.sold_on) == (0, (), (), ())
    assert dealers.listing(session) == []
