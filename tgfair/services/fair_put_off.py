"""Put a fair off without new days, and undo the last change of its days once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.workflow import Event, State
from tgfair.models.application import Application, ApplicationEvent
from tgfair.models.fair import DateChangeKind, Fair, FairDateChange, FairStatus
from tgfair.models.invitation import Invitation
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.date_history import Decision, keep_change, newest_change, restore
from tgfair.services.date_mails import take_back
from tgfair.services.fair_dates import (
    DatesChanged,
    live_applications,
    renew_certificates,
    tell,
)
from tgfair.services.fair_timetable import local_day
from tgfair.services.transitions import advance
from tgfair.services.uow import check_seen, find, reader, transaction

CAN_UNDO: Final = frozenset(
    {
        DateChangeKind.MOVED,
        DateChangeKind.EXTENDED,
        DateChangeKind.SHORTENED,
        DateChangeKind.PUT_OFF,
    }
)
# Later on, too much hangs on the new days: change them again, with a reason of its own.
UNDO_WITHIN: Final = timedelta(days=2)


@dataclass(frozen=True)
class Undone:
    """What undoing did: mails taken back, people told anew, confirmations that hold again."""

    taken_back: int
    told: int
    confirmed: int


def put_off(
    actor: Actor, fair_id: int, decision: Decision, *, seen_version: int, now: datetime
) -> DatesChanged:
    """Put a fair off until somebody sets new days; notices rest, everybody gets a proposed mail.

    Raises:
        InvalidError: the reason is missing, or the fair is over or put off already.
        ConflictError: somebody else changed the fair since the page was shown.
    """
    with transaction() as session:
        fair = _load(session, actor, fair_id, seen_version)
        decision = decision.checked()
        if fair.put_off_at is not None:
            raise InvalidError("Sự kiện đang hoãn rồi. Khi có ngày mới, hãy ghi ngày mới.")
        days = (fair.first_day, fair.last_day)
        change = keep_change(session, actor, fair, DateChangeKind.PUT_OFF, days, decision, now=now)
        fair.put_off_at = now
        fair.ics_sequence += 1
        told = tell(session, actor, fair, change, now=now)
        record(session, actor, "fair.put_off", fair, now=now, fair_id=fair.id)
        return told


def _load(session: Session, actor: Actor, fair_id: int, seen_version: int) -> Fair:
    fair = find(session, Fair, Fair.id == fair_id, visible_to(actor, Fair))
    require(actor, Action.EDIT_FAIR, fair)
    check_seen(fair, seen_version)
    if fair.status in {FairStatus.ENDED, FairStatus.CANCELLED}:
        raise InvalidError("Sự kiện đã kết thúc hoặc đã hủy nên không đổi ngày được.")
    return fair


def why_not_undone(actor: Actor, fair: Fair, *, now: datetime) -> str | None:
    """Return why the last change of days cannot be undone; None when it can."""
    require(actor, Action.EDIT_FAIR, fair)
    change = newest_change(reader(), fair.id)
    return _refusal(fair, change, now=now)


def _refusal(fair: Fair, change: FairDateChange | None, *, now: datetime) -> str | None:
    if change is None or change.kind not in CAN_UNDO or not change.before:
        return "Không có lần đổi ngày nào để hoàn tác."
    if fair.status in {FairStatus.ENDED, FairStatus.CANCELLED}:
        return "Sự kiện đã kết thúc hoặc đã hủy."
    if now - change.changed_at > UNDO_WITHIN:
        return "Đã quá 2 ngày từ lần đổi đó. Hãy đổi ngày lần nữa thay vì hoàn tác."
    if change.old_first_day < local_day(now) and change.old_first_day != fair.first_day:
        return f"Ngày khai mạc cũ {vn_date(change.old_first_day)} đã qua."
    return None


def undo_dates(
    actor: Actor, fair_id: int, change_id: int, *, seen_version: int, now: datetime
) -> Undone:
    """Put days, deadlines and windows back as they stood before the last change, once.

    Mails about it that still wait are taken back; who had been told already is told of the old
    days; confirmations that it undid hold again. The history keeps both lines.

    Raises:
        InvalidError: it is not the last change, was undone, or its old days are past.
        ConflictError: somebody else changed the fair since the page was shown.
    """
    with transaction() as session:
        fair = _load(session, actor, fair_id, seen_version)
        change = newest_change(session, fair.id)
        refusal = _refusal(fair, change, now=now)
        if refusal is not None:
            raise InvalidError(refusal)
        if change is None or change.id != change_id:
            raise ConflictError
        days = (change.old_first_day, change.old_last_day)
        decision = Decision(f"Giữ ngày cũ. {change.reason}"[:400], change.decided_by)
        undone = keep_change(session, actor, fair, DateChangeKind.UNDONE, days, decision, now=now)
        change.undone_at = now
        restore(session, fair, change.before)
        fair.ics_sequence += 1
        result = _take_back(session, actor, fair, change, undone, now=now)
        record(session, actor, "fair.dates_undone", fair, now=now, fair_id=fair.id)
        return result


def _take_back(
    session: Session,
    actor: Actor,
    fair: Fair,
    change: FairDateChange,
    undone: FairDateChange,
    *,
    now: datetime,
) -> Undone:
    cancelled, heard = take_back(session, fair, change)
    heard |= _came_since(session, fair, change)
    confirmed = _confirm_again(session, actor, fair, change, now=now)
    for application in live_applications(session, fair):
        renew_certificates(application, fair.last_day)
    told = tell(session, actor, fair, undone, now=now, only=heard)
    return Undone(taken_back=cancelled, told=told.told, confirmed=confirmed)


def _came_since(session: Session, fair: Fair, change: FairDateChange) -> set[int | None]:
    """Return who was invited or applied after the change, and so knows the new days only."""
    return {
        *session.scalars(
            select(Invitation.exhibitor_id).where(
                Invitation.fair_id == fair.id, Invitation.created_at > change.changed_at
            )
        ),
        *session.scalars(
            select(Application.exhibitor_id).where(
                Application.fair_id == fair.id, Application.created_at > change.changed_at
            )
        ),
    }


def _confirm_again(
    session: Session, actor: Actor, fair: Fair, change: FairDateChange, *, now: datetime
) -> int:
    """Let the confirmations hold that the change took away, where nothing happened since."""
    asked = [row for row in _asked(session, fair, change) if row.state is State.ALLOCATED]
    for application in asked:
        application.confirmed_at = now
        advance(session, application, Event.CONFIRM, actor=actor, now=now, mails=())
    return len(asked)


def _asked(session: Session, fair: Fair, change: FairDateChange) -> Sequence[Application]:
    asked = select(ApplicationEvent.application_id).where(
        ApplicationEvent.event == Event.RESCHEDULE, ApplicationEvent.at >= change.changed_at
    )
    return session.scalars(
        select(Application).where(Application.fair_id == fair.id, Application.id.in_(asked))
    ).all()
