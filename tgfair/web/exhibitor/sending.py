"""The check page, sending, and the receipt."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from wtforms import BooleanField
from wtforms.validators import InputRequired

from tgfair.core.workflow import EDITABLE
from tgfair.services import submissions
from tgfair.services.application_inputs import RegistrationClosedError
from tgfair.services.queries.my_applications import application_page
from tgfair.services.submissions import IncompleteError, consent_text
from tgfair.web import guards
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.forms import BaseForm
from tgfair.web.guards import Audience, audience


class SendForm(BaseForm):
    """Send what was checked."""

    consent = BooleanField("Đồng ý", [InputRequired()])


@bp.get("/ho-so/<code>/kiem-tra")
@audience(Audience.SESSION)
def check(code: str) -> Any:
    """Show all answers before sending."""
    return _check_page(code, SendForm())


@bp.post("/ho-so/<code>/kiem-tra")
@audience(Audience.SESSION)
def send(code: str) -> Any:
    """Send the application, or show the whole list of what is missing."""
    form = SendForm(request.form)
    try:
        submissions.submit_application(
            guards.actor(),
            code,
            consent=bool(form.consent.data),
            key=str(form.idempotency_key.data or ""),
            now=guards.now(),
        )
    except IncompleteError as error:
        if not error.consent:
            form.consent.errors = ["Chưa đánh dấu đồng ý. Hãy đọc rồi đánh dấu vào ô."]
        return _check_page(code, form, refused=True), 400
    except RegistrationClosedError:
        return _check_page(code, form), 409
    return redirect(url_for("exhibitor.sent", code=code), code=303)


def _check_page(code: str, form: SendForm, *, refused: bool = False) -> Any:
    page = application_page(guards.actor(), code, now=guards.now())
    if page.application.state not in EDITABLE:
        return redirect(url_for("exhibitor.status", code=code), code=303)
    return render_template(
        "exhibitor/check.html",
        page=page,
        application=page.application,
        form=form,
        refused=refused,
        consent_text=consent_text(page.application.fair),
    )


@bp.get("/ho-so/<code>/da-gui")
@audience(Audience.SESSION)
def sent(code: str) -> Any:
    """Say that it arrived, and how to find it again."""
    page = application_page(guards.actor(), code, now=guards.now())
    if page.application.submitted_at is None:
        return redirect(url_for("exhibitor.check", code=code), code=303)
    return render_template(
        "exhibitor/sent.html",
        page=page,
        application=page.application,
        link=f"{guards.config().base_url}{url_for('exhibitor.status', code=code)}",
    )
