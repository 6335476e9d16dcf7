"""Collection points: printed forms and their codes, shelf numbers, motorcycles given back, calls and pickups."""

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.words import allow, disallow
from reviewapp.models.append_only import protect

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = sa.DateTime(timezone=True)
ACTIONS = (
    'print_origin_form', 'shelve', 'give_back_vehicle', 'list_vehicle', 'unlist_vehicle', 'hand_over_vehicle',
    'confirm_vehicle', 'certify_scrapping',
)
TOPICS = ('origin.find', 'pickup.call')


def upgrade() -> None:
    """Forward."""
    op.create_table('pickup_calls',
    sa.Column('id', KEY, nullable=False),
    sa.Column('organisation_id', KEY, nullable=False),
    sa.Column('scheme_code', sa.String(length=60), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.Column('closed_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_pickup_calls_organisation_id_organisations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pickup_calls'))
    )
    op.create_index('uq_pickup_calls_open', 'pickup_calls', ['organisation_id', 'scheme_code'], unique=True, postgresql_where=sa.text('closed_at IS NULL'), sqlite_where=sa.text('closed_at IS NULL'))
    op.create_table('pickups',
    sa.Column('id', KEY, nullable=False),
    sa.Column('organisation_id', KEY, nullable=False),
    sa.Column('recycler_id', KEY, nullable=False),
    sa.Column('scheme_code', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('made_by_id', KEY, nullable=False),
    sa.Column('made_at', INSTANT, nullable=False),
    sa.Column('giver', sa.LargeBinary(), nullable=True),
    sa.Column('taker', sa.LargeBinary(), nullable=True),
    sa.Column('handed_over_by_id', KEY, nullable=True),
    sa.Column('handed_over_at', INSTANT, nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("(state = 'handed_over') = (handed_over_at IS NOT NULL)", name=op.f('ck_pickups_hand_over_timed')),
    sa.CheckConstraint("state <> 'handed_over' OR (giver IS NOT NULL AND taker IS NOT NULL)", name=op.f('ck_pickups_hand_over_signed')),
    sa.CheckConstraint("state IN ('planned', 'handed_over', 'cancelled')", name=op.f('ck_pickups_state_known')),
    sa.ForeignKeyConstraint(['handed_over_by_id'], ['users.id'], name=op.f('fk_pickups_handed_over_by_id_users')),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_pickups_made_by_id_users')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_pickups_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['recycler_id'], ['organisations.id'], name=op.f('fk_pickups_recycler_id_organisations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pickups')),
    sa.UniqueConstraint('organisation_id', 'number', name=op.f('uq_pickups_organisation_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_pickups_public_id'))
    )
    op.create_index('ix_pickups_recycler', 'pickups', ['recycler_id', 'id'], unique=False)
    op.create_table('given_back',
    sa.Column('claim_id', KEY, autoincrement=False, nullable=False),
    sa.Column('receiver', sa.LargeBinary(), nullable=False),
    sa.Column('by_id', KEY, nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_given_back_by_id_users')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_given_back_claim_id_claims')),
    sa.PrimaryKeyConstraint('claim_id', name=op.f('pk_given_back'))
    )
    op.create_table('origin_forms',
    sa.Column('id', KEY, nullable=False),
    sa.Column('claim_id', KEY, nullable=False),
    sa.Column('printed', sa.LargeBinary(), nullable=False),
    sa.Column('by_id', KEY, nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_origin_forms_by_id_users')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_origin_forms_claim_id_claims')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_origin_forms')),
    sa.UniqueConstraint('public_id', name=op.f('uq_origin_forms_public_id'))
    )
    op.create_index(op.f('ix_origin_forms_claim_id'), 'origin_forms', ['claim_id'], unique=False)
    op.create_table('origin_scans',
    sa.Column('id', KEY, nullable=False),
    sa.Column('organisation_id', KEY, nullable=False),
    sa.Column('by_id', KEY, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('media_type', sa.String(length=40), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('claim_id', KEY, nullable=True),
    sa.Column('refusal', sa.String(length=300), nullable=True),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name=op.f('ck_origin_scans_refused_has_reason')),
    sa.CheckConstraint("state <> 'filed' OR claim_id IS NOT NULL", name=op.f('ck_origin_scans_filed_in_a_claim')),
    sa.CheckConstraint("state IN ('waiting', 'filed', 'refused')", name=op.f('ck_origin_scans_state_known')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_origin_scans_by_id_users')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_origin_scans_claim_id_claims')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_origin_scans_organisation_id_organisations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_origin_scans')),
    sa.UniqueConstraint('organisation_id', 'sha256', name=op.f('uq_origin_scans_organisation_id_sha256')),
    sa.UniqueConstraint('public_id', name=op.f('uq_origin_scans_public_id'))
    )
    op.create_table('pickup_items',
    sa.Column('id', KEY, nullable=False),
    sa.Column('pickup_id', KEY, nullable=False),
    sa.Column('claim_id', KEY, nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=True),
    sa.Column('frame_seen', sa.LargeBinary(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('confirmed_by_id', KEY, nullable=True),
    sa.Column('confirmed_at', INSTANT, nullable=True),
    sa.Column('certificate_number', sa.String(length=40), nullable=True),
    sa.Column('certificate_on', sa.Date(), nullable=True),
    sa.Column('paper_sha256', sa.String(length=64), nullable=True),
    sa.Column('paper_name', sa.LargeBinary(), nullable=True),
    sa.Column('released_at', INSTANT, nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("(outcome IS NOT NULL AND outcome = 'differs') = (frame_seen IS NOT NULL)", name=op.f('ck_pickup_items_frame_seen')),
    sa.CheckConstraint("certificate_number IS NULL OR outcome IN ('received', 'differs')", name=op.f('ck_pickup_items_certificate_of_it')),
    sa.CheckConstraint("outcome IN ('received', 'differs', 'missing')", name=op.f('ck_pickup_items_outcome_known')),
    sa.CheckConstraint('(certificate_number IS NULL) = (certificate_on IS NULL)', name=op.f('ck_pickup_items_certificate_dated')),
    sa.CheckConstraint('(outcome IS NULL) = (confirmed_at IS NULL)', name=op.f('ck_pickup_items_outcome_timed')),
    sa.CheckConstraint('(paper_sha256 IS NULL) = (paper_name IS NULL)', name=op.f('ck_pickup_items_paper_named')),
    sa.CheckConstraint('released_at IS NULL OR certificate_number IS NULL', name=op.f('ck_pickup_items_certified_stays')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_pickup_items_claim_id_claims')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['users.id'], name=op.f('fk_pickup_items_confirmed_by_id_users')),
    sa.ForeignKeyConstraint(['pickup_id'], ['pickups.id'], name=op.f('fk_pickup_items_pickup_id_pickups')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pickup_items')),
    sa.UniqueConstraint('pickup_id', 'claim_id', name=op.f('uq_pickup_items_pickup_id_claim_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_pickup_items_public_id'))
    )
    op.create_index('uq_pickup_items_certificate', 'pickup_items', ['certificate_number'], unique=True, postgresql_where=sa.text('certificate_number IS NOT NULL'), sqlite_where=sa.text('certificate_number IS NOT NULL'))
    op.create_index('uq_pickup_items_live', 'pickup_items', ['claim_id'], unique=True, postgresql_where=sa.text('released_at IS NULL'), sqlite_where=sa.text('released_at IS NULL'))
    op.create_table('shelf_marks',
    sa.Column('id', KEY, nullable=False),
    sa.Column('claim_id', KEY, nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('by_id', KEY, nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_shelf_marks_by_id_users')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_shelf_marks_claim_id_claims')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shelf_marks'))
    )
    op.create_index('ix_shelf_marks_claim', 'shelf_marks', ['claim_id', 'id'], unique=False)
    op.create_index('ix_shelf_marks_number', 'shelf_marks', ['number'], unique=False)
    op.create_table('origin_codes',
    sa.Column('page_id', KEY, nullable=False),
    sa.Column('form_id', KEY, nullable=True),
    sa.ForeignKeyConstraint(['form_id'], ['origin_forms.id'], name=op.f('fk_origin_codes_form_id_origin_forms')),
    sa.ForeignKeyConstraint(['page_id'], ['pages.id'], name=op.f('fk_origin_codes_page_id_pages')),
    sa.PrimaryKeyConstraint('page_id', name=op.f('pk_origin_codes'))
    )
    allow('events', 'action', *ACTIONS)
    allow('outbox', 'topic', *TOPICS)
    protect(op.get_bind(), ['shelf_marks'])


def downgrade() -> None:
    """Back; refused by the database once a point has done anything of it."""
    disallow('events', 'action', *ACTIONS)
    disallow('outbox', 'topic', *TOPICS)
    for table in (
        'origin_codes', 'shelf_marks', 'pickup_items', 'origin_scans', 'origin_forms', 'given_back', 'pickups',
        'pickup_calls',
    ):
        op.drop_table(table)
