"""Returns as objects, skips, declared relatives, second looks, and samples for the auditor."""

import sqlalchemy as sa
from alembic import op

from reviewapp.models.append_only import protect

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

APPEND_ONLY = ('claim_skips', 'opinions')
ACTIONS_BEFORE = "action IN ('submit', 'promote', 'take', 'put_back', 'approve', 'return', 'reject', 'await_funds', 'resubmit', 'lapse', 'withdraw', 'publish', 'make_payable', 'send', 'lose_answer', 'confirm_paid', 'confirm_failed', 'return_payment', 'give_new_card', 'demand', 'settle_demand', 'drop_demand', 'create', 'change_paper', 'change_fact', 'check', 'propose_demand', 'pay_back')"
ACTIONS_AFTER = ACTIONS_BEFORE.replace("'approve', ", "'take_back', 'first_look', 'dispute', 'approve', ").replace("'lapse', ", "'cancel_return', 'lapse', ")
KEYS_BEFORE = "kind IN ('id_number', 'vin', 'invoice', 'card')"
KEYS_AFTER = "kind IN ('id_number', 'name', 'vin', 'invoice', 'card')"
CLAIM_RULES = {
    'second_look_known': "second_look IN ('waiting', 'disputed')",
    'second_look_has_first': '(second_look IS NULL) = (first_by_id IS NULL)',
    'second_look_undecided': "second_look IS NULL OR state IN ('submitted', 'special_review', 'in_review')",
    'second_is_another': "reviewer_id IS NULL OR second_look IS NULL OR second_look <> 'waiting' OR reviewer_id <> first_by_id",
    'kept_until_then': '(kept_for_id IS NULL) = (kept_until IS NULL)',
}


def _rule(table, name, rule):
    name = op.f(f'ck_{table}_{name}')
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_='check')
        batch.create_check_constraint(name, rule)


def upgrade() -> None:
    """Forward."""
    op.create_table('audit_samples',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('scheme_code', sa.String(length=60), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=False),
    sa.Column('seed', sa.String(length=40), nullable=False),
    sa.Column('population', sa.Integer(), nullable=False),
    sa.Column('drawn_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint('percent BETWEEN 10 AND 100', name=op.f('ck_audit_samples_percent_known')),
    sa.ForeignKeyConstraint(['drawn_by_id'], ['users.id'], name=op.f('fk_audit_samples_drawn_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_samples')),
    sa.UniqueConstraint('public_id', name=op.f('uq_audit_samples_public_id')),
    sa.UniqueConstraint('scheme_code', 'until', 'percent', 'seed', name=op.f('uq_audit_samples_scheme_code_until_percent_seed'))
    )
    op.create_table('relatives',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('relation', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('token', sa.String(length=64), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("kind IN ('name', 'id_number')", name=op.f('ck_relatives_kind_known')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_relatives_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_relatives')),
    sa.UniqueConstraint('public_id', name=op.f('uq_relatives_public_id'))
    )
    with op.batch_alter_table('relatives', schema=None) as batch_op:
        batch_op.create_index('ix_relatives_user', ['user_id', 'removed_at'], unique=False)

    op.create_table('audit_items',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sample_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('claim_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('stratum', sa.String(length=120), nullable=False),
    sa.Column('conclusion', sa.String(length=10), nullable=True),
    sa.Column('topic', sa.String(length=10), nullable=True),
    sa.Column('note', sa.LargeBinary(), nullable=True),
    sa.Column('concluded_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('concluded_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("conclusion IN ('sound', 'flawed', 'wrong')", name=op.f('ck_audit_items_conclusion_known')),
    sa.CheckConstraint("topic IN ('scope', 'papers', 'amount', 'return', 'payment', 'other')", name=op.f('ck_audit_items_topic_known')),
    sa.CheckConstraint('(conclusion IS NULL) = (concluded_by_id IS NULL)', name=op.f('ck_audit_items_concluded_by_somebody')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_audit_items_claim_id_claims')),
    sa.ForeignKeyConstraint(['concluded_by_id'], ['users.id'], name=op.f('fk_audit_items_concluded_by_id_users')),
    sa.ForeignKeyConstraint(['sample_id'], ['audit_samples.id'], name=op.f('fk_audit_items_sample_id_audit_samples')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_items')),
    sa.UniqueConstraint('sample_id', 'claim_id', name=op.f('uq_audit_items_sample_id_claim_id'))
    )
    op.create_table('claim_skips',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('claim_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('reviewer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_claim_skips_claim_id_claims')),
    sa.ForeignKeyConstraint(['reviewer_id'], ['users.id'], name=op.f('fk_claim_skips_reviewer_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim_skips')),
    sa.UniqueConstraint('claim_id', 'fence', name=op.f('uq_claim_skips_claim_id_fence'))
    )
    with op.batch_alter_table('claim_skips', schema=None) as batch_op:
        batch_op.create_index('ix_claim_skips_reviewer', ['reviewer_id', 'claim_id'], unique=False)

    op.create_table('opinions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('claim_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('reviewer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('evaluation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('action', sa.String(length=10), nullable=False),
    sa.Column('award_fen', sa.BigInteger(), nullable=True),
    sa.Column('clause', sa.String(length=60), nullable=True),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.Column('grounds', sa.String(length=10), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(action = 'approve') = (award_fen IS NOT NULL)", name=op.f('ck_opinions_approval_has_award')),
    sa.CheckConstraint("action <> 'reject' OR clause IS NOT NULL", name=op.f('ck_opinions_rejection_has_clause')),
    sa.CheckConstraint("action IN ('approve', 'reject')", name=op.f('ck_opinions_action_known')),
    sa.CheckConstraint("grounds IN ('share', 'amount', 'second')", name=op.f('ck_opinions_grounds_known')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_opinions_claim_id_claims')),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluations.id'], name=op.f('fk_opinions_evaluation_id_evaluations')),
    sa.ForeignKeyConstraint(['reviewer_id'], ['users.id'], name=op.f('fk_opinions_reviewer_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opinions')),
    sa.UniqueConstraint('claim_id', 'fence', name=op.f('uq_opinions_claim_id_fence'))
    )
    with op.batch_alter_table('opinions', schema=None) as batch_op:
        batch_op.create_index('ix_opinions_reviewer', ['reviewer_id', 'grounds'], unique=False)

    op.create_table('claim_returns',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('claim_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('decision_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reviewer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('fact_id', sa.BigInteger(), nullable=True),
    sa.Column('paper_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.LargeBinary(), nullable=False),
    sa.Column('workdays', sa.Integer(), nullable=True),
    sa.Column('deadline', sa.DateTime(timezone=True), nullable=False),
    sa.Column('calendar_note', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('close_reason', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f('ck_claim_returns_closed_has_time')),
    sa.CheckConstraint("state <> 'cancelled' OR closed_by_id IS NOT NULL", name=op.f('ck_claim_returns_cancelled_by_somebody')),
    sa.CheckConstraint("state IN ('open', 'mended', 'lapsed', 'withdrawn', 'cancelled')", name=op.f('ck_claim_returns_state_known')),
    sa.CheckConstraint('workdays IS NULL OR workdays >= 1', name=op.f('ck_claim_returns_workdays_positive')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_claim_returns_claim_id_claims')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['users.id'], name=op.f('fk_claim_returns_closed_by_id_users')),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_claim_returns_decision_id_decisions')),
    sa.ForeignKeyConstraint(['reviewer_id'], ['users.id'], name=op.f('fk_claim_returns_reviewer_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim_returns')),
    sa.UniqueConstraint('decision_id', name=op.f('uq_claim_returns_decision_id'))
    )
    with op.batch_alter_table('claim_returns', schema=None) as batch_op:
        batch_op.create_index('ix_claim_returns_claim', ['claim_id', 'id'], unique=False)
        batch_op.create_index('uq_claim_returns_open', ['claim_id'], unique=True, postgresql_where=sa.text("state = 'open'"), sqlite_where=sa.text("state = 'open'"))

    op.create_table('claim_return_items',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('return_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('part', sa.String(length=200), nullable=False),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('why', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['return_id'], ['claim_returns.id'], name=op.f('fk_claim_return_items_return_id_claim_returns')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim_return_items')),
    sa.UniqueConstraint('return_id', 'part', name=op.f('uq_claim_return_items_return_id_part'))
    )
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kept_for_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('kept_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('second_look', sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column('first_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_claims_kept_for_id_users'), 'users', ['kept_for_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_claims_first_by_id_users'), 'users', ['first_by_id'], ['id'])
        for name, rule in CLAIM_RULES.items():
            batch_op.create_check_constraint(op.f(f'ck_claims_{name}'), rule)
    _rule('claim_keys', 'kind_known', KEYS_AFTER)
    _rule('events', 'action_known', ACTIONS_AFTER)
    protect(op.get_bind(), ('events', *APPEND_ONLY))



def downgrade() -> None:
    """Back; refused by the database once the trail tells of what only this version knows."""
    _rule('events', 'action_known', ACTIONS_BEFORE)
    protect(op.get_bind(), ('events',))
    _rule('claim_keys', 'kind_known', KEYS_BEFORE)
    with op.batch_alter_table('claims', schema=None) as batch_op:
        for name in CLAIM_RULES:
            batch_op.drop_constraint(op.f(f'ck_claims_{name}'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_claims_first_by_id_users'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_claims_kept_for_id_users'), type_='foreignkey')
        batch_op.drop_column('first_by_id')
        batch_op.drop_column('second_look')
        batch_op.drop_column('kept_until')
        batch_op.drop_column('kept_for_id')

    op.drop_table('claim_return_items')
    with op.batch_alter_table('claim_returns', schema=None) as batch_op:
        batch_op.drop_index('uq_claim_returns_open', postgresql_where=sa.text("state = 'open'"), sqlite_where=sa.text("state = 'open'"))
        batch_op.drop_index('ix_claim_returns_claim')

    op.drop_table('claim_returns')
    with op.batch_alter_table('opinions', schema=None) as batch_op:
        batch_op.drop_index('ix_opinions_reviewer')

    op.drop_table('opinions')
    with op.batch_alter_table('claim_skips', schema=None) as batch_op:
        batch_op.drop_index('ix_claim_skips_reviewer')

    op.drop_table('claim_skips')
    op.drop_table('audit_items')
    with op.batch_alter_table('relatives', schema=None) as batch_op:
        batch_op.drop_index('ix_relatives_user')

    op.drop_table('relatives')
    op.drop_table('audit_samples')
