"""A pool's row says how far its chain reaches: the number of its links and the digest of the last one."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table('pools') as batch:
        batch.add_column(sa.Column('links', sa.BigInteger(), nullable=False, server_default='0'))
        batch.add_column(sa.Column('head', sa.String(length=64), nullable=False, server_default=''))
    op.execute(
        'UPDATE pools SET links = last.number, head = last.digest FROM links AS last WHERE last.pool_id = pools.id '
        'AND last.number = (SELECT max(number) FROM links WHERE links.pool_id = pools.id)'
    )
    with op.batch_alter_table('pools') as batch:
        batch.alter_column('links', server_default=None)
        batch.alter_column('head', server_default=None)
        batch.create_check_constraint(op.f('ck_pools_head_of_links'), "links >= 0 AND (links = 0) = (head = '')")


def downgrade() -> None:
    """Back; the links themselves stay."""
    with op.batch_alter_table('pools') as batch:
        batch.drop_constraint(op.f('ck_pools_head_of_links'), type_='check')
        batch.drop_column('head')
        batch.drop_column('links')
