"""Gates, pairing of phones, live counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import IntegerField
from wtforms.validators import InputRequired, Optional

from tgfair import clock
from tgfair.core.errors import InvalidError
from tgfair.documents.qr import qr_svg
from tgfair.models.fair import Fair
from tgfair.policy import Action, require
from tgfair.services import gates
from tgfair.services.links import base_url
from tgfair.services.queries import gates as queries
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web.forms import BaseForm, CleanStringField
from tgfair.web.guards import Audience, actor, audience, config, now
from tgfair.web.number_fields import NumberRange
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame

REFRESH_SECONDS = 10
PAIRING_REFRESH_SECONDS = 5
COLOURS = {"green": "good", "amber": "warn", "red": "bad"}


class GateForm(BaseForm):
    """A new gate."""

    label = CleanStringField("Tên cổng", [InputRequired()], description="Ví dụ: Cổng chính")


class CapacityForm(BaseForm):
    """How many may be inside at once."""

    capacity = IntegerField(
        "Sức chứa (số người cùng lúc)",
        [Optional(), NumberRange(1, gates.MAX_CAPACITY)],
        description="Bỏ trống nếu không giới hạn. Đủ người thì máy quét hiện vàng.",
    )


def _fair(slug: str) -> Fair:
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.MANAGE_GATES, fair)
    return fair


@bp.get("/ql/<slug>/cong")
@audience(Audience.STAFF)
def gates_page(slug: str) -> str:
    """Show the counts of today, the gates and their phones."""
    return _page(_fair(slug), GateForm())


def _page(fair: Fair, form: GateForm, room: CapacityForm | None = None) -> str:
    day = queries.gate_day(actor(), fair, now=now())
    room = room or CapacityForm(capacity=day.capacity)
    return render_template(
        "organizer/gates.html",
        gates=queries.gates_of(actor(), fair),
        devices=queries.devices_of(actor(), fair),
        day=day,
        form=form,
        room=room,
        colours=COLOURS,
        refresh_seconds=0 if form.errors or room.errors else REFRESH_SECONDS,
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/cong")
@audience(Audience.STAFF)
def add_gate(slug: str) -> Any:
    """Add a gate."""
    fair = _fair(slug)
    form = GateForm(request.form)
    if not form.validate():
        return _page(fair, form), 400
    try:
        number = gates.create_gate(actor(), fair.id, str(form.label.data), now=now())
    except InvalidError as error:
        form.label.errors = [error.message()]
        return _page(fair, form), 400
    flash(f"Đã thêm cổng {number}. Ghép máy quét cho cổng này.", "success")
    return redirect(url_for("organizer.gates_page", slug=slug), code=303)


@bp.post("/ql/<slug>/cong/suc-chua")
@audience(Audience.STAFF)
def set_capacity(slug: str) -> Any:
    """Set how many may be inside at once."""
    fair, room = _fair(slug), CapacityForm(request.form)
    if not room.validate():
        return _page(fair, GateForm(), room), 400
    gates.set_capacity(actor(), fair.id, room.capacity.data, now=now())
    flash("Đã lưu sức chứa. Máy quét nhận trong vòng một phút khi có mạng.", "success")
    return redirect(url_for("organizer.gates_page", slug=slug), code=303)


@bp.get("/ql/<slug>/cong/<int:number>/ghep")
@audience(Audience.STAFF)
def pairing(slug: str, number: int) -> str:
    """Show the newest pairing code of a gate as QR and as letters."""
    fair = _fair(slug)
    found = gates.newest_pairing(actor(), fair.id, number)
    url = f"{base_url()}/cong/ghep/{found.code}" if found else ""
    real_now = clock.real_now()
    shift = now() - real_now if config().demo else timedelta(0)
    return render_template(
        "organizer/pairing.html",
        gate=next(gate for gate in queries.gates_of(actor(), fair) if gate.number == number),
        pairing=found,
        url=url,
        qr=qr_svg(url, label="Mã QR ghép máy") if found and not found.used else "",
        real_now=real_now,
        until=found.expires_at + shift if found else None,
        refresh_seconds=PAIRING_REFRESH_SECONDS if found and not found.used else 0,
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/cong/<int:number>/ghep")
@audience(Audience.STAFF)
def new_pairing(slug: str, number: int) -> Any:
    """Make a pairing code."""
    gates.create_pairing(actor(), _fair(slug).id, number, now=now())
    return redirect(url_for("organizer.pairing", slug=slug, number=number), code=303)


@bp.post("/ql/<slug>/cong/may/<int:device_id>/thu-hoi")
@audience(Audience.STAFF)
def revoke_device(slug: str, device_id: int) -> Any:
    """Shut a phone out."""
    gates.revoke_device(actor(), _fair(slug).id, device_id, now=now())
    flash("Đã thu hồi máy. Máy đó không quét được nữa.", "success")
    return redirect(url_for("organizer.gates_page", slug=slug), code=303)
