"""The words of a notice for one recipient: chips filled from the rows as they stand now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tgfair.core.calendar_text import vn_datetime
from tgfair.core.campaign.chips import Piece, fill, paragraphs
from tgfair.core.phone import display_phone
from tgfair.core.workflow import STATE_LABELS, State
from tgfair.mail.enqueue import Recipient, recipient_of
from tgfair.mail.render import deadline, fair_days, unlinked
from tgfair.models.application import Application
from tgfair.models.campaign import Campaign, Language
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair
from tgfair.models.invitation import Invitation
from tgfair.models.outbox import Channel, Lane, Message, MessageState
from tgfair.services.message_context import ObsoleteError

CAMPAIGN, CAMPAIGN_TEST = "campaign", "campaign_test"


@dataclass(frozen=True)
class Target:
    """One recipient; the rows that the notice's chips speak of."""

    exhibitor: Exhibitor
    application: Application | None = None
    invitation: Invitation | None = None

    @property
    def recipient(self) -> Recipient:
        """Return whom to reach, and how."""
        return recipient_of(self.exhibitor, self.application)


@dataclass(frozen=True)
class Words:
    """A text in one language: plain, and as paragraphs of lines of pieces."""

    subject: str
    text: str
    blocks: list[list[list[Piece]]]


def chip_values(context: Mapping[str, Any]) -> dict[str, str]:
    """Return what each chip stands for; empty where there is nothing to say."""
    fair: Fair | None = context["fair"]
    application = context["application"]
    values = {
        "to_name": unlinked(context["to_name"]),
        "org": unlinked(context["org"]),
        "code": context["code"],
        "state": STATE_LABELS[application.state] if application is not None else "",
        "booths": ", ".join(context["booths"]),
        "url": context["url"],
        "hotline": _hotline(context["hotline"]),
    }
    if fair is None:
        return values
    fix_until = (application.fix_until if application else None) or fair.supplement_until
    return values | {
        "fair": fair.name,
        "days": fair_days(fair),
        "venue": ", ".join(filter(None, [fair.venue, fair.venue_address])),
        "setup": _span(fair.setup_from, fair.setup_until),
        "apply_until": deadline(fair.registration_closes_at),
        "fix_until": deadline(fix_until) if fix_until else "",
        "confirm_until": deadline(fair.confirm_until) if fair.confirm_until else "",
    }


def _hotline(found: Mapping[str, str] | None) -> str:
    return f"{found['name']} {display_phone(found['phone'])}" if found else ""


def _span(start: datetime | None, end: datetime | None) -> str:
    if start is None:
        return ""
    return f"từ {vn_datetime(start)}" + (f" đến {vn_datetime(end)}" if end else "")


def words_of(campaign: Campaign, values: Mapping[str, str]) -> dict[str, Any]:
    """Return what the templates of a notice need besides the usual names."""
    vi = _words(campaign.subject, campaign.body, values)
    en = _words(campaign.subject_en, campaign.body_en, values)
    texts = {Language.VI: [vi], Language.EN: [en], Language.BOTH: [vi, en]}[campaign.language]
    return {"subject": texts[0].subject, "texts": texts, "chat": texts[0].text}


def _words(subject: str, body: str, values: Mapping[str, str]) -> Words:
    text = fill(body, values).replace("\r\n", "\n").strip()
    return Words(" ".join(fill(subject, values).split()), text, paragraphs(text))


def refuse_moved_on(message: Message) -> None:
    """Refuse a notice for applications in certain states to one that left them.

    Raises:
        ObsoleteError: it stands elsewhere by now.
    """
    states = message.params.get("states") or []
    application = message.application
    if states and application is not None and application.state not in states:
        raise ObsoleteError(
            f"Hồ sơ nay đã ở trạng thái “{STATE_LABELS[State(application.state)]}”."
        )


def draft_message(campaign: Campaign, target: Target, *, now: datetime) -> Message:
    """Return the message that a recipient would get; it belongs to no session."""
    recipient = recipient_of(target.exhibitor, target.application)
    application = target.application
    return Message(
        kind=CAMPAIGN,
        channel=Channel.EMAIL if recipient.email else Channel.CALL,
        lane=Lane.BULK,
        state=MessageState.PROPOSED,
        recipient_name=recipient.name,
        email=recipient.email,
        phone=recipient.phone,
        fair_id=campaign.fair_id,
        fair=campaign.fair,
        exhibitor_id=target.exhibitor.id,
        exhibitor=target.exhibitor,
        application_id=application.id if application else None,
        application=application,
        campaign_id=campaign.id,
        campaign=campaign,
        params={},
        created_at=now,
        attempts=0,
    )
