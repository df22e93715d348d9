"""Filing for somebody ("nộp hộ"): find the subject, then fill in the producer's own pages."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from tgfair.models.fair import IntakeMode
from tgfair.services import applications
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.services.queries.on_behalf import MOST, candidates
from tgfair.web import guards
from tgfair.web.guards import Audience, audience
from tgfair.web.organizer.blueprint import bp
from tgfair.web.organizer.frame import fair_frame


@bp.get("/ql/<slug>/nop-ho")
@audience(Audience.STAFF)
def on_behalf(slug: str) -> Any:
    """Find the subject to file for."""
    fair = fair_for_staff(guards.actor(), slug)
    typed = request.args.get("q", "")[:100].strip()
    return render_template(
        "organizer/on_behalf.html",
        q=typed,
        found=candidates(guards.actor(), fair, typed),
        most=MOST,
        **fair_frame(fair),
    )


@bp.post("/ql/<slug>/nop-ho/<exhibitor>")
@audience(Audience.STAFF)
def start_on_behalf(slug: str, exhibitor: str) -> Any:
    """Start, or go on with, the subject's application; for a conference, its answer."""
    fair = fair_for_staff(guards.actor(), slug)
    if fair.intake is IntakeMode.INVITED:
        return redirect(url_for("exhibitor.rsvp", slug=slug, exhibitor=exhibitor), code=303)
    code = applications.start_application(guards.actor(), slug, exhibitor, now=guards.now())
    return redirect(url_for("exhibitor.resume", code=code), code=303)
