"""Reads of notices: lists, the check before sending, previews, the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from tgfair import clock
from tgfair.core.campaign.lint import Finding, check_text, missing_values
from tgfair.core.campaign.pacing import offsets
from tgfair.mail.render import RenderedMail
from tgfair.models.campaign import Campaign, CampaignState, Language
from tgfair.models.fair import Fair
from tgfair.models.job import Job
from tgfair.models.outbox import Channel, Message, MessageState
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.campaign_words import Target, draft_message
from tgfair.services.links import base_url
from tgfair.services.message_rendering import chip_rows, rendered_message
from tgfair.services.outbox import INSTEAD
from tgfair.services.queries.audiences import Wanted, targets
from tgfair.services.stopping import normal, stopped
from tgfair.services.uow import find, reader

ON_THE_WAY = (MessageState.QUEUED, MessageState.LEASED, MessageState.FAILED)


@dataclass(frozen=True)
class Check:
    """What would happen: the dry run of a notice."""

    targets: Sequence[Target]
    findings: Sequence[Finding]
    by_mail: int
    to_call: int
    # Names of those whose address is left alone.
    skipped: Sequence[str]
    lasts: timedelta


@dataclass(frozen=True)
class Report:
    """How far a notice is."""

    waiting: int = 0
    held: int = 0
    sent: int = 0
    delivered: int = 0
    failing: int = 0
    dead: int = 0
    skipped: int = 0
    to_call: int = 0
    called: int = 0
    # Lines of the call list for a mail that is counted already.
    instead: int = 0
    next_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def done(self) -> int:
        """Return how many need nothing more from the outbox."""
        calls = self.to_call + self.called - self.instead
        return self.sent + self.dead + self.skipped + calls

    @property
    def left(self) -> int:
        """Return how many the outbox still has to deal with."""
        return self.waiting + self.failing + self.held


@dataclass(frozen=True)
class Line:
    """A notice in the list."""

    campaign: Campaign
    report: Report


@dataclass(frozen=True)
class Preview:
    """The notice as one of its recipients will read it."""

    number: int
    total: int
    target: Target
    mail: RenderedMail


def campaign_of(actor: Actor, fair: Fair, campaign_id: str) -> Campaign:
    """Return a notice of the fair.

    Raises:
        NotFoundError: there is none.
    """
    campaign = find(
        reader(),
        Campaign,
        Campaign.public_id == campaign_id,
        Campaign.fair_id == fair.id,
        visible_to(actor, Campaign),
    )
    require(actor, Action.SEND_MESSAGES, campaign)
    return campaign


def campaigns_of(actor: Actor, fair: Fair, *, limit: int = 100) -> list[Line]:
    """Return the fair's newest notices and releases, and how far each is."""
    require(actor, Action.SEND_MESSAGES, fair)
    rows = (
        reader()
        .scalars(
            select(Campaign)
            .where(Campaign.fair_id == fair.id, visible_to(actor, Campaign))
            .order_by(Campaign.id.desc())
            .limit(limit)
        )
        .all()
    )
    reports = reports_of([row.id for row in rows])
    return [Line(row, reports.get(row.id, Report())) for row in rows]


def reports_of(ids: Sequence[int]) -> dict[int, Report]:
    """Return how far these notices are."""
    mail, call = Message.channel == Channel.EMAIL, Message.channel != Channel.EMAIL
    counted = {
        "waiting": mail & Message.state.in_((MessageState.QUEUED, MessageState.LEASED)),
        "held": Message.state == MessageState.PROPOSED,
        "sent": mail & (Message.state == MessageState.SENT),
        "delivered": Message.delivered_at.is_not(None),
        "failing": mail & (Message.state == MessageState.FAILED),
        "dead": mail & (Message.state == MessageState.DEAD),
        "skipped": Message.state == MessageState.CANCELLED,
        "to_call": call & Message.state.in_(ON_THE_WAY),
        "called": call & Message.state.in_((MessageState.SENT, MessageState.DEAD)),
        "instead": call
        & Message.dedupe_key.endswith(INSTEAD)
        & Message.state.in_((*ON_THE_WAY, MessageState.SENT, MessageState.DEAD)),
    }
    times = case((mail & Message.state.in_(ON_THE_WAY), Message.next_attempt_at))
    rows = reader().execute(
        select(
            Message.campaign_id,
            *(func.sum(case((test, 1), else_=0)).label(name) for name, test in counted.items()),
            func.min(times).label("next_at"),
            func.max(times).label("last_at"),
        )
        .where(Message.campaign_id.in_(ids))
        .group_by(Message.campaign_id)
    )
    return {
        row.campaign_id: Report(
            **{name: int(getattr(row, name)) for name in counted},
            next_at=row.next_at,
            last_at=row.last_at,
        )
        for row in rows
    }


def check_campaign(actor: Actor, campaign_id: str, *, now: datetime) -> Check:
    """Return whom a notice would reach, what is wrong with it, and how long it takes.

    Raises:
        NotFoundError: there is no such notice.
    """
    campaign = find(
        reader(), Campaign, Campaign.public_id == campaign_id, visible_to(actor, Campaign)
    )
    found = targets(actor, campaign.fair, Wanted(campaign.source, campaign.conditions))
    reached = [target.recipient for target in found]
    alone = stopped([who.email for who in reached if who.email])
    pace = offsets([who.email for who in reached], per_minute=campaign.per_minute)
    return Check(
        targets=found,
        findings=findings_of(campaign, found, now=now),
        by_mail=sum(1 for who in reached if who.email and normal(who.email) not in alone),
        to_call=sum(not who.email for who in reached),
        skipped=[
            target.exhibitor.name
            for who, target in zip(reached, found, strict=True)
            if who.email and normal(who.email) in alone
        ],
        lasts=max(pace, default=timedelta()),
    )


def findings_of(campaign: Campaign, found: Sequence[Target], *, now: datetime) -> list[Finding]:
    """Return what is wrong with the texts of a notice, for these recipients."""
    rows = chip_rows(reader(), [draft_message(campaign, target, now=now) for target in found])
    host = urlsplit(base_url()).hostname or ""
    findings: list[Finding] = []
    texts = {
        Language.VI: (campaign.subject, campaign.body),
        Language.EN: (campaign.subject_en, campaign.body_en),
    }
    for language, (subject, body) in texts.items():
        if campaign.language in {language, Language.BOTH}:
            missing = missing_values(rows, f"{subject}\n{body}")
            findings += check_text(subject, body, own_host=host, missing=missing)
    return list(dict.fromkeys(findings))


def target_number(actor: Actor, campaign: Campaign, number: int) -> tuple[int, list[Target]]:
    """Return all recipients, and the place of the asked one among them."""
    found = targets(actor, campaign.fair, Wanted(campaign.source, campaign.conditions))
    return min(max(number, 1), max(len(found), 1)), found


def preview_campaign(
    actor: Actor, campaign: Campaign, number: int, language: str, *, now: datetime
) -> Preview | None:
    """Return the notice as recipient `number` (from 1) reads it; None when there is nobody."""
    number, found = target_number(actor, campaign, number)
    if not found:
        return None
    message = draft_message(campaign, found[number - 1], now=now)
    if language in set(Language):
        message.campaign = in_language(campaign, Language(language))
    mail = rendered_message(reader(), message, now=now)
    return Preview(number, len(found), found[number - 1], mail)


def in_language(campaign: Campaign, language: Language) -> Campaign:
    """Return a copy of the notice, kept nowhere, in one language."""
    names = ("subject", "body", "subject_en", "body_en", "with_letter", "with_calendar")
    return Campaign(**{name: getattr(campaign, name) for name in names}, language=language)


def can_undo(campaign: Campaign) -> bool:
    """Return whether everything can still be taken back."""
    live = campaign.state in {CampaignState.SENDING, CampaignState.PAUSED}
    return live and campaign.undo_until is not None and campaign.undo_until > clock.real_now()


def job_id_of(campaign: Campaign) -> str:
    """Return the public id of the job that writes the messages; empty when there is none."""
    if campaign.job_id is None:
        return ""
    return reader().scalar(select(Job.public_id).where(Job.id == campaign.job_id)) or ""


def lines_of(
    actor: Actor, campaign: Campaign, states: Sequence[MessageState], *, limit: int = 200
) -> Sequence[Message]:
    """Return the notice's messages in these states, with whom they are for."""
    require(actor, Action.SEND_MESSAGES, campaign)
    return (
        reader()
        .scalars(
            select(Message)
            .where(Message.campaign_id == campaign.id, Message.state.in_(states))
            .options(joinedload(Message.exhibitor), joinedload(Message.application))
            .order_by(Message.id)
            .limit(limit)
        )
        .all()
    )
