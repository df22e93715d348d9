"""My account: sessions, and the exhibitors I act for."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import validators

from tgfair.core.errors import InvalidError
from tgfair.services import members, sessions
from tgfair.services.queries import accounts
from tgfair.web import guards
from tgfair.web.account.blueprint import bp
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, audience

SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")
BROWSERS = ("Edg", "CocCoc", "coc_coc", "Zalo", "Firefox", "Chrome", "Safari")


class MemberForm(BaseForm):
    """A colleague to add."""

    name = CleanStringField("Họ tên", [validators.InputRequired("Hãy ghi họ tên người đó.")])
    email = CleanStringField(
        "Thư điện tử", [validators.InputRequired("Hãy ghi thư điện tử của người đó.")]
    )


def device_name(user_agent: str) -> str:
    """Return what a browser calls itself, short enough to be recognised."""
    system = next((name for name in SYSTEMS if name in user_agent), "Thiết bị khác")
    browser = next((name for name in BROWSERS if name in user_agent), "")
    return " · ".join(filter(None, (system, browser)))


@bp.get("/tai-khoan")
@audience(Audience.SESSION)
def me() -> str:
    """Show the account."""
    who = guards.actor()
    return render_template(
        "account/me.html",
        user=accounts.own_user(who),
        sessions=accounts.own_sessions(who),
        exhibitors=accounts.own_exhibitors(who),
        read_outs=accounts.own_read_outs(who),
        device_name=device_name,
    )


@bp.post("/tai-khoan/thoat-het")
@audience(Audience.SESSION)
def sign_out_everywhere() -> Response:
    """End every session of the account."""
    ended = sessions.sign_out_everywhere(guards.actor(), now=guards.now())
    flash(f"Đã đăng xuất khỏi {ended} thiết bị.", "success")
    response = redirect(url_for("account.sign_in"), code=303)
    guards.clear_cookie(response)
    return response


@bp.post("/tai-khoan/phien/<int:session_id>/dung")
@audience(Audience.SESSION)
def end_session(session_id: int) -> Response:
    """End one session of the account."""
    sessions.end_own_session(guards.actor(), session_id)
    flash("Đã đăng xuất khỏi thiết bị đó.", "success")
    return redirect(url_for("account.me"), code=303)


@bp.get("/tai-khoan/<public_id>/nguoi")
@audience(Audience.SESSION)
def people(public_id: str) -> str:
    """Show who acts for the exhibitor."""
    return _people_page(public_id, MemberForm())


def _people_page(public_id: str, form: MemberForm) -> str:
    own = accounts.own_exhibitor(guards.actor(), public_id)
    return render_template("account/people.html", own=own, form=form)


@bp.post("/tai-khoan/<public_id>/nguoi")
@audience(Audience.SESSION)
def add_member(public_id: str) -> Any:
    """Add a colleague."""
    form = MemberForm(request.form)
    if form.validate():
        try:
            members.add_member(
                guards.actor(),
                public_id,
                name=form.name.data or "",
                email=form.email.data or "",
                now=guards.now(),
            )
        except InvalidError as error:
            form[error.field or "email"].errors = [error.message()]
        else:
            flash(f"Đã thêm. Hãy báo người đó đăng nhập bằng {form.email.data}.", "success")
            return redirect(url_for("account.people", public_id=public_id), code=303)
    return _people_page(public_id, form), 400


@bp.post("/tai-khoan/<public_id>/nguoi/<int:membership_id>/bo")
@audience(Audience.SESSION)
def remove_member(public_id: str, membership_id: int) -> Response:
    """Take a colleague out."""
    try:
        members.remove_member(guards.actor(), public_id, membership_id, now=guards.now())
        flash("Đã bỏ người đó khỏi cơ sở.", "success")
    except InvalidError as error:
        flash(error.message(), "error")
    page = "organizer.exhibitor" if "office" in request.form else "account.people"
    return redirect(url_for(page, public_id=public_id), code=303)
