"""The front page and the pages of a fair."""

from __future__ import annotations

from flask import Response, current_app, render_template

from tgfair.clock import day_in_vietnam
from tgfair.config import Config
from tgfair.documents.calendar import calendar_file
from tgfair.services.calendar_entries import fair_entry
from tgfair.services.queries.booths import published_drawing
from tgfair.services.queries.draws import draws_of
from tgfair.services.queries.fairs import intake_of, public_fair, public_fairs
from tgfair.services.queries.picking import has_list
from tgfair.web.guards import Audience, audience, now
from tgfair.web.public.blueprint import bp


@bp.get("/")
@audience(Audience.PUBLIC)
def home() -> str:
    """Show the fairs that are open, and the way in for everybody."""
    today, fairs = day_in_vietnam(now()), public_fairs()
    return render_template(
        "public/home.html",
        coming=[fair for fair in fairs if fair.last_day >= today],
        over=[fair for fair in reversed(fairs) if fair.last_day < today],
    )


@bp.get("/<slug>/")
@audience(Audience.PUBLIC)
def fair_page(slug: str) -> str:
    """Show one fair: when by both calendars, where, how to take part, what is there."""
    fair = public_fair(slug)
    return render_template(
        "public/fair.html",
        fair=fair,
        open_for=intake_of(fair, now=now()),
        is_published=published_drawing(fair.id) is not None,
        has_draws=bool(draws_of(fair.id)),
        has_list=has_list(fair),
    )


@bp.get("/<slug>/lich.ics")
@audience(Audience.PUBLIC)
def fair_calendar(slug: str) -> Response:
    """Give the fair as a calendar file."""
    fair = public_fair(slug)
    return Response(
        calendar_file(fair_entry(fair, ()), now=now()),
        content_type="text/calendar; charset=utf-8; method=PUBLISH",
        headers={"Content-Disposition": f'attachment; filename="{fair.slug}.ics"'},
    )


@bp.get("/rieng-tu")
@audience(Audience.PUBLIC)
def privacy() -> str:
    """Say which personal data are kept, why, how long, and whom to ask (Luật 91/2025/QH15)."""
    config: Config = current_app.config["TGFAIR"]
    return render_template("public/privacy.html", kept=config.retention)
