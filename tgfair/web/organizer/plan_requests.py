"""What the views of the workbench read from a request, and where they send a person next."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import redirect, request

from tgfair.models.fair import Fair
from tgfair.policy import Action, require
from tgfair.services.queries.fairs import fair_for_staff
from tgfair.web.guards import actor
from tgfair.web.number_fields import number_from


def assigned_fair(slug: str) -> Fair:
    """Return the fair, for those who may assign its booths.

    Raises:
        NotFoundError: there is none.
        ForbiddenError: the actor may not assign its booths.
    """
    fair = fair_for_staff(actor(), slug)
    require(actor(), Action.ASSIGN_BOOTHS, fair)
    return fair


def to_plan(slug: str, label: str, **arguments: str) -> Any:
    """Return the redirect to a plan's page."""
    query = f"?{urlencode(arguments)}" if arguments else ""
    return redirect(f"/ql/{slug}/xep/phuong-an/{label}{query}", code=303)


def typed(name: str, most: int = 300) -> str:
    """Return what was typed in a field, trimmed and cut; empty when it is missing."""
    return request.form.get(name, "").strip()[:most]


def seen_version() -> int:
    """Return the version that the page showed; 0, which no row has, for anything else."""
    return number_from(request.form.get("version"))
