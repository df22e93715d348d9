"""The answer to a conference's invitation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired

from tgfair.core.application.rsvp import MAX_HEADCOUNT
from tgfair.core.errors import InvalidError, TgfairError
from tgfair.models.invitation import Rsvp
from tgfair.services import rsvp as service
from tgfair.services.queries.my_applications import rsvp_page
from tgfair.services.rsvp import RsvpForm
from tgfair.web import guards
from tgfair.web.choices import members
from tgfair.web.errors import status_of
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.forms import BaseForm
from tgfair.web.guards import Audience, audience
from tgfair.web.labels import label
from tgfair.web.number_fields import WholeNumberField

MAX_TICKS = 100


class AnswerForm(BaseForm):
    """Will you come?"""

    answer = RadioField(
        "Cơ sở có tham dự không?",
        [InputRequired()],
        choices=members((Rsvp.YES, Rsvp.ATTEND_ONLY, Rsvp.NO)),
        validate_choice=False,
    )
    headcount = WholeNumberField("Số người dự", description=f"Từ 1 đến {MAX_HEADCOUNT} người")
    note = TextAreaField("Lời nhắn cho Ban Tổ chức")


@bp.get("/moi/<slug>/<exhibitor>")
@audience(Audience.SESSION)
def rsvp(slug: str, exhibitor: str) -> Any:
    """Show the question with the answer given so far."""
    page = rsvp_page(guards.actor(), slug, exhibitor, now=guards.now())
    invitation = page.invitation
    form = AnswerForm(
        answer=invitation.rsvp, headcount=invitation.headcount or 1, note=invitation.rsvp_note
    )
    return render_template(
        "exhibitor/rsvp.html", page=page, form=form, chosen=page.chosen, late=None
    )


@bp.post("/moi/<slug>/<exhibitor>")
@audience(Audience.SESSION)
def answer(slug: str, exhibitor: str) -> Any:
    """Store the answer."""
    form = AnswerForm(request.form)
    chosen = tuple(request.form.getlist("product")[:MAX_TICKS])
    typed = RsvpForm(
        request.form.get("answer", ""),
        request.form.get("headcount", ""),
        chosen,
        request.form.get("note", ""),
    )
    key = str(form.idempotency_key.data or "")
    try:
        given = service.answer_invitation(
            guards.actor(), slug, exhibitor, typed, key=key, now=guards.now()
        )
    except TgfairError as error:
        page = rsvp_page(guards.actor(), slug, exhibitor, now=guards.now())
        _put_back(form, error)
        late = _in_words(typed) if page.closed else None
        shown = render_template(
            "exhibitor/rsvp.html", page=page, form=form, chosen=set(chosen), late=late
        )
        return shown, status_of(error)
    flash(f"Đã nhận trả lời: {label(given)}.", "success")
    return redirect(url_for("exhibitor.rsvp", slug=slug, exhibitor=exhibitor), code=303)


def _in_words(typed: RsvpForm) -> RsvpForm:
    """Return what was typed as a page shows it."""
    chosen = next((label(one) for one in Rsvp if one == typed.answer), "")
    return replace(typed, answer=chosen)


def _put_back(form: AnswerForm, error: TgfairError) -> None:
    field = error.field if isinstance(error, InvalidError) else None
    if field is not None and field in form:
        form[field].errors = [error.message()]
    else:
        form.form_errors.append(error.message())
