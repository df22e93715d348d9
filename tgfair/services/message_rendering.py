"""A message as its recipient will read it; used at delivery, in previews and on the call list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tgfair.documents.calendar import calendar_file
from tgfair.mail.catalog import KINDS
from tgfair.mail.render import Attachment, RenderedMail, render, render_zalo
from tgfair.models.invitation import Rsvp
from tgfair.models.outbox import Message
from tgfair.services.calendar_entries import fair_entry
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
    entry = fair_entry(fair, context["booths"])
    data = calendar_file(entry, now=now)
    return (Attachment(f"{fair.slug}.ics", CALENDAR_TYPE, data),)
