"""What a stranger sees whose phone made an address out of a badge."""

from __future__ import annotations

from flask import render_template

from tgfair.web.guards import Audience, audience
from tgfair.web.public.blueprint import bp


@bp.get("/the/<path:token>")
@audience(Audience.PUBLIC)
def badge(token: str) -> str:
    """Say what the thing is. The same words for every text, so that nothing can be asked here."""
    del token
    return render_template("public/badge.html")
