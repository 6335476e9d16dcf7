"""A picture may show several papers: each is a page of its own, told by its part."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table('pages') as batch:
        batch.add_column(sa.Column('part', sa.Integer(), nullable=False, server_default='0'))
        batch.drop_constraint('uq_pages_upload_id_number', type_='unique')
        batch.create_unique_constraint('uq_pages_upload_id_number_part', ['upload_id', 'number', 'part'])


def downgrade() -> None:
    """Back; only while no picture holds several papers."""
    with op.batch_alter_table('pages') as batch:
        batch.drop_constraint('uq_pages_upload_id_number_part', type_='unique')
        batch.create_unique_constraint('uq_pages_upload_id_number', ['upload_id', 'number'])
        batch.drop_column('part')
