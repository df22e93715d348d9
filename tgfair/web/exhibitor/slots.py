"""Choose, change and cancel a time window; wait for a full one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, Length, Optional

from tgfair.core.errors import InvalidError, NotFoundError, TgfairError
from tgfair.models.slot import VehicleSize
from tgfair.services import slot_waiting, slots
from tgfair.services.queries.slots import my_windows
from tgfair.web import guards
from tgfair.web.choices import Option, members
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, audience
from tgfair.web.number_fields import NumberRange, number_from

LARGEST_ID = 2**31 - 1
GONE = "Chỗ hoặc khung giờ này đã đổi hay đã bỏ. Hãy xem lại bên dưới."


class WindowForm(BaseForm):
    """A window, and with what one comes; `doi` is the booking that it replaces."""

    slot = IntegerField(
        "Khung giờ",
        [
            InputRequired("Chưa chọn khung giờ."),
            NumberRange(1, LARGEST_ID, message="Chưa chọn khung giờ."),
        ],
    )
    doi = IntegerField(
        "Đổi", [Optional(), NumberRange(1, LARGEST_ID, message="Hãy tải lại trang.")]
    )
    vehicle = SelectField(
        "Cỡ xe", choices=[Option("", "Chưa chọn"), *members(VehicleSize)], default=""
    )
    plate = CleanStringField(
        "Biển số xe", [Optional(), Length(max=16, message="Biển số dài quá 16 ký tự.")]
    )

    @property
    def coming(self) -> dict[str, Any]:
        """Return with what one comes, as the services want it."""
        vehicle = VehicleSize(self.vehicle.data) if self.vehicle.data else None
        return {"plate": self.plate.data or "", "vehicle": vehicle}


@bp.get("/ho-so/<code>/khung-gio")
@audience(Audience.SESSION)
def slots_page(code: str) -> Any:
    """Show my windows and those to choose from."""
    return _page(code)


def _page(code: str, form: WindowForm | None = None, error: str = "") -> str:
    page = my_windows(guards.actor(), code, now=guards.now())
    known = next((plate for _, plate, _ in page.mine if plate), "")
    return render_template(
        "exhibitor/slots.html",
        page=page,
        application=page.application,
        error=error,
        form=form or WindowForm(data={"plate": known}),
    )


@bp.post("/ho-so/<code>/khung-gio")
@audience(Audience.SESSION)
def choose_slot(code: str) -> Any:
    """Take a place, with `doi` in exchange for the one there was; with `cho` wait for one."""
    form = WindowForm(request.form)
    if not form.validate():
        return _page(code, form), 400
    slot_id, who, now = form.slot.data or 0, guards.actor(), guards.now()
    try:
        if request.form.get("cho"):
            place = slot_waiting.wait_for_slot(who, code, slot_id, **form.coming, now=now)
            said = f"Cơ sở đứng thứ {place} chờ khung này. Có chỗ, chỗ được giữ và cơ sở được báo."
        elif form.doi.data:
            name = slots.move_booking(who, code, form.doi.data, slot_id, **form.coming, now=now)
            said = f"Đã giữ chỗ: {name}."
        else:
            said = f"Đã giữ chỗ: {slots.book_slot(who, code, slot_id, **form.coming, now=now)}."
    except NotFoundError:
        return _page(code, form, GONE), 409
    except TgfairError as error:
        return _page(code, form, error.message()), 409
    flash(said, "success")
    return redirect(url_for("exhibitor.slots_page", code=code), code=303)


@bp.post("/ho-so/<code>/khung-gio/huy")
@audience(Audience.SESSION)
def cancel_slot(code: str) -> Any:
    """Give a place back."""
    booking = number_from(request.form.get("booking"))
    try:
        name = slots.cancel_booking(guards.actor(), code, booking, now=guards.now())
    except NotFoundError:
        return _page(code, error=GONE), 409
    flash(f"Đã bỏ chỗ: {name}.", "success")
    return redirect(url_for("exhibitor.slots_page", code=code), code=303)


@bp.post("/ho-so/<code>/khung-gio/thoi-cho")
@audience(Audience.SESSION)
def leave_slot_line(code: str) -> Any:
    """Wait no more for a full window."""
    try:
        slot = number_from(request.form.get("slot"))
        name = slot_waiting.leave_slot_line(guards.actor(), code, slot, now=guards.now())
    except InvalidError as error:
        return _page(code, error=error.message()), 400
    flash(f"Không chờ nữa: {name}.", "success")
    return redirect(url_for("exhibitor.slots_page", code=code), code=303)
