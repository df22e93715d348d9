"""The worker's part of the timetable: what is due is told once, late or not, or skipped aloud."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.anchors import anchor_from_json, day_of
from tgfair.core.errors import InvalidError
from tgfair.core.notice_rules import Skip, due_at, is_night, why_too_late
from tgfair.mail.enqueue import Links
from tgfair.models.application import Application
from tgfair.models.fair import Fair, FairStatus
from tgfair.models.notice import Notice, NoticeOutcome, NoticeRun
from tgfair.policy import SYSTEM
from tgfair.services.audit import record
from tgfair.services.fair_timetable import local_day, timetable_of
from tgfair.services.invitations import silent_invitations
from tgfair.services.notices import SILENT
from tgfair.services.notifications import notify_application, notify_exhibitor
from tgfair.services.uow import find, reader, transaction

NOT_OPEN: Final = {
    FairStatus.DRAFT: "Sự kiện còn nháp, chưa mở.",
    FairStatus.ENDED: "Sự kiện đã kết thúc.",
    FairStatus.CANCELLED: "Sự kiện đã hủy.",
}
NOBODY: Final = "Không còn ai cần nhắc."


def run_notices(now: datetime) -> int:
    """Tell what is due by `now` and was not told; return how many notices were dealt with.

    Nothing is told at night: what falls due then waits for the morning. Each notice and day is
    dealt with in a transaction of its own, so that a fault or a kill costs none of the others.
    """
    if is_night(now):
        return 0
    waiting = reader().scalars(select(Notice).where(Notice.enabled, Notice.kind.is_not(None)))
    due = [notice.id for notice in waiting.all() if _is_due(notice, now)]
    reader().rollback()
    return sum(_run(notice_id, now=now) for notice_id in due)


def due_instant(notice: Notice, fair: Fair) -> datetime | None:
    """Return when a notice is due; None while what it hangs on has no day."""
    try:
        day = day_of(anchor_from_json(notice.anchor), timetable_of(fair))
    except InvalidError:
        return None
    return due_at(day, notice.at_hour)


def _is_due(notice: Notice, now: datetime) -> bool:
    due = due_instant(notice, notice.fair)
    if due is None or not notice.since <= due <= now or notice.fair.put_off_at is not None:
        return False
    known = select(NoticeRun.id).where(
        NoticeRun.notice_id == notice.id, NoticeRun.due_on == local_day(due)
    )
    return reader().scalar(known) is None


def _run(notice_id: int, *, now: datetime) -> bool:
    with transaction() as session:
        # Two workers at once: the second waits here, and then finds the run.
        notice = find(session, Notice, Notice.id == notice_id)
        session.refresh(notice, with_for_update=True)
        due = due_instant(notice, notice.fair)
        if due is None or not notice.enabled or not _is_due(notice, now):
            return False  # moved, switched off or told meanwhile
        skip = _why_skip(notice, due, now=now)
        told = 0 if skip else _tell(session, notice, due, now=now)
        if not skip and not told:
            skip = Skip(NOBODY)
        run = NoticeRun(
            notice_id=notice.id,
            due_on=local_day(due),
            ran_at=now,
            outcome=NoticeOutcome.SKIPPED if skip else NoticeOutcome.SENT,
            reason=skip.reason if skip else None,
            told=told,
        )
        session.add(run)
        record(session, SYSTEM, "notice.run", notice, now=now, told=told, skipped=bool(skip))
        return True


def _why_skip(notice: Notice, due: datetime, *, now: datetime) -> Skip | None:
    fair = notice.fair
    if fair.status is not FairStatus.OPEN:
        return Skip(NOT_OPEN[fair.status])
    return why_too_late(anchor_from_json(notice.anchor), timetable_of(fair), due, now=now)


def _tell(session: Session, notice: Notice, due: datetime, *, now: datetime) -> int:
    told = 0
    cause = f"notice:{notice.id}:{local_day(due):%Y%m%d}"
    words = {"text": notice.text, "label": notice.label} if notice.text else {}
    applications = _applications(session, notice)
    for application in applications:
        message = notify_application(
            session, notice.kind or "", application, dedupe=cause, now=now, proposed=False, **words
        )
        told += message is not None
    if SILENT not in notice.audience:
        return told
    drafts = {row.exhibitor_id for row in applications}
    for invitation in silent_invitations(session, notice.fair):
        if invitation.exhibitor_id in drafts:
            continue
        message = notify_exhibitor(
            session,
            notice.kind or "",
            invitation.exhibitor,
            dedupe=f"invitation:{invitation.id}:{cause}",
            now=now,
            links=Links(fair_id=notice.fair_id, invitation_id=invitation.id),
            proposed=False,
            **words,
        )
        invitation.reminded_at = now
        told += message is not None
    return told


def _applications(session: Session, notice: Notice) -> Sequence[Application]:
    states = [one for one in notice.audience if one != SILENT]
    return session.scalars(
        select(Application)
        .where(Application.fair_id == notice.fair_id, Application.state.in_(states))
        .order_by(Application.id)
    ).all()
