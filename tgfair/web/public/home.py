"""The front page and the pages of a fair."""

from __future__ import annotations

from flask import render_template

from tgfair.web.guards import Audience, audience
from tgfair.web.public.blueprint import bp


@bp.get("/")
@audience(Audience.PUBLIC)
def home() -> str:
    """Show the front page."""
    return render_template("public/home.html")
