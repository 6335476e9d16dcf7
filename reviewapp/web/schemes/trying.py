"""Trying facts on a scheme: chosen from its cases and changed field by field, or pasted as JSON. Nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from reviewapp.errors import InvalidValue
from reviewapp.extensions import db
from reviewapp.forms.schemes import FactsForm
from reviewapp.policy import FactsError, Problem, Scheme
from reviewapp.queries import schemes as queries
from reviewapp.queries.display import kinds_in_words
from reviewapp.schemes import Case, Texts
from reviewapp.schemes.facts_text import try_facts
from reviewapp.services import scheme_drafts
from reviewapp.web.access import open_to
from reviewapp.web.schemes import facts_form
from reviewapp.web.schemes.room import READERS, blueprint, book, found

_OWN = -1


@blueprint.route("/schemes/<code>/try", methods=["GET", "POST"])
@open_to(*READERS)
def attempt(code: str) -> ResponseReturnValue:
    """On a published version."""
    scheme, texts = found(code, request.args.get("version"))
    return _page("schemes/try.html", scheme, texts, {})


@blueprint.route("/drafts/<public_id>/try", methods=["GET", "POST"])
@open_to(*READERS)
def draft_try(public_id: str) -> ResponseReturnValue:
    """On a draft, once it holds."""
    draft = queries.draft(db.session, public_id)
    examined = scheme_drafts.examined(draft)
    shown = {"draft": draft, "examined": examined, "states": scheme_drafts.STATES}
    if examined.scheme is None:
        return render_template("schemes/draft_unread.html", **shown)
    return _page("schemes/draft_try.html", examined.scheme, Texts(draft.text, draft.cases), shown)


def _page(template: str, scheme: Scheme, texts: Texts, shown: dict[str, Any]) -> ResponseReturnValue:
    cases = book(texts).cases
    chosen = _chosen(cases)
    case = cases[chosen] if chosen != _OWN else None
    form, refusal = FactsForm(), ""
    try:
        _fill(form, case)
    except InvalidValue as error:
        refusal = error.message
    result, problems = (None, ()) if refusal or not form.facts.data else _tried(scheme, form.facts.data)
    shown |= {"scheme": scheme, "cases": cases, "chosen": chosen, "form": form, "refusal": refusal}
    shown |= {"result": result, "problems": problems, "titles": _titles(scheme, result), "in_words": kinds_in_words}
    shown["groups"] = _groups(scheme, case, request.form) if case is not None else ()
    return render_template(template, **shown), 422 if problems or refusal or form.errors else 200


def _fill(form: FactsForm, case: Case | None) -> None:
    """Put the facts to be tried into the form: the case's, changed by the fields that were sent, or those pasted."""
    if request.method == "POST" and (case is None or request.form.get("form") != "fields"):
        form.validate()
    elif case is not None:
        form.facts.data = _pretty(facts_form.changed(case.facts, request.form))


def _chosen(cases: tuple[Case, ...]) -> int:
    """The case that the facts begin with; the first where none is chosen, none for facts of one's own."""
    text = request.values.get("case", "0")
    number = int(text) if text.isdecimal() and len(text) < 6 else _OWN
    return number if number < len(cases) else _OWN


def _groups(scheme: Scheme, case: Case, form: Mapping[str, str]) -> tuple[facts_form.Group, ...]:
    """The fields with what was sent for them, so that nothing entered is lost."""
    sent = form if form.get("form") == "fields" else {}
    return facts_form.groups(scheme, case.facts, sent)


def _tried(scheme: Scheme, text: str) -> tuple[Any, tuple[Problem, ...]]:
    try:
        return try_facts(scheme, text), ()
    except FactsError as error:
        return None, error.problems


def _titles(scheme: Scheme, result: Any) -> dict[str, str]:
    """What each check of the result's programme is called."""
    if result is None:
        return {}
    programme = scheme.programmes[result.programme]
    papers = {f"paper_{paper.id}": paper.title for paper in programme.papers}
    return papers | {rule.id: rule.title for rule in programme.rules} | {"award": programme.award.title}


def _pretty(facts: Any) -> str:
    return json.dumps(facts, ensure_ascii=False, indent=2)
