"""Indexes of the few claims that wait or are being read, so that the desk does not slow down with all that is stored."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

WAITING = sa.text("state IN ('submitted', 'special_review')")
LEASED = sa.text('reviewer_id IS NOT NULL')


def upgrade() -> None:
    """Forward."""
    op.create_index('ix_claims_waiting', 'claims', ['pool_id', 'ticket'], unique=False,
                    postgresql_where=WAITING, sqlite_where=WAITING)
    op.create_index('ix_claims_reviewer', 'claims', ['reviewer_id'], unique=False,
                    postgresql_where=LEASED, sqlite_where=LEASED)


def downgrade() -> None:
    """Back."""
    op.drop_index('ix_claims_reviewer', table_name='claims')
    op.drop_index('ix_claims_waiting', table_name='claims')
