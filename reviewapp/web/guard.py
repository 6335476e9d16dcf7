"""The door: before every request, is this route open to this person; if not, the way to sign in."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_security.utils import check_and_update_authn_fresh
from werkzeug.exceptions import BadRequest

from reviewapp.errors import InvalidValue, NotAllowed, NotFound
from reviewapp.web import held, problems
from reviewapp.web.access import ANYONE, TOKEN, roles_of, wants_fresh

_NUL = "\0"
#: How long ago a person signed in whom `freshly_signed_in` still lets pass, and how long they may then take.
_FRESH, _TIME_TO_FILL_IN = timedelta(minutes=5), timedelta(minutes=10)


def register(app: Flask) -> None:
    """Enforce the marks before every request."""
    app.before_request_funcs.setdefault(None, []).insert(0, _require_names)
    app.before_request(_require_text)
    app.before_request(_enforce)


def _require_names() -> None:
    """A form's parts have names. Looked at before all else: the libraries' own checks trip over a part without one."""
    if None in (*request.form, *request.files):
        raise BadRequest()


def _require_text() -> None:
    """No page of ours sends a NUL, and no database keeps one."""
    if _NUL in request.path:
        raise NotFound()
    sent = (*request.args.items(multi=True), *request.form.items(multi=True))
    if any(_NUL in name or _NUL in value for name, value in sent):
        raise InvalidValue("填写的内容里有无法保存的字符。请返回上一页，删去后重新填写。")


def _enforce() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    roles = roles_of(current_app, request.endpoint)
    if roles is None:
        raise NotFound()
    if {ANYONE, TOKEN} & roles:
        return None
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if current_user.must_change_password and request.endpoint != "sign_in.leave":
        return _lead_to(url_for("security.change_password"), 403, "请先把初始密码改成您自己的密码。")
    if current_user.role not in roles:
        raise NotAllowed("您的账号没有打开这个页面的权限。需要权限请联系管理员，或换一个账号登录。")
    if wants_fresh(current_app, request.endpoint) and not check_and_update_authn_fresh(_FRESH, _TIME_TO_FILL_IN):
        return _ask_again()
    return None


def _ask_again() -> ResponseReturnValue:
    """To the code or the password once more, and from there back to where the person was."""
    door = "sign_in.again" if current_user.role == "claimant" else "security.verify"
    return _lead_to(url_for(door, next=_way_back()), 401, "为了资金安全，请先再验证一次身份。")


def ask_to_sign_in() -> ResponseReturnValue:
    """To the sign-in of those whom the route is for, and from there back to where the person was; a form is held."""
    roles = roles_of(current_app, request.endpoint or "") or frozenset()
    if problems.wanted_by_script():
        return problems.answer(401, "登录已过期。请重新登录；本机已保存的内容都在。", "session_ended")
    door = "security.login" if roles and "claimant" not in roles and ANYONE not in roles else "sign_in.phone"
    return _lead_to(url_for(door, next=_way_back()), 401, "登录已过期。请重新登录后再试；已保存的内容都在。")


def ask_to_send_again() -> ResponseReturnValue:
    """The page was older than the session: its form is held and shown for sending again."""
    if problems.wanted_by_script():
        return problems.answer(400, "页面已过期，刚才的操作没有送达。请再试一次。", "token_expired")
    return _lead_to(_way_back(), 400, "页面已过期，刚才的操作没有送达。请刷新页面后再试；已保存的内容都在。")


def _lead_to(where: str, status: int, message: str) -> ResponseReturnValue:
    """A page goes there; a fragment would show the other page inside this one, so the browser is told to go."""
    if not request.headers.get("HX-Request"):
        return redirect(where)
    fragment = render_template("components/error_fragment.html", message=message, code="session_ended")
    return fragment, status, {"HX-Redirect": where}


def _way_back() -> str:
    if held.hold(request):
        return url_for("held.resume")
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.full_path.rstrip("?")
    return _page_before() or url_for("public.work")


def _page_before() -> str | None:
    """The page of ours that the request was made from."""
    page = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    return page.path if page.netloc == request.host and page.path.startswith("/") else None
