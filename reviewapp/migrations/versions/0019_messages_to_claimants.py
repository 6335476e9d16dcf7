"""Claimants are told by short message what happened to their claims."""

from alembic import op

from reviewapp.migrations.words import allow, disallow

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    allow('outbox', 'topic', 'claim.notice')


def downgrade() -> None:
    """Back; messages not sent yet are not sent."""
    op.execute("DELETE FROM outbox WHERE topic = 'claim.notice'")
    disallow('outbox', 'topic', 'claim.notice')
