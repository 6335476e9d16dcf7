"""Shops, collection points and recyclers take part, with people of their own."""

from alembic import op

from reviewapp.models.append_only import protect

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

NEW = "'dealer', 'shop', 'point', 'recycler'"
STAFF = "'reviewer', 'lead', 'finance_maker', 'finance_checker', 'auditor', 'admin'"
#: (table, constraint, rule before, rule after)
RULES = (
    ('organisations', 'kind_known', "kind IN ('dealer', 'bureau', 'bank')", f"kind IN ({NEW}, 'bureau', 'bank')"),
    ('users', 'role_known', f"role IN ('claimant', 'dealer', {STAFF})", f"role IN ('claimant', {NEW}, {STAFF})"),
    ('claims', 'submitter_role_known', "submitter_role IN ('claimant', 'dealer')",
     "submitter_role IN ('claimant', 'dealer', 'shop', 'point')"),
    ('events', 'actor_role_known', f"actor_role IN ('claimant', 'dealer', {STAFF}, 'system')",
     f"actor_role IN ('claimant', {NEW}, {STAFF}, 'system')"),
)


def _rule(table, name, rule):
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f'ck_{table}_{name}'), type_='check')
        batch.create_check_constraint(op.f(f'ck_{table}_{name}'), rule)


def upgrade() -> None:
    """Forward."""
    for table, name, _, after in RULES:
        _rule(table, name, after)
    protect(op.get_bind(), ['events'])


def downgrade() -> None:
    """Back; refused by the database while shops, points or recyclers have done anything."""
    for table, name, before, _ in RULES:
        _rule(table, name, before)
    protect(op.get_bind(), ['events'])
