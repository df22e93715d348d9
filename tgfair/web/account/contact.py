"""Prove that one holds the contact on record, and change it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import validators

from tgfair.core.errors import InvalidError
from tgfair.services import contact
from tgfair.services.one_time_codes import LinkOverError, WrongCodeError
from tgfair.services.queries import accounts
from tgfair.web import guards, limits
from tgfair.web.account.blueprint import bp
from tgfair.web.account.sign_in import ButtonForm, CodeForm
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, audience


class ContactForm(BaseForm):
    """A new e-mail address or a new mobile number."""

    address = CleanStringField(
        "Thư điện tử mới, hoặc số điện thoại mới",
        [validators.InputRequired("Hãy ghi thư điện tử hoặc số điện thoại mới.")],
    )


@bp.get("/ho-so/xac-nhan")
@audience(Audience.SESSION)
def step_up() -> Any:
    """Ask a visitor by personal link for a code, before more than editing the draft."""
    if guards.actor().verified:
        return redirect(_next(), code=303)
    return _step_up_page(CodeForm())


def _next() -> str:
    wanted = request.args.get("next")
    return guards.safe_next(wanted) if wanted else url_for("account.me")


def masked(email: str) -> str:
    """Return an address that its owner recognises and nobody else learns."""
    name, _, domain = email.partition("@")
    return f"{name[:2]}…@{domain}"


def _step_up_page(form: CodeForm) -> str:
    own = accounts.own_exhibitors(guards.actor())
    return render_template(
        "account/step_up.html",
        form=form,
        send_form=ButtonForm(),
        exhibitor=own[0].exhibitor if own else None,
        masked=masked,
        here=request.full_path.rstrip("?"),
        send_url=url_for("account.send_step_up", next=request.args.get("next")),
    )


@bp.post("/ho-so/xac-nhan/gui-ma")
@audience(Audience.SESSION)
@limits.sign_in_by_network
def send_step_up() -> Response:
    """Send the code to the e-mail address on record."""
    try:
        contact.request_step_up(guards.actor(), now=guards.now())
        flash("Đã gửi mã. Hãy mở thư rồi gõ mã vào đây.", "success")
    except InvalidError as error:
        flash(error.message(), "error")
    return redirect(url_for("account.step_up", next=request.args.get("next")), code=303)


@bp.post("/ho-so/xac-nhan")
@audience(Audience.SESSION)
@limits.codes_by_network
def confirm_step_up() -> Any:
    """Take the code."""
    form = CodeForm(request.form)
    if form.validate():
        try:
            contact.step_up(guards.actor(), form.typed.data or "", now=guards.now())
            return redirect(_next(), code=303)
        except (LinkOverError, WrongCodeError) as error:
            form.typed.errors = [error.message()]
    return _step_up_page(form), 400


@bp.get("/tai-khoan/<public_id>/lien-he")
@audience(Audience.SESSION)
def change_contact(public_id: str) -> Any:
    """Ask for the new address or number."""
    if not guards.actor().verified:
        return redirect(url_for("account.step_up", next=request.path), code=303)
    return _contact_page(public_id, ContactForm())


def _contact_page(public_id: str, form: ContactForm) -> str:
    exhibitor = accounts.exhibitor_to_change(guards.actor(), public_id)
    return render_template("account/contact.html", form=form, exhibitor=exhibitor)


@bp.post("/tai-khoan/<public_id>/lien-he")
@audience(Audience.SESSION)
@limits.sign_in_by_network
def request_change(public_id: str) -> Any:
    """Send a code to the new address, or ask for a call to the new number."""
    form = ContactForm(request.form)
    typed = form.address.data or ""
    ask = contact.request_email_change if "@" in typed else contact.request_phone_change
    if form.validate():
        try:
            ask(guards.actor(), public_id, typed, now=guards.now())
            return redirect(url_for("account.type_change_code", public_id=public_id), code=303)
        except InvalidError as error:
            form.address.errors = [error.message()]
    return _contact_page(public_id, form), 400


@bp.get("/tai-khoan/<public_id>/lien-he/ma")
@audience(Audience.SESSION)
def type_change_code(public_id: str) -> Any:
    """Ask for the code that reached the new address."""
    return _change_code_page(public_id, CodeForm(), 200)


def _change_code_page(public_id: str, form: CodeForm, status: int) -> Any:
    exhibitor, waiting = accounts.change_that_waits(guards.actor(), public_id)
    if waiting is None:
        return redirect(url_for("account.change_contact", public_id=public_id), code=303)
    page = render_template(
        "account/contact_code.html", form=form, exhibitor=exhibitor, waiting=waiting
    )
    return page, status


@bp.post("/tai-khoan/<public_id>/lien-he/ma")
@audience(Audience.SESSION)
@limits.codes_by_network
def confirm_change(public_id: str) -> Any:
    """Change the contact."""
    form = CodeForm(request.form)
    if form.validate():
        try:
            contact.confirm_change(
                guards.actor(), public_id, form.typed.data or "", now=guards.now()
            )
            flash("Đã đổi thông tin liên hệ. Địa chỉ cũ cũng được báo.", "success")
            return redirect(url_for("account.me"), code=303)
        except (LinkOverError, WrongCodeError) as error:
            form.typed.errors = [error.message()]
    return _change_code_page(public_id, form, 400)
