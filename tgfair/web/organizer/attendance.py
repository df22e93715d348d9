"""Who came, what inspectors found, and the report after the fair."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import SelectField
from wtforms.validators import InputRequired, Optional

from tgfair.core.errors import InvalidError
from tgfair.models.fair import Fair
from tgfair.policy import Action, require
from tgfair.services import inspections
from tgfair.services.queries.attendance import STATUS_LABELS, attendance
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web.choices import Option
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, actor, audience, now, today
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame

STATUSES = [(status.value, label) for status, label in STATUS_LABELS.items()]
CHOICES = [Option(value, label) for value, label in [("", "Chọn"), *STATUSES]]


class InspectionForm(BaseForm):
    """What somebody found at a booth."""

    booth = CleanStringField("Mã gian", [InputRequired()], description="Ví dụ: C12")
    status = SelectField("Tình trạng", choices=CHOICES, validators=[InputRequired()])
    note = CleanStringField("Ghi chú", [Optional()])


def _fair(slug: str) -> Fair:
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.MANAGE_GATES, fair)
    return fair


@bp.get("/ql/<slug>/cong/co-mat")
@audience(Audience.STAFF)
def attendance_page(slug: str) -> str:
    """Show which booths somebody came for, which stay empty, what inspectors found."""
    return _page(_fair(slug), InspectionForm(booth=request.args.get("gian", "")[:40]))


def _page(fair: Fair, form: InspectionForm) -> str:
    return render_template(
        "organizer/attendance.html",
        seen=attendance(actor(), fair, now=now()),
        today=today(),
        form=form,
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/cong/co-mat")
@audience(Audience.STAFF)
def inspect_booth(slug: str) -> Any:
    """Note what somebody found at a booth."""
    fair, form = _fair(slug), InspectionForm(request.form)
    if not form.validate():
        return _page(fair, form), 400
    label, status, note = (str(field.data or "") for field in (form.booth, form.status, form.note))
    key = str(form.idempotency_key.data or "")
    try:
        inspections.inspect_booth(actor(), fair.id, label, status, note, key=key, now=now())
    except InvalidError as error:
        wrong = {"status": form.status, "note": form.note}.get(error.field or "", form.booth)
        wrong.errors = [error.message()]
        return _page(fair, form), 400
    flash(f"Đã ghi tình trạng gian {label.upper()}.", "success")
    return redirect(url_for("organizer.attendance_page", slug=slug), code=303)


@bp.get("/ql/<slug>/cong/bao-cao")
@audience(Audience.STAFF)
def fair_report(slug: str) -> str:
    """Show the report after the fair, to be printed: who came, who did not, what was found."""
    fair = _fair(slug)
    return render_template(
        "organizer/fair_report.html",
        seen=attendance(actor(), fair, now=now()),
        statuses=STATUSES,
        **fair_frame(fair),
    )
