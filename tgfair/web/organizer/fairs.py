"""Create and edit fairs; overview, settings, zones, timetable."""

from __future__ import annotations

from typing import Any

from flask import render_template

from tgfair.services.queries.fairs import fairs_for_staff
from tgfair.web.guards import Audience, actor, audience
from tgfair.web.organizer.blueprint import bp


@bp.get("/ql/su-kien")
@audience(Audience.STAFF)
def fair_list() -> Any:
    """List all fairs."""
    return render_template("organizer/fairs.html", fairs=fairs_for_staff(actor()))
