"""All tables; importing this module makes the metadata whole."""

from reviewapp.models import append_only
from reviewapp.models.account_step import AccountStep
from reviewapp.models.api_token import ApiRequest, ApiToken
from reviewapp.models.audit_sample import AuditItem, AuditSample
from reviewapp.models.base import Base
from reviewapp.models.batch import Batch, BatchFile, BatchPage, BatchPart, BatchRow
from reviewapp.models.chain import Head, Link
from reviewapp.models.claim import Claim, ClaimKey
from reviewapp.models.claim_return import ClaimReturn, ReturnItem
from reviewapp.models.collection import GivenBack, Pickup, PickupCall, PickupItem, ShelfMark
from reviewapp.models.demand import Demand, DemandReceipt
from reviewapp.models.discarded import DiscardedFile
from reviewapp.models.fairness import ClaimSkip, Opinion, Relative
from reviewapp.models.fund import Pool, Posting
from reviewapp.models.fund_order import FundOrder
from reviewapp.models.likeness import PageMatch, PagePrint, PrintBand
from reviewapp.models.merchant import EXCLUSION_KINDS, Exclusion, MerchantApplication, MerchantStep
from reviewapp.models.message import Message
from reviewapp.models.objection import UNDONE, Objection
from reviewapp.models.origin_form import OriginCode, OriginForm, OriginScan
from reviewapp.models.outbox import TOPICS, Outbox
from reviewapp.models.paper import Fact, Page, Paper, Reading, Upload
from reviewapp.models.payout import BatchExport, Payout, PayoutBatch, PayoutSkip
from reviewapp.models.people import RIGHTS, SYSTEM, Actor, Listing, OneTimeCode, Organisation, User
from reviewapp.models.reconciliation import Reconciliation
from reviewapp.models.return_file import ReturnFile, ReturnLine, SuspenseItem
from reviewapp.models.scheme import PublishedScheme, SchemeDraft, SchemeEvent
from reviewapp.models.signature import SignedStatement
from reviewapp.models.trail import Decision, Evaluation, Event, Waiver
from reviewapp.models.voucher import Redemption, Sale, Voucher, WrongPerson

__all__ = [
    "EXCLUSION_KINDS",
    "RIGHTS",
    "SYSTEM",
    "TOPICS",
    "UNDONE",
    "AccountStep",
    "Actor",
    "ApiRequest",
    "ApiToken",
    "AuditItem",
    "AuditSample",
    "Base",
    "Batch",
    "BatchExport",
    "BatchFile",
    "BatchPage",
    "BatchPart",
    "BatchRow",
    "Claim",
    "ClaimKey",
    "ClaimReturn",
    "ClaimSkip",
    "Decision",
    "Demand",
    "DemandReceipt",
    "DiscardedFile",
    "Evaluation",
    "Event",
    "Exclusion",
    "Fact",
    "FundOrder",
    "GivenBack",
    "Head",
    "Link",
    "Listing",
    "MerchantApplication",
    "MerchantStep",
    "Message",
    "Objection",
    "OneTimeCode",
    "Opinion",
    "Organisation",
    "OriginCode",
    "OriginForm",
    "OriginScan",
    "Outbox",
    "Page",
    "PageMatch",
    "PagePrint",
    "Paper",
    "Payout",
    "PayoutBatch",
    "PayoutSkip",
    "Pickup",
    "PickupCall",
    "PickupItem",
    "Pool",
    "Posting",
    "PrintBand",
    "PublishedScheme",
    "Reading",
    "Reconciliation",
    "Redemption",
    "Relative",
    "ReturnFile",
    "ReturnItem",
    "ReturnLine",
    "Sale",
    "SchemeDraft",
    "SchemeEvent",
    "ShelfMark",
    "SignedStatement",
    "SuspenseItem",
    "Upload",
    "User",
    "Voucher",
    "Waiver",
    "WrongPerson",
    "append_only",
]
