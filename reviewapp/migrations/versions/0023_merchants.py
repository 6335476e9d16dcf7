"""Firms apply to take part, are listed for a time, and are excluded; their people have rights. Townships review."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.words import allow, disallow
from reviewapp.models.append_only import protect
from reviewapp.policy.names import fold_name

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = sa.DateTime(timezone=True)
OF_THE_FILE = sa.text('valid_from IS NULL')
UNDER_WAY = sa.text("state IN ('submitted', 'checked', 'returned')")
#: (table, column, word)
WORDS = (
    ('organisations', 'kind', 'township'), ('users', 'role', 'township'), ('events', 'actor_role', 'township'),
    ('outbox', 'topic', 'firm.recheck'),
)


def _people():
    with op.batch_alter_table('users') as batch:
        batch.add_column(sa.Column('rights', sa.JSON(), nullable=True))
        batch.add_column(sa.Column('must_change_password', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.add_column(sa.Column('last_sign_in_at', INSTANT, nullable=True))


def _applications():
    op.create_table('merchant_applications',
    sa.Column('id', KEY, nullable=False),
    sa.Column('form_key', sa.String(length=64), nullable=False),
    sa.Column('scheme_code', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('applicant_id', KEY, nullable=False),
    sa.Column('of_firm_id', KEY, nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('uscc', sa.String(length=18), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('person', sa.String(length=60), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('township', sa.String(length=120), nullable=False),
    sa.Column('conditions', sa.JSON(), nullable=False),
    sa.Column('activities', sa.JSON(), nullable=False),
    sa.Column('licence_sha256', sa.String(length=64), nullable=True),
    sa.Column('licence_view_sha256', sa.String(length=64), nullable=True),
    sa.Column('licence_name', sa.String(length=120), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('submitted_at', INSTANT, nullable=True),
    sa.Column('organisation_id', KEY, nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("state IN ('draft', 'submitted', 'checked', 'returned', 'admitted', 'refused', 'withdrawn')", name=op.f('ck_merchant_applications_state_known')),
    sa.CheckConstraint("state IN ('draft', 'withdrawn') OR kind <> ''", name=op.f('ck_merchant_applications_put_in_is_complete')),
    sa.CheckConstraint("(state = 'admitted') = (organisation_id IS NOT NULL)", name=op.f('ck_merchant_applications_admitted_is_a_firm')),
    sa.ForeignKeyConstraint(['applicant_id'], ['users.id'], name=op.f('fk_merchant_applications_applicant_id_users')),
    sa.ForeignKeyConstraint(['of_firm_id'], ['organisations.id'], name=op.f('fk_merchant_applications_of_firm_id_organisations')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_merchant_applications_organisation_id_organisations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_merchant_applications')),
    sa.UniqueConstraint('applicant_id', 'form_key', name=op.f('uq_merchant_applications_applicant_id_form_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_merchant_applications_public_id')),
    )
    op.create_index('uq_merchant_applications_under_way', 'merchant_applications', ['scheme_code', 'uscc'], unique=True, postgresql_where=UNDER_WAY, sqlite_where=UNDER_WAY)
    op.create_index('ix_merchant_applications_state', 'merchant_applications', ['state', 'scheme_code'])
    op.create_table('merchant_steps',
    sa.Column('id', KEY, nullable=False),
    sa.Column('application_id', KEY, nullable=False),
    sa.Column('action', sa.String(length=12), nullable=False),
    sa.Column('to_state', sa.String(length=12), nullable=False),
    sa.Column('by_id', KEY, nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('clause', sa.String(length=40), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint("action IN ('submit', 'check', 'return', 'admit', 'refuse', 'withdraw')", name=op.f('ck_merchant_steps_action_known')),
    sa.ForeignKeyConstraint(['application_id'], ['merchant_applications.id'], name=op.f('fk_merchant_steps_application_id_merchant_applications')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_merchant_steps_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_merchant_steps')),
    )
    op.create_index(op.f('ix_merchant_steps_application_id'), 'merchant_steps', ['application_id'])


def _exclusions():
    exclusions = op.create_table('exclusions',
    sa.Column('id', KEY, nullable=False),
    sa.Column('scheme_code', sa.String(length=60), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('name_key', sa.String(length=120), nullable=False),
    sa.Column('organisation_id', KEY, nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('by_id', KEY, nullable=True),
    sa.Column('at', INSTANT, nullable=False),
    sa.Column('lifts_id', KEY, nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("kind IN ('dishonest', 'blacklist', 'breach')", name=op.f('ck_exclusions_kind_known')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_exclusions_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_exclusions_by_id_users')),
    sa.ForeignKeyConstraint(['lifts_id'], ['exclusions.id'], name=op.f('fk_exclusions_lifts_id_exclusions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exclusions')),
    sa.UniqueConstraint('lifts_id', name=op.f('uq_exclusions_lifts_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_exclusions_public_id')),
    )
    op.create_index('ix_exclusions_name', 'exclusions', ['name_key'])
    op.create_index(op.f('ix_exclusions_organisation_id'), 'exclusions', ['organisation_id'])
    return exclusions


def _take_over(exclusions):
    """Who stood on a list of the excluded is excluded from now on, with what is known of it."""
    bind = op.get_bind()
    now = datetime.now(UTC)
    listed = bind.execute(sa.text("SELECT id, scheme_code, name FROM listings WHERE kind = 'excluded' ORDER BY id"))
    rows = [
        {'scheme_code': row.scheme_code, 'name': row.name, 'name_key': fold_name(row.name), 'kind': 'dishonest',
         'source': '原失信名单', 'reason': '由名单登记', 'public_id': f'listed-{row.id}',
         'at': now.replace(tzinfo=None) if bind.dialect.name == 'sqlite' else now}
        for row in listed
    ]
    if rows:
        op.bulk_insert(exclusions, rows)
    op.execute("DELETE FROM listings WHERE kind = 'excluded'")


def _listings():
    with op.batch_alter_table('listings') as batch:
        batch.add_column(sa.Column('organisation_id', KEY, nullable=True))
        batch.add_column(sa.Column('valid_from', sa.Date(), nullable=True))
        batch.add_column(sa.Column('valid_until', sa.Date(), nullable=True))
        batch.drop_constraint(op.f('ck_listings_kind_known'), type_='check')
        batch.drop_constraint(op.f('uq_listings_scheme_code_kind_name'), type_='unique')
    with op.batch_alter_table('listings') as batch:
        batch.create_foreign_key(op.f('fk_listings_organisation_id_organisations'), 'organisations', ['organisation_id'], ['id'])
        batch.create_check_constraint(op.f('ck_listings_kind_known'), "kind IN ('listed_sellers', 'listed_used_firms')")
        batch.create_check_constraint(op.f('ck_listings_days_together'), '(valid_from IS NULL) = (valid_until IS NULL)')
        batch.create_check_constraint(op.f('ck_listings_days_in_order'), 'valid_from <= valid_until')
        batch.create_unique_constraint(op.f('uq_listings_scheme_code_kind_name_valid_from'), ['scheme_code', 'kind', 'name', 'valid_from'])
    op.create_index(op.f('ix_listings_organisation_id'), 'listings', ['organisation_id'])
    op.create_index('uq_listings_of_the_file', 'listings', ['scheme_code', 'kind', 'name'], unique=True, postgresql_where=OF_THE_FILE, sqlite_where=OF_THE_FILE)


def upgrade() -> None:
    """Forward."""
    for table, column, word in WORDS:
        allow(table, column, word)
    _people()
    _applications()
    exclusions = _exclusions()
    _take_over(exclusions)
    _listings()
    protect(op.get_bind(), ['exclusions', 'merchant_steps'])


def downgrade() -> None:
    """Back; refused by the database once townships have accounts. Days of listings and exclusions are forgotten."""
    with op.batch_alter_table('listings') as batch:
        batch.drop_index('uq_listings_of_the_file')
        batch.drop_index(op.f('ix_listings_organisation_id'))
        batch.drop_constraint(op.f('uq_listings_scheme_code_kind_name_valid_from'), type_='unique')
        batch.drop_constraint(op.f('ck_listings_days_in_order'), type_='check')
        batch.drop_constraint(op.f('ck_listings_days_together'), type_='check')
        batch.drop_constraint(op.f('ck_listings_kind_known'), type_='check')
        batch.drop_constraint(op.f('fk_listings_organisation_id_organisations'), type_='foreignkey')
        batch.drop_column('organisation_id')
        batch.drop_column('valid_from')
        batch.drop_column('valid_until')
        batch.create_check_constraint(op.f('ck_listings_kind_known'), "kind IN ('listed_sellers', 'listed_used_firms', 'excluded')")
        batch.create_unique_constraint(op.f('uq_listings_scheme_code_kind_name'), ['scheme_code', 'kind', 'name'])
    for table in ('exclusions', 'merchant_steps', 'merchant_applications'):
        op.drop_table(table)
    with op.batch_alter_table('users') as batch:
        for column in ('rights', 'must_change_password', 'last_sign_in_at'):
            batch.drop_column(column)
    for table, column, word in WORDS:
        disallow(table, column, word)
