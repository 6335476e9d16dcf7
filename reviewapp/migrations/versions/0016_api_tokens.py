"""Tokens of dealers' own systems, their answered requests, and the short way to what changed in a firm's claims."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Forward."""
    op.create_table('api_tokens',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('organisation_id', KEY, nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('ending', sa.String(length=4), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('expires_at', INSTANT, nullable=False),
    sa.Column('last_used_at', INSTANT, nullable=True),
    sa.Column('revoked_at', INSTANT, nullable=True),
    sa.Column('revoked_by_id', KEY, nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint('(revoked_at IS NULL) = (revoked_by_id IS NULL)', name=op.f('ck_api_tokens_revoked_by_somebody')),
    sa.CheckConstraint('expires_at > created_at', name=op.f('ck_api_tokens_lives_a_while')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_api_tokens_user_id_users')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_api_tokens_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['users.id'], name=op.f('fk_api_tokens_revoked_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_tokens')),
    sa.UniqueConstraint('public_id', name=op.f('uq_api_tokens_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_tokens_token_hash')),
    )
    op.create_index(op.f('ix_api_tokens_organisation_id'), 'api_tokens', ['organisation_id'])
    op.create_table('api_requests',
    sa.Column('id', KEY, nullable=False),
    sa.Column('token_id', KEY, nullable=False),
    sa.Column('key', sa.String(length=100), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('answer', sa.LargeBinary(), nullable=True),
    sa.Column('at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['token_id'], ['api_tokens.id'], name=op.f('fk_api_requests_token_id_api_tokens')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_requests')),
    sa.UniqueConstraint('token_id', 'key', name=op.f('uq_api_requests_token_id_key')),
    )
    op.create_index('ix_claims_changes', 'claims', ['organisation_id', 'changed_at', 'id'])


def downgrade() -> None:
    """Back."""
    op.drop_index('ix_claims_changes', table_name='claims')
    op.drop_table('api_requests')
    op.drop_table('api_tokens')
