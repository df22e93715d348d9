"""The shell of the gate app; everything else comes through the API."""

from __future__ import annotations

from flask import render_template

from tgfair.web.gate.blueprint import bp
from tgfair.web.guards import Audience, audience


@bp.get("/cong/")
@audience(Audience.PUBLIC)
def app() -> str:
    """Show the gate app; it knows by itself whether the phone is paired."""
    return render_template("gate/index.html", pairing_code="")


@bp.get("/cong/ghep/<code>")
@audience(Audience.PUBLIC)
def pairing(code: str) -> str:
    """Show the gate app with a pairing code filled in; opening this page uses nothing up."""
    return render_template("gate/index.html", pairing_code=code[:64])
