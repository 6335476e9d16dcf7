"""Vouchers, the purchases they were redeemed for, and what happens to them on their claims' trails."""

import sqlalchemy as sa
from alembic import op

from reviewapp.models.append_only import protect

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = sa.DateTime(timezone=True)
STANDING = sa.text('voided_at IS NULL')
OPEN = sa.text("state = 'issued'")
BEFORE = (
    "'submit', 'promote', 'take', 'put_back', 'take_back', 'first_look', 'dispute', 'approve', 'return', 'reject', "
    "'await_funds', 'resubmit', 'cancel_return', 'lapse', 'withdraw', 'publish', 'make_payable', 'send', "
    "'lose_answer', 'confirm_paid', 'confirm_failed', 'return_payment', 'give_new_card', 'demand', 'settle_demand', "
    "'drop_demand', 'create', 'change_paper', 'change_fact', 'check', 'propose_demand', 'pay_back', 'note', 'waive'"
)
NEW = "'redeem_voucher', 'return_goods', 'expire_voucher'"


def _actions(listed):
    with op.batch_alter_table('events') as batch:
        batch.drop_constraint(op.f('ck_events_action_known'), type_='check')
        batch.create_check_constraint(op.f('ck_events_action_known'), f'action IN ({listed})')
    protect(op.get_bind(), ['events'])


def upgrade() -> None:
    """Forward."""
    op.create_table('vouchers',
    sa.Column('id', KEY, nullable=False),
    sa.Column('number', sa.String(length=12), nullable=False),
    sa.Column('claim_id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('value_fen', sa.BigInteger(), nullable=False),
    sa.Column('held_fen', sa.BigInteger(), nullable=False),
    sa.Column('owner', sa.LargeBinary(), nullable=False),
    sa.Column('owner_phone_index', sa.String(length=64), nullable=True),
    sa.Column('issued_at', INSTANT, nullable=False),
    sa.Column('good_until', INSTANT, nullable=True),
    sa.Column('settlement_id', KEY, nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("state IN ('issued', 'redeemed', 'settled', 'voided', 'expired')", name=op.f('ck_vouchers_state_known')),
    sa.CheckConstraint('value_fen > 0', name=op.f('ck_vouchers_value_positive')),
    sa.CheckConstraint('held_fen >= 0 AND held_fen <= value_fen', name=op.f('ck_vouchers_held_within_value')),
    sa.CheckConstraint("state <> 'issued' OR held_fen = value_fen", name=op.f('ck_vouchers_issued_holds_all')),
    sa.CheckConstraint("state IN ('issued', 'redeemed') OR held_fen = 0", name=op.f('ck_vouchers_ended_holds_nothing')),
    sa.CheckConstraint("state <> 'settled' OR settlement_id IS NOT NULL", name=op.f('ck_vouchers_settled_by_a_claim')),
    sa.CheckConstraint("state NOT IN ('issued', 'expired') OR settlement_id IS NULL", name=op.f('ck_vouchers_unused_has_none')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_vouchers_claim_id_claims')),
    sa.ForeignKeyConstraint(['settlement_id'], ['claims.id'], name=op.f('fk_vouchers_settlement_id_claims')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vouchers')),
    sa.UniqueConstraint('number', name=op.f('uq_vouchers_number')),
    sa.UniqueConstraint('claim_id', name=op.f('uq_vouchers_claim_id')),
    sa.UniqueConstraint('settlement_id', name=op.f('uq_vouchers_settlement_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_vouchers_public_id')),
    )
    op.create_index('ix_vouchers_open', 'vouchers', ['good_until'], postgresql_where=OPEN, sqlite_where=OPEN)
    op.create_index(op.f('ix_vouchers_owner_phone_index'), 'vouchers', ['owner_phone_index'])
    op.create_table('redemptions',
    sa.Column('id', KEY, nullable=False),
    sa.Column('voucher_id', KEY, nullable=False),
    sa.Column('organisation_id', KEY, nullable=False),
    sa.Column('by_id', KEY, nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.Column('goods', sa.String(length=20), nullable=False),
    sa.Column('price_fen', sa.BigInteger(), nullable=False),
    sa.Column('invoice', sa.String(length=40), nullable=False),
    sa.Column('returned_fen', sa.BigInteger(), nullable=False),
    sa.Column('back_fen', sa.BigInteger(), nullable=False),
    sa.Column('voided_at', INSTANT, nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint('price_fen > 0', name=op.f('ck_redemptions_price_positive')),
    sa.CheckConstraint('returned_fen >= 0 AND returned_fen <= price_fen', name=op.f('ck_redemptions_returned_within_price')),
    sa.CheckConstraint('back_fen >= 0', name=op.f('ck_redemptions_back_not_negative')),
    sa.CheckConstraint('(voided_at IS NULL) = (returned_fen < price_fen)', name=op.f('ck_redemptions_void_when_all_returned')),
    sa.ForeignKeyConstraint(['voucher_id'], ['vouchers.id'], name=op.f('fk_redemptions_voucher_id_vouchers')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_redemptions_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_redemptions_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redemptions')),
    sa.UniqueConstraint('voucher_id', name=op.f('uq_redemptions_voucher_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_redemptions_public_id')),
    )
    op.create_index('ix_redemptions_firm', 'redemptions', ['organisation_id', 'at'])
    op.create_index('uq_redemptions_invoice', 'redemptions', ['invoice'], unique=True, postgresql_where=STANDING, sqlite_where=STANDING)
    _actions(f'{BEFORE}, {NEW}')


def downgrade() -> None:
    """Back; refused by the database once a voucher was used or expired."""
    _actions(BEFORE)
    op.drop_table('redemptions')
    op.drop_table('vouchers')
