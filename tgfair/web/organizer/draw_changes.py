"""Change a booth that was drawn: one person asks, another one agrees; both on the draw's page."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from tgfair.core.errors import TgfairError
from tgfair.policy import Action, require
from tgfair.services import draw_changes
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp


def _typed(name: str, most: int) -> str:
    return request.form.get(name, "").strip()[:most]


def _page(slug: str, number: int) -> Any:
    return redirect(url_for("organizer.draw", slug=slug, number=number) + "#doi", code=303)


@bp.post("/ql/<slug>/boc-tham/<int:number>/doi-gian")
@audience(Audience.STAFF)
def ask_draw_change(slug: str, number: int) -> Any:
    """Ask for another booth for somebody who drew one."""
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.RUN_DRAW, fair)
    try:
        draw_changes.ask_change(
            actor(),
            fair.id,
            number,
            _typed("hs", 24).upper(),
            to_label=_typed("gian", 12),
            reason=_typed("reason", 300),
            now=now(),
        )
        flash("Đã ghi đề nghị. Người thứ hai vào trang này để đồng ý.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return _page(slug, number)


@bp.post("/ql/<slug>/boc-tham/<int:number>/doi-gian/quyet")
@audience(Audience.STAFF)
def decide_draw_change(slug: str, number: int) -> Any:
    """Agree to a change, or refuse it."""
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.RUN_DRAW, fair)
    typed = _typed("change", 9)
    try:
        done = draw_changes.decide_change(
            actor(),
            fair.id,
            number,
            int(typed) if typed.isascii() and typed.isdigit() else 0,
            agree=request.form.get("act") == "agree",
            now=now(),
        )
        said = "Đã đổi gian; lý do đã công khai. Hãy công bố bản xếp gian mới để báo cơ sở."
        flash(said if done else "Đã bỏ đề nghị.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return _page(slug, number)
