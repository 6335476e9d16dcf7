"""A claim that proves to be worth more may wait for the rest and keep what it holds."""

from alembic import op

from reviewapp.models.append_only import protect

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

HOLDS_NOTHING = "state <> 'waitlist' OR (reserved_fen = 0 AND wanted_fen > 0)"
WANTS_MORE = "state <> 'waitlist' OR reserved_fen < wanted_fen"
BEFORE = "action IN ('submit', 'promote', 'take', 'put_back', 'approve', 'return', 'reject', 'resubmit', 'lapse', 'withdraw', 'publish', 'make_payable', 'send', 'lose_answer', 'confirm_paid', 'confirm_failed', 'return_payment', 'give_new_card', 'demand', 'settle_demand', 'drop_demand', 'create', 'change_paper', 'change_fact', 'check', 'propose_demand', 'pay_back')"
AFTER = BEFORE.replace("'reject', ", "'reject', 'await_funds', ")


def _actions(rule):
    with op.batch_alter_table('events') as batch:
        batch.drop_constraint(op.f('ck_events_action_known'), type_='check')
        batch.create_check_constraint(op.f('ck_events_action_known'), rule)
    protect(op.get_bind(), ['events'])


def _waitlist(before, name, rule):
    with op.batch_alter_table('claims') as batch:
        batch.drop_constraint(op.f(before), type_='check')
        batch.create_check_constraint(op.f(name), rule)


def upgrade() -> None:
    """Forward."""
    _waitlist('ck_claims_waitlist_holds_nothing', 'ck_claims_waitlist_wants_more', WANTS_MORE)
    _actions(AFTER)


def downgrade() -> None:
    """Back; refused by the database while a claim waits for the rest or the trail tells of one that did."""
    _actions(BEFORE)
    _waitlist('ck_claims_waitlist_wants_more', 'ck_claims_waitlist_holds_nothing', HOLDS_NOTHING)
