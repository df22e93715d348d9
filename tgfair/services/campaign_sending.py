"""Send a notice: nothing leaves for ten minutes, so it can be undone; pause, resume, stop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.campaign.lint import blocks
from tgfair.core.campaign.pacing import offsets
from tgfair.core.errors import InvalidError
from tgfair.models.campaign import Campaign, CampaignKind, CampaignState
from tgfair.models.fair import Fair
from tgfair.models.job import Job, JobState
from tgfair.models.outbox import Message, MessageState
from tgfair.policy import Actor
from tgfair.services.audit import record
from tgfair.services.campaign_jobs import JOB_KIND, first_departure
from tgfair.services.campaigns import CampaignMovedError, load_campaign
from tgfair.services.identifiers import public_id
from tgfair.services.jobs import enqueue_job
from tgfair.services.queries.campaigns import Check, check_campaign
from tgfair.services.uow import check_seen, transaction

UNDO_WINDOW = timedelta(minutes=10)
FURTHEST = timedelta(days=90)
WAITING = (MessageState.QUEUED, MessageState.FAILED)
STOPPED = "Cán bộ đã dừng thông báo này."


def send_campaign(
    actor: Actor, campaign_id: str, *, seen_version: int, send_at: datetime | None, now: datetime
) -> Check:
    """Let a notice go out, after the time for undoing or at `send_at`; return what was checked.

    A job writes the messages; the outbox sends them at the notice's pace.

    Raises:
        InvalidError: the check found an error, it is for nobody, `send_at` is out of range.
        ConflictError: it was changed or sent meanwhile.
    """
    check = check_campaign(actor, campaign_id, now=now)
    if blocks(check.findings):
        raise InvalidError("Chưa gửi được: hãy sửa các lỗi dưới đây trước.")
    if not check.targets:
        raise InvalidError("Bộ lọc không có người nhận nào. Hãy chọn lại người nhận.")
    started = clock.real_now()
    if send_at is not None and not started <= send_at <= started + FURTHEST:
        raise InvalidError("Giờ hẹn gửi phải sau lúc này và trong 90 ngày tới.", field="send_at")
    with transaction() as session:
        campaign = load_campaign(session, actor, campaign_id, CampaignState.DRAFT)
        check_seen(campaign, seen_version)
        campaign.state, campaign.total = CampaignState.SENDING, len(check.targets)
        campaign.started_at, campaign.send_at = started, send_at
        campaign.undo_until = started + UNDO_WINDOW
        job = enqueue_job(
            session,
            actor,
            JOB_KIND,
            now=now,
            params={"campaign": campaign.id},
            fair_id=campaign.fair_id,
            total=campaign.total,
        )
        campaign.job_id = job.id
        record(session, actor, "campaign.sent", campaign, now=now, count=campaign.total)
    return check


def pause_campaign(actor: Actor, campaign_id: str, *, now: datetime) -> int:
    """Hold back what has not left; return how many messages that is."""
    with transaction() as session:
        campaign = load_campaign(session, actor, campaign_id, CampaignState.SENDING)
        campaign.state = CampaignState.PAUSED
        held = _move(session, campaign, WAITING, state=MessageState.PROPOSED)
        record(session, actor, "campaign.paused", campaign, now=now, count=held)
        return held


def resume_campaign(actor: Actor, campaign_id: str, *, now: datetime) -> int:
    """Let what was held back go on at the notice's pace; return how many messages that is."""
    with transaction() as session:
        campaign = load_campaign(session, actor, campaign_id, CampaignState.PAUSED)
        campaign.state = CampaignState.SENDING
        held = _held(session, campaign)
        first = first_departure(campaign, clock.real_now())
        pace = offsets([message.email for message in held], per_minute=campaign.per_minute)
        for message, offset in zip(held, pace, strict=True):
            message.state, message.next_attempt_at = MessageState.QUEUED, first + offset
        record(session, actor, "campaign.resumed", campaign, now=now, count=len(held))
        return len(held)


def stop_campaign(actor: Actor, campaign_id: str, *, now: datetime) -> int:
    """Stop a notice for good; return how many messages will not go out."""
    with transaction() as session:
        campaign = load_campaign(
            session, actor, campaign_id, CampaignState.SENDING, CampaignState.PAUSED
        )
        campaign.state = CampaignState.CANCELLED
        _stop_job(session, campaign)
        count = _move(
            session,
            campaign,
            (*WAITING, MessageState.PROPOSED),
            state=MessageState.CANCELLED,
            last_error=STOPPED,
        )
        record(session, actor, "campaign.stopped", campaign, now=now, count=count)
        return count


def undo_campaign(actor: Actor, campaign_id: str, *, now: datetime) -> None:
    """Take a notice back before anything left: it is a draft again, proposals are proposals.

    Raises:
        CampaignMovedError: the time for undoing is over.
    """
    with transaction() as session:
        campaign = load_campaign(
            session, actor, campaign_id, CampaignState.SENDING, CampaignState.PAUSED
        )
        if campaign.undo_until is None or campaign.undo_until <= clock.real_now():
            raise CampaignMovedError
        _stop_job(session, campaign)
        record(session, actor, "campaign.undone", campaign, now=now, title=campaign.title)
        if campaign.kind is CampaignKind.RELEASE:
            held = (*WAITING, MessageState.PROPOSED)
            _move(session, campaign, held, state=MessageState.PROPOSED, campaign_id=None)
            campaign.state = CampaignState.CANCELLED
            return
        session.execute(
            delete(Message).where(
                Message.campaign_id == campaign.id,
                Message.state.in_((MessageState.QUEUED, MessageState.PROPOSED)),
            )
        )
        campaign.state, campaign.undo_until, campaign.job_id = CampaignState.DRAFT, None, None


def hurry_campaign(actor: Actor, campaign_id: str, *, now: datetime) -> None:
    """Let it go out now instead of after the time for undoing; an appointed time stays."""
    with transaction() as session:
        campaign = load_campaign(session, actor, campaign_id, CampaignState.SENDING)
        real, until = clock.real_now(), campaign.undo_until
        if until is None or until <= real:
            raise CampaignMovedError
        first = first_departure(campaign, real)
        campaign.undo_until = real
        earlier = first - first_departure(campaign, real)
        for message in _held(session, campaign, MessageState.QUEUED):
            message.next_attempt_at -= earlier
        record(session, actor, "campaign.hurried", campaign, now=now)


def release(
    session: Session, actor: Actor, fair: Fair, title: str, ids: Sequence[int], *, now: datetime
) -> Campaign:
    """Let these proposed messages go out after the time for undoing; the caller has locked them."""
    real = clock.real_now()
    campaign = Campaign(
        public_id=public_id(),
        fair_id=fair.id,
        kind=CampaignKind.RELEASE,
        title=title[:160],
        state=CampaignState.SENDING,
        total=len(ids),
        undo_until=real + UNDO_WINDOW,
        created_by_id=actor.user_id,
        created_at=now,
        started_at=real,
    )
    session.add(campaign)
    session.flush()
    session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(
            state=MessageState.QUEUED,
            next_attempt_at=campaign.undo_until,
            campaign_id=campaign.id,
        )
    )
    return campaign


def _move(
    session: Session, campaign: Campaign, states: Sequence[MessageState], **values: Any
) -> int:
    """Write `values` to the campaign's messages in these states, and return how many there are."""
    which = (Message.campaign_id == campaign.id, Message.state.in_(states))
    count = session.scalar(select(func.count()).select_from(Message).where(*which)) or 0
    session.execute(update(Message).where(*which).values(**values))
    return count


def _held(
    session: Session, campaign: Campaign, state: MessageState = MessageState.PROPOSED
) -> Sequence[Message]:
    return session.scalars(
        select(Message)
        .where(Message.campaign_id == campaign.id, Message.state == state)
        .order_by(Message.id)
        .with_for_update()
    ).all()


def _stop_job(session: Session, campaign: Campaign) -> None:
    if campaign.job_id is not None:
        session.execute(
            update(Job)
            .where(
                Job.id == campaign.job_id,
                Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
            )
            .values(state=JobState.CANCELLED, finished_at=clock.real_now(), text=STOPPED)
        )
