"""Write the messages of a notice, a few hundred at a time; running it again adds nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.campaign.pacing import offsets
from tgfair.core.workflow import State
from tgfair.mail.enqueue import Links, Recipient, enqueue
from tgfair.models.campaign import AudienceSource, Campaign, CampaignState
from tgfair.models.job import Job
from tgfair.models.outbox import MessageState
from tgfair.policy import SYSTEM
from tgfair.services.campaign_words import CAMPAIGN
from tgfair.services.jobs import JobStoppedError, Progress, register
from tgfair.services.queries.audiences import Wanted, targets
from tgfair.services.uow import reader, transaction

JOB_KIND = "campaign"
CHUNK = 200
LIVE = (CampaignState.SENDING, CampaignState.PAUSED)
# Sources whose filter may name states: a notice for these must not reach who has left them.
BY_STATE = (AudienceSource.APPLICATIONS, AudienceSource.BOOTHS)

Planned = tuple[Recipient, int | None, timedelta]


def first_departure(campaign: Campaign, now: datetime) -> datetime:
    """Return when the first mail of a notice may leave."""
    return max(now, *filter(None, [campaign.undo_until, campaign.send_at]))


def write_messages(job_id: int, progress: Progress) -> dict[str, Any]:
    """Queue a message to everybody the notice is for, each when its turn comes."""
    campaign_id, planned, states = _plan(job_id)
    done = 0
    while done < len(planned):
        progress(done, len(planned), f"Đã xếp hàng {done} thư")
        part = planned[done : done + CHUNK]
        with transaction() as session:
            campaign = session.scalars(
                select(Campaign).where(Campaign.id == campaign_id).with_for_update()
            ).one_or_none()
            # Stopped, or taken back while this ran.
            if campaign is None or campaign.state not in LIVE:
                raise JobStoppedError
            first = first_departure(campaign, campaign.started_at or clock.real_now())
            for each in part:
                _queue(session, campaign, each, first, states)
        done += len(part)
    progress(len(planned), len(planned))
    return {"text": f"Đã xếp hàng {len(planned)} thư."}


def _plan(job_id: int) -> tuple[int, list[Planned], list[str]]:
    """Read whom the notice is for, and end the read."""
    session = reader()
    campaign = session.get_one(Campaign, session.get_one(Job, job_id).params["campaign"])
    found = targets(SYSTEM, campaign.fair, Wanted(campaign.source, campaign.conditions))
    reached = [target.recipient for target in found]
    pace = offsets([who.email for who in reached], per_minute=campaign.per_minute)
    planned = [
        (who, target.application.id if target.application else None, offset)
        for who, target, offset in zip(reached, found, pace, strict=True)
    ]
    states = list(campaign.conditions.get("states") or [])
    if campaign.source not in BY_STATE:
        states = []
    elif not states:
        states = _open_states()
    number = campaign.id
    session.rollback()
    return number, planned, states


def _open_states() -> list[str]:
    over = {State.REJECTED, State.WITHDRAWN, State.CANCELLED}
    return sorted(state for state in State if state not in over)


def _queue(
    session: Session, campaign: Campaign, each: Planned, first: datetime, states: Sequence[str]
) -> None:
    recipient, application_id, offset = each
    message = enqueue(
        session,
        CAMPAIGN,
        recipient,
        dedupe=f"{campaign.id}:{recipient.exhibitor_id}",
        now=campaign.started_at or clock.real_now(),
        links=Links(fair_id=campaign.fair_id, application_id=application_id),
        states=list(states),
    )
    if message is None:
        return
    message.campaign_id = campaign.id
    message.next_attempt_at = first + offset
    if campaign.state is CampaignState.PAUSED:
        message.state = MessageState.PROPOSED


register(JOB_KIND, write_messages)
