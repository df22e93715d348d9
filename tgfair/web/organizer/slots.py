"""Time windows of a fair: make, look, book for somebody, print, export."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from wtforms import SelectField
from wtforms.validators import InputRequired, Length

from tgfair.core.calendar_text import vn_date, vn_time
from tgfair.core.errors import InvalidError, TgfairError
from tgfair.core.phone import display_phone
from tgfair.documents.spreadsheet_out import Column, Row, table_xlsx
from tgfair.models.fair import Fair
from tgfair.models.slot import SlotKind, VehicleSize
from tgfair.services import slot_windows, slots
from tgfair.services.fair_timetable import local_day
from tgfair.services.queries.slots import windows
from tgfair.web.choices import Option, members
from tgfair.web.date_fields import DayField, HourField
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.labels import label
from tgfair.web.number_fields import WholeNumberField, number_from
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame, fair_to_edit

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


SIZES = [Option("", "Mọi cỡ xe"), *members(VehicleSize)]


class WindowsForm(BaseForm):
    """Equal windows of one day."""

    kind = SelectField("Để làm gì", choices=members(SlotKind))
    place = CleanStringField(
        "Nơi", [InputRequired("Hãy ghi nơi, ví dụ Cổng 1.")], description="Ví dụ Cổng 1"
    )
    day = DayField("Ngày", [InputRequired("Hãy ghi ngày.")], description="Ghi như 17/06/2026")
    first = HourField("Từ giờ", [InputRequired("Hãy ghi giờ.")], description="Ghi như 07:00")
    last = HourField("Đến giờ", [InputRequired("Hãy ghi giờ.")], description="Ghi như 17:00")
    minutes = WholeNumberField("Mỗi khung (phút)", [InputRequired("Hãy ghi số phút.")], default=30)
    capacity = WholeNumberField("Số chỗ mỗi khung", [InputRequired("Hãy ghi số chỗ.")], default=5)
    largest = SelectField("Xe lớn nhất", choices=SIZES, default="")
    note = CleanStringField("Ghi chú", [Length(max=200, message="Dài quá 200 ký tự.")])


class WindowForm(BaseForm):
    """One window: its places, its vehicles, its note."""

    capacity = WholeNumberField("Số chỗ", [InputRequired("Hãy ghi số chỗ.")])
    largest = SelectField("Xe lớn nhất", choices=SIZES, default="")
    note = CleanStringField("Ghi chú", [Length(max=200, message="Dài quá 200 ký tự.")])


class BookForm(BaseForm):
    """A place for an application, by its code."""

    code = CleanStringField("Mã hồ sơ", [InputRequired("Hãy ghi mã hồ sơ."), Length(max=24)])
    vehicle = SelectField(
        "Cỡ xe", choices=[Option("", "Chưa rõ"), *members(VehicleSize)], default=""
    )
    plate = CleanStringField("Biển số xe", [Length(max=16, message="Biển số dài quá 16 ký tự.")])


def _home(slug: str) -> Any:
    return redirect(url_for("organizer.slots_page", slug=slug), code=303)


@bp.get("/ql/<slug>/khung-gio")
@audience(Audience.STAFF)
def slots_page(slug: str) -> Any:
    """Show the windows day by day; `?in=1` prints the timetable of the gate."""
    fair = fair_to_edit(slug)
    if request.args.get("in"):
        return render_template("organizer/slots_print.html", fair=fair, days=windows(fair.id))
    day = local_day(fair.setup_from) if fair.setup_from else fair.first_day
    return _page(fair, WindowsForm(data={"day": day, "first": time(7), "last": time(17)}))


def _page(fair: Fair, form: WindowsForm) -> str:
    return render_template(
        "organizer/slots.html",
        days=windows(fair.id),
        form=form,
        booking=BookForm(),
        edits=lambda window: WindowForm(obj=window),
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/khung-gio")
@audience(Audience.STAFF)
def create_windows(slug: str) -> Any:
    """Make equal windows."""
    fair = fair_to_edit(slug)
    form = WindowsForm(request.form)
    if not form.validate():
        return _page(fair, form), 400
    try:
        count = slot_windows.create_slots(actor(), fair.id, _wanted(form), now=now())
    except InvalidError as error:
        form[error.field or "minutes"].errors = [error.sentence]
        return _page(fair, form), 400
    flash(f"Đã lập {count} khung giờ." if count else "Các khung này đã có sẵn.", "success")
    return _home(slug)


def _wanted(form: WindowsForm) -> slot_windows.Windows:
    return slot_windows.Windows(
        kind=SlotKind(form.kind.data),
        place=form.place.data or "",
        day=form.day.data or date.max,
        first=form.first.data or time(0),
        last=form.last.data or time(0),
        minutes=form.minutes.data or 0,
        capacity=form.capacity.data or 0,
        note=form.note.data or "",
        largest=_size(form.largest.data),
    )


def _size(value: str | None) -> VehicleSize | None:
    return VehicleSize(value) if value else None


def _wrong(form: BaseForm) -> str:
    """Return the first sentence of a small form inside a table, for the top of the page."""
    return next(str(error) for errors in form.errors.values() for error in errors)


@bp.post("/ql/<slug>/khung-gio/<int:slot_id>/sua")
@audience(Audience.STAFF)
def edit_window(slug: str, slot_id: int) -> Any:
    """Change the number of places, the largest vehicle and the note."""
    fair, form = fair_to_edit(slug), WindowForm(request.form)
    try:
        if not form.validate():
            raise InvalidError(_wrong(form))
        slot_windows.edit_slot(
            actor(),
            fair.id,
            slot_id,
            capacity=form.capacity.data or 0,
            note=form.note.data or "",
            largest=_size(form.largest.data),
            now=now(),
        )
        flash("Đã lưu khung giờ.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return _home(slug)


@bp.post("/ql/<slug>/khung-gio/<int:slot_id>/xoa")
@audience(Audience.STAFF)
def delete_window(slug: str, slot_id: int) -> Any:
    """Delete a window nobody has a place in."""
    fair = fair_to_edit(slug)
    try:
        slot_windows.delete_slot(actor(), fair.id, slot_id, now=now())
        flash("Đã xóa khung giờ.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return _home(slug)


@bp.post("/ql/<slug>/khung-gio/<int:slot_id>/dat")
@audience(Audience.STAFF)
def book_for(slug: str, slot_id: int) -> Any:
    """Give an application a place, by its code."""
    fair_to_edit(slug)
    form = BookForm(request.form)
    code = (form.code.data or "").upper()
    try:
        if not form.validate():
            raise InvalidError(_wrong(form))
        name = slots.book_slot(
            actor(),
            code,
            slot_id,
            plate=form.plate.data or "",
            vehicle=_size(form.vehicle.data),
            now=now(),
        )
        flash(f"Đã đặt cho hồ sơ {code}: {name}.", "success")
    except TgfairError as error:
        missing = error.code == "not_found"
        flash(f"Không có hồ sơ {code} trong sự kiện này." if missing else error.message(), "error")
    return _home(slug)


@bp.post("/ql/<slug>/khung-gio/huy")
@audience(Audience.STAFF)
def cancel_for(slug: str) -> Any:
    """Give a place back."""
    fair_to_edit(slug)
    code = request.form.get("code", "")[:24]
    try:
        booking = number_from(request.form.get("booking"))
        name = slots.cancel_booking(actor(), code, booking, now=now())
        flash(f"Đã hủy chỗ của hồ sơ {code}: {name}.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return _home(slug)


@bp.get("/ql/<slug>/khung-gio.xlsx")
@audience(Audience.STAFF)
def slots_xlsx(slug: str) -> Response:
    """Give the timetable as a spreadsheet: one row per booking, empty windows too."""
    fair = fair_to_edit(slug)
    titles = (
        "Ngày",
        "Từ",
        "Đến",
        "Việc",
        "Nơi",
        "Số chỗ",
        "Mã hồ sơ",
        "Cơ sở",
        "Cỡ xe",
        "Biển số",
        "Điện thoại",
        "Đang chờ",
    )
    rows: list[Row] = [
        [
            vn_date(day),
            vn_time(window.starts_at),
            vn_time(window.ends_at),
            label(window.kind),
            window.place,
            window.capacity,
            booked.code if booked else "",
            booked.exhibitor if booked else "",
            label(booked.vehicle) if booked and booked.vehicle else "",
            (booked.plate or "") if booked else "",
            display_phone(booked.phone) if booked and booked.phone else "",
            ", ".join(window.line),
        ]
        for day, day_windows in windows(fair.id)
        for window in day_windows
        for booked in window.booked or (None,)
    ]
    data = table_xlsx(f"Khung giờ – {fair.name}", [Column(title) for title in titles], rows)
    headers = {"Content-Disposition": f'attachment; filename="khung-gio-{fair.slug}.xlsx"'}
    return Response(data, mimetype=XLSX, headers=headers)
