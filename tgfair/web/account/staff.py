"""Staff: sign in with password and authenticator, set both up by a one-time link."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from wtforms import PasswordField, validators

from tgfair.core.errors import InvalidError
from tgfair.documents.qr import qr_svg
from tgfair.services import staff_sign_in
from tgfair.services.one_time_codes import LinkOverError
from tgfair.web import guards, limits
from tgfair.web.account.blueprint import bp
from tgfair.web.account.sign_in import enter
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, audience

QR_LABEL = "Mã QR để thêm tài khoản vào ứng dụng xác thực"


class PasswordForm(BaseForm):
    """Staff sign-in."""

    email = CleanStringField("Thư điện tử", [validators.InputRequired("Hãy ghi thư điện tử.")])
    password = PasswordField("Mật khẩu", [validators.InputRequired("Hãy ghi mật khẩu.")])
    totp = CleanStringField("Mã trong ứng dụng xác thực")


class SetupForm(BaseForm):
    """A staff member's own password and authenticator."""

    password = PasswordField("Mật khẩu mới", [validators.InputRequired("Hãy đặt mật khẩu.")])
    again = PasswordField(
        "Gõ lại mật khẩu", [validators.EqualTo("password", "Hai lần gõ chưa giống nhau.")]
    )
    totp = CleanStringField("Mã 6 số trong ứng dụng")


@bp.get("/dang-nhap/can-bo")
@audience(Audience.PUBLIC)
def staff_sign_in_page() -> str:
    """Ask for address, password and authenticator code."""
    return _password_page(PasswordForm())


def _password_page(form: PasswordForm) -> str:
    return render_template("account/staff.html", form=form, with_totp=not guards.config().demo)


@bp.post("/dang-nhap/can-bo")
@audience(Audience.PUBLIC)
@limits.sign_in_by_network
@limits.password_by_account
def sign_in_with_password() -> Any:
    """Sign staff in."""
    form = PasswordForm(request.form)
    if form.validate():
        try:
            signed = staff_sign_in.sign_in_with_password(
                (form.email.data or "").lower(),
                form.password.data or "",
                form.totp.data or "",
                user_agent=request.user_agent.string,
                demo=guards.config().demo,
                now=guards.now(),
            )
            return enter(signed, request.args.get("next"))
        except InvalidError as error:
            form.form_errors.append(error.message())
    return _password_page(form), 400


@bp.get("/can-bo/<token>")
@audience(Audience.PUBLIC)
def setup(token: str) -> Any:
    """Show the set-up page; the link is used up by sending it."""
    return _setup_page(token, SetupForm(), 200)


def _setup_page(token: str, form: SetupForm, status: int) -> Any:
    try:
        found = staff_sign_in.staff_setup(token, site_name=guards.config().site_name)
    except LinkOverError as error:
        return render_template("account/link_over.html", message=error.message()), 410
    qr = qr_svg(found.totp_address, label=QR_LABEL) if found.totp_address else None
    return render_template("account/setup.html", form=form, setup=found, qr=qr), status


@bp.post("/can-bo/<token>")
@audience(Audience.PUBLIC)
@limits.codes_by_network
def complete_setup(token: str) -> Any:
    """Set password and authenticator, and sign in."""
    form = SetupForm(request.form)
    if form.validate():
        try:
            signed = staff_sign_in.complete_staff_setup(
                token,
                form.password.data or "",
                form.totp.data or "",
                user_agent=request.user_agent.string,
                now=guards.now(),
            )
            return enter(signed)
        except InvalidError as error:
            form[error.field or "password"].errors = [error.message()]
    return _setup_page(token, form, 400)
