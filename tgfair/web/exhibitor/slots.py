"""Choose, change and cancel a time window."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tgfair.core.errors import TgfairError
from tgfair.services import slots
from tgfair.services.queries.slots import my_windows
from tgfair.web import guards
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.guards import Audience, audience


@bp.get("/ho-so/<code>/khung-gio")
@audience(Audience.SESSION)
def slots_page(code: str) -> Any:
    """Show my windows and those to choose from."""
    return _page(code)


def _page(code: str, error: str = "") -> str:
    page = my_windows(guards.actor(), code, now=guards.now())
    return render_template(
        "exhibitor/slots.html",
        page=page,
        application=page.application,
        error=error,
        plate=request.form.get("plate", "") or next((p for _, p, _ in page.mine if p), ""),
        chosen=request.form.get("slot", ""),
    )


def _number(name: str) -> int:
    typed = request.form.get(name, "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0  # noqa: PLR2004 -- fits a database integer


@bp.post("/ho-so/<code>/khung-gio")
@audience(Audience.SESSION)
def choose_slot(code: str) -> Any:
    """Take a place; with `doi`, in exchange for the one there was."""
    slot_id, booking, plate = _number("slot"), _number("doi"), request.form.get("plate", "")
    if not slot_id:
        return _page(code, "Chưa chọn khung giờ."), 400
    who, now = guards.actor(), guards.now()
    try:
        if booking:
            name = slots.move_booking(who, code, booking, slot_id, plate=plate, now=now)
        else:
            name = slots.book_slot(who, code, slot_id, plate=plate, now=now)
    except TgfairError as error:
        return _page(code, error.message()), 409
    flash(f"Đã giữ chỗ: {name}.", "success")
    return redirect(url_for("exhibitor.slots_page", code=code), code=303)


@bp.post("/ho-so/<code>/khung-gio/huy")
@audience(Audience.SESSION)
def cancel_slot(code: str) -> Any:
    """Give a place back."""
    name = slots.cancel_booking(guards.actor(), code, _number("booking"), now=guards.now())
    flash(f"Đã bỏ chỗ: {name}.", "success")
    return redirect(url_for("exhibitor.slots_page", code=code), code=303)
