"""Objections during publication: what was received against a published claim, who settled it; since when it is published."""

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.words import allow, disallow

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = sa.DateTime(timezone=True)
ACTIONS = ('object', 'dismiss_objection', 'uphold_objection')
OPEN, UPHELD = sa.text("state = 'open'"), sa.text("state = 'upheld'")
PUBLISHED = sa.text("state = 'publication'")
#: What is published already has been since its event.
SINCE = """
UPDATE claims SET published_at = coalesce(
  (SELECT max(at) FROM events WHERE events.claim_id = claims.id AND events.action = 'publish'), changed_at
) WHERE state = 'publication'
"""
CHECKS = {
    'published_since': "(state = 'publication') = (published_at IS NOT NULL)",
    'objections_not_negative': 'open_objections >= 0',
    'objections_hold_it': "open_objections = 0 OR state = 'publication'",
}


def _claims():
    with op.batch_alter_table('claims') as batch:
        batch.add_column(sa.Column('published_at', INSTANT, nullable=True))
        batch.add_column(sa.Column('open_objections', sa.Integer(), server_default='0', nullable=False))
    op.execute(SINCE)
    with op.batch_alter_table('claims') as batch:
        for name, rule in CHECKS.items():
            batch.create_check_constraint(op.f(f'ck_claims_{name}'), rule)
    op.create_index('ix_claims_published', 'claims', ['published_at'], postgresql_where=PUBLISHED, sqlite_where=PUBLISHED)


def upgrade() -> None:
    """Forward."""
    _claims()
    op.create_table('objections',
    sa.Column('id', KEY, nullable=False),
    sa.Column('claim_id', KEY, nullable=False),
    sa.Column('decision_id', KEY, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('form_key', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('raised_by', sa.LargeBinary(), nullable=True),
    sa.Column('contact', sa.LargeBinary(), nullable=True),
    sa.Column('entered_by_id', KEY, nullable=False),
    sa.Column('approved_by_id', KEY, nullable=False),
    sa.Column('recorded_by_id', KEY, nullable=False),
    sa.Column('recorded_at', INSTANT, nullable=False),
    sa.Column('settled_by_id', KEY, nullable=True),
    sa.Column('settled_at', INSTANT, nullable=True),
    sa.Column('reason', sa.LargeBinary(), nullable=True),
    sa.Column('joined_to_id', KEY, nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("state IN ('open', 'dismissed', 'upheld', 'joined')", name=op.f('ck_objections_state_known')),
    sa.CheckConstraint("channel IN ('letter', 'visit', 'phone', 'message', 'other')", name=op.f('ck_objections_channel_known')),
    sa.CheckConstraint("(state = 'open') = (settled_at IS NULL)", name=op.f('ck_objections_settled_has_time')),
    sa.CheckConstraint('(settled_at IS NULL) = (settled_by_id IS NULL)', name=op.f('ck_objections_settled_by_somebody')),
    sa.CheckConstraint("(state IN ('dismissed', 'upheld')) = (reason IS NOT NULL)", name=op.f('ck_objections_settled_for_a_reason')),
    sa.CheckConstraint("(state = 'joined') = (joined_to_id IS NOT NULL)", name=op.f('ck_objections_joined_to_another')),
    sa.CheckConstraint('settled_by_id IS NULL OR (settled_by_id <> entered_by_id AND settled_by_id <> approved_by_id)', name=op.f('ck_objections_two_people')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_objections_claim_id_claims')),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_objections_decision_id_decisions')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['users.id'], name=op.f('fk_objections_entered_by_id_users')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['users.id'], name=op.f('fk_objections_approved_by_id_users')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_objections_recorded_by_id_users')),
    sa.ForeignKeyConstraint(['settled_by_id'], ['users.id'], name=op.f('fk_objections_settled_by_id_users')),
    sa.ForeignKeyConstraint(['joined_to_id'], ['objections.id'], name=op.f('fk_objections_joined_to_id_objections')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_objections')),
    sa.UniqueConstraint('claim_id', 'number', name=op.f('uq_objections_claim_id_number')),
    sa.UniqueConstraint('claim_id', 'form_key', name=op.f('uq_objections_claim_id_form_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_objections_public_id'))
    )
    op.create_index('ix_objections_open', 'objections', ['claim_id'], unique=False, postgresql_where=OPEN, sqlite_where=OPEN)
    op.create_index('uq_objections_upheld', 'objections', ['decision_id'], unique=True, postgresql_where=UPHELD, sqlite_where=UPHELD)
    allow('events', 'action', *ACTIONS)


def downgrade() -> None:
    """Back; refused by the database once an objection was received."""
    disallow('events', 'action', *ACTIONS)
    op.drop_table('objections')
    op.drop_index('ix_claims_published', 'claims')
    with op.batch_alter_table('claims') as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(f'ck_claims_{name}'), type_='check')
        batch.drop_column('open_objections')
        batch.drop_column('published_at')
