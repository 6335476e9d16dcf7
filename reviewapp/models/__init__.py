"""All tables; importing this module makes the metadata whole."""

from reviewapp.models import append_only
from reviewapp.models.api_token import ApiRequest, ApiToken
from reviewapp.models.base import Base
from reviewapp.models.chain import Head, Link
from reviewapp.models.claim import Claim, ClaimKey
from reviewapp.models.demand import Demand, DemandReceipt
from reviewapp.models.fund import Pool, Posting
from reviewapp.models.fund_order import FundOrder
from reviewapp.models.outbox import TOPICS, Outbox
from reviewapp.models.paper import Fact, Page, Paper, Reading, Upload
from reviewapp.models.payout import BatchExport, Payout, PayoutBatch, PayoutSkip
from reviewapp.models.people import SYSTEM, Actor, Listing, Message, OneTimeCode, Organisation, User
from reviewapp.models.reconciliation import Reconciliation
from reviewapp.models.return_file import ReturnFile, ReturnLine, SuspenseItem
from reviewapp.models.scheme import PublishedScheme, SchemeDraft, SchemeEvent
from reviewapp.models.trail import Decision, Evaluation, Event

__all__ = [
    "SYSTEM",
    "TOPICS",
    "Actor",
    "ApiRequest",
    "ApiToken",
    "Base",
    "BatchExport",
    "Claim",
    "ClaimKey",
    "Decision",
    "Demand",
    "DemandReceipt",
    "Evaluation",
    "Event",
    "Fact",
    "FundOrder",
    "Head",
    "Link",
    "Listing",
    "Message",
    "OneTimeCode",
    "Organisation",
    "Outbox",
    "Page",
    "Paper",
    "Payout",
    "PayoutBatch",
    "PayoutSkip",
    "Pool",
    "Posting",
    "PublishedScheme",
    "Reading",
    "Reconciliation",
    "ReturnFile",
    "ReturnLine",
    "SchemeDraft",
    "SchemeEvent",
    "SuspenseItem",
    "Upload",
    "User",
    "append_only",
]
