"""The old versions of a plan: look, print, compare, draw on from one of them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tgfair.documents.plan_svg import BoothView as Drawn
from tgfair.documents.plan_svg import plan_svg, print_scale
from tgfair.policy import Action, can
from tgfair.services import plan_drafts
from tgfair.services.plan_drafts import DraftExistsError
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.services.queries.plan_versions import (
    VersionView,
    count_versions,
    version_of,
    versions_of,
)
from tgfair.web.guards import Audience, actor, audience, now
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame, fair_to_edit
from tgfair.web.pagination import asked_page

PAGE_SIZE = 10
SHOWN = 100


@bp.get("/ql/<slug>/so-do/cac-ban")
@audience(Audience.STAFF)
def plan_versions(slug: str) -> str:
    """List the versions of the plan: who, when, what changed."""
    fair = fair_for_staff(actor(), slug)
    page = asked_page(count_versions(fair.id), PAGE_SIZE)
    return render_template(
        "organizer/plan_versions.html",
        versions=versions_of(actor(), fair, offset=page.offset, limit=PAGE_SIZE),
        page=page,
        shown=SHOWN,
        **fair_frame(fair),
    )


@bp.get("/ql/<slug>/so-do/ban/<int:number>")
@audience(Audience.STAFF)
def plan_version(slug: str, number: int) -> str:
    """Show one version as it was; `?in=1` prints it on A3."""
    fair = fair_for_staff(actor(), slug)
    view = version_of(actor(), fair, number)
    if request.args.get("in"):
        scale = print_scale(view.plan)
        return render_template(
            "organizer/fair_plan_print.html",
            fair=fair,
            drawing=_drawing(view, scale),
            scale=scale,
            version=number,
        )
    return render_template(
        "organizer/plan_version.html",
        view=view,
        drawing=_drawing(view),
        shown=SHOWN,
        may_draw=can(actor(), Action.EDIT_FAIR, fair),
        **fair_frame(fair),
    )


def _drawing(view: VersionView, scale: int | None = None) -> Any:
    booths = {
        booth.label: Drawn(
            state="taken" if booth.id in view.names else "free",
            holder=view.names.get(booth.id, ""),
        )
        for booth in view.plan.booths
    }
    return plan_svg(view.plan, booths, scale=scale)


@bp.post("/ql/<slug>/so-do/ban/<int:number>/nhap")
@audience(Audience.STAFF)
def draft_from_version(slug: str, number: int) -> Any:
    """Begin a draft on an old version."""
    fair = fair_to_edit(slug)
    try:
        plan_drafts.draft_from(actor(), fair.id, number, now=now())
    except DraftExistsError as error:
        flash(error.message(), "error")
        return redirect(url_for("organizer.plan_version", slug=slug, number=number), code=303)
    flash(f"Đã lập bản nháp từ bản {number}.", "success")
    return redirect(url_for("organizer.plan_table", slug=slug), code=303)
