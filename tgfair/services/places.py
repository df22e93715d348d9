"""Who stands where: look, take and free places at booths, within the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, not_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError
from tgfair.models.application import Application
from tgfair.models.assignment import (
    OCCUPYING,
    Assignment,
    AssignmentSource,
    AssignmentState,
    BoothShare,
)
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair
from tgfair.models.waitlist import Offer, OfferState, WaitState
from tgfair.services import waiting
from tgfair.services.draw_freeze import refuse_drawn, refuse_frozen
from tgfair.services.slot_places import give_back_all
from tgfair.services.uow import find

MAX_RELEASE_REASON = 300
HOLD_OVER = "Hết giờ giữ gian"


class BoothTakenError(ConflictError):
    """Somebody holds the booth."""

    code = "booth_taken"

    def __init__(self, booth: str, holder: str = "") -> None:
        super().__init__(booth)
        self.booth = booth
        self.holder = holder

    def message(self) -> str:
        """Name the booth and its holder."""
        who = f" của {self.holder}" if self.holder else " của người khác"
        return f"Gian {self.booth} vừa là{who}. Hãy chọn gian khác."


def lock_places(session: Session, fair_id: int) -> None:
    """Let acts that give or free places at a fair wait for each other, until the commit.

    Each looks at who stands where, and whether an application is still in the fair, before it
    writes: a booth must not go to somebody who withdraws at that moment. Everything else about
    the fair goes on. SQLite has one writer anyway.
    """
    session.execute(select(Fair.id).where(Fair.id == fair_id).with_for_update(key_share=True))


def is_over(now: datetime) -> ColumnElement[bool]:
    """Return the clause that finds holds whose time is over: their booths count as free.

    Booths kept by an offer are not among them: ending an offer also ends the turn of its entry.
    """
    return and_(
        Assignment.state == AssignmentState.HELD,
        Assignment.source == AssignmentSource.HOLD,
        # So that "not over" is true, not unknown, of what has no end.
        Assignment.held_until.is_not(None),
        Assignment.held_until <= now,
    )


def end_holds(session: Session, *criteria: ColumnElement[bool], now: datetime) -> int:
    """Release the holds whose time is over among those that match; return how many."""
    result = session.execute(
        update(Assignment)
        .where(is_over(now), *criteria)
        .values(state=AssignmentState.RELEASED, released_at=now, release_reason=HOLD_OVER)
    )
    return int(getattr(result, "rowcount", 0))


def occupant(
    session: Session, fair_id: int, label: str, *, now: datetime | None = None
) -> Assignment | None:
    """Return the held or live assignment of a booth, or None when it is free.

    With `now`, a hold whose time is over does not count.
    """
    return session.scalars(
        select(Assignment)
        .join(Booth)
        .where(
            Booth.fair_id == fair_id,
            Booth.label == label,
            Assignment.state.in_(OCCUPYING),
            *([] if now is None else [not_(is_over(now))]),
        )
    ).one_or_none()


def place(
    session: Session,
    booth: Booth,
    application: Application,
    *,
    source: AssignmentSource,
    created_by_id: int | None,
    now: datetime,
    run_id: int | None = None,
) -> None:
    """Let an application stand at a free booth; when it waited for one, it waits no more.

    `run_id` names the plan that gave it.

    Raises:
        BoothTakenError: the database knows of another holder.
        FrozenForDrawError: the booth or the application waits for a public draw.
    """
    refuse_frozen(session, booth, application)
    end_holds(session, Assignment.booth_id == booth.id, now=now)
    session.add(
        Assignment(
            fair_id=booth.fair_id,
            booth_id=booth.id,
            application_id=application.id,
            source=source,
            run_id=run_id,
            state=AssignmentState.LIVE,
            created_at=now,
            created_by_id=created_by_id,
        )
    )
    flush_or_taken(session, booth.label)
    waiting.settle(session, application, now=now)


def share(
    session: Session,
    holder: Assignment,
    booth: Booth,
    application: Application,
    *,
    now: datetime,
) -> None:
    """Let an application stand beside the holder of a table.

    Raises:
        BoothTakenError: it is the holder, somebody shares already, or the table is only kept.
        FrozenForDrawError: the table or the application waits for a public draw.
    """
    refuse_frozen(session, booth, application)
    if holder.application_id == application.id or holder.state is not AssignmentState.LIVE:
        raise BoothTakenError(booth.label, holder.application.exhibitor.name)
    session.add(BoothShare(assignment_id=holder.id, application_id=application.id, created_at=now))
    flush_or_taken(session, booth.label)


def flush_or_taken(session: Session, label: str) -> None:
    """Write, and name the booth when the database refuses a second holder."""
    try:
        session.flush()
    except IntegrityError as error:
        raise BoothTakenError(label) from error


def free_place(
    session: Session,
    booth: Booth,
    application: Application,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Release an application's place at a booth, within the caller's transaction.

    Who shared the table with its holder becomes the holder.

    Raises:
        NotFoundError: the application does not stand there.
    """
    half = session.scalars(
        select(BoothShare)
        .join(Assignment)
        .where(
            Assignment.booth_id == booth.id,
            Assignment.state.in_(OCCUPYING),
            BoothShare.application_id == application.id,
        )
    ).one_or_none()
    if half is not None:
        session.delete(half)
        session.flush()
        return
    assignment = find(
        session,
        Assignment,
        Assignment.booth_id == booth.id,
        Assignment.application_id == application.id,
        Assignment.state.in_(OCCUPYING),
    )
    end_place(session, assignment, reason=reason, now=now)


def end_place(
    session: Session,
    assignment: Assignment,
    *,
    reason: str | None,
    now: datetime,
    agreed: bool = False,
) -> None:
    """Release a held or live assignment; with a booth that an offer keeps, the offer ends.

    `agreed`: two people want it so, or its holder leaves the fair.

    Raises:
        DrawnBoothError: the booth was drawn in public, and nobody agreed.
    """
    if not agreed:
        refuse_drawn(assignment)
    if assignment.state is AssignmentState.HELD and assignment.offer_id is not None:
        offer = session.get_one(Offer, assignment.offer_id)
        waiting.close_offer(session, offer, OfferState.WITHDRAWN, now=now)
        return
    partner = session.scalars(
        select(BoothShare).where(BoothShare.assignment_id == assignment.id)
    ).one_or_none()
    assignment.state = AssignmentState.RELEASED
    assignment.released_at = now
    assignment.release_reason = reason[:MAX_RELEASE_REASON] if reason else None
    session.flush()
    if partner is not None:
        session.delete(partner)
        session.add(
            Assignment(
                fair_id=assignment.fair_id,
                booth_id=assignment.booth_id,
                application_id=partner.application_id,
                source=assignment.source,
                state=AssignmentState.LIVE,
                created_at=now,
            )
        )
        session.flush()


def free_everything(
    session: Session, application: Application, *, reason: str | None, now: datetime
) -> None:
    """Release every booth, share, time window and place in a line of who leaves the fair.

    The caller has taken `lock_places` before it looked at the application.
    """
    give_back_all(session, application, now=now)
    waiting.end_waiting(session, application.id, WaitState.LEFT, now=now)
    for half in session.scalars(
        select(BoothShare).where(BoothShare.application_id == application.id)
    ).all():
        session.delete(half)
    for assignment in session.scalars(
        select(Assignment).where(
            Assignment.application_id == application.id, Assignment.state.in_(OCCUPYING)
        )
    ).all():
        end_place(session, assignment, reason=reason, now=now, agreed=True)
