"""Drafts that nobody put in are erased: what they held may be deleted, and their files wait for it in a list."""

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.words import allow, disallow
from reviewapp.models.append_only import protect

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = sa.DateTime(timezone=True)
#: Append-only tables that let go of what an erased draft held.
TABLES = ('events', 'evaluations', 'facts', 'readings', 'signed_statements')
NEVER_PUT_IN = 'ck_claims_erased_never_put_in'


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table('claims') as batch:
        batch.add_column(sa.Column('erased_at', INSTANT, nullable=True))
        batch.create_check_constraint(op.f(NEVER_PUT_IN), 'erased_at IS NULL OR ticket IS NULL')
    op.create_table('discarded_files',
    sa.Column('id', KEY, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_discarded_files'))
    )
    allow('events', 'action', 'erase')
    protect(op.get_bind(), TABLES)


def downgrade() -> None:
    """Back; refused where a draft was erased."""
    disallow('events', 'action', 'erase')
    op.drop_table('discarded_files')
    with op.batch_alter_table('claims') as batch:
        batch.drop_constraint(op.f(NEVER_PUT_IN), type_='check')
        batch.drop_column('erased_at')
    protect(op.get_bind(), TABLES)
