"""Read a sign-in code out over the telephone, after calling the number on file."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from wtforms import BooleanField, validators

from tgfair.core.errors import InvalidError
from tgfair.services import accounts as sign_in
from tgfair.services import contact
from tgfair.services.queries import accounts
from tgfair.web import guards
from tgfair.web.forms import BaseForm
from tgfair.web.guards import Audience, audience
from tgfair.web.organizer.blueprint import bp

CALL_FIRST = "Hãy gọi lại số trên hồ sơ trước, rồi đánh dấu vào đây."


class CalledForm(BaseForm):
    """The officer says that the number was called."""

    called = BooleanField("Đã gọi lại đúng số này", [validators.InputRequired(CALL_FIRST)])


@bp.get("/ql/chu-the/<public_id>/doc-ma")
@audience(Audience.STAFF)
def code_to_read_out(public_id: str) -> str:
    """Ask the officer to call first."""
    return _page(public_id, CalledForm())


def _page(public_id: str, form: CalledForm) -> str:
    exhibitor, waiting = accounts.exhibitor_to_call(guards.actor(), public_id)
    return render_template(
        "organizer/code_call.html", form=form, exhibitor=exhibitor, waiting=waiting
    )


@bp.post("/ql/chu-the/<public_id>/doc-ma")
@audience(Audience.STAFF)
def read_out_code(public_id: str) -> Any:
    """Show the sign-in code, once."""
    return _read_out(public_id, sign_in.read_out_code)


@bp.post("/ql/chu-the/<public_id>/doc-ma-doi-so")
@audience(Audience.STAFF)
def read_out_change_code(public_id: str) -> Any:
    """Show the code for the new number that waits, once."""
    return _read_out(public_id, contact.read_out_change_code)


def _read_out(public_id: str, make: Any) -> Any:
    form = CalledForm(request.form)
    if form.validate():
        try:
            phone, code = make(guards.actor(), public_id, now=guards.now())
        except InvalidError as error:
            form.called.errors = [error.message()]
        else:
            return render_template(
                "organizer/code_read.html", phone=phone, code=code, public_id=public_id
            )
    return _page(public_id, form), 400
