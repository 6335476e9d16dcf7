"""Batches of dealers: sheets of buyers, piles of scans, the pages read off them; the work that reads and drafts them."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

BEFORE = "topic IN ('upload.read', 'payout.order', 'payout.send', 'payout.ask', 'funds.reconcile')"
AFTER = (
    "topic IN ('upload.read', 'batch.read', 'batch.draft', 'claim.compare', 'payout.order', 'payout.send', 'payout.ask', "
    "'funds.reconcile')"
)


def _topics(rule):
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint(op.f('ck_outbox_topic_known'), type_='check')
        batch.create_check_constraint(op.f('ck_outbox_topic_known'), rule)


def upgrade() -> None:
    """Forward."""
    _topics(AFTER)
    op.create_table('batches',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('form_key', sa.String(length=40), nullable=False),
    sa.Column('scheme_code', sa.String(length=60), nullable=False),
    sa.Column('scheme_version', sa.String(length=20), nullable=False),
    sa.Column('programme', sa.String(length=40), nullable=False),
    sa.Column('entered_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sheet_name', sa.LargeBinary(), nullable=True),
    sa.Column('complaints', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.ForeignKeyConstraint(['entered_by_id'], ['users.id'], name=op.f('fk_batches_entered_by_id_users')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_batches_organisation_id_organisations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batches')),
    sa.UniqueConstraint('entered_by_id', 'form_key', name=op.f('uq_batches_entered_by_id_form_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_batches_public_id'))
    )
    with op.batch_alter_table('batches', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_batches_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('batch_files',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('batch_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('arrival', sa.String(length=64), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('media_type', sa.String(length=40), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('refusal', sa.String(length=300), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name=op.f('ck_batch_files_refused_has_reason')),
    sa.CheckConstraint("state IN ('arriving', 'waiting', 'reading', 'read', 'refused')", name=op.f('ck_batch_files_state_known')),
    sa.ForeignKeyConstraint(['batch_id'], ['batches.id'], name=op.f('fk_batch_files_batch_id_batches')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch_files')),
    sa.UniqueConstraint('batch_id', 'arrival', name=op.f('uq_batch_files_batch_id_arrival')),
    sa.UniqueConstraint('batch_id', 'sha256', name=op.f('uq_batch_files_batch_id_sha256')),
    sa.UniqueConstraint('public_id', name=op.f('uq_batch_files_public_id'))
    )
    with op.batch_alter_table('batch_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_batch_files_batch_id'), ['batch_id'], unique=False)

    op.create_table('batch_rows',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('batch_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('cells', sa.LargeBinary(), nullable=False),
    sa.Column('faults', sa.LargeBinary(), nullable=False),
    sa.Column('written', sa.LargeBinary(), nullable=True),
    sa.Column('verdict', sa.LargeBinary(), nullable=True),
    sa.Column('claim_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['batches.id'], name=op.f('fk_batch_rows_batch_id_batches')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_batch_rows_claim_id_claims')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch_rows')),
    sa.UniqueConstraint('batch_id', 'number', name=op.f('uq_batch_rows_batch_id_number')),
    sa.UniqueConstraint('claim_id', name=op.f('uq_batch_rows_claim_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_batch_rows_public_id'))
    )
    op.create_table('batch_pages',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('batch_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('file_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('view_sha256', sa.String(length=64), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('reading', sa.LargeBinary(), nullable=False),
    sa.Column('row_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('placed_by', sa.String(length=10), nullable=False),
    sa.Column('doubtful', sa.Boolean(), nullable=False),
    sa.Column('aside', sa.Boolean(), nullable=False),
    sa.Column('why', sa.String(length=100), nullable=False),
    sa.Column('others', sa.JSON(), nullable=True),
    sa.Column('upload_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("kind IN ('id_card', 'vehicle_invoice', 'used_vehicle_invoice', 'vehicle_licence', 'vehicle_certificate', 'registration_certificate', 'tax_payment_proof', 'bank_card', 'pos_slip', 'voucher_slip', 'registration_form', 'car_photo', 'scrap_certificate', 'origin_certificate', 'subsidy_confirmation', 'product_invoice', 'payment_proof', 'goods_photo', 'energy_label', 'commodity_code', 'plate_photo', 'dealer_statement', 'other')", name=op.f('ck_batch_pages_kind_known')),
    sa.CheckConstraint("placed_by IN ('reading', 'person')", name=op.f('ck_batch_pages_placed_by_known')),
    sa.ForeignKeyConstraint(['batch_id'], ['batches.id'], name=op.f('fk_batch_pages_batch_id_batches')),
    sa.ForeignKeyConstraint(['file_id'], ['batch_files.id'], name=op.f('fk_batch_pages_file_id_batch_files')),
    sa.ForeignKeyConstraint(['row_id'], ['batch_rows.id'], name=op.f('fk_batch_pages_row_id_batch_rows')),
    sa.ForeignKeyConstraint(['upload_id'], ['uploads.id'], name=op.f('fk_batch_pages_upload_id_uploads')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch_pages')),
    sa.UniqueConstraint('file_id', 'number', 'part', name=op.f('uq_batch_pages_file_id_number_part')),
    sa.UniqueConstraint('public_id', name=op.f('uq_batch_pages_public_id'))
    )
    with op.batch_alter_table('batch_pages', schema=None) as batch_op:
        batch_op.create_index('ix_batch_pages_batch', ['batch_id', 'row_id'], unique=False)

    op.create_table('batch_parts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('file_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['batch_files.id'], name=op.f('fk_batch_parts_file_id_batch_files')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch_parts')),
    sa.UniqueConstraint('file_id', 'number', name=op.f('uq_batch_parts_file_id_number'))
    )


def downgrade() -> None:
    """Back."""
    op.execute("DELETE FROM outbox WHERE topic IN ('batch.read', 'batch.draft')")
    _topics(BEFORE)
    op.drop_table('batch_parts')
    with op.batch_alter_table('batch_pages', schema=None) as batch_op:
        batch_op.drop_index('ix_batch_pages_batch')

    op.drop_table('batch_pages')
    op.drop_table('batch_rows')
    with op.batch_alter_table('batch_files', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_batch_files_batch_id'))

    op.drop_table('batch_files')
    with op.batch_alter_table('batches', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_batches_organisation_id'))

    op.drop_table('batches')
