"""Portraits end: taken off, replaced, or some time after the fair; then the file goes too."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import current_app
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tgfair.clock import day_in_vietnam
from tgfair.config import Config
from tgfair.models.attachment import Attachment
from tgfair.models.badge import Badge
from tgfair.models.fair import Fair
from tgfair.models.job import Job
from tgfair.policy import SYSTEM
from tgfair.services.audit import record
from tgfair.services.file_store import file_store
from tgfair.services.jobs import Progress, enqueue_job, register
from tgfair.services.uow import reader, transaction

KIND: Final = "portrait"
AT_A_TIME: Final = 200


def drop_portrait(session: Session, badge: Badge, *, now: datetime) -> None:
    """Take the portrait off a badge; a job removes the file when no badge shows it any more."""
    if badge.photo_sha256 is not None:
        params = {"sha256": badge.photo_sha256}
        enqueue_job(session, SYSTEM, KIND, now=now, params=params, fair_id=badge.fair_id)
        badge.photo_sha256 = None


def end_portraits(now: datetime) -> int:
    """Take the portraits off badges of fairs that ended 90 days ago, or as set; return how many."""
    config: Config = current_app.config["TGFAIR"]
    before = config.retention.badges_before(day_in_vietnam(now))
    over = (
        select(Badge.id)
        .join(Fair)
        .where(Badge.photo_sha256.is_not(None), Fair.last_day < before, Fair.put_off_at.is_(None))
        .limit(AT_A_TIME)
    )
    ids = reader().scalars(over).all()
    reader().rollback()
    if not ids:
        return 0
    with transaction() as session:
        badges = session.scalars(select(Badge).where(Badge.id.in_(ids)).with_for_update()).all()
        for badge in badges:
            drop_portrait(session, badge, now=now)
            record(session, SYSTEM, "badge.photo_ended", badge, now=now)
        return len(badges)


def forget_file(job_id: int, _progress: Progress) -> dict[str, Any] | None:
    """Do the job: remove the file unless somebody has sent the same picture again."""
    session = reader()
    digest = str(session.get_one(Job, job_id).params["sha256"])
    shown = session.scalar(select(Badge.id).where(Badge.photo_sha256 == digest).limit(1))
    sent = select(Attachment.id).where(
        or_(Attachment.sha256 == digest, Attachment.thumb_sha256 == digest)
    )
    attached = session.scalar(sent.limit(1))
    session.rollback()
    if shown is None and attached is None:
        file_store().delete(digest)
    return None


register(KIND, forget_file)
