"""A message as its recipient will read it; used at delivery, in previews and on the call list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tgfair.documents.calendar import calendar_file
from tgfair.mail.catalog import KINDS
from tgfair.mail.render import Attachment, RenderedMail, render, render_subject, render_zalo
from tgfair.models.application import Application
from tgfair.models.campaign import Campaign
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.invitation import Rsvp
from tgfair.models.outbox import Message
from tgfair.services.calendar_entries import fair_entry
from tgfair.services.campaign_words import (
    CAMPAIGN,
    CAMPAIGN_TEST,
    Target,
    chip_values,
    draft_message,
    refuse_moved_on,
    words_of,
)
from tgfair.services.letter_texts import one_letter
from tgfair.services.message_context import Facts, ObsoleteError, context_of, facts_of
from tgfair.services.stopping import stop_url

CALENDAR_TYPE = "text/calendar; charset=utf-8; method={}"
# Who got an entry before is rid of it.
TAKES_AWAY = frozenset({"cancelled", "fair_cancelled"})


def rendered_message(
    session: Session, message: Message, *, now: datetime, facts: Facts | None = None
) -> RenderedMail:
    """Return the mail as it would go out at `now`; `facts` are read unless they were already.

    Raises:
        ObsoleteError: what it says is no longer true.
    """
    shown = _sample(session, message, now=now) if message.kind == CAMPAIGN_TEST else message
    if facts is None or shown is not message:
        facts = facts_of(session, [shown])
    context = _context(session, shown, facts)
    context["stop_url"] = stop_url(message) if KINDS[message.kind].stoppable else ""
    return render(message.kind, context, _attachments(shown, context, now=now))


def zalo_text(session: Session, message: Message, facts: Facts) -> str:
    """Return the short text that an officer pastes into Zalo or reads out.

    Raises:
        ObsoleteError: what it says is no longer true.
    """
    return short_words(session, message, facts)[1]


def short_words(session: Session, message: Message, facts: Facts) -> tuple[str, str]:
    """Return the subject and the short text.

    Raises:
        ObsoleteError: what it says is no longer true.
    """
    context = _context(session, message, facts)
    return render_subject(message.kind, context), render_zalo(message.kind, context)


def chip_rows(session: Session, messages: Sequence[Message]) -> list[tuple[str, dict[str, str]]]:
    """Return for each message the subject's name and what the chips stand for."""
    facts = facts_of(session, messages)
    return [
        (message.recipient_name, chip_values(context_of(session, message, facts)))
        for message in messages
    ]


def _context(session: Session, message: Message, facts: Facts) -> dict[str, Any]:
    context = context_of(session, message, facts)
    if message.kind != CAMPAIGN or message.campaign is None:
        return context
    refuse_moved_on(message)
    return context | words_of(message.campaign, context)


def _sample(session: Session, test: Message, *, now: datetime) -> Message:
    """Return the message of the recipient whom a test mail shows.

    Raises:
        ObsoleteError: the notice or that recipient is gone.
    """
    campaign = session.get(Campaign, test.params.get("campaign", 0))
    exhibitor = session.get(Exhibitor, test.params.get("exhibitor", 0))
    if campaign is None or exhibitor is None:
        raise ObsoleteError("Thông báo này đã bị xóa.")
    application = session.get(Application, test.params.get("application") or 0)
    return draft_message(campaign, Target(exhibitor, application), now=now)


def _attachments(
    message: Message, context: dict[str, Any], *, now: datetime
) -> tuple[Attachment, ...]:
    fair, invitation, campaign = message.fair, context["invitation"], message.campaign
    if fair is None:
        return ()
    found = []
    if campaign is not None and campaign.with_letter and message.kind == CAMPAIGN:
        pdf = one_letter(fair, message.exhibitor, context, now=now)
        found.append(Attachment(f"thu-{fair.slug}.pdf", "application/pdf", pdf))
    wanted = KINDS[message.kind].calendar or (campaign is not None and campaign.with_calendar)
    if wanted and (invitation is None or invitation.rsvp != Rsvp.NO):
        entry = fair_entry(fair, context["booths"], taken_away=message.kind in TAKES_AWAY)
        data = calendar_file(entry, now=now)
        found.append(Attachment(f"{fair.slug}.ics", CALENDAR_TYPE.format(entry.method), data))
    return tuple(found)
