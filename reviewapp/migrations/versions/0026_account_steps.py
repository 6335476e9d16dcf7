"""The trail of accounts: what administrators and the command line did to one, proposals for a second administrator."""

import sqlalchemy as sa
from alembic import op

from reviewapp.models.append_only import protect

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = sa.DateTime(timezone=True)
ROLES = "'claimant', 'dealer', 'shop', 'point', 'recycler', 'reviewer', 'lead', 'finance_maker', 'finance_checker', 'auditor', 'admin', 'township'"
WAY_IN = "action IN ('make', 'reset_password', 'reset_second_factor') AND role IN ('lead', 'finance_maker', 'finance_checker', 'admin')"
#: CHECK → what holds
RULES = {
    'action_known': "action IN ('make', 'rename', 'disable', 'enable', 'reset_password', 'reset_second_factor')",
    'step_known': "step IN ('propose', 'cancel', 'do')",
    'role_known': f'role IN ({ROLES})',
    'two_people': "step = 'cancel' OR proposer_id IS NULL OR proposer_id <> by_id",
    'guarded_by_two': f"NOT (step = 'do' AND {WAY_IN}) OR by_id IS NULL OR proposer_id IS NOT NULL",
    'not_ones_own': "step = 'cancel' OR action = 'rename' OR user_id <> by_id",
    'proposal_is_somebodys': '(proposal_id IS NULL) = (proposer_id IS NULL)',
    'cancels_a_proposal': "step <> 'cancel' OR proposal_id IS NOT NULL",
    'proposed_by_somebody': "step <> 'propose' OR (proposal_id IS NULL AND by_id IS NOT NULL)",
    'about_somebody': "user_id IS NOT NULL OR (action = 'make' AND step <> 'do')",
}


def upgrade() -> None:
    """Forward."""
    op.create_table('account_steps',
    sa.Column('id', KEY, nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.Column('action', sa.String(length=20), nullable=False),
    sa.Column('step', sa.String(length=8), nullable=False),
    sa.Column('user_id', KEY, nullable=True),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('username', sa.String(length=60), nullable=False),
    sa.Column('by_id', KEY, nullable=True),
    sa.Column('proposal_id', KEY, nullable=True),
    sa.Column('proposer_id', KEY, nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    *(sa.CheckConstraint(rule, name=op.f(f'ck_account_steps_{name}')) for name, rule in RULES.items()),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_account_steps_user_id_users')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_account_steps_by_id_users')),
    sa.ForeignKeyConstraint(['proposal_id'], ['account_steps.id'], name=op.f('fk_account_steps_proposal_id_account_steps')),
    sa.ForeignKeyConstraint(['proposer_id'], ['users.id'], name=op.f('fk_account_steps_proposer_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_steps')),
    sa.UniqueConstraint('proposal_id', name=op.f('uq_account_steps_proposal_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_account_steps_public_id')),
    )
    op.create_index(op.f('ix_account_steps_user_id'), 'account_steps', ['user_id'])
    protect(op.get_bind(), ['account_steps'])


def downgrade() -> None:
    """Back; what was done to accounts is forgotten."""
    op.drop_table('account_steps')
