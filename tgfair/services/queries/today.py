"""What waits for somebody: per fair, and in the coming week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select

from tgfair.core.deadline import minute_of
from tgfair.core.timetable import LABELS
from tgfair.core.workflow import State
from tgfair.models.application import Application
from tgfair.models.assignment import OCCUPYING, Assignment, BoothShare
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair, FairStatus
from tgfair.models.job import Job, JobState
from tgfair.models.outbox import Message, MessageState
from tgfair.policy import Action, Actor, can, visible_to
from tgfair.services.fair_timetable import local_day, timetable_of
from tgfair.services.queries.messages import HEAPS, SUBJECTS, TO_CALL, Tab
from tgfair.services.uow import reader

WEEK = timedelta(days=7)
# Booths not confirmed are a worry this long before the deadline, and after it.
NEAR = timedelta(days=3)


class Need(StrEnum):
    """A kind of work that waits."""

    REVIEW = "review"
    OVERDUE = "overdue"
    PLACE = "place"
    UNCONFIRMED = "unconfirmed"
    PROPOSALS = "proposals"
    DEAD = "dead"
    CALLS = "calls"
    CLOSE = "close"


# Who is shown a need: whoever may do something about it.
ASKS: dict[Need, Action] = {
    Need.REVIEW: Action.REVIEW_APPLICATION,
    Need.OVERDUE: Action.REVIEW_APPLICATION,
    Need.PLACE: Action.ASSIGN_BOOTHS,
    Need.UNCONFIRMED: Action.ASSIGN_BOOTHS,
    Need.PROPOSALS: Action.SEND_MESSAGES,
    Need.DEAD: Action.SEND_MESSAGES,
    Need.CALLS: Action.SEND_MESSAGES,
    Need.CLOSE: Action.EDIT_FAIR,
}


@dataclass(frozen=True)
class FairWork:
    """A fair with what waits there, most pressing first; nothing waits when `needs` is empty."""

    fair: Fair
    needs: tuple[tuple[Need, int], ...]


@dataclass(frozen=True)
class Deadline:
    """A step of a fair's timetable in the coming days."""

    day: date
    label: str
    fair: Fair


def work_of(actor: Actor, fairs: Sequence[Fair], *, now: datetime) -> list[FairWork]:
    """Return what waits at these fairs, counted with the same few queries however many they are."""
    counts = _counts([fair.id for fair in fairs], now)
    near = {
        fair.id
        for fair in fairs
        if fair.confirm_until is not None and now > fair.confirm_until - NEAR
    }
    work = []
    for fair in fairs:
        if fair.last_day < local_day(now) and fair.status is FairStatus.OPEN:
            closing = ((Need.CLOSE, 1),) if can(actor, ASKS[Need.CLOSE], fair) else ()
            work.append(FairWork(fair, closing))
            continue
        needs = tuple(
            (need, count)
            for need in Need
            if (count := counts.get(need, {}).get(fair.id, 0))
            and can(actor, ASKS[need], fair)
            and (need is not Need.UNCONFIRMED or fair.id in near)
        )
        work.append(FairWork(fair, needs))
    return work


def _counts(fair_ids: list[int], now: datetime) -> dict[Need, Mapping[int, int]]:
    placed = select(Assignment.application_id).where(Assignment.state.in_(OCCUPYING))
    return {
        Need.REVIEW: _applications(fair_ids, Application.state == State.SUBMITTED),
        Need.OVERDUE: _applications(
            fair_ids,
            Application.state == State.CHANGES_REQUESTED,
            Application.fix_until < minute_of(now),
        ),
        Need.PLACE: _applications(
            fair_ids,
            Application.state == State.APPROVED,
            Application.id.not_in(placed),
            Application.id.not_in(select(BoothShare.application_id)),
        ),
        Need.UNCONFIRMED: _applications(fair_ids, Application.state == State.ALLOCATED),
        Need.PROPOSALS: _messages(fair_ids, HEAPS[Tab.PROPOSED]),
        Need.DEAD: _messages(fair_ids, Message.state == MessageState.DEAD),
        Need.CALLS: _messages(fair_ids, TO_CALL, count=SUBJECTS),
    }


def _applications(fair_ids: list[int], *criteria: ColumnElement[bool]) -> Mapping[int, int]:
    statement = (
        select(Application.fair_id, func.count())
        .where(Application.fair_id.in_(fair_ids), *criteria)
        .group_by(Application.fair_id)
    )
    return {row[0]: row[1] for row in reader().execute(statement)}


def _messages(
    fair_ids: list[int],
    *criteria: ColumnElement[bool],
    count: ColumnElement[int] = func.count(),  # noqa: B008 -- a part of SQL, never changed
) -> Mapping[int, int]:
    statement = (
        select(Message.fair_id, count)
        .where(Message.fair_id.in_(fair_ids), *criteria)
        .group_by(Message.fair_id)
    )
    return {row[0] or 0: row[1] for row in reader().execute(statement)}


def deadlines(fairs: Iterable[Fair], *, now: datetime, within: timedelta = WEEK) -> list[Deadline]:
    """Return the steps of these fairs from today on, the nearest first."""
    today = local_day(now)
    found = []
    for fair in fairs:
        if fair.status in {FairStatus.CANCELLED, FairStatus.ENDED}:
            continue
        timetable = timetable_of(fair)
        for step, label in LABELS.items():
            day = getattr(timetable, step)
            if day is not None and today <= day <= today + within:
                found.append(Deadline(day, label, fair))
    return sorted(found, key=lambda one: (one.day, one.fair.id))


def running_jobs(actor: Actor) -> Sequence[Job]:
    """Return the jobs under way that the actor may see, the newest first."""
    statement = (
        select(Job)
        .where(visible_to(actor, Job), Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
        .order_by(Job.id.desc())
        .limit(10)
    )
    return reader().scalars(statement).all()


def register_is_empty() -> bool:
    """Return whether no exhibitor was imported or written down yet."""
    return reader().scalar(select(Exhibitor.id).limit(1)) is None
