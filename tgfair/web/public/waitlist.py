"""The waiting list for everybody: the order by code, and every change of it with its reason."""

from __future__ import annotations

from flask import render_template

from tgfair.services.queries.fairs import public_fair
from tgfair.services.queries.picking import public_jumps, public_order
from tgfair.web.guards import Audience, audience
from tgfair.web.public.blueprint import bp


@bp.get("/<slug>/danh-sach-cho/")
@audience(Audience.PUBLIC)
def waiting_order(slug: str) -> str:
    """Show the order by code and the changes made by hand."""
    fair = public_fair(slug)
    return render_template(
        "public/waiting_order.html",
        fair=fair,
        entries=public_order(fair),
        jumps=public_jumps(fair),
    )
