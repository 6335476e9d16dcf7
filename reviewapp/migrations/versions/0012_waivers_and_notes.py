"""Reviewers waive unsure findings with a reason and leave notes."""

import sqlalchemy as sa
from alembic import op

from reviewapp.models.append_only import protect

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
BEFORE = "action IN ('submit', 'promote', 'take', 'put_back', 'take_back', 'first_look', 'dispute', 'approve', 'return', 'reject', 'await_funds', 'resubmit', 'cancel_return', 'lapse', 'withdraw', 'publish', 'make_payable', 'send', 'lose_answer', 'confirm_paid', 'confirm_failed', 'return_payment', 'give_new_card', 'demand', 'settle_demand', 'drop_demand', 'create', 'change_paper', 'change_fact', 'check', 'propose_demand', 'pay_back')"
AFTER = BEFORE.replace("'pay_back')", "'pay_back', 'note', 'waive')")


def _actions(rule):
    with op.batch_alter_table('events') as batch:
        batch.drop_constraint(op.f('ck_events_action_known'), type_='check')
        batch.create_check_constraint(op.f('ck_events_action_known'), rule)
    protect(op.get_bind(), ['events'])


def upgrade() -> None:
    """Forward."""
    op.create_table(
        'waivers',
        sa.Column('id', KEY, nullable=False),
        sa.Column('claim_id', KEY, nullable=False),
        sa.Column('evaluation_id', KEY, nullable=False),
        sa.Column('check', sa.String(length=200), nullable=False),
        sa.Column('message', sa.LargeBinary(), nullable=False),
        sa.Column('reason', sa.LargeBinary(), nullable=False),
        sa.Column('by_id', KEY, nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_waivers_claim_id_claims')),
        sa.ForeignKeyConstraint(['evaluation_id'], ['evaluations.id'], name=op.f('fk_waivers_evaluation_id_evaluations')),
        sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_waivers_by_id_users')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_waivers')),
        sa.UniqueConstraint('evaluation_id', 'check', name=op.f('uq_waivers_evaluation_id_check')),
    )
    op.create_index('ix_waivers_claim', 'waivers', ['claim_id', 'id'])
    protect(op.get_bind(), ['waivers'])
    _actions(AFTER)


def downgrade() -> None:
    """Back; refused by the database while the trail tells of a note or a waiver."""
    _actions(BEFORE)
    op.drop_table('waivers')
