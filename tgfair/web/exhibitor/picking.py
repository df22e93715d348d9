"""Pick a free booth, answer an offer, wait in line: a table and buttons, no script needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tgfair.core.errors import ConflictError, InvalidError
from tgfair.services import holds, waitlists
from tgfair.services.queries.picking import pick_page
from tgfair.web import guards
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.guards import Audience, audience


@bp.get("/ho-so/<code>/chon-gian")
@audience(Audience.SESSION)
def picking(code: str) -> Any:
    """Show the free booths that suit, the hold, the offer and the place in line."""
    return _page(code)


def _page(code: str, error: str = "") -> str:
    page = pick_page(guards.actor(), code, now=guards.now())
    return render_template(
        "exhibitor/picking.html",
        page=page,
        application=page.application,
        fair=page.application.fair,
        error=error,
        now=guards.now(),
    )


def _do(code: str, act: Callable[[], str]) -> Any:
    """Carry an act out; its failure stands on the page, with what is still free."""
    try:
        said = act()
    except ConflictError as error:
        return _page(code, error.message()), 409
    except InvalidError as error:
        return _page(code, error.message()), 400
    flash(said, "success")
    return redirect(url_for("exhibitor.picking", code=code), code=303)


@bp.post("/ho-so/<code>/chon-gian")
@audience(Audience.SESSION)
def hold(code: str) -> Any:
    """Keep a booth for some minutes."""
    label = request.form.get("gian", "").strip()[:12]

    def act() -> str:
        held = holds.hold_booth(guards.actor(), code, label, now=guards.now())
        return f"Đang giữ gian {held.booth}. Hãy bấm nhận trước khi hết giờ."

    return _do(code, act)


@bp.post("/ho-so/<code>/chon-gian/nhan")
@audience(Audience.SESSION)
def take_hold(code: str) -> Any:
    """Take the held booth for good."""
    who, now = guards.actor(), guards.now()
    return _do(code, lambda: f"Cơ sở đã nhận gian {holds.confirm_hold(who, code, now=now)}.")


@bp.post("/ho-so/<code>/chon-gian/bo")
@audience(Audience.SESSION)
def let_go_hold(code: str) -> Any:
    """Give the held booth back."""
    who, now = guards.actor(), guards.now()
    return _do(code, lambda: f"Đã bỏ gian {holds.let_go(who, code, now=now)}.")


@bp.post("/ho-so/<code>/danh-sach-cho")
@audience(Audience.SESSION)
def wait(code: str) -> Any:
    """Enter the waiting list, or with `roi` leave it."""
    who, now = guards.actor(), guards.now()

    def act() -> str:
        if request.form.get("roi"):
            waitlists.leave_waitlist(who, code, now=now)
            return "Đã rời danh sách chờ."
        return f"Cơ sở đứng thứ {waitlists.enter_waitlist(who, code, now=now)} trong danh sách chờ."

    return _do(code, act)


@bp.post("/ho-so/<code>/loi-moi")
@audience(Audience.SESSION)
def answer_offer(code: str) -> Any:
    """Accept the offered booths, or decline and keep waiting."""
    who, now = guards.actor(), guards.now()

    def act() -> str:
        if request.form.get("nhan"):
            labels = waitlists.accept_offer(who, code, now=now)
            return f"Cơ sở đã nhận gian {', '.join(labels)}."
        waitlists.decline_offer(who, code, keep_waiting=True, now=now)
        return "Đã báo không nhận. Cơ sở vẫn ở danh sách chờ."

    return _do(code, act)
