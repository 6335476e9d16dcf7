"""What the daily reconciliation found, and the work that fills it in."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

BEFORE = "topic IN ('upload.read', 'payout.order', 'payout.send', 'payout.ask')"
AFTER = "topic IN ('upload.read', 'payout.order', 'payout.send', 'payout.ask', 'funds.reconcile')"


def _topics(rule):
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint(op.f('ck_outbox_topic_known'), type_='check')
        batch.create_check_constraint(op.f('ck_outbox_topic_known'), rule)


def upgrade() -> None:
    """Forward."""
    op.create_table('reconciliations',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('on_the_way', sa.Integer(), nullable=False),
    sa.Column('difference_fen', sa.BigInteger(), nullable=True),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.CheckConstraint('(at IS NULL) = (difference_fen IS NULL)', name=op.f('ck_reconciliations_told_whole')),
    sa.CheckConstraint('difference_fen >= 0 AND on_the_way >= 0', name=op.f('ck_reconciliations_not_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reconciliations')),
    sa.UniqueConstraint('day', name=op.f('uq_reconciliations_day'))
    )
    _topics(AFTER)


def downgrade() -> None:
    """Back; what was found is kept nowhere else, but can be found again by `funds verify`."""
    op.execute("DELETE FROM outbox WHERE topic = 'funds.reconcile'")
    _topics(BEFORE)
    op.drop_table('reconciliations')
