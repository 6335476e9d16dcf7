"""The line of a return file behind a posting; what ledger, instructions and bank added up to on a day."""

import sqlalchemy as sa
from alembic import op

from reviewapp.models.append_only import protect

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TOTALS = ('ledger_fen', 'instructed_fen', 'bank_fen', 'by_file_fen')


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table('postings') as batch:
        batch.add_column(sa.Column('return_line_id', KEY, nullable=True))
        batch.create_foreign_key(op.f('fk_postings_return_line_id_return_lines'), 'return_lines', ['return_line_id'], ['id'])
        batch.create_check_constraint(op.f('ck_postings_file_applied_by_somebody'), 'return_line_id IS NULL OR actor_id IS NOT NULL')
    protect(op.get_bind(), ('postings',))
    with op.batch_alter_table('reconciliations') as batch:
        for name in TOTALS:
            batch.add_column(sa.Column(name, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Back; which file a posting came from is then told by its time alone."""
    with op.batch_alter_table('reconciliations') as batch:
        for name in reversed(TOTALS):
            batch.drop_column(name)
    with op.batch_alter_table('postings') as batch:
        batch.drop_constraint(op.f('ck_postings_file_applied_by_somebody'), type_='check')
        batch.drop_constraint(op.f('fk_postings_return_line_id_return_lines'), type_='foreignkey')
        batch.drop_column('return_line_id')
    protect(op.get_bind(), ('postings',))
