"""A scheme tried on past claims, and where its money is heading. Pages to look at: nothing is written."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import islice
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from reviewapp import clock, schemes
from reviewapp.errors import InvalidValue, NotFound
from reviewapp.extensions import db
from reviewapp.forms.scheme_replay import OWN, ForecastForm, ReplayForm
from reviewapp.policy import Scheme, SchemeError
from reviewapp.policy.forecast import Forecast, Plan, play, summarise
from reviewapp.policy.forecast_plan import make_plan
from reviewapp.policy.replay import STAGES, Change, Totals
from reviewapp.policy.scenario import Arrivals, Scenario, TopUp
from reviewapp.policy.values import CHINA
from reviewapp.queries import forecast as past_claims
from reviewapp.queries import replay as queries
from reviewapp.queries import scope
from reviewapp.queries.display import kinds_in_words
from reviewapp.queries.replay import Side
from reviewapp.schemes.wording import OUTCOMES
from reviewapp.web.access import actor, open_to
from reviewapp.web.plots import money_plot

blueprint = Blueprint("scheme_replay", __name__, url_prefix="/office/schemes")

_READERS = ("admin", "lead", "auditor")
#: What a page may take: some tenths of a second on one core. More is for the command.
_MOST_CLAIMS, _MOST_DRAWN = 1000, 200_000
_RUNS, _FEWEST_RUNS = 100, 10
_PAGE = 50
_WORDS = {"stages": STAGES, "outcomes": OUTCOMES, "in_words": kinds_in_words}


@blueprint.get("/<code>/replay")
@open_to(*_READERS)
def replay(code: str) -> ResponseReturnValue:
    """Choose two versions; then the sums, and the claims that change, a page at a time."""
    scheme = _scheme(code)
    form = _replay_form(code)
    shown: dict[str, Any] = {
        "scheme": scheme,
        "form": form,
        "claims": queries.count(db.session, code),
        "most": _MOST_CLAIMS,
    }
    asked = "after" in request.args
    if asked and form.validate() and shown["claims"] <= _MOST_CLAIMS:
        try:
            before, after = _side(code, form.before.data), _side(code, form.after.data)
        except InvalidValue as error:
            return render_template("schemes/replay.html", **_WORDS, **shown, refusal=error.message), error.status
        shown |= _compared(code, before, after)
    return render_template("schemes/replay.html", **_WORDS, **shown), 422 if form.errors else 200


def _replay_form(code: str) -> ReplayForm:
    versions = {name: f"第 {name} 版" for name in schemes.versions(code)} | queries.drafts(db.session, code)
    given = request.args if "after" in request.args else None
    form = ReplayForm(given, meta={"csrf": False}, before=OWN, after=list(versions)[-1])
    form.offer(versions)
    return form


def _side(code: str, name: str) -> Side:
    if name == OWN:
        return queries.OWN
    try:
        return queries.side(code, name) if name.isdecimal() else queries.draft(db.session, code, name)
    except LookupError as error:
        raise InvalidValue(error.args[0]) from None
    except SchemeError as error:
        first = error.problems[0]
        raise InvalidValue(f"这份草稿还有 {len(error.problems)} 处错误，改正后才能试：{first}") from None


def _compared(code: str, before: Side, after: Side) -> dict[str, Any]:
    """The sums over all claims, and one page of those that change."""
    totals, changed = Totals(), list[Change]()
    for change in queries.replay(db.session, code, before, after):
        totals.add(change)
        if change.changed:
            changed.append(change)
    pages = max(1, -(-len(changed) // _PAGE))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    rows = tuple(islice(changed, (number - 1) * _PAGE, number * _PAGE))
    opens = actor().role in scope.PAPER_READERS
    return {"totals": totals, "rows": rows, "number": number, "pages": pages, "opens": opens, "sides": (before, after)}


@blueprint.get("/<code>/forecast")
@open_to(*_READERS, *scope.FINANCE)
def forecast(code: str) -> ResponseReturnValue:
    """When each pool runs dry, as a plot, in sentences and as a table."""
    scheme = _scheme(code)
    form = _forecast_form(scheme)
    shown: dict[str, Any] = {"scheme": scheme, "form": form, "reads": actor().role in _READERS}
    if request.args and not form.validate():
        return render_template("schemes/forecast.html", **shown), 422
    plan = make_plan(scheme, past_claims.past(db.session, code, clock.now()), _scenario(scheme, form))
    if runs := _runs(plan):
        made = summarise(plan, play(plan, runs, form.seed.data, random.Random), form.seed.data)
        shown |= {"forecast": made, "pools": _shown(made)}
    else:
        shown |= {"too_many": plan.expected}
    return render_template("schemes/forecast.html", **shown)


def _forecast_form(scheme: Scheme) -> ForecastForm:
    pools = dict.fromkeys(programme.pool for programme in scheme.programmes.values())
    first = next(iter(pools))
    given = request.args or None
    form = ForecastForm(given, meta={"csrf": False}, multiplier=1, seed=1, pool=first, on=_today())
    form.pool.choices = [(code, scheme.pools[code].title) for code in pools]
    return form


def _scenario(scheme: Scheme, form: ForecastForm) -> Scenario:
    """The form's two assumptions; a top-up without a day comes today."""
    today = _today()
    last = max(programme.submission.until.date() for programme in scheme.programmes.values())
    arrivals = Arrivals(None, today, max(last, today) + timedelta(days=1), times=float(form.multiplier.data))
    added = (TopUp(form.pool.data, form.on.data or today, form.amount_fen),) if form.amount_fen else ()
    return Scenario(arrivals=(arrivals,), top_ups=added)


def _today() -> date:
    return clock.now().astimezone(CHINA).date()


def _runs(plan: Plan) -> int:
    """As many as a page may take, none when even the fewest take too long."""
    runs = int(_MOST_DRAWN / max(plan.expected, 1))
    return min(runs, _RUNS) if runs >= _FEWEST_RUNS else 0


def _shown(made: Forecast) -> list[tuple[Any, ...]]:
    return [(pool, past_claims.outlook(made, pool), money_plot(made, pool)) for pool in made.pools]


def _scheme(code: str) -> Scheme:
    try:
        return schemes.load(code)
    except LookupError as error:
        raise NotFound(error.args[0]) from None
