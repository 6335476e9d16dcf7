"""Statements signed on the screen."""

import sqlalchemy as sa
from alembic import op

from reviewapp.models.append_only import protect

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = sa.DateTime(timezone=True)
BEFORE = (
    "'submit', 'promote', 'take', 'put_back', 'take_back', 'first_look', 'dispute', 'approve', 'return', 'reject', "
    "'await_funds', 'resubmit', 'cancel_return', 'lapse', 'withdraw', 'publish', 'make_payable', 'send', "
    "'lose_answer', 'confirm_paid', 'confirm_failed', 'return_payment', 'give_new_card', 'demand', 'settle_demand', "
    "'drop_demand', 'create', 'change_paper', 'change_fact', 'check', 'propose_demand', 'pay_back', 'note', 'waive', "
    "'redeem_voucher', 'return_goods', 'expire_voucher'"
)
NEW = "'sign'"


def _actions(listed):
    with op.batch_alter_table('events') as batch:
        batch.drop_constraint(op.f('ck_events_action_known'), type_='check')
        batch.create_check_constraint(op.f('ck_events_action_known'), f'action IN ({listed})')
    protect(op.get_bind(), ['events'])


def upgrade() -> None:
    """Forward."""
    op.create_table('signed_statements',
    sa.Column('id', KEY, nullable=False),
    sa.Column('claim_id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('picture_sha256', sa.String(length=64), nullable=False),
    sa.Column('view_sha256', sa.String(length=64), nullable=False),
    sa.Column('signed_at', INSTANT, nullable=False),
    sa.Column('by_id', KEY, nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("kind IN ('truth', 'confirmation')", name=op.f('ck_signed_statements_kind_known')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_signed_statements_by_id_users')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_signed_statements_claim_id_claims')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signed_statements')),
    sa.UniqueConstraint('claim_id', 'kind', 'picture_sha256', name=op.f('uq_signed_statements_claim_id_kind_picture_sha256')),
    sa.UniqueConstraint('public_id', name=op.f('uq_signed_statements_public_id')),
    )
    op.create_index('ix_signed_statements_claim', 'signed_statements', ['claim_id', 'id'])
    op.create_index(op.f('ix_signed_statements_picture_sha256'), 'signed_statements', ['picture_sha256'])
    op.create_index(op.f('ix_signed_statements_view_sha256'), 'signed_statements', ['view_sha256'])
    protect(op.get_bind(), ['signed_statements'])
    _actions(f'{BEFORE}, {NEW}')


def downgrade() -> None:
    """Back; refused by the database once somebody signed."""
    _actions(BEFORE)
    op.drop_table('signed_statements')
