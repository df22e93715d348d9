"""Staff accounts, for the administrator."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import starmap
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import SelectField, validators
from wtforms.fields.choices import (  # type: ignore[attr-defined]  # -- the stubs are older
    SelectChoice,
)

from tgfair.core.errors import InvalidError
from tgfair.models.account import Role
from tgfair.services import users
from tgfair.services.links import base_url
from tgfair.services.queries import accounts
from tgfair.web import guards
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, audience
from tgfair.web.labels import label
from tgfair.web.organizer.blueprint import bp


class UserForm(BaseForm):
    """A staff account with one role; further roles are added the same way."""

    name = CleanStringField("Họ tên", [validators.InputRequired("Hãy ghi họ tên.")])
    email = CleanStringField("Thư điện tử", [validators.InputRequired("Hãy ghi thư điện tử.")])
    # Nothing is chosen beforehand: the first role is the administrator's.
    role = SelectField(
        "Vai trò",
        [validators.InputRequired("Hãy chọn vai trò.")],
        choices=[
            SelectChoice("", "Chọn vai trò"),
            *(SelectChoice(role.value, label(role)) for role in Role),
        ],
    )
    fair_slug = SelectField("Chỉ trong sự kiện", [validators.Optional()])
    unit_code = SelectField("Chỉ trong xã, phường", [validators.Optional()])


def _form() -> UserForm:
    form = UserForm(request.form if request.method == "POST" else None)
    fairs, communes = accounts.role_limits(guards.actor())
    form.fair_slug.choices = [SelectChoice("", "Mọi sự kiện"), *starmap(SelectChoice, fairs)]
    form.unit_code.choices = [
        SelectChoice("", "Mọi xã, phường"),
        *starmap(SelectChoice, communes),
    ]
    return form


@bp.get("/ql/tai-khoan")
@audience(Audience.STAFF)
def users_list() -> str:
    """List the staff accounts."""
    return render_template("organizer/users.html", users=accounts.staff_users(guards.actor()))


@bp.get("/ql/tai-khoan/moi")
@audience(Audience.STAFF)
def new_user() -> str:
    """Ask for a staff account."""
    return render_template("organizer/user_new.html", form=_form())


@bp.post("/ql/tai-khoan/moi")
@audience(Audience.STAFF)
def add_user() -> Any:
    """Add a staff account, or a role to one, and show its set-up link."""
    form = _form()
    if form.validate():
        new = users.NewUser(
            name=form.name.data or "",
            email=form.email.data or "",
            role=Role(form.role.data),
            fair_slug=form.fair_slug.data or "",
            unit_code=form.unit_code.data or "",
        )
        try:
            name, token = users.add_user(guards.actor(), new, now=guards.now())
            return _link_page(name, token, accounts.subjects_of(guards.actor(), new.email))
        except InvalidError as error:
            form[error.field or "email"].errors = [error.message()]
    return render_template("organizer/user_new.html", form=form), 400


def _link_page(name: str, token: str, subjects: Sequence[tuple[str, str]] = ()) -> str:
    link = f"{base_url()}/can-bo/{token}"
    return render_template("organizer/user_link.html", name=name, link=link, subjects=subjects)


@bp.post("/ql/tai-khoan/<int:user_id>/duong-dan")
@audience(Audience.STAFF)
def renew_setup_link(user_id: int) -> Any:
    """Make a new set-up link and show it once."""
    try:
        name, token = users.renew_setup_link(guards.actor(), user_id, now=guards.now())
    except InvalidError as error:
        return _back(error.message(), "error")
    return _link_page(name, token)


@bp.post("/ql/tai-khoan/<int:user_id>/khoa")
@audience(Audience.STAFF)
def lock_user(user_id: int) -> Response:
    """Lock an account; its sessions end at once."""
    return _set_active(user_id, active=False)


@bp.post("/ql/tai-khoan/<int:user_id>/mo")
@audience(Audience.STAFF)
def unlock_user(user_id: int) -> Response:
    """Open a locked account again."""
    return _set_active(user_id, active=True)


def _set_active(user_id: int, *, active: bool) -> Response:
    try:
        users.set_active(guards.actor(), user_id, active=active, now=guards.now())
    except InvalidError as error:
        return _back(error.message(), "error")
    return _back("Đã mở lại tài khoản." if active else "Đã khóa tài khoản.", "success")


@bp.post("/ql/tai-khoan/<int:user_id>/thoat")
@audience(Audience.STAFF)
def end_sessions(user_id: int) -> Response:
    """End every session of an account."""
    users.end_sessions_of(guards.actor(), user_id, now=guards.now())
    return _back("Đã đăng xuất tài khoản đó khỏi mọi thiết bị.", "success")


@bp.post("/ql/tai-khoan/<int:user_id>/vai-tro/<int:grant_id>/bo")
@audience(Audience.STAFF)
def remove_role(user_id: int, grant_id: int) -> Response:
    """Take a role away."""
    try:
        users.remove_role(guards.actor(), user_id, grant_id, now=guards.now())
    except InvalidError as error:
        return _back(error.message(), "error")
    return _back("Đã bỏ vai trò.", "success")


def _back(sentence: str, tone: str) -> Response:
    flash(sentence, tone)
    return redirect(url_for("organizer.users_list"), code=303)
