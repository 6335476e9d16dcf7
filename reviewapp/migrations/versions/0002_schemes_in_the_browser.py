"""Schemes written in the browser; what was published, and the trail, refuse UPDATE and DELETE."""

import sqlalchemy as sa
from alembic import op

from reviewapp.models.append_only import protect

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table('scheme_drafts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('cases', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('edited_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proposed_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.CheckConstraint("state IN ('draft', 'proposed', 'published', 'withdrawn')", name=op.f('ck_scheme_drafts_state_known')),
    sa.CheckConstraint("state NOT IN ('proposed', 'published') OR proposed_by_id IS NOT NULL", name=op.f('ck_scheme_drafts_proposed_by_somebody')),
    sa.CheckConstraint('version >= 1', name=op.f('ck_scheme_drafts_version_positive')),
    sa.ForeignKeyConstraint(['edited_by_id'], ['users.id'], name=op.f('fk_scheme_drafts_edited_by_id_users')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['users.id'], name=op.f('fk_scheme_drafts_proposed_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scheme_drafts')),
    sa.UniqueConstraint('public_id', name=op.f('uq_scheme_drafts_public_id'))
    )
    op.create_index('uq_scheme_drafts_live', 'scheme_drafts', ['code', 'version'], unique=True, postgresql_where=sa.text("state IN ('draft', 'proposed')"), sqlite_where=sa.text("state IN ('draft', 'proposed')"))

    op.create_table('published_schemes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('draft_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('cases', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('proposer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('publisher_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('author_id <> publisher_id AND proposer_id <> publisher_id', name=op.f('ck_published_schemes_two_people')),
    sa.CheckConstraint('length(digest) = 64', name=op.f('ck_published_schemes_digest_whole')),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_published_schemes_author_id_users')),
    sa.ForeignKeyConstraint(['draft_id'], ['scheme_drafts.id'], name=op.f('fk_published_schemes_draft_id_scheme_drafts')),
    sa.ForeignKeyConstraint(['proposer_id'], ['users.id'], name=op.f('fk_published_schemes_proposer_id_users')),
    sa.ForeignKeyConstraint(['publisher_id'], ['users.id'], name=op.f('fk_published_schemes_publisher_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_published_schemes')),
    sa.UniqueConstraint('code', 'version', name=op.f('uq_published_schemes_code_version')),
    sa.UniqueConstraint('draft_id', name=op.f('uq_published_schemes_draft_id'))
    )
    op.create_table('scheme_events',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('draft_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('action', sa.String(length=12), nullable=False),
    sa.Column('note', sa.String(length=400), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.CheckConstraint("action IN ('start', 'save', 'propose', 'send_back', 'publish', 'withdraw')", name=op.f('ck_scheme_events_action_known')),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_scheme_events_actor_id_users')),
    sa.ForeignKeyConstraint(['draft_id'], ['scheme_drafts.id'], name=op.f('fk_scheme_events_draft_id_scheme_drafts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scheme_events'))
    )
    op.create_index('ix_scheme_events_draft', 'scheme_events', ['draft_id', 'id'], unique=False)
    protect(op.get_bind(), ('scheme_events', 'published_schemes'))


def downgrade() -> None:
    """Published versions are what claims were decided by; they are not taken down by a migration."""
    raise RuntimeError("published schemes have no way back; restore a backup instead")
