"""A participant's own line in the public draw, and objections to the list."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tgfair.core.errors import TgfairError
from tgfair.services.draw_lists import is_aside
from tgfair.services.draw_objections import object_to_list
from tgfair.services.queries.draws import my_draw
from tgfair.web.exhibitor.blueprint import bp
from tgfair.web.guards import Audience, actor, audience, now


@bp.get("/ho-so/<code>/boc-tham")
@audience(Audience.SESSION)
def own_draw(code: str) -> str:
    """Show the application's place on the list, its chance or its lot, and what was objected."""
    found = my_draw(actor(), code)
    return render_template(
        "exhibitor/draw.html",
        application=found.application,
        draw=found.draw,
        zone=found.zone,
        line=found.line,
        chance=found.chance,
        objections=found.objections,
        aside=found.draw is not None and is_aside(found.draw.closed["rules"], code),
        may_object=found.draw is not None
        and found.draw.state == "frozen"
        and now() <= found.draw.objections_until,
    )


@bp.post("/ho-so/<code>/boc-tham")
@audience(Audience.SESSION)
def object_to_draw(code: str) -> Any:
    """Say what is wrong with the list."""
    try:
        object_to_list(actor(), code, request.form.get("words", ""), now=now())
        flash("Đã gửi ý kiến. Ban Tổ chức trả lời công khai trên trang bốc thăm.", "success")
    except TgfairError as error:
        flash(error.message(), "error")
    return redirect(url_for("exhibitor.own_draw", code=code), code=303)
