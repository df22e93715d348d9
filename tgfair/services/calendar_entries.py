"""A fair as it stands in somebody's calendar: the same entry from a mail and from a page."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parseaddr

from flask import current_app

from tgfair.config import Config
from tgfair.core.calendar_text import vn_time
from tgfair.documents.calendar import CalendarEntry
from tgfair.models.fair import Fair, FairStatus
from tgfair.services.links import base_url


def fair_entry(fair: Fair, booths: Sequence[str], *, taken_away: bool = False) -> CalendarEntry:
    """Return the entry of a fair, with the reader's own booths when there are any.

    `taken_away`: the reader does not take part any more, whether the fair takes place or not.
    """
    config: Config = current_app.config["TGFAIR"]
    sender = parseaddr(config.mail.sender)
    domain = sender[1].rpartition("@")[2] or "localhost"
    # A fair put off leaves the calendar until it has its days.
    off = fair.put_off_at is not None or fair.status is FairStatus.CANCELLED
    lines = [f"Khai mạc lúc {vn_time(fair.opens_at)}."]
    if fair.daily_hours:
        lines.append(f"Mở cửa hằng ngày: {fair.daily_hours}.")
    if booths:
        place = "Bàn" if fair.shares_booths else "Gian"
        lines.insert(0, f"{place}: {', '.join(booths)}.")
    return CalendarEntry(
        # One entry for a fair in somebody's calendar: a later mail moves it.
        uid=f"{fair.code.lower()}@{domain}",
        summary=fair.name,
        begins=fair.first_day,
        ends=fair.last_day,
        location=", ".join(part for part in (fair.venue, fair.venue_address) if part),
        description="\n".join(lines),
        # Calendars are shared; a personal link is not.
        url=f"{base_url()}/{fair.slug}/",
        # A fair that is off has counted already; a program ignores what does not count on.
        sequence=fair.ics_sequence + (taken_away and not off),
        cancelled=taken_away or off,
        organizer=sender if sender[1] else None,
    )
