"""Batches with bands, skipped lines and bank files; return files of banks with their suspense; 退汇 as a state and a move."""

import sqlalchemy as sa
from alembic import op

from reviewapp.models.append_only import protect

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
ACTIONS_BEFORE = (
    "'submit', 'promote', 'take', 'put_back', 'approve', 'return', 'reject', 'resubmit', 'lapse', 'withdraw', 'publish', "
    "'make_payable', 'send', 'lose_answer', 'confirm_paid', 'confirm_failed', 'give_new_card', 'create', 'change_paper', "
    "'change_fact', 'check'"
)
PAYOUT_STATES = "'ready', 'batched', 'released', 'sending', 'accepted', 'unknown', 'exported', 'paid', 'failed', 'returned'"


def upgrade() -> None:
    """Forward."""
    _batches()
    _payouts()
    _skips_and_exports()
    _return_files()
    _actions(ACTIONS_BEFORE + ", 'return_payment'")
    protect(op.get_bind(), ('events', 'payout_skips', 'batch_exports'))


def _batches():
    with op.batch_alter_table('payout_batches') as batch:
        batch.add_column(sa.Column('pool_id', KEY, nullable=True))
        batch.add_column(sa.Column('channel', sa.String(length=8), nullable=False, server_default='http'))
        batch.add_column(sa.Column('template', sa.String(length=40), nullable=True))
        batch.add_column(sa.Column('needs_second', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column('second_checker_id', KEY, nullable=True))
        batch.add_column(sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('exported_at', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('export_digest', sa.String(length=64), nullable=True))
        batch.create_foreign_key(op.f('fk_payout_batches_pool_id_pools'), 'pools', ['pool_id'], ['id'])
        batch.create_foreign_key(op.f('fk_payout_batches_second_checker_id_users'), 'users', ['second_checker_id'], ['id'])
        batch.drop_constraint(op.f('ck_payout_batches_state_known'), type_='check')
        batch.drop_constraint(op.f('ck_payout_batches_released_by_checker'), type_='check')
        batch.create_check_constraint(op.f('ck_payout_batches_state_known'), "state IN ('made', 'checked', 'released', 'dissolved')")
        batch.create_check_constraint(op.f('ck_payout_batches_channel_known'), "channel IN ('http', 'file')")
        batch.create_check_constraint(op.f('ck_payout_batches_three_people'), 'second_checker_id IS NULL OR (checker_id IS NOT NULL AND second_checker_id <> maker_id AND second_checker_id <> checker_id)')
        batch.create_check_constraint(op.f('ck_payout_batches_released_by_checker'), "state NOT IN ('checked', 'released') OR checker_id IS NOT NULL")
        batch.create_check_constraint(op.f('ck_payout_batches_made_unchecked'), "state <> 'made' OR checker_id IS NULL")
        batch.create_check_constraint(op.f('ck_payout_batches_released_by_second'), "state <> 'released' OR second_checker_id IS NOT NULL OR NOT needs_second")
        batch.create_check_constraint(op.f('ck_payout_batches_file_by_template'), "(channel = 'file') = (template IS NOT NULL)")
        batch.create_check_constraint(op.f('ck_payout_batches_exported_whole'), '(exported_at IS NULL) = (export_digest IS NULL)')
        batch.create_check_constraint(op.f('ck_payout_batches_exported_when_released'), "exported_at IS NULL OR (channel = 'file' AND state = 'released')")
    with op.batch_alter_table('payout_batches') as batch:
        batch.alter_column('channel', server_default=None)
        batch.alter_column('needs_second', server_default=None)


def _payouts():
    op.drop_index('uq_payouts_live_claim', table_name='payouts')
    with op.batch_alter_table('payouts') as batch:
        batch.drop_constraint(op.f('ck_payouts_state_known'), type_='check')
        batch.create_check_constraint(op.f('ck_payouts_state_known'), f'state IN ({PAYOUT_STATES})')
    live = sa.text("state NOT IN ('failed', 'returned')")
    op.create_index('uq_payouts_live_claim', 'payouts', ['claim_id'], unique=True, postgresql_where=live, sqlite_where=live)


def _skips_and_exports():
    op.create_table('payout_skips',
    sa.Column('id', KEY, nullable=False),
    sa.Column('batch_id', KEY, nullable=False),
    sa.Column('payout_id', KEY, nullable=False),
    sa.Column('by_id', KEY, nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['payout_batches.id'], name=op.f('fk_payout_skips_batch_id_payout_batches')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_payout_skips_by_id_users')),
    sa.ForeignKeyConstraint(['payout_id'], ['payouts.id'], name=op.f('fk_payout_skips_payout_id_payouts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_skips')),
    sa.UniqueConstraint('batch_id', 'payout_id', name=op.f('uq_payout_skips_batch_id_payout_id'))
    )
    op.create_index(op.f('ix_payout_skips_payout_id'), 'payout_skips', ['payout_id'], unique=False)
    op.create_table('batch_exports',
    sa.Column('id', KEY, nullable=False),
    sa.Column('batch_id', KEY, nullable=False),
    sa.Column('by_id', KEY, nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['payout_batches.id'], name=op.f('fk_batch_exports_batch_id_payout_batches')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_batch_exports_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch_exports'))
    )
    op.create_index(op.f('ix_batch_exports_batch_id'), 'batch_exports', ['batch_id'], unique=False)


def _return_files():
    op.create_table('return_files',
    sa.Column('id', KEY, nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('template', sa.String(length=40), nullable=False),
    sa.Column('batch_id', KEY, nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('uploaded_by_id', KEY, nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('applied_by_id', KEY, nullable=True),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("state IN ('staged', 'applied')", name=op.f('ck_return_files_state_known')),
    sa.CheckConstraint("(state = 'applied') = (applied_by_id IS NOT NULL)", name=op.f('ck_return_files_applied_by_somebody')),
    sa.CheckConstraint("(state = 'applied') = (applied_at IS NOT NULL)", name=op.f('ck_return_files_applied_some_time')),
    sa.CheckConstraint('count > 0', name=op.f('ck_return_files_not_empty')),
    sa.ForeignKeyConstraint(['applied_by_id'], ['users.id'], name=op.f('fk_return_files_applied_by_id_users')),
    sa.ForeignKeyConstraint(['batch_id'], ['payout_batches.id'], name=op.f('fk_return_files_batch_id_payout_batches')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['users.id'], name=op.f('fk_return_files_uploaded_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_files')),
    sa.UniqueConstraint('digest', name=op.f('uq_return_files_digest')),
    sa.UniqueConstraint('public_id', name=op.f('uq_return_files_public_id'))
    )
    op.create_table('return_lines',
    sa.Column('id', KEY, nullable=False),
    sa.Column('file_id', KEY, nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('card', sa.LargeBinary(), nullable=False),
    sa.Column('result', sa.String(length=8), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('reference', sa.String(length=60), nullable=False),
    sa.Column('outcome', sa.String(length=8), nullable=True),
    sa.Column('payout_id', KEY, nullable=True),
    sa.CheckConstraint("result IN ('paid', 'failed', 'returned')", name=op.f('ck_return_lines_result_known')),
    sa.CheckConstraint("outcome IS NULL OR outcome IN ('paid', 'failed', 'returned', 'same', 'suspense')", name=op.f('ck_return_lines_outcome_known')),
    sa.CheckConstraint('amount_fen >= 0', name=op.f('ck_return_lines_amount_not_negative')),
    sa.ForeignKeyConstraint(['file_id'], ['return_files.id'], name=op.f('fk_return_lines_file_id_return_files')),
    sa.ForeignKeyConstraint(['payout_id'], ['payouts.id'], name=op.f('fk_return_lines_payout_id_payouts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_lines')),
    sa.UniqueConstraint('file_id', 'row', name=op.f('uq_return_lines_file_id_row'))
    )
    op.create_index('ix_return_lines_number', 'return_lines', ['number'], unique=False)
    op.create_index(op.f('ix_return_lines_payout_id'), 'return_lines', ['payout_id'], unique=False)
    op.create_table('suspense_items',
    sa.Column('id', KEY, nullable=False),
    sa.Column('line_id', KEY, nullable=False),
    sa.Column('problem', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('payout_id', KEY, nullable=True),
    sa.Column('reason', sa.LargeBinary(), nullable=True),
    sa.Column('proposer_id', KEY, nullable=True),
    sa.Column('settler_id', KEY, nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("state IN ('open', 'proposed', 'assigned', 'explained')", name=op.f('ck_suspense_items_state_known')),
    sa.CheckConstraint('settler_id IS NULL OR proposer_id IS NULL OR settler_id <> proposer_id', name=op.f('ck_suspense_items_two_people')),
    sa.CheckConstraint("state <> 'open' OR (proposer_id IS NULL AND settler_id IS NULL)", name=op.f('ck_suspense_items_open_untouched')),
    sa.CheckConstraint("state <> 'proposed' OR (proposer_id IS NOT NULL AND payout_id IS NOT NULL AND settler_id IS NULL)", name=op.f('ck_suspense_items_proposed_by_one')),
    sa.CheckConstraint("state <> 'assigned' OR (proposer_id IS NOT NULL AND payout_id IS NOT NULL AND settler_id IS NOT NULL)", name=op.f('ck_suspense_items_assigned_by_two')),
    sa.CheckConstraint("state <> 'explained' OR (settler_id IS NOT NULL AND payout_id IS NULL)", name=op.f('ck_suspense_items_explained_by_one')),
    sa.CheckConstraint("(state = 'open') = (reason IS NULL)", name=op.f('ck_suspense_items_settled_with_reason')),
    sa.CheckConstraint("(state IN ('assigned', 'explained')) = (settled_at IS NOT NULL)", name=op.f('ck_suspense_items_settled_some_time')),
    sa.ForeignKeyConstraint(['line_id'], ['return_lines.id'], name=op.f('fk_suspense_items_line_id_return_lines')),
    sa.ForeignKeyConstraint(['payout_id'], ['payouts.id'], name=op.f('fk_suspense_items_payout_id_payouts')),
    sa.ForeignKeyConstraint(['proposer_id'], ['users.id'], name=op.f('fk_suspense_items_proposer_id_users')),
    sa.ForeignKeyConstraint(['settler_id'], ['users.id'], name=op.f('fk_suspense_items_settler_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suspense_items')),
    sa.UniqueConstraint('line_id', name=op.f('uq_suspense_items_line_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_suspense_items_public_id'))
    )


def _actions(listed):
    with op.batch_alter_table('events') as batch:
        batch.drop_constraint(op.f('ck_events_action_known'), type_='check')
        batch.create_check_constraint(op.f('ck_events_action_known'), f'action IN ({listed})')


def downgrade() -> None:
    """Money that was returned, and files that were applied, have no place in the tables before."""
    raise RuntimeError("batches with return files have no way back; restore a backup instead")
