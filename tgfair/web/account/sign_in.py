"""Sign in by link, code or telephone; sign out."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, session
from werkzeug.wrappers import Response
from wtforms import validators

from tgfair.core.email_address import normalize_email
from tgfair.core.errors import TgfairError
from tgfair.services import accounts, sessions
from tgfair.web import guards
from tgfair.web.account.blueprint import bp
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, audience

FRONT_PAGE = "/"


class AddressForm(BaseForm):
    """Who wants to sign in."""

    address = CleanStringField(
        "Thư điện tử hoặc số điện thoại",
        [validators.InputRequired("Hãy ghi thư điện tử hoặc số điện thoại.")],
    )


@bp.get("/dang-nhap")
@audience(Audience.PUBLIC)
def sign_in() -> str:
    """Ask for the address."""
    return render_template("account/sign_in.html", form=AddressForm())


@bp.post("/dang-nhap")
@audience(Audience.PUBLIC)
def start_sign_in() -> Any:
    """Send a code."""
    form = AddressForm(request.form)
    if not form.validate():
        return render_template("account/sign_in.html", form=form), 400
    try:
        address = normalize_email(form.address.data or "")
    except TgfairError as error:
        form.address.errors = [error.message()]
        return render_template("account/sign_in.html", form=form), 400
    session["code"] = accounts.request_sign_in(address, now=guards.now())
    session["next"] = guards.safe_next(request.args.get("next"))
    return redirect("/dang-nhap/ma", code=303)


@bp.post("/dang-xuat")
@audience(Audience.PUBLIC)
def sign_out() -> Response:
    """End the session of this browser."""
    sessions.sign_out(guards.actor())
    response = redirect(FRONT_PAGE, code=303)
    guards.clear_cookie(response)
    return response
