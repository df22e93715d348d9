"""Issue badges to many at once, as a job; each application is a unit of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import State
from tgfair.models.account import User
from tgfair.models.application import Application
from tgfair.models.fair import Fair
from tgfair.models.invitation import Invitation, Rsvp
from tgfair.models.job import Job
from tgfair.policy import Action, Actor, require
from tgfair.services.badges import Issued, issue_to_application
from tgfair.services.delegates import issue_to_delegates
from tgfair.services.jobs import Progress, enqueue_job, register
from tgfair.services.uow import find, reader, transaction

KIND = "badges"
COMING = (Rsvp.YES, Rsvp.ATTEND_ONLY)


def start_issue(actor: Actor, fair_id: int, *, now: datetime) -> str:
    """Queue the issue of every badge that is owed in a fair; return the job's public id.

    Raises:
        InvalidError: nobody has confirmed or answered yet.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.MANAGE_BADGES, fair)
        codes, invitations = owed(session, fair.id)
        if not codes and not invitations:
            raise InvalidError("Chưa có hồ sơ nào xác nhận tham gia nên chưa có thẻ để phát.")
        params = {"now": now.isoformat()}
        total = len(codes) + len(invitations)
        job = enqueue_job(
            session, actor, KIND, now=now, params=params, fair_id=fair.id, total=total
        )
        return job.public_id


def owed(session: Session, fair_id: int) -> tuple[Sequence[str], Sequence[int]]:
    """Return the codes of confirmed applications and the ids of accepted invitations.

    Only a conference gives its delegates badges by headcount.
    """
    codes = session.scalars(
        select(Application.code)
        .where(Application.fair_id == fair_id, Application.state == State.CONFIRMED)
        .order_by(Application.id)
    ).all()
    invitations = session.scalars(
        select(Invitation.id)
        .where(
            Invitation.fair_id == fair_id,
            Invitation.rsvp.in_(COMING),
            Invitation.revoked_at.is_(None),
        )
        .order_by(Invitation.id)
    ).all()
    return codes, invitations


def issue_owed(job_id: int, progress: Progress) -> dict[str, Any]:
    """Do the job: running it again adds nothing."""
    session = reader()
    job = session.get_one(Job, job_id)
    actor, fair = _asker(session, job), session.get_one(Fair, job.fair_id)
    now = datetime.fromisoformat(job.params.get("now", clock.real_now().isoformat()))
    url = f"/ql/{fair.slug}/the"
    codes, invitations = owed(session, fair.id)
    session.rollback()
    total, outcomes = len(codes) + len(invitations), []
    for number, code in enumerate(codes, 1):
        outcomes.append(_issue_one(actor, code, now=now))
        progress(number, total, f"Hồ sơ {code}")
    for number, invitation_id in enumerate(invitations, len(codes) + 1):
        outcomes.append(issue_to_delegates(actor, invitation_id, now=now))
        progress(number, total, "Thẻ đại biểu")
    return {"text": _summary(outcomes), "url": url}


def _issue_one(actor: Actor, code: str, *, now: datetime) -> Issued:
    try:
        return issue_to_application(actor, code, now=now)
    except InvalidError:
        return Issued()  # released or withdrawn since the list was made


def _asker(session: Session, job: Job) -> Actor:
    """Return who started the job: the right was checked then, the name goes into the records."""
    user = session.get(User, job.created_by_id) if job.created_by_id else None
    return Actor(
        user_id=user.id if user else None, label=user.name if user else "Hệ thống", system=True
    )


def _summary(outcomes: Sequence[Issued]) -> str:
    added = sum(one.added for one in outcomes)
    renamed = sum(one.renamed for one in outcomes)
    unnamed = sum(one.unnamed for one in outcomes)
    parts = [f"Đã phát {added} thẻ mới."]
    if renamed:
        parts.append(f"{renamed} thẻ in lại vì đổi tên.")
    if unnamed:
        parts.append(f"{unnamed} hồ sơ chưa ghi tên người trực.")
    return " ".join(parts)


register(KIND, issue_owed)
