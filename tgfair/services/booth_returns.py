"""Booths of those who did not answer in time, or did not come: taken back for who waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from tgfair.clock import day_in_vietnam
from tgfair.core.deadline import is_over
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import Event, State
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentState, BoothShare
from tgfair.models.badge import Badge
from tgfair.models.fair import Fair
from tgfair.models.gate import Scan
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.booth_answers import answer_deadlines
from tgfair.services.places import end_place, lock_places
from tgfair.services.publications import SEES_BOOTH, concerned_places, freeze
from tgfair.services.transitions import advance
from tgfair.services.uow import find, reader, transaction
from tgfair.services.waitlist_rounds import serve


class Absence(StrEnum):
    """Why a booth is taken back."""

    UNCONFIRMED = "unconfirmed"
    NO_SHOW = "no_show"


REASONS = {
    Absence.UNCONFIRMED: "Quá hạn xác nhận mà chưa có trả lời.",
    Absence.NO_SHOW: "Đã khai mạc mà cơ sở chưa đến nhận gian.",
}


def absent(actor: Actor, fair: Fair, *, now: datetime) -> list[tuple[Application, Absence]]:
    """Return who has a published booth and did not confirm it in time, or has not come yet."""
    require(actor, Action.ASSIGN_BOOTHS, fair)
    session = reader()
    rows = _not_seen(session, fair)
    until = answer_deadlines(session, rows)
    found = [(one, _absence(one, until[one.id], now)) for one in rows]
    return [(one, absence) for one, absence in found if absence is not None]


def _not_seen(session: Session, fair: Fair) -> Sequence[Application]:
    """Return who was told of a booth and of whom no badge passed a gate."""
    came = exists().where(Badge.application_id == Application.id, Scan.badge_id == Badge.id)
    return session.scalars(
        select(Application)
        .where(Application.fair_id == fair.id, Application.state.in_(SEES_BOOTH), ~came)
        .options(joinedload(Application.exhibitor), joinedload(Application.fair))
        .order_by(Application.code)
    ).all()


def _absence(application: Application, until: datetime | None, now: datetime) -> Absence | None:
    fair = application.fair
    if fair.first_day <= day_in_vietnam(now) and now >= fair.opens_at:
        return Absence.NO_SHOW
    late = until is not None and is_over(until, now)
    return Absence.UNCONFIRMED if late and application.state is State.ALLOCATED else None


def take_back(actor: Actor, fair_id: int, code: str, *, now: datetime) -> list[str]:
    """Release and publish the booths of who did not answer or come, tell them, return the labels.

    While the list is served, the booths are offered to the first in line whom they suit.

    Raises:
        InvalidError: it answered or came meanwhile, or its time is not over.
        NotFoundError: missing, or of another fair.
        OwnSubjectError: it is a subject of one's own.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.ASSIGN_BOOTHS, fair)
        lock_places(session, fair.id)
        application = find(
            session, Application, Application.fair_id == fair.id, Application.code == code
        )
        require(actor, Action.ASSIGN_BOOTHS, application)
        waits = {one.id for one in _not_seen(session, fair)}
        until = answer_deadlines(session, [application])[application.id]
        absence = _absence(application, until, now) if application.id in waits else None
        if absence is None:
            raise InvalidError(
                f"Hồ sơ {code} chưa quá hạn, hoặc vừa xác nhận, vừa đến. Hãy tải lại trang."
            )
        labels = _free(session, application, reason=REASONS[absence], now=now)
        _publish(session, actor, application, reason=REASONS[absence], now=now)
        record(session, actor, "booth.taken_back", application, now=now, booths=labels)
        if fair.offers_on:
            serve(session, actor, fair, now=now)
        return labels


def _publish(
    session: Session, actor: Actor, application: Application, *, reason: str, now: datetime
) -> None:
    application.confirmed_at = None
    advance(
        session, application, Event.RELEASE, actor=actor, now=now, reason=reason, proposed=False
    )
    session.flush()
    # A version of its own: the next one must not give its reason for what this one did.
    places = concerned_places(session, application.fair_id)
    freeze(session, actor, application.fair, places, note=reason, now=now)


def _free(session: Session, application: Application, *, reason: str, now: datetime) -> list[str]:
    for half in session.scalars(
        select(BoothShare).where(BoothShare.application_id == application.id)
    ).all():
        session.delete(half)
    rows = session.scalars(
        select(Assignment)
        .where(
            Assignment.application_id == application.id,
            Assignment.state == AssignmentState.LIVE,
        )
        .order_by(Assignment.id)
    ).all()
    for row in rows:
        end_place(session, row, reason=reason, now=now)
    return sorted(row.booth.label for row in rows)
