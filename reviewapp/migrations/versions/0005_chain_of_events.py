"""The hash chain over each pool's events and its signed daily heads. `reviewapp migrate` then links older events."""

import sqlalchemy as sa
from alembic import op

from reviewapp.models.append_only import protect

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table('links',
    sa.Column('pool_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.CheckConstraint('length(digest) = 64', name=op.f('ck_links_digest_whole')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_links_number_positive')),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_links_event_id_events')),
    sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], name=op.f('fk_links_pool_id_pools')),
    sa.PrimaryKeyConstraint('pool_id', 'number', name=op.f('pk_links')),
    sa.UniqueConstraint('event_id', name=op.f('uq_links_event_id'))
    )
    op.create_table('heads',
    sa.Column('pool_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signature', sa.String(length=88), nullable=False),
    sa.CheckConstraint('length(digest) = 64', name=op.f('ck_heads_digest_whole')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_heads_number_positive')),
    sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], name=op.f('fk_heads_pool_id_pools')),
    sa.PrimaryKeyConstraint('pool_id', 'day', name=op.f('pk_heads'))
    )
    protect(op.get_bind(), ('links', 'heads'))


def downgrade() -> None:
    """A chain that was published in receipts and heads is not taken down by a migration."""
    raise RuntimeError("the chain of events has no way back; restore a backup instead")
