"""A claim (申领): who asks for what under which scheme version, where it stands, and its lease while it is reviewed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.models.base import Base, BigKey, Instant, WithPublicId, one_of
from reviewapp.models.fund import Pool
from reviewapp.models.people import Organisation, User
from reviewapp.policy.workflow import STATES, SUBMITTERS

#: What claims are found by; the first three are what rules ask for, the others are shown to people only.
KEY_KINDS = ("id_number", "name", "vin", "invoice", "card", "scrap", "payment", "phone")
_UNQUEUED = "('draft', 'withdrawn')"
_UNDECIDED = "('submitted', 'special_review', 'in_review')"
#: Few of all the claims ever stored: whom a reviewer can take next, what reviewers hold, what is published.
_WAITING = text("state IN ('submitted', 'special_review')")
_LEASED = text("reviewer_id IS NOT NULL")
_PUBLISHED = text("state = 'publication'")


class Claim(WithPublicId, Base):
    """One claim. Its content lies in `facts`; this row holds identity, place in the order, money and state.

    `ticket` is strictly increasing in a pool and given with the submission. `wanted_fen` is what the claim asks the
    pool for, `reserved_fen` what the pool holds for it. `revision` grows with every change of content or state: a
    page that carries an older one is refused as stale. `submitted_from` is the revision it was last put in from, so
    that the same form sent twice is known again. `fence` grows with every lease: a decision under an older fence
    changes nothing. `kept_for_id` is the reviewer who returned it and, mended, gets it first, until `kept_until`.
    `erased_at`: it was never put in, and what it held is deleted; the row and the events without words stay.
    `second_look`: somebody other than `first_by_id` is to look (`waiting`), or the two did not agree (`disputed`).
    `published_at` is since when it is published (公示), None when it is not; it stays so while objections are open.
    """

    __tablename__ = "claims"
    __table_args__ = (
        one_of("state", tuple(STATES)),
        one_of("submitter_role", SUBMITTERS),
        UniqueConstraint("pool_id", "ticket"),
        UniqueConstraint("entered_by_id", "form_key"),
        CheckConstraint(f"(ticket IS NOT NULL) OR state IN {_UNQUEUED}", name="queued_has_ticket"),
        CheckConstraint("(ticket IS NULL) = (submitted_at IS NULL)", name="ticket_with_submission"),
        CheckConstraint("erased_at IS NULL OR ticket IS NULL", name="erased_never_put_in"),
        CheckConstraint("reserved_fen >= 0", name="reserved_not_negative"),
        CheckConstraint("reserved_fen <= wanted_fen", name="reserved_within_wanted"),
        CheckConstraint("state <> 'waitlist' OR reserved_fen < wanted_fen", name="waitlist_wants_more"),
        CheckConstraint("(state = 'in_review') = (reviewer_id IS NOT NULL)", name="lease_in_review"),
        CheckConstraint("(state = 'returned') = (correction_until IS NOT NULL)", name="returned_has_deadline"),
        CheckConstraint("(state = 'publication') = (published_at IS NOT NULL)", name="published_since"),
        CheckConstraint("open_objections >= 0", name="objections_not_negative"),
        CheckConstraint("open_objections = 0 OR state = 'publication'", name="objections_hold_it"),
        CheckConstraint("reviewer_id IS NULL OR reviewer_id <> entered_by_id", name="two_people"),
        one_of("second_look", ("waiting", "disputed")),
        CheckConstraint("(second_look IS NULL) = (first_by_id IS NULL)", name="second_look_has_first"),
        CheckConstraint(f"second_look IS NULL OR state IN {_UNDECIDED}", name="second_look_undecided"),
        CheckConstraint(
            "reviewer_id IS NULL OR second_look IS NULL OR second_look <> 'waiting' OR reviewer_id <> first_by_id",
            name="second_is_another",
        ),
        CheckConstraint("(kept_for_id IS NULL) = (kept_until IS NULL)", name="kept_until_then"),
        Index("ix_claims_queue", "pool_id", "state", "ticket"),
        Index("ix_claims_changes", "organisation_id", "changed_at", "id"),
        Index("ix_claims_waiting", "pool_id", "ticket", postgresql_where=_WAITING, sqlite_where=_WAITING),
        Index("ix_claims_published", "published_at", postgresql_where=_PUBLISHED, sqlite_where=_PUBLISHED),
        Index("ix_claims_reviewer", "reviewer_id", postgresql_where=_LEASED, sqlite_where=_LEASED),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    form_key: Mapped[str] = mapped_column(String(40))
    scheme_code: Mapped[str] = mapped_column(String(60))
    scheme_version: Mapped[str] = mapped_column(String(20))
    programme: Mapped[str] = mapped_column(String(40))
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    revision: Mapped[int] = mapped_column(default=0)
    submitter_role: Mapped[str] = mapped_column(String(20))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    ticket: Mapped[int | None] = mapped_column(BigInteger)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    special: Mapped[bool] = mapped_column(default=False)
    submitted_from: Mapped[int | None]
    wanted_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    reserved_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    award_fen: Mapped[int | None] = mapped_column(BigInteger)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    fence: Mapped[int] = mapped_column(default=0)
    correction_until: Mapped[datetime | None] = mapped_column(Instant)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    open_objections: Mapped[int] = mapped_column(default=0, server_default="0")
    kept_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kept_until: Mapped[datetime | None] = mapped_column(Instant)
    second_look: Mapped[str | None] = mapped_column(String(10))
    first_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    pool: Mapped[Pool] = relationship()
    entered_by: Mapped[User] = relationship(foreign_keys=entered_by_id)
    reviewer: Mapped[User | None] = relationship(foreign_keys=reviewer_id)
    organisation: Mapped[Organisation | None] = relationship()


class ClaimKey(Base):
    """A blind token of what identifies a claim (person, vehicle, invoice, card…), to find claims on the same thing.

    It holds from `at` until `dropped_at`, when the value was corrected; it is never removed, so that what was there at
    the moment of a decision can be told.
    """

    __tablename__ = "claim_keys"
    __table_args__ = (
        one_of("kind", KEY_KINDS),
        UniqueConstraint("claim_id", "kind", "token"),
        Index("ix_claim_keys_token", "kind", "token"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    kind: Mapped[str] = mapped_column(String(12))
    token: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    dropped_at: Mapped[datetime | None] = mapped_column(Instant)
