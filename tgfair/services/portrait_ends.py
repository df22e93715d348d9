"""Portraits end: taken off, replaced, or some time after the fair; their files go with them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.clock import day_in_vietnam
from tgfair.config import Config
from tgfair.models.badge import Badge
from tgfair.models.fair import Fair
from tgfair.policy import SYSTEM
from tgfair.services.audit import record
from tgfair.services.file_ends import let_go
from tgfair.services.uow import reader, transaction

AT_A_TIME: Final = 200


def drop_portrait(session: Session, badge: Badge, *, now: datetime) -> None:
    """Take the portrait off a badge, and its file away when nothing else shows it."""
    if badge.photo_sha256 is not None:
        let_go(session, badge.photo_sha256, now=now, fair_id=badge.fair_id)
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
