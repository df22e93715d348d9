"""A message as its recipient will read it; used at delivery, in previews and on the call list."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from tgfair.config import Config
from tgfair.core.calendar_text import vn_time
from tgfair.documents.calendar import CalendarEntry, calendar_file
from tgfair.mail.catalog import KINDS
from tgfair.mail.render import Attachment, RenderedMail, render, render_zalo
from tgfair.models.fair import Fair
from tgfair.models.invitation import Rsvp
from tgfair.models.outbox import Message
from tgfair.services.links import base_url
from tgfair.services.message_context import Facts, context_of, facts_of

CALENDAR_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"


def rendered_message(session: Session, message: Message, *, now: datetime) -> RenderedMail:
    """Return the mail as it would go out at `now`.

    Raises:
        ObsoleteError: what it says is no longer true.
    """
    context = context_of(session, message, facts_of(session, [message]))
    return render(message.kind, context, _attachments(message, context, now=now))


def zalo_text(session: Session, message: Message, facts: Facts) -> str:
    """Return the short text that an officer pastes into Zalo or reads out.

    Raises:
        ObsoleteError: what it says is no longer true.
    """
    return render_zalo(message.kind, context_of(session, message, facts))


def _attachments(
    message: Message, context: dict[str, Any], *, now: datetime
) -> tuple[Attachment, ...]:
    fair, invitation = message.fair, context["invitation"]
    if not KINDS[message.kind].calendar or fair is None:
        return ()
    if invitation is not None and invitation.rsvp == Rsvp.NO:
        return ()
    entry = _entry(fair, context)
    data = calendar_file(entry, now=now)
    return (Attachment(f"{fair.slug}.ics", CALENDAR_TYPE, data),)


def _entry(fair: Fair, context: dict[str, Any]) -> CalendarEntry:
    config: Config = current_app.config["TGFAIR"]
    domain = parseaddr(config.mail.sender)[1].rpartition("@")[2] or "localhost"
    lines = [f"Khai mạc lúc {vn_time(fair.opens_at)}."]
    if fair.daily_hours:
        lines.append(f"Mở cửa hằng ngày: {fair.daily_hours}.")
    if context["booths"]:
        lines.insert(0, f"{context['place'].capitalize()}: {', '.join(context['booths'])}.")
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
        sequence=fair.ics_sequence,
    )
