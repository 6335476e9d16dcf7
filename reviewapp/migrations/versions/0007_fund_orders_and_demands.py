"""Orders that change what pools have, and demands for paid money; claims can be in clawback, and refunded."""

import sqlalchemy as sa
from alembic import op

from reviewapp.models.append_only import protect

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

_STATES = ('draft', 'submitted', 'waitlist', 'special_review', 'in_review', 'returned', 'approved', 'publication', 'payable', 'sending', 'paid')
STATES = (*_STATES, 'clawback', 'refunded', 'failed', 'unknown', 'rejected', 'withdrawn', 'lapsed')
ACTIONS = (
    'submit', 'promote', 'take', 'put_back', 'approve', 'return', 'reject', 'resubmit', 'lapse', 'withdraw', 'publish', 'make_payable', 'send',
    'lose_answer', 'confirm_paid', 'confirm_failed', 'return_payment', 'give_new_card', 'demand', 'settle_demand', 'drop_demand',
    'create', 'change_paper', 'change_fact', 'check', 'propose_demand', 'pay_back',
)


def _listed(column, values):
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _rule(table, name, rule):
    name = op.f(f'ck_{table}_{name}')
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_='check')
        batch.create_check_constraint(name, rule)


def upgrade() -> None:
    """Forward."""
    op.create_table('fund_orders',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('form_key', sa.String(length=40), nullable=False),
    sa.Column('pool_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('to_pool_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=True),
    sa.Column('document', sa.String(length=120), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('maker_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checker_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('cancelled_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('cancel_reason', sa.String(length=200), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("kind IN ('top_up', 'move', 'reduce')", name=op.f('ck_fund_orders_kind_known')),
    sa.CheckConstraint("state IN ('proposed', 'confirmed', 'cancelled')", name=op.f('ck_fund_orders_state_known')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_fund_orders_amount_positive')),
    sa.CheckConstraint("document <> '' AND reason <> ''", name=op.f('ck_fund_orders_grounds_given')),
    sa.CheckConstraint("(kind = 'move') = (to_pool_id IS NOT NULL)", name=op.f('ck_fund_orders_move_has_target')),
    sa.CheckConstraint('to_pool_id IS NULL OR to_pool_id <> pool_id', name=op.f('ck_fund_orders_pools_differ')),
    sa.CheckConstraint('checker_id IS NULL OR checker_id <> maker_id', name=op.f('ck_fund_orders_two_people')),
    sa.CheckConstraint("(state = 'confirmed') = (checker_id IS NOT NULL)", name=op.f('ck_fund_orders_confirmed_by_checker')),
    sa.CheckConstraint("(state = 'cancelled') = (cancelled_by_id IS NOT NULL)", name=op.f('ck_fund_orders_cancelled_by_somebody')),
    sa.CheckConstraint("(state = 'cancelled') = (cancel_reason IS NOT NULL)", name=op.f('ck_fund_orders_cancelled_with_reason')),
    sa.CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name=op.f('ck_fund_orders_decided_at_some_time')),
    sa.ForeignKeyConstraint(['cancelled_by_id'], ['users.id'], name=op.f('fk_fund_orders_cancelled_by_id_users')),
    sa.ForeignKeyConstraint(['checker_id'], ['users.id'], name=op.f('fk_fund_orders_checker_id_users')),
    sa.ForeignKeyConstraint(['maker_id'], ['users.id'], name=op.f('fk_fund_orders_maker_id_users')),
    sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], name=op.f('fk_fund_orders_pool_id_pools')),
    sa.ForeignKeyConstraint(['to_pool_id'], ['pools.id'], name=op.f('fk_fund_orders_to_pool_id_pools')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fund_orders')),
    sa.UniqueConstraint('maker_id', 'form_key', name=op.f('uq_fund_orders_maker_id_form_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_fund_orders_public_id'))
    )
    op.create_index('ix_fund_orders_pool', 'fund_orders', ['pool_id', 'id'], unique=False)
    op.create_index(op.f('ix_fund_orders_to_pool_id'), 'fund_orders', ['to_pool_id'], unique=False)
    op.create_table('demands',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('claim_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('received_fen', sa.BigInteger(), nullable=False),
    sa.Column('clause', sa.String(length=60), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('opened_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('cancel_reason', sa.LargeBinary(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("state IN ('proposed', 'open', 'settled', 'cancelled')", name=op.f('ck_demands_state_known')),
    sa.CheckConstraint('amount_fen > 0 AND received_fen >= 0', name=op.f('ck_demands_amounts_positive')),
    sa.CheckConstraint('received_fen <= amount_fen', name=op.f('ck_demands_not_more_than_demanded')),
    sa.CheckConstraint("(state = 'settled') = (received_fen = amount_fen)", name=op.f('ck_demands_settled_when_whole')),
    sa.CheckConstraint('confirmed_by_id IS NULL OR confirmed_by_id <> opened_by_id', name=op.f('ck_demands_two_people')),
    sa.CheckConstraint("state NOT IN ('open', 'settled') OR confirmed_by_id IS NOT NULL", name=op.f('ck_demands_open_is_confirmed')),
    sa.CheckConstraint('received_fen = 0 OR confirmed_by_id IS NOT NULL', name=op.f('ck_demands_receipts_once_confirmed')),
    sa.CheckConstraint('(confirmed_by_id IS NULL) = (confirmed_at IS NULL)', name=op.f('ck_demands_confirmed_at_some_time')),
    sa.CheckConstraint("(state = 'cancelled') = (cancelled_by_id IS NOT NULL)", name=op.f('ck_demands_cancelled_by_somebody')),
    sa.CheckConstraint("(state IN ('settled', 'cancelled')) = (closed_at IS NOT NULL)", name=op.f('ck_demands_closed_at_some_time')),
    sa.ForeignKeyConstraint(['cancelled_by_id'], ['users.id'], name=op.f('fk_demands_cancelled_by_id_users')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_demands_claim_id_claims')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['users.id'], name=op.f('fk_demands_confirmed_by_id_users')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['users.id'], name=op.f('fk_demands_opened_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_demands')),
    sa.UniqueConstraint('public_id', name=op.f('uq_demands_public_id'))
    )
    op.create_index('uq_demands_live_claim', 'demands', ['claim_id'], unique=True, postgresql_where=sa.text("state IN ('proposed', 'open')"), sqlite_where=sa.text("state IN ('proposed', 'open')"))
    op.create_index('ix_demands_claim', 'demands', ['claim_id', 'id'], unique=False)
    op.create_table('demand_receipts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('demand_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('bank_reference', sa.String(length=60), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('recorded_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_demand_receipts_amount_positive')),
    sa.ForeignKeyConstraint(['demand_id'], ['demands.id'], name=op.f('fk_demand_receipts_demand_id_demands')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_demand_receipts_recorded_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_demand_receipts')),
    sa.UniqueConstraint('bank_reference', name=op.f('uq_demand_receipts_bank_reference'))
    )
    op.create_index(op.f('ix_demand_receipts_demand_id'), 'demand_receipts', ['demand_id'], unique=False)
    with op.batch_alter_table('postings') as batch:
        batch.add_column(sa.Column('source', sa.String(length=40), nullable=True))
        batch.add_column(sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch.create_foreign_key(op.f('fk_postings_order_id_fund_orders'), 'fund_orders', ['order_id'], ['id'])
        batch.create_index(op.f('ix_postings_order_id'), ['order_id'])
    _rule('claims', 'state_known', _listed('state', STATES))
    _rule('events', 'action_known', _listed('action', ACTIONS))
    _rule('events', 'to_state_known', _listed('to_state', STATES))
    protect(op.get_bind(), ('postings', 'events', 'demand_receipts'))


def downgrade() -> None:
    """What was ordered, asked back and paid back is not taken down by a migration."""
    raise RuntimeError("orders and demands have no way back; restore a backup instead")
