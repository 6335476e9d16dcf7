"""Sales of shops, and vouchers handed out at the counter: one a person."""

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.words import allow, disallow

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def _invoice(nullable):
    with op.batch_alter_table('redemptions') as batch:
        batch.alter_column('invoice', existing_type=sa.String(length=40), nullable=nullable)


def upgrade() -> None:
    """Forward."""
    op.add_column('vouchers', sa.Column('person', sa.String(length=64), nullable=True))
    op.create_index('uq_vouchers_person', 'vouchers', ['person'], unique=True)
    _invoice(True)
    op.create_table('sales',
    sa.Column('id', KEY, nullable=False),
    sa.Column('organisation_id', KEY, nullable=False),
    sa.Column('claim_id', KEY, nullable=False),
    sa.Column('voucher_id', KEY, nullable=True),
    sa.Column('present', sa.Boolean(), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint('voucher_id IS NULL OR present', name=op.f('ck_sales_handed_out_in_person')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_sales_claim_id_claims')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_sales_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['voucher_id'], ['vouchers.id'], name=op.f('fk_sales_voucher_id_vouchers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sales')),
    sa.UniqueConstraint('claim_id', name=op.f('uq_sales_claim_id')),
    sa.UniqueConstraint('voucher_id', name=op.f('uq_sales_voucher_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sales_public_id')),
    )
    op.create_index('ix_sales_firm', 'sales', ['organisation_id', 'id'])
    allow('events', 'action', 'hand_out', 'cancel_sale')


def downgrade() -> None:
    """Back; refused by the database once a voucher was handed out at a counter."""
    disallow('events', 'action', 'hand_out', 'cancel_sale')
    op.drop_table('sales')
    _invoice(False)
    op.drop_index('uq_vouchers_person', 'vouchers')
    with op.batch_alter_table('vouchers') as batch:
        batch.drop_column('person')
