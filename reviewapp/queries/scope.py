"""Who sees what: the one way from a public name to a row. Another's object and no object look the same."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from reviewapp.errors import NotFound
from reviewapp.models import (
    AccountStep,
    Actor,
    ApiToken,
    AuditSample,
    Batch,
    BatchPage,
    Claim,
    Demand,
    Exclusion,
    FundOrder,
    MerchantApplication,
    Objection,
    Organisation,
    Page,
    Paper,
    Payout,
    PayoutBatch,
    Pickup,
    PickupItem,
    Pool,
    Reconciliation,
    Redemption,
    ReturnFile,
    Sale,
    SignedStatement,
    SuspenseItem,
    Upload,
    User,
    Voucher,
)
from reviewapp.policy import merchant_flow
from reviewapp.policy.accounts import MANAGED
from reviewapp.policy.voucher_flow import HANDERS_OUT, REDEEMERS
from reviewapp.policy.workflow import COMPANIES, FINANCE, PAID_OUT, REVIEWERS
from reviewapp.services.days import local_date

#: Who looks into the papers of claims that are not their own.
PAPER_READERS = (*REVIEWERS, "auditor")
POOL_READERS = (*FINANCE, "auditor", "admin")
#: Who of the office looks at all vouchers and settlement applications.
VOUCHER_READERS = (*REVIEWERS, *FINANCE, "auditor", "admin")
DEMAND_READERS = (*FINANCE, "auditor")
#: Who looks over all collection points: registers, stock, pickups and what is missing of them.
COLLECTION_READERS = (*PAPER_READERS, "admin")
#: Who looks at the list of firms, their validity and exclusions.
FIRM_READERS = ("admin", "lead", "auditor")
#: Who looks at the accounts of the office's own people, and at what was done to them.
ACCOUNT_READERS = ("admin", "auditor")
_Row = TypeVar("_Row")
_ERASED = (
    "这份草稿到受理截止也没有提交，已于 {0.year}年{0.month}月{0.day}日 按规定删除，包括上传的照片和填写的内容，"
    "不能恢复。其他申请不受影响，请从“我的申请”进入。"
)
_PAYING = ("approved", "publication", "payable", "sending", *PAID_OUT, "failed", "unknown")


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Claim` that this viewer's claims meet: erased drafts for nobody, none for roles not named."""
    return _in_scope(actor) & Claim.erased_at.is_(None)


def _in_scope(actor: Actor) -> ColumnElement[bool]:
    if actor.role == "claimant" and actor.id is not None:
        return Claim.entered_by_id == actor.id
    if actor.role in COMPANIES and actor.organisation_id is not None:
        return (Claim.submitter_role == actor.role) & (Claim.organisation_id == actor.organisation_id)
    if actor.role in PAPER_READERS:
        return Claim.ticket.is_not(None)
    if actor.role in FINANCE:
        return Claim.state.in_(_PAYING)
    return false()


def claims_visible_to(actor: Actor) -> Select[Claim]:
    """All claims this viewer may see."""
    return select(Claim).where(visible(actor))


def owns(actor: Actor, claim: Claim) -> bool:
    """True for who entered the claim, and for everybody of the firm that did."""
    if actor.role == "claimant":
        return actor.id is not None and claim.entered_by_id == actor.id
    same_firm = actor.organisation_id is not None and claim.organisation_id == actor.organisation_id
    return actor.role in COMPANIES and claim.submitter_role == actor.role and same_firm


def sees_papers(actor: Actor, claim: Claim) -> bool:
    """True when the papers of a visible claim are open to this viewer: its owner, reviewers and auditors."""
    return owns(actor, claim) or actor.role in PAPER_READERS


def claim(session: Session, actor: Actor, public_id: str) -> Claim:
    """The claim under that public name; NotFound when there is none for this viewer, with a word on an erased draft."""
    row = _only(session, select(Claim).where(_in_scope(actor), Claim.public_id == public_id))
    if row.erased_at is not None:
        raise NotFound(_ERASED.format(local_date(row.erased_at)))
    return row


def paper(session: Session, actor: Actor, public_id: str) -> Paper:
    """The paper, removed ones included; NotFound as for `claim`."""
    return _only(session, _papers(select(Paper).join(Claim), actor).where(Paper.public_id == public_id))


def page(session: Session, actor: Actor, public_id: str) -> Page:
    """The page whose picture is asked for; NotFound as for `claim`."""
    found = select(Page).join(Upload, Page.upload_id == Upload.id).join(Claim, Upload.claim_id == Claim.id)
    return _only(session, _papers(found, actor).where(Page.public_id == public_id))


def upload(session: Session, actor: Actor, public_id: str) -> Upload:
    """The file as received; NotFound as for `claim`."""
    return _only(session, _papers(select(Upload).join(Claim), actor).where(Upload.public_id == public_id))


def signed_statement(session: Session, actor: Actor, public_id: str) -> SignedStatement:
    """The statement signed on the screen, for who sees the claim's papers; NotFound as for `claim`."""
    found = _papers(select(SignedStatement).join(Claim), actor)
    return _only(session, found.where(SignedStatement.public_id == public_id))


def objection(session: Session, actor: Actor, public_id: str) -> Objection:
    """The objection to a published claim, for who reviews; NotFound as for `claim`."""
    return _only(session, _of_finance(select(Objection), actor, *REVIEWERS).where(Objection.public_id == public_id))


def batches_visible_to(actor: Actor) -> Select[PayoutBatch]:
    """All payout batches, for finance and auditors; none for others."""
    seen = actor.role in (*FINANCE, "auditor")
    found = select(PayoutBatch)
    return found if seen else found.where(false())


def batch(session: Session, actor: Actor, public_id: str) -> PayoutBatch:
    """The payout batch; NotFound as for `claim`."""
    return _only(session, batches_visible_to(actor).where(PayoutBatch.public_id == public_id))


def dealers_batches(actor: Actor) -> Select[Batch]:
    """All batches of the viewer's dealer, and settlement applications of a dealer or a shop; none for others."""
    found = select(Batch)
    own = actor.role in REDEEMERS and actor.organisation_id is not None
    return found.where(Batch.organisation_id == actor.organisation_id if own else false())


def dealers_batch(session: Session, actor: Actor, public_id: str) -> Batch:
    """The dealer's batch; NotFound as for `claim`."""
    return _only(session, dealers_batches(actor).where(Batch.public_id == public_id))


def applications_visible_to(actor: Actor) -> Select[Batch]:
    """Settlement applications: those of the viewer's firm, all of them for the office; none for others."""
    found = dealers_batches(actor) if actor.role in REDEEMERS else _of_finance(select(Batch), actor, *VOUCHER_READERS)
    return found.where(Batch.number.is_not(None))


def application(session: Session, actor: Actor, public_id: str) -> Batch:
    """The settlement application; NotFound as for `claim`."""
    return _only(session, applications_visible_to(actor).where(Batch.public_id == public_id))


def all_vouchers(actor: Actor) -> Select[Voucher]:
    """Every voucher, for the office; none for others."""
    return _of_finance(select(Voucher), actor, *VOUCHER_READERS)


def any_voucher(session: Session, actor: Actor, public_id: str) -> Voucher:
    """The voucher as the office reads its history; NotFound as for `claim`."""
    return _only(session, all_vouchers(actor).where(Voucher.public_id == public_id))


def dealers_page(session: Session, actor: Actor, public_id: str) -> BatchPage:
    """A page of one of the dealer's batches; NotFound as for `claim`."""
    own = dealers_batches(actor).with_only_columns(Batch.id)
    return _only(session, select(BatchPage).where(BatchPage.public_id == public_id, BatchPage.batch_id.in_(own)))


def pool(session: Session, actor: Actor, public_id: str) -> Pool:
    """The pool, for finance, auditors and administrators; NotFound as for `claim`."""
    return _only(session, _of_finance(select(Pool), actor, *POOL_READERS).where(Pool.public_id == public_id))


def fund_order(session: Session, actor: Actor, public_id: str) -> FundOrder:
    """The order on a pool, for who sees pools; NotFound as for `claim`."""
    return _only(session, _of_finance(select(FundOrder), actor, *POOL_READERS).where(FundOrder.public_id == public_id))


def demand(session: Session, actor: Actor, public_id: str) -> Demand:
    """The demand for paid money, for finance and auditors; NotFound as for `claim`."""
    return _only(session, _of_finance(select(Demand), actor, *DEMAND_READERS).where(Demand.public_id == public_id))


def dealer(session: Session, actor: Actor, public_id: str) -> Organisation:
    """The dealer's firm, for who reads papers of all claims; NotFound as for `claim`."""
    found = select(Organisation).where(Organisation.public_id == public_id, Organisation.kind == "dealer")
    return _only(session, _of_finance(found, actor, *PAPER_READERS))


def claim_numbered(session: Session, actor: Actor, number: str) -> Claim:
    """The claim of that number; NotFound as for `claim`."""
    return _only(session, claims_visible_to(actor).where(Claim.number == number))


def payout(session: Session, actor: Actor, public_id: str) -> Payout:
    """The payout instruction, for finance and auditors; NotFound as for `claim`."""
    seen = actor.role in (*FINANCE, "auditor")
    found = select(Payout).where(Payout.public_id == public_id)
    return _only(session, found if seen else found.where(false()))


def return_file(session: Session, actor: Actor, public_id: str) -> ReturnFile:
    """The bank's return file, for finance and auditors; NotFound as for `claim`."""
    found = select(ReturnFile).where(ReturnFile.public_id == public_id)
    return _only(session, _of_finance(found, actor, *FINANCE, "auditor"))


def reconciliation(session: Session, actor: Actor, day: date) -> Reconciliation:
    """The reconciliation of a local day, for finance and auditors; NotFound as for `claim`."""
    return _only(
        session, _of_finance(select(Reconciliation).where(Reconciliation.day == day), actor, *FINANCE, "auditor")
    )


def suspense_item(session: Session, actor: Actor, public_id: str) -> SuspenseItem:
    """The line in suspense, for finance; NotFound as for `claim`."""
    found = select(SuspenseItem).where(SuspenseItem.public_id == public_id)
    return _only(session, _of_finance(found, actor, *FINANCE))


def api_tokens_visible_to(actor: Actor) -> Select[ApiToken]:
    """All tokens of the dealer's firm; none for others."""
    mine = actor.role == "dealer" and actor.organisation_id is not None
    found = select(ApiToken)
    return found.where(ApiToken.organisation_id == actor.organisation_id) if mine else found.where(false())


def api_token(session: Session, actor: Actor, public_id: str) -> ApiToken:
    """The token of the interface, for everybody of the firm; NotFound as for `claim`."""
    return _only(session, api_tokens_visible_to(actor).where(ApiToken.public_id == public_id))


def vouchers_visible_to(session: Session, actor: Actor) -> Select[Voucher]:
    """Vouchers from the viewer's claims; a claimant's, too, that a collection point asked for under their telephone."""
    own: ColumnElement[bool] = Voucher.claim_id.in_(claims_visible_to(actor).with_only_columns(Claim.id))
    phone = session.scalar(select(User.phone_index).where(User.id == actor.id)) if actor.role == "claimant" else None
    return select(Voucher).where(own if phone is None else or_(own, Voucher.owner_phone_index == phone))


def voucher(session: Session, actor: Actor, public_id: str) -> Voucher:
    """The voucher of its owner, or of the collection point that hands it over; NotFound as for `claim`."""
    return _only(session, vouchers_visible_to(session, actor).where(Voucher.public_id == public_id))


def redemptions_visible_to(actor: Actor) -> Select[Redemption]:
    """All redemptions at the till of the viewer's firm; none for others. What closes a sale is seen with the sale."""
    of_sales = select(Sale.voucher_id).where(Sale.voucher_id.is_not(None))
    found, firm = select(Redemption).where(Redemption.voucher_id.not_in(of_sales)), actor.organisation_id
    mine = actor.role in REDEEMERS and firm is not None
    return found.where(Redemption.organisation_id == firm if mine else false())


def redemption(session: Session, actor: Actor, public_id: str) -> Redemption:
    """A redemption of the viewer's firm; NotFound as for `claim`."""
    return _only(session, redemptions_visible_to(actor).where(Redemption.public_id == public_id))


def sales_visible_to(actor: Actor) -> Select[Sale]:
    """All sales of the viewer's shop; none for others."""
    mine = actor.role in HANDERS_OUT and actor.organisation_id is not None
    found = select(Sale)
    return found.where(Sale.organisation_id == actor.organisation_id if mine else false())


def sale(session: Session, actor: Actor, public_id: str) -> Sale:
    """A sale of the viewer's shop; NotFound as for `claim`."""
    return _only(session, sales_visible_to(actor).where(Sale.public_id == public_id))


def taken_in_visible_to(actor: Actor) -> Select[Claim]:
    """Motorcycles by their claims: those of the viewer's collection point; all for who looks over the points."""
    found = select(Claim).where(Claim.submitter_role == "point", Claim.ticket.is_not(None))
    if actor.role in COLLECTION_READERS:
        return found
    own = actor.role == "point" and actor.organisation_id is not None
    return found.where(Claim.organisation_id == actor.organisation_id if own else false())


def taken_in(session: Session, actor: Actor, public_id: str) -> Claim:
    """The claim of a motorcycle that was taken in; NotFound as for `claim`."""
    return _only(session, taken_in_visible_to(actor).where(Claim.public_id == public_id))


def pickups_visible_to(actor: Actor) -> Select[Pickup]:
    """Those of the viewer's point, or of the recycler that fetches them; all for who looks over the points."""
    found, own = select(Pickup), actor.organisation_id
    if actor.role in COLLECTION_READERS:
        return found
    if own is None or actor.role not in ("point", "recycler"):
        return found.where(false())
    return found.where((Pickup.organisation_id if actor.role == "point" else Pickup.recycler_id) == own)


def pickup(session: Session, actor: Actor, public_id: str) -> Pickup:
    """The pickup; NotFound as for `claim`."""
    return _only(session, pickups_visible_to(actor).where(Pickup.public_id == public_id))


def pickup_item(session: Session, actor: Actor, public_id: str) -> PickupItem:
    """A motorcycle of a pickup's list, one that was taken off it included; NotFound as for `claim`."""
    seen = pickups_visible_to(actor).with_only_columns(Pickup.id)
    return _only(session, select(PickupItem).where(PickupItem.public_id == public_id, PickupItem.pickup_id.in_(seen)))


def audit_sample(session: Session, actor: Actor, public_id: str) -> AuditSample:
    """The sample, for auditors; NotFound as for `claim`."""
    found = select(AuditSample).where(AuditSample.public_id == public_id)
    return _only(session, _of_finance(found, actor, "auditor"))


def merchant_applications(session: Session, actor: Actor) -> Select[MerchantApplication]:
    """Firms' applications: one's own, one's firm's; those put in for who reviews them, a township's own only."""
    found, mine = select(MerchantApplication), MerchantApplication.applicant_id == actor.id
    if actor.role == "claimant":
        return found.where(mine)
    if actor.role in merchant_flow.APPLICANTS:
        return found.where(MerchantApplication.of_firm_id == actor.organisation_id)
    put_in = MerchantApplication.submitted_at.is_not(None)
    if actor.role == "township":
        office = session.get(Organisation, actor.organisation_id) if actor.organisation_id else None
        return found.where(put_in, MerchantApplication.township == (office.name if office else None))
    return found.where(put_in if actor.role in FIRM_READERS else false())


def merchant_application(session: Session, actor: Actor, public_id: str) -> MerchantApplication:
    """A firm's application; NotFound as for `claim`."""
    found = merchant_applications(session, actor)
    return _only(session, found.where(MerchantApplication.public_id == public_id))


def firm(session: Session, actor: Actor, public_id: str) -> Organisation:
    """A firm with its listings and exclusions, for who looks at firms; NotFound as for `claim`."""
    found = select(Organisation).where(Organisation.public_id == public_id, Organisation.kind.in_(COMPANIES))
    return _only(session, _of_finance(found, actor, *FIRM_READERS))


def exclusion(session: Session, actor: Actor, public_id: str) -> Exclusion:
    """An exclusion, for who looks at firms; NotFound as for `claim`."""
    found = select(Exclusion).where(Exclusion.public_id == public_id, Exclusion.lifts_id.is_(None))
    return _only(session, _of_finance(found, actor, *FIRM_READERS))


def accounts_visible_to(actor: Actor) -> Select[User]:
    """All accounts with a name and a password, for who looks at accounts; none for others."""
    return _of_finance(select(User).where(User.username.is_not(None)), actor, *ACCOUNT_READERS)


def staff_account(session: Session, actor: Actor, public_id: str) -> User:
    """An account of the office's own people; NotFound as for `claim`."""
    found = accounts_visible_to(actor).where(User.public_id == public_id, User.role.in_(MANAGED))
    return _only(session, found)


def account_proposal(session: Session, actor: Actor, public_id: str) -> AccountStep:
    """What an administrator proposed, answered or not; NotFound as for `claim`."""
    found = select(AccountStep).where(AccountStep.public_id == public_id, AccountStep.step == "propose")
    return _only(session, _of_finance(found, actor, *ACCOUNT_READERS))


def _of_finance(found: Select[_Row], actor: Actor, *roles: str) -> Select[_Row]:
    return found if actor.role in roles else found.where(false())


def _papers(found: Select[_Row], actor: Actor) -> Select[_Row]:
    """Papers are for their owner, reviewers and auditors; finance sees the claim, not its papers."""
    return found.where(false() if actor.role in FINANCE else visible(actor))


def _only(session: Session, found: Select[_Row]) -> _Row:
    row = session.scalars(found).one_or_none()
    if row is None:
        raise NotFound()
    return row
