"""By which rules booths are given, in words, before anybody is placed."""

from __future__ import annotations

from flask import render_template

from tgfair.core.allocation.rulebook import said_as_goals, said_as_rules
from tgfair.core.names import EXHIBITOR_KIND_NAMES, GROUP_NAMES
from tgfair.services.booth_rules import booth_rules as rules_of
from tgfair.services.queries.fairs import public_fair
from tgfair.web.guards import Audience, audience
from tgfair.web.public.blueprint import bp


@bp.get("/<slug>/the-le-xep-gian/")
@audience(Audience.PUBLIC)
def booth_rules(slug: str) -> str:
    """Say the rules, the order of the goals, and whom each zone takes."""
    fair = public_fair(slug)
    book = rules_of(fair)
    return render_template(
        "public/booth_rules.html",
        fair=fair,
        rules=said_as_rules(book),
        goals=said_as_goals(book),
        groups=GROUP_NAMES,
        kinds=EXHIBITOR_KIND_NAMES,
    )
