"""Keys with a time and of more kinds, and hashes of pictures: what is shared between claims, and since when.

A short way to what people corrected, for the figures.
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

BEFORE = "kind IN ('id_number', 'name', 'vin', 'invoice', 'card')"
AFTER = "kind IN ('id_number', 'name', 'vin', 'invoice', 'card', 'scrap', 'payment', 'phone')"
BY_PERSON = sa.text("source = 'person' AND section = 'paper'")
BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Forward; the keys there are hold since their claim was put in."""
    with op.batch_alter_table('claim_keys') as batch:
        batch.add_column(sa.Column('at', INSTANT, nullable=True))
        batch.add_column(sa.Column('dropped_at', INSTANT, nullable=True))
    op.execute('UPDATE claim_keys SET at = (SELECT coalesce(submitted_at, created_at) FROM claims '
               'WHERE claims.id = claim_keys.claim_id)')
    with op.batch_alter_table('claim_keys') as batch:
        batch.alter_column('at', existing_type=INSTANT, nullable=False)
        batch.drop_constraint(op.f('ck_claim_keys_kind_known'), type_='check')
        batch.create_check_constraint(op.f('ck_claim_keys_kind_known'), AFTER)
    op.create_table(
        'page_prints',
        sa.Column('id', BIG, nullable=False),
        sa.Column('page_id', BIG, nullable=False),
        sa.Column('bits', sa.String(length=64), nullable=False),
        sa.CheckConstraint('length(bits) = 64', name=op.f('ck_page_prints_bits_whole')),
        sa.ForeignKeyConstraint(['page_id'], ['pages.id'], name=op.f('fk_page_prints_page_id_pages')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_page_prints')),
        sa.UniqueConstraint('page_id', 'bits', name=op.f('uq_page_prints_page_id_bits')),
    )
    op.create_table(
        'print_bands',
        sa.Column('key', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('print_id', BIG, nullable=False),
        sa.ForeignKeyConstraint(['print_id'], ['page_prints.id'], name=op.f('fk_print_bands_print_id_page_prints')),
        sa.PrimaryKeyConstraint('key', 'print_id', name=op.f('pk_print_bands')),
    )
    op.create_table(
        'page_matches',
        sa.Column('id', BIG, nullable=False),
        sa.Column('page_id', BIG, nullable=False),
        sa.Column('other_id', BIG, nullable=False),
        sa.Column('at', INSTANT, nullable=False),
        sa.CheckConstraint('page_id > other_id', name=op.f('ck_page_matches_later_first')),
        sa.ForeignKeyConstraint(['page_id'], ['pages.id'], name=op.f('fk_page_matches_page_id_pages')),
        sa.ForeignKeyConstraint(['other_id'], ['pages.id'], name=op.f('fk_page_matches_other_id_pages')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_page_matches')),
        sa.UniqueConstraint('page_id', 'other_id', name=op.f('uq_page_matches_page_id_other_id')),
    )
    op.create_index('ix_facts_by_person', 'facts', ['at'], unique=False,
                    postgresql_where=BY_PERSON, sqlite_where=BY_PERSON)
    op.create_index('ix_page_matches_other_id', 'page_matches', ['other_id'], unique=False)


def downgrade() -> None:
    """Back; keys of the new kinds and dropped ones go, as the tables before did not know them."""
    op.drop_index('ix_facts_by_person', table_name='facts')
    op.drop_index('ix_page_matches_other_id', table_name='page_matches')
    for table in ('page_matches', 'print_bands', 'page_prints'):
        op.drop_table(table)
    op.execute("DELETE FROM claim_keys WHERE kind IN ('scrap', 'payment', 'phone') OR dropped_at IS NOT NULL")
    with op.batch_alter_table('claim_keys') as batch:
        batch.drop_constraint(op.f('ck_claim_keys_kind_known'), type_='check')
        batch.create_check_constraint(op.f('ck_claim_keys_kind_known'), BEFORE)
        batch.drop_column('dropped_at')
        batch.drop_column('at')
