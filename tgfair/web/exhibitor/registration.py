"""The second door: open registration after signing in."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from wtforms import SelectField
from wtforms.validators import InputRequired

from tgfair.core.errors import InvalidError
from tgfair.core.workflow import State
from tgfair.models.exhibitor import ExhibitorKind
from tgfair.services import applications, registrations
from tgfair.services.application_inputs import RegistrationClosedError
from tgfair.services.queries.fairs import intake_of, public_fair
from tgfair.services.queries.my_applications import my_exhibitors
from tgfair.services.registrations import NewExhibitor
from tgfair.web import guards, limits
from tgfair.web.choices import Option, members
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, audience

KINDS = [
    Option("", "Chọn loại hình"),
    *members(ExhibitorKind),
]


class NewExhibitorForm(BaseForm):
    """An establishment that is not on record."""

    name = CleanStringField("Tên cơ sở", [InputRequired()])
    kind = SelectField("Loại hình", [InputRequired()], choices=KINDS, validate_choice=False)
    representative = CleanStringField("Họ và tên người đại diện", [InputRequired()])
    phone = CleanStringField("Số điện thoại di động", [InputRequired()])
    address = CleanStringField("Địa chỉ", [InputRequired()])
    tax_code = CleanStringField("Mã số thuế")


@bp.get("/dang-ky/<slug>")
@audience(Audience.PUBLIC)
def door(slug: str) -> Any:
    """Show the door: sign in, go on with a record of one's own, or make one."""
    return _page(slug, NewExhibitorForm())


@bp.post("/dang-ky/<slug>")
@limits.creations
@audience(Audience.SESSION)
def register(slug: str) -> Any:
    """Make a record and a draft."""
    form = NewExhibitorForm(request.form)
    typed = {name: request.form.get(name, "") for name in NewExhibitor.__dataclass_fields__}
    key = str(form.idempotency_key.data or "")
    try:
        code = registrations.register_and_start(
            guards.actor(), slug, NewExhibitor(**typed), key=key, now=guards.now()
        )
    except InvalidError as error:
        if error.field is not None and error.field in form:
            form[error.field].errors = [error.message()]
        else:
            form.form_errors.append(error.message())
        return _page(slug, form), 400
    except RegistrationClosedError as error:
        form.form_errors.append(error.message())
        return _page(slug, form), 409
    return redirect(url_for("exhibitor.step", code=code, number=1), code=303)


def _page(slug: str, form: NewExhibitorForm) -> str:
    who, fair = guards.actor(), public_fair(slug)
    return render_template(
        "exhibitor/door.html",
        fair=fair,
        intake=intake_of(fair, now=guards.now()),
        form=form,
        exhibitors=my_exhibitors(who) if who.exhibitor_ids else [],
        signed_in=who.user_id is not None,
    )


@bp.post("/dang-ky/<slug>/<exhibitor>")
@limits.creations
@audience(Audience.SESSION)
def start_own(slug: str, exhibitor: str) -> Any:
    """Start, or go on with, the application of a record on file."""
    code = applications.start_application(guards.actor(), slug, exhibitor, now=guards.now())
    return redirect(url_for("exhibitor.resume", code=code), code=303)


@bp.get("/ho-so/<code>/tiep")
@audience(Audience.SESSION)
def resume(code: str) -> Any:
    """Go where the work goes on: the first step of an untouched draft, else the status page."""
    state, untouched = applications.where_to_resume(guards.actor(), code)
    if state is State.DRAFT and untouched:
        return redirect(url_for("exhibitor.step", code=code, number=1), code=303)
    return redirect(url_for("exhibitor.status", code=code), code=303)
