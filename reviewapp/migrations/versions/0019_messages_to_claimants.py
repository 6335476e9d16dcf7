"""Claimants are told by short message what happened to their claims."""

from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

BEFORE = (
    "topic IN ('upload.read', 'batch.read', 'batch.draft', 'claim.compare', 'payout.order', 'payout.send', 'payout.ask', "
    "'funds.reconcile')"
)
AFTER = BEFORE.replace("'claim.compare'", "'claim.compare', 'claim.notice'")


def _topics(rule):
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint(op.f('ck_outbox_topic_known'), type_='check')
        batch.create_check_constraint(op.f('ck_outbox_topic_known'), rule)


def upgrade() -> None:
    """Forward."""
    _topics(AFTER)


def downgrade() -> None:
    """Back; messages not sent yet are not sent."""
    op.execute("DELETE FROM outbox WHERE topic = 'claim.notice'")
    _topics(BEFORE)
