"""The blueprint of the collection points' pages."""

from __future__ import annotations

from flask import Blueprint

from reviewapp.queries.scope import COLLECTION_READERS

blueprint = Blueprint("collection", __name__, url_prefix="/collection")
#: The point's own people, and who looks over all points.
LOOKERS = ("point", *COLLECTION_READERS)
