"""What the mails about a draw say, read afresh at delivery."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.models.booth import Booth
from tgfair.models.draw import Draw, DrawEntry
from tgfair.models.fair import Fair
from tgfair.models.outbox import Message
from tgfair.services.links import base_url


def draw_context(session: Session, message: Message) -> dict[str, Any]:
    """Return the names that the templates of the draw's kinds use.

    `draw_place` counts those who wait in the zone; it is None for who got a booth, and where lots
    are the order of choosing.
    """
    draw = session.get_one(Draw, message.params["draw_id"])
    entry = session.scalars(
        select(DrawEntry).where(
            DrawEntry.draw_id == draw.id, DrawEntry.application_id == message.application_id
        )
    ).one()
    zone = next(one for one in draw.closed["zones"] if one["code"] == entry.zone_code)
    slug = session.get_one(Fair, draw.fair_id).slug
    booth = session.get(Booth, entry.booth_id) if entry.booth_id else None
    waits = entry.lot is not None and booth is None and bool(zone["booths"])
    return {
        "draw": draw,
        "draw_zone": entry.zone_code,
        "draw_rivals": len(zone["applications"]) - 1,
        "draw_lot": entry.lot,
        "draw_booth": booth.label if booth else None,
        "draw_place": (entry.lot or 0) - len(zone["booths"]) if waits else None,
        "draw_url": f"{base_url()}/{slug}/boc-tham/{draw.number}/",
    }
