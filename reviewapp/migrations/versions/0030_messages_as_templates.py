"""Short messages as an approved template with its parameters, and how each ended.

The rows of before are dropped: they were texts for the demo's page, and no provider was ever handed one.
"""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Forward."""
    op.drop_table('messages')
    op.create_table('messages',
    sa.Column('id', KEY, nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=False),
    sa.Column('template', sa.String(length=32), nullable=False),
    sa.Column('parameters', sa.LargeBinary(), nullable=False),
    sa.Column('outbox_id', KEY, nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.Column('reference', sa.String(length=64), nullable=True),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.CheckConstraint("state IN ('waiting', 'sent', 'undelivered')", name=op.f('ck_messages_state_known')),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name=op.f('fk_messages_outbox_id_outbox')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages')),
    )
    op.create_index(op.f('ix_messages_outbox_id'), 'messages', ['outbox_id'])


def downgrade() -> None:
    """Back, without the messages."""
    op.drop_table('messages')
    op.create_table('messages',
    sa.Column('id', KEY, nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages')),
    )
