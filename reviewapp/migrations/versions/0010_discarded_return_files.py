"""A return file that was uploaded by mistake is put aside by a person."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
STATE = 'ck_return_files_state_known'
CHECKS = {
    'ck_return_files_discarded_by_somebody': "(state = 'discarded') = (discarded_by_id IS NOT NULL)",
    'ck_return_files_discarded_some_time': "(state = 'discarded') = (discarded_at IS NOT NULL)",
}
DISCARDER = 'fk_return_files_discarded_by_id_users'


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table('return_files') as batch:
        batch.add_column(sa.Column('discarded_by_id', KEY, nullable=True))
        batch.add_column(sa.Column('discarded_at', sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key(op.f(DISCARDER), 'users', ['discarded_by_id'], ['id'])
        batch.drop_constraint(op.f(STATE), type_='check')
        batch.create_check_constraint(op.f(STATE), "state IN ('staged', 'applied', 'discarded')")
        for name, rule in CHECKS.items():
            batch.create_check_constraint(op.f(name), rule)


def downgrade() -> None:
    """Back; refused by the database while a file is put aside."""
    with op.batch_alter_table('return_files') as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(name), type_='check')
        batch.drop_constraint(op.f(STATE), type_='check')
        batch.create_check_constraint(op.f(STATE), "state IN ('staged', 'applied')")
        batch.drop_constraint(op.f(DISCARDER), type_='foreignkey')
        batch.drop_column('discarded_at')
        batch.drop_column('discarded_by_id')
