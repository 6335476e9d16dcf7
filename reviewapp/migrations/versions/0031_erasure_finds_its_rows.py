"""Rows that refer to what erased drafts held are found by index: without, each page deleted walks through all facts."""

from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

COLUMNS = (
    ('facts', 'page_id'), ('facts', 'paper_id'), ('batch_pages', 'upload_id'), ('batch_pages', 'row_id'),
    ('events', 'evaluation_id'), ('decisions', 'evaluation_id'), ('opinions', 'evaluation_id'), ('origin_codes', 'form_id'),
)


def upgrade() -> None:
    """Forward."""
    for table, column in COLUMNS:
        op.create_index(f'ix_{table}_{column}', table, [column])


def downgrade() -> None:
    """Back."""
    for table, column in reversed(COLUMNS):
        op.drop_index(f'ix_{table}_{column}', table)
