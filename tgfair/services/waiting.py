"""Entries of the waiting list and their offers, within the caller's transaction.

The caller has taken `places.lock_places`: an offer and the booths that it keeps change together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentState
from tgfair.models.waitlist import Offer, OfferState, WaitlistEntry, WaitSource, WaitState
from tgfair.policy import Actor

# Why the booths of an offer became free again, kept with their assignments.
ENDED = {
    OfferState.DECLINED: "Cơ sở không nhận gian được mời",
    OfferState.EXPIRED: "Hết hạn trả lời lời mời",
    OfferState.WITHDRAWN: "Lời mời được rút lại",
}


def waiting_entry(session: Session, application_id: int) -> WaitlistEntry | None:
    """Return the application's entry that still waits, or None."""
    return session.scalars(
        select(WaitlistEntry).where(
            WaitlistEntry.application_id == application_id,
            WaitlistEntry.state == WaitState.WAITING,
        )
    ).one_or_none()


def open_offer(session: Session, application_id: int) -> Offer | None:
    """Return the offer that waits for the application's answer, or None."""
    return session.scalars(
        select(Offer)
        .join(WaitlistEntry)
        .where(WaitlistEntry.application_id == application_id, Offer.state == OfferState.OFFERED)
    ).one_or_none()


def enter(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    source: WaitSource,
    now: datetime,
    units: int | None = None,
    zones: Sequence[str] | None = None,
    reason: str | None = None,
) -> WaitlistEntry:
    """Put an application at the end of its fair's list; who waits already keeps the place.

    Without `units` and `zones` it waits for the booths it lacks, in the zones it wished for.
    """
    known = waiting_entry(session, application.id)
    if known is not None:
        return known
    last = select(func.max(WaitlistEntry.rank)).where(WaitlistEntry.fair_id == application.fair_id)
    lacks = application.booths_wanted - standing(session, application.id)
    entry = WaitlistEntry(
        fair_id=application.fair_id,
        application_id=application.id,
        source=source,
        rank=(session.scalar(last) or 0) + 1,
        units=max(1, lacks if units is None else units),
        zones=list(application.wishes if zones is None else zones),
        reason=reason,
        entered_at=now,
        entered_by_id=actor.user_id,
    )
    session.add(entry)
    session.flush()
    return entry


def standing(session: Session, application_id: int) -> int:
    """Return at how many booths an application stands, holds not counted."""
    count = select(func.count()).where(
        Assignment.application_id == application_id, Assignment.state == AssignmentState.LIVE
    )
    return session.scalar(count) or 0


def settle(session: Session, application: Application, *, now: datetime) -> None:
    """End the waiting of an application that stands at as many booths as it asked for."""
    if standing(session, application.id) < application.booths_wanted:
        return
    end_waiting(session, application.id, WaitState.PLACED, now=now)


def end_waiting(session: Session, application_id: int, state: WaitState, *, now: datetime) -> None:
    """Take an application off the list; an open offer is withdrawn and its booths are free."""
    offer = open_offer(session, application_id)
    if offer is not None:
        close_offer(session, offer, OfferState.WITHDRAWN, now=now)
    entry = waiting_entry(session, application_id)
    if entry is not None:
        entry.state = state
        entry.left_at = now
    session.flush()


def close_offer(session: Session, offer: Offer, state: OfferState, *, now: datetime) -> None:
    """End an offer that was not accepted, and free its booths."""
    offer.state = state
    offer.answered_at = now
    session.flush()
    session.execute(
        update(Assignment)
        .where(Assignment.offer_id == offer.id, Assignment.state == AssignmentState.HELD)
        .values(state=AssignmentState.RELEASED, released_at=now, release_reason=ENDED[state])
    )
