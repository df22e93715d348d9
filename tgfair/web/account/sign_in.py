"""Sign in by link, code or telephone; sign out."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response
from wtforms import validators

from tgfair.core.email_address import normalize_email
from tgfair.core.errors import InvalidError, TgfairError
from tgfair.core.phone import normalize_phone
from tgfair.services import accounts, sessions
from tgfair.services.one_time_codes import LinkOverError
from tgfair.web import guards, limits
from tgfair.web.account.blueprint import bp
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, audience

# What the signed cookie remembers between the two pages: nobody can count up to another's code.
ADDRESS, CODE, NEXT = "sign_in_address", "sign_in_code", "sign_in_next"
TOO_OFTEN = "sign_in_too_often"


class AddressForm(BaseForm):
    """Who wants to sign in."""

    address = CleanStringField(
        "Thư điện tử hoặc số điện thoại",
        [validators.InputRequired("Hãy ghi thư điện tử hoặc số điện thoại.")],
    )


class CodeForm(BaseForm):
    """The six digits."""

    typed = CleanStringField("Mã 6 số", [validators.InputRequired("Hãy gõ mã 6 số.")])


class ButtonForm(BaseForm):
    """Nothing but a button."""


def enter(signed: accounts.SignedIn, next_path: str | None = None) -> Response:
    """Give the browser its new session and send it to where it wanted to go."""
    home = "/ql/" if signed.is_staff else url_for("account.me")
    response = redirect(guards.safe_next(next_path) if next_path else home, code=303)
    guards.set_cookie(response, signed.token)
    for key in (ADDRESS, CODE, NEXT, TOO_OFTEN):
        session.pop(key, None)
    return response


@bp.get("/dang-nhap")
@audience(Audience.PUBLIC)
def sign_in() -> str:
    """Ask for the address."""
    return render_template("account/sign_in.html", form=AddressForm())


@bp.post("/dang-nhap")
@audience(Audience.PUBLIC)
@limits.sign_in_by_network
def start_sign_in() -> Any:
    """Send a code to an e-mail address; a telephone number waits for an officer's call."""
    form = AddressForm(request.form)
    if form.validate():
        try:
            _remember(form.address.data or "")
        except InvalidError as error:
            form.address.errors = [error.message()]
        else:
            session[NEXT] = request.args.get("next")
            return redirect(url_for("account.type_code"), code=303)
    return render_template("account/sign_in.html", form=form), 400


def _remember(address: str) -> None:
    if "@" in address:
        email = normalize_email(address)
        _ask(email)
        session[ADDRESS] = email
    else:
        session[ADDRESS] = normalize_phone(address)
        session.pop(CODE, None)


def _ask(email: str) -> None:
    asked = accounts.request_sign_in(email, net=limits.network(), now=guards.now())
    session[CODE], session[TOO_OFTEN] = asked.code_id, asked.too_often


@bp.get("/dang-nhap/ma")
@audience(Audience.PUBLIC)
def type_code() -> Any:
    """Ask for the six digits, in the tab that asked for them."""
    if ADDRESS not in session:
        return redirect(url_for("account.sign_in"), code=303)
    return _code_page(CodeForm())


def _code_page(form: CodeForm) -> str:
    address = session[ADDRESS]
    page = "account/code_by_mail.html" if "@" in address else "account/code_by_phone.html"
    return render_template(page, form=form, address=address, too_often=session.get(TOO_OFTEN))


@bp.post("/dang-nhap/ma")
@audience(Audience.PUBLIC)
@limits.codes_by_network
def sign_in_with_code() -> Any:
    """Sign in with the six digits."""
    form = CodeForm(request.form)
    if ADDRESS not in session:
        return redirect(url_for("account.sign_in"), code=303)
    if form.validate():
        try:
            return enter(_signed_in(form.typed.data or ""), session.get(NEXT))
        except TgfairError as error:
            form.typed.errors = [error.message()]
    return _code_page(form), 400


def _signed_in(typed: str) -> accounts.SignedIn:
    by_mail = CODE in session
    function = accounts.sign_in_with_code if by_mail else accounts.sign_in_with_phone
    return function(
        session[CODE if by_mail else ADDRESS],
        typed,
        user_agent=request.user_agent.string,
        now=guards.now(),
        demo=guards.config().demo,
    )


@bp.post("/dang-nhap/gui-lai")
@audience(Audience.PUBLIC)
@limits.sign_in_by_network
def send_again() -> Response:
    """Send another code to the same address."""
    if CODE not in session:
        return redirect(url_for("account.sign_in"), code=303)
    _ask(session[ADDRESS])
    if not session[TOO_OFTEN]:
        flash("Đã gửi lại. Thư có thể đến sau một, hai phút; xem cả mục thư rác.", "success")
    return redirect(url_for("account.type_code"), code=303)


@bp.get("/vao/<token>")
@audience(Audience.PUBLIC)
def link(token: str) -> Any:
    """Show a button: mail scanners follow links, and must not use this one up."""
    try:
        accounts.check_sign_in_link(token)
    except LinkOverError as error:
        return render_template("account/link_over.html", message=error.message()), 410
    return render_template("account/link.html", form=ButtonForm())


@bp.post("/vao/<token>")
@audience(Audience.PUBLIC)
@limits.codes_by_network
def sign_in_with_link(token: str) -> Any:
    """Sign in by the button."""
    try:
        signed = accounts.sign_in_with_link(
            token,
            user_agent=request.user_agent.string,
            now=guards.now(),
            demo=guards.config().demo,
        )
    except TgfairError as error:
        return render_template("account/link_over.html", message=error.message()), 410
    return enter(signed, session.get(NEXT))


@bp.post("/dang-xuat")
@audience(Audience.PUBLIC)
def sign_out() -> Response:
    """End the session of this browser."""
    sessions.sign_out(guards.actor())
    response = redirect("/", code=303)
    guards.clear_cookie(response)
    flash("Đã đăng xuất.", "success")
    return response
