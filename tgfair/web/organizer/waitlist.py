"""The waiting list for the organisers: rules, order, jumps with a reason, offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request

from tgfair.core.errors import InvalidError, NotFoundError, TgfairError
from tgfair.core.waitlist import Rule
from tgfair.models.fair import BoothGiving, Fair
from tgfair.policy import Action, require
from tgfair.services import giving, waitlist_rounds, waitlists
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.services.queries.picking import waiting_lines
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame


def _fair(slug: str) -> Fair:
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.ASSIGN_BOOTHS, fair)
    return fair


def _number(name: str) -> int:
    typed = request.form.get(name, "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0  # noqa: PLR2004 -- fits a database integer


def _do(slug: str, act: Callable[[Fair], str]) -> Any:
    fair = _fair(slug)
    try:
        flash(act(fair), "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return redirect(f"/ql/{slug}/danh-sach-cho", code=303)


@bp.get("/ql/<slug>/danh-sach-cho")
@audience(Audience.STAFF)
def waitlist(slug: str) -> str:
    """Show the list in order, with why nobody was offered a booth."""
    fair = _fair(slug)
    lines = waiting_lines(actor(), fair, now=now())
    return render_template("organizer/waitlist.html", lines=lines, **fair_frame(fair))


@bp.post("/ql/<slug>/danh-sach-cho/cach-giao")
@audience(Audience.STAFF)
def save_giving(slug: str) -> Any:
    """Change how booths are given and the list is served."""
    first = request.form.get("giving") == BoothGiving.FIRST_COME
    strict = request.form.get("rule") == Rule.STRICT
    rules = giving.Giving(
        giving=BoothGiving.FIRST_COME if first else BoothGiving.ORGANISER,
        hold_minutes=_number("hold_minutes"),
        waitlist_rule=Rule.STRICT if strict else Rule.SKIP,
        offer_hours=_number("offer_hours"),
        offers_on=bool(request.form.get("offers_on")),
    )

    def act(fair: Fair) -> str:
        giving.set_giving(actor(), fair.id, rules, now=now())
        return "Đã lưu cách giao gian."

    return _do(slug, act)


@bp.post("/ql/<slug>/danh-sach-cho/moi")
@audience(Audience.STAFF)
def offer_round(slug: str) -> Any:
    """Offer what is free to the list once."""

    def act(fair: Fair) -> str:
        codes = waitlist_rounds.offer_now(actor(), fair.id, now=now())
        return f"Đã mời {', '.join(codes)}."

    return _do(slug, act)


@bp.post("/ql/<slug>/danh-sach-cho/them")
@audience(Audience.STAFF)
def add_waiting(slug: str) -> Any:
    """Put an application at the end of the list."""
    code = request.form.get("code", "").strip().upper()[:24]

    def act(fair: Fair) -> str:
        try:
            place = waitlists.enter_waitlist(actor(), code, now=now(), fair_id=fair.id)
        except NotFoundError as error:
            raise InvalidError(f"Hội chợ này không có hồ sơ {code}. Hãy xem lại mã.") from error
        return f"Hồ sơ {code} đứng thứ {place}."

    return _do(slug, act)


@bp.post("/ql/<slug>/danh-sach-cho/doi")
@audience(Audience.STAFF)
def move_waiting(slug: str) -> Any:
    """Move an entry in the order, with a reason."""
    code, reason = request.form.get("code", "")[:24], request.form.get("reason", "")

    def act(fair: Fair) -> str:
        place = _number("place")
        waitlists.move_in_line(actor(), fair.id, code, to_place=place, reason=reason, now=now())
        return f"Đã chuyển hồ sơ {code} đến vị trí {place}."

    return _do(slug, act)
