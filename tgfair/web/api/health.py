"""Health of the installation, for a proxy or a watchdog."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from sqlalchemy.exc import SQLAlchemyError

from tgfair.services.queries.health import ask_database
from tgfair.web.api.blueprint import bp
from tgfair.web.guards import Audience, audience


@bp.get("/healthz")
@audience(Audience.PUBLIC)
def healthz() -> Any:
    """Answer 200 while the database answers, 503 otherwise; never says more."""
    try:
        ask_database()
    except SQLAlchemyError:
        return jsonify(status="database"), 503
    return jsonify(status="ok")
