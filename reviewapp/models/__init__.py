"""All tables; importing this module makes the metadata whole."""

from reviewapp.models import append_only
from reviewapp.models.base import Base
from reviewapp.models.claim import Claim, ClaimKey
from reviewapp.models.demand import Demand, DemandReceipt
from reviewapp.models.fund import Pool, Posting
from reviewapp.models.fund_order import FundOrder
from reviewapp.models.outbox import TOPICS, Outbox
from reviewapp.models.paper import Fact, Page, Paper, Reading, Upload
from reviewapp.models.payout import Payout, PayoutBatch
from reviewapp.models.people import SYSTEM, Actor, Listing, Message, OneTimeCode, Organisation, User
from reviewapp.models.reconciliation import Reconciliation
from reviewapp.models.scheme import PublishedScheme, SchemeDraft, SchemeEvent
from reviewapp.models.trail import Decision, Evaluation, Event

__all__ = [
    "SYSTEM",
    "TOPICS",
    "Actor",
    "Base",
    "Claim",
    "ClaimKey",
    "Decision",
    "Demand",
    "DemandReceipt",
    "Evaluation",
    "Event",
    "Fact",
    "FundOrder",
    "Listing",
    "Message",
    "OneTimeCode",
    "Organisation",
    "Outbox",
    "Page",
    "Paper",
    "Payout",
    "PayoutBatch",
    "Pool",
    "Posting",
    "PublishedScheme",
    "Reading",
    "Reconciliation",
    "SchemeDraft",
    "SchemeEvent",
    "Upload",
    "User",
    "append_only",
]
