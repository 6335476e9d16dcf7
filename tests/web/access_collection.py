"""Who may open the pages of collection points and recyclers, and the things these pages are about."""

from __future__ import annotations

import io

from flask import Flask
from sqlalchemy.orm import Session

from reviewapp.models import Actor, User
from reviewapp.services import pickups
from tests import factories

COLLECTION = ("reviewer", "lead", "auditor", "admin")
OPEN_TO: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("claims.origin", "claims.origin_scanned"), ("claimant", "point")),
    **dict.fromkeys(("point_register.show", "point_register.register_file"), ("point", *COLLECTION)),
    **dict.fromkeys(("collection.stock", "collection.give_back", "collection.make_pickup"), ("point",)),
    **dict.fromkeys(("collection.hand_over", "collection.cancel", "collection.take_off"), ("point",)),
    **dict.fromkeys(("stamped_forms.show", "stamped_forms.now", "stamped_forms.add"), ("point",)),
    "point_register.shelve": ("point",),
    "collection.overview": COLLECTION,
    "collection.pickup": ("point", *COLLECTION),
    **dict.fromkeys(("collection.pickup_paper", "recycler.certificate_paper"), ("point", "recycler", *COLLECTION)),
    **dict.fromkeys(("recycler.listing", "recycler.pickup", "recycler.confirm", "recycler.certify"), ("recycler",)),
}


def things(app: Flask, rows: Session, point: User, recycler: User) -> dict[str, str]:
    """A motorcycle of a point on a list for a recycler, with the picture of its certificate."""
    claim = factories.claim(rows, "submitted", by=point)
    pickup = pickups.make(rows, Actor.of(point), factories.NOW, [claim.public_id], recycler.organisation.public_id)
    (item,) = pickup.items
    item.paper_sha256 = app.extensions["storage"].put(io.BytesIO(b"certificate")).sha256
    item.paper_name = "样例.jpg"
    rows.flush()
    things = ("collection.take_off", "recycler.confirm", "recycler.certify", "recycler.certificate_paper")
    return {
        **dict.fromkeys(("collection", "recycler"), pickup.public_id),
        **dict.fromkeys(("collection.give_back", "point_register.shelve"), claim.public_id),
        **dict.fromkeys(things, item.public_id),
    }
