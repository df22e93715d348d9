"""One fair at a glance: states, the way from invitation to confirmation, history of its days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from tgfair.core.workflow import ACCEPTED, State
from tgfair.models.application import Application
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair, FairDateChange
from tgfair.models.invitation import Invitation, Rsvp
from tgfair.services.queries.booths import BoothState, live_booths
from tgfair.services.uow import reader


@dataclass(frozen=True)
class Overview:
    """Counts of one fair."""

    states: tuple[tuple[State, int], ...]
    funnel: tuple[tuple[str, int], ...]
    rsvp: tuple[tuple[Rsvp, int], ...]
    guests: int
    booths: tuple[tuple[BoothState, int], ...]
    changes: Sequence[FairDateChange]


def overview(fair: Fair) -> Overview:
    """Return the counts of a fair that the caller has loaded for staff."""
    session = reader()
    states = _states(fair)
    changes = session.scalars(
        select(FairDateChange)
        .where(FairDateChange.fair_id == fair.id)
        .order_by(FairDateChange.id.desc())
    ).all()
    return Overview(
        states=tuple((state, states[state]) for state in State if state in states),
        funnel=_funnel(fair, states),
        rsvp=_rsvp(fair),
        guests=session.scalar(
            select(func.coalesce(func.sum(Invitation.headcount), 0)).where(
                Invitation.fair_id == fair.id, Invitation.rsvp != Rsvp.NO
            )
        )
        or 0,
        booths=_booths(fair),
        changes=changes,
    )


def _states(fair: Fair) -> dict[State, int]:
    statement = (
        select(Application.state, func.count())
        .where(Application.fair_id == fair.id)
        .group_by(Application.state)
    )
    return {row[0]: row[1] for row in reader().execute(statement)}


def _funnel(fair: Fair, states: dict[State, int]) -> tuple[tuple[str, int], ...]:
    invited, opened = (
        reader()
        .execute(
            select(func.count(), func.count(Invitation.opened_at)).where(
                Invitation.fair_id == fair.id, Invitation.revoked_at.is_(None)
            )
        )
        .one()
    )
    sent = reader().scalar(
        select(func.count()).where(
            Application.fair_id == fair.id, Application.submitted_at.is_not(None)
        )
    )
    return (
        ("Đã mời", invited),
        ("Đã mở giấy mời", opened),
        ("Đã bắt đầu hồ sơ", sum(states.values())),
        ("Đã gửi hồ sơ", sent or 0),
        ("Được duyệt", sum(states.get(state, 0) for state in ACCEPTED)),
        ("Đã xác nhận", states.get(State.CONFIRMED, 0)),
    )


def _rsvp(fair: Fair) -> tuple[tuple[Rsvp, int], ...]:
    statement = (
        select(Invitation.rsvp, func.count())
        .where(Invitation.fair_id == fair.id, Invitation.rsvp.is_not(None))
        .group_by(Invitation.rsvp)
    )
    counts = {row[0]: row[1] for row in reader().execute(statement)}
    return tuple((answer, counts[answer]) for answer in Rsvp if answer in counts)


def _booths(fair: Fair) -> tuple[tuple[BoothState, int], ...]:
    if reader().scalar(select(Booth.id).where(Booth.fair_id == fair.id).limit(1)) is None:
        return ()
    states = [booth.state for booth in live_booths(fair.id)]
    return tuple((state, states.count(state)) for state in BoothState)
