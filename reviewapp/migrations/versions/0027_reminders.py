"""That a claimant was reminded stands on the trail."""

from alembic import op

from reviewapp.migrations.words import allow, disallow

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

ACTIONS = ('remind_mending', 'remind_card')


def upgrade() -> None:
    """Forward."""
    allow('events', 'action', *ACTIONS)


def downgrade() -> None:
    """Back; refused where anybody was reminded: the trail is only ever added to."""
    disallow('events', 'action', *ACTIONS)
