"""Statements signed on the screen."""

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.words import allow, disallow
from reviewapp.models.append_only import protect

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = sa.DateTime(timezone=True)


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
    allow('events', 'action', 'sign')


def downgrade() -> None:
    """Back; refused by the database once somebody signed."""
    disallow('events', 'action', 'sign')
    op.drop_table('signed_statements')
