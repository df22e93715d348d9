"""The words of a notice for one recipient: chips filled from the rows as they stand now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tgfair.core.calendar_text import vn_datetime, vn_time
from tgfair.core.campaign.chips import Piece, fill, paragraphs
from tgfair.core.english_text import STATE_LABELS_EN, en_day, en_instant
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
class Manner:
    """How a language writes the days, instants and states that chips stand for."""

    states: Mapping[State, str]
    days: Callable[[Fair], str]
    instant: Callable[[datetime], str]
    deadline: Callable[[datetime], str]
    to: str


def _en_days(fair: Fair) -> str:
    opening = vn_time(fair.opens_at)
    if fair.first_day == fair.last_day:
        return f"{opening} on {en_day(fair.first_day)}"
    return f"{en_day(fair.first_day)} to {en_day(fair.last_day)}, opening at {opening}"


IN_VIETNAMESE = Manner(STATE_LABELS, fair_days, vn_datetime, deadline, " đến ")
IN_ENGLISH = Manner(STATE_LABELS_EN, _en_days, en_instant, en_instant, " to ")


@dataclass(frozen=True)
class Words:
    """A text in one language: plain, and as paragraphs of lines of pieces."""

    subject: str
    text: str
    blocks: list[list[list[Piece]]]


def chip_values(context: Mapping[str, Any], manner: Manner | None = None) -> dict[str, str]:
    """Return what each chip stands for, in Vietnamese unless `manner` says otherwise.

    Empty where there is nothing to say.
    """
    manner = manner or IN_VIETNAMESE
    fair: Fair | None = context["fair"]
    application = context["application"]
    values = {
        "to_name": unlinked(context["to_name"]),
        "org": unlinked(context["org"]),
        "code": context["code"],
        "state": manner.states[application.state] if application is not None else "",
        "booths": ", ".join(context["booths"]),
        "url": context["url"],
        "hotline": _hotline(context["hotline"]),
    }
    if fair is None:
        return values
    fix_until = (application.fix_until if application else None) or fair.supplement_until
    return values | {
        "fair": fair.name,
        "days": manner.days(fair),
        "venue": ", ".join(filter(None, [fair.venue, fair.venue_address])),
        "setup": manner.to.join(
            manner.instant(at) for at in (fair.setup_from, fair.setup_until) if at
        ),
        "apply_until": manner.deadline(fair.registration_closes_at),
        "fix_until": manner.deadline(fix_until) if fix_until else "",
        "confirm_until": manner.deadline(fair.confirm_until) if fair.confirm_until else "",
    }


def _hotline(found: Mapping[str, str] | None) -> str:
    return f"{found['name']} {display_phone(found['phone'])}" if found else ""


def words_of(campaign: Campaign, context: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the templates of a notice need besides the usual names."""
    vi = _words(campaign.subject, campaign.body, chip_values(context))
    en = _words(campaign.subject_en, campaign.body_en, chip_values(context, IN_ENGLISH))
    texts = {Language.VI: [vi], Language.EN: [en], Language.BOTH: [vi, en]}[campaign.language]
    return {
        "subject": texts[0].subject,
        "texts": texts,
        "chat": texts[0].text,
        "language": "en" if campaign.language is Language.EN else "vi",
    }


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
