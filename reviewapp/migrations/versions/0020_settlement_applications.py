"""Settlement applications of many vouchers; redemptions taken back at once; wrong persons at the till."""

import sqlalchemy as sa
from alembic import op

from reviewapp.models.append_only import protect

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = sa.DateTime(timezone=True)
STANDING = sa.text('voided_at IS NULL')
STANDING_NOW = sa.text('voided_at IS NULL AND undone_at IS NULL')
DONE = sa.text('undone_at IS NULL')
BEFORE = (
    "'submit', 'promote', 'take', 'put_back', 'take_back', 'first_look', 'dispute', 'approve', 'return', 'reject', "
    "'await_funds', 'resubmit', 'cancel_return', 'lapse', 'withdraw', 'publish', 'make_payable', 'send', "
    "'lose_answer', 'confirm_paid', 'confirm_failed', 'return_payment', 'give_new_card', 'demand', 'settle_demand', "
    "'drop_demand', 'create', 'change_paper', 'change_fact', 'check', 'propose_demand', 'pay_back', 'note', 'waive'"
    ", 'redeem_voucher', 'return_goods', 'expire_voucher'"
)
NEW = "'undo_redemption'"


def _actions(listed):
    with op.batch_alter_table('events') as batch:
        batch.drop_constraint(op.f('ck_events_action_known'), type_='check')
        batch.create_check_constraint(op.f('ck_events_action_known'), f'action IN ({listed})')
    protect(op.get_bind(), ['events'])


def _one_invoice(where):
    op.create_index('uq_redemptions_invoice', 'redemptions', ['invoice'], unique=True, postgresql_where=where, sqlite_where=where)


def upgrade() -> None:
    """Forward."""
    op.drop_index('uq_redemptions_invoice', 'redemptions')
    with op.batch_alter_table('redemptions') as batch:
        batch.add_column(sa.Column('undone_at', INSTANT, nullable=True))
        batch.drop_constraint(op.f('uq_redemptions_voucher_id'), type_='unique')
        batch.create_check_constraint(op.f('ck_redemptions_undone_before_returns'), 'undone_at IS NULL OR returned_fen = 0')
    op.create_index(op.f('ix_redemptions_voucher_id'), 'redemptions', ['voucher_id'])
    op.create_index('uq_redemptions_voucher', 'redemptions', ['voucher_id'], unique=True, postgresql_where=DONE, sqlite_where=DONE)
    _one_invoice(STANDING_NOW)
    op.create_table('wrong_persons',
    sa.Column('id', KEY, nullable=False),
    sa.Column('voucher_id', KEY, nullable=False),
    sa.Column('organisation_id', KEY, nullable=False),
    sa.Column('by_id', KEY, nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['voucher_id'], ['vouchers.id'], name=op.f('fk_wrong_persons_voucher_id_vouchers')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_wrong_persons_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_wrong_persons_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wrong_persons')),
    )
    op.create_index('ix_wrong_persons_voucher', 'wrong_persons', ['voucher_id', 'organisation_id', 'at'])
    with op.batch_alter_table('batches') as batch:
        batch.add_column(sa.Column('number', sa.String(length=24), nullable=True))
        batch.add_column(sa.Column('account', sa.LargeBinary(), nullable=True))
        batch.create_unique_constraint(op.f('uq_batches_number'), ['number'])
    with op.batch_alter_table('batch_rows') as batch:
        batch.add_column(sa.Column('redemption_id', KEY, nullable=True))
        batch.create_foreign_key(op.f('fk_batch_rows_redemption_id_redemptions'), 'redemptions', ['redemption_id'], ['id'])
    op.create_index(op.f('ix_batch_rows_redemption_id'), 'batch_rows', ['redemption_id'])
    _actions(f'{BEFORE}, {NEW}')


def downgrade() -> None:
    """Back; refused by the database once a redemption was taken back."""
    _actions(BEFORE)
    op.drop_index(op.f('ix_batch_rows_redemption_id'), 'batch_rows')
    with op.batch_alter_table('batch_rows') as batch:
        batch.drop_constraint(op.f('fk_batch_rows_redemption_id_redemptions'), type_='foreignkey')
        batch.drop_column('redemption_id')
    with op.batch_alter_table('batches') as batch:
        batch.drop_constraint(op.f('uq_batches_number'), type_='unique')
        batch.drop_column('account')
        batch.drop_column('number')
    op.drop_table('wrong_persons')
    op.drop_index('uq_redemptions_invoice', 'redemptions')
    op.drop_index('uq_redemptions_voucher', 'redemptions')
    op.drop_index(op.f('ix_redemptions_voucher_id'), 'redemptions')
    with op.batch_alter_table('redemptions') as batch:
        batch.drop_constraint(op.f('ck_redemptions_undone_before_returns'), type_='check')
        batch.create_unique_constraint(op.f('uq_redemptions_voucher_id'), ['voucher_id'])
        batch.drop_column('undone_at')
    _one_invoice(STANDING)
