"""The waiting list as people use it: enter, leave, change the order with a reason, answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError, InvalidError, NotFoundError
from tgfair.core.vietnamese import check_text
from tgfair.core.workflow import ACCEPTED, STATE_LABELS, Event, State
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentState
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair
from tgfair.models.waitlist import (
    Offer,
    OfferState,
    WaitlistEntry,
    WaitSource,
    WaitState,
)
from tgfair.policy import SYSTEM, Action, Actor, can, require, visible_to
from tgfair.services.attendance import issue_to_named
from tgfair.services.audit import record
from tgfair.services.notifications import notify_application
from tgfair.services.places import lock_places
from tgfair.services.taken_places import publish_taken
from tgfair.services.transitions import advance
from tgfair.services.uow import find, reader, transaction
from tgfair.services.waiting import (
    close_offer,
    end_waiting,
    enter,
    open_offer,
    standing,
    waiting_entry,
)
from tgfair.services.waitlist_rounds import entries_in_order

MAY_WAIT = ACCEPTED | {State.WAITLISTED}
MAX_REASON = 300


class OfferOverError(ConflictError):
    """There is no offer to answer any more."""

    code = "offer_over"

    def message(self) -> str:
        """Say what can be done."""
        return (
            "Lời mời đã hết hạn hoặc đã được rút lại. Cơ sở có thể vào lại danh sách chờ, "
            "hoặc gọi Ban Tổ chức."
        )


def enter_waitlist(
    actor: Actor, code: str, *, now: datetime, fair_id: int | None = None, reason: str | None = None
) -> int:
    """Put an application at the end of the list and return its place in line.

    Who is in it already keeps the place. A reason is kept for an entry by the organisers.

    Raises:
        InvalidError: it is not approved, or has as many booths as it asked for.
        NotFoundError: missing, foreign, or of another fair than `fair_id`.
    """
    with transaction() as session:
        application = _application(session, actor, code)
        if fair_id not in {None, application.fair_id}:
            raise NotFoundError
        if application.state not in MAY_WAIT:
            raise InvalidError(
                f"Hồ sơ {code} đang “{STATE_LABELS[application.state]}” "
                "nên chưa vào danh sách chờ được."
            )
        if standing(session, application.id) >= application.booths_wanted:
            raise InvalidError(f"Hồ sơ {code} đã có đủ gian như đã đăng ký.")
        by_hand = can(actor, Action.ASSIGN_BOOTHS, application)
        source = WaitSource.HAND if by_hand else WaitSource.REQUEST
        entry = enter(
            session,
            actor,
            application,
            source=source,
            now=now,
            reason=check_text(reason or "", field="reason")[:MAX_REASON] or None,
        )
        record(session, actor, "waitlist.entered", application, now=now, source=source)
        order = [one.id for one in entries_in_order(session, application.fair_id)]
        return order.index(entry.id) + 1


def leave_waitlist(actor: Actor, code: str, *, now: datetime) -> None:
    """Take an application off the list; an open offer ends with it.

    Raises:
        InvalidError: it does not wait.
    """
    with transaction() as session:
        application = _application(session, actor, code)
        if waiting_entry(session, application.id) is None:
            raise InvalidError(f"Hồ sơ {code} không ở trong danh sách chờ.")
        end_waiting(session, application.id, WaitState.LEFT, now=now)
        record(session, actor, "waitlist.left", application, now=now)


def _application(session: Session, actor: Actor, code: str) -> Application:
    """Load what the actor may act for, under the lock of its fair's places."""
    seen = find(session, Application, Application.code == code, visible_to(actor, Application))
    require(actor, Action.PICK_BOOTH, seen)
    lock_places(session, seen.fair_id)
    session.refresh(seen)
    return seen


def accept_offer(actor: Actor, code: str, *, now: datetime) -> list[str]:
    """Take the offered booths and return their labels; badges follow when they are published.

    A press sent twice takes them once.

    Raises:
        OfferOverError: the offer ran out, was withdrawn or answered.
        NotFoundError: missing or foreign.
    """
    with transaction() as session:
        application = _application(session, actor, code)
        accepted = _accepted(session, application)
        if accepted:
            return accepted
        offer = _offer(session, application, now=now)
        labels = _take(session, offer, now=now)
        offer.entry.state = WaitState.PLACED
        offer.entry.left_at = now
        if application.state is State.WAITLISTED:
            note = "Nhận gian từ danh sách chờ."
            advance(
                session, application, Event.APPROVE, actor=SYSTEM, now=now, reason=note, mails=()
            )
        record(session, actor, "waitlist.accepted", application, now=now, booths=labels)
        if not publish_taken(session, actor, application, now=now):
            picked = ", ".join(labels)
            dedupe = f"offer:{offer.id}"
            notify_application(
                session, "booth_picked", application, dedupe=dedupe, now=now, picked=picked
            )
        confirmed = application.state is State.CONFIRMED
    if confirmed:
        issue_to_named(actor, code, now=now)
    return labels


def _offer(session: Session, application: Application, *, now: datetime) -> Offer:
    offer = open_offer(session, application.id)
    if offer is None or offer.until <= now or application.state not in MAY_WAIT:
        raise OfferOverError
    return offer


def _accepted(session: Session, application: Application) -> list[str]:
    """Return the booths of the newest offer, where it was accepted and they still stand."""
    newest = (
        select(Offer.id)
        .join(WaitlistEntry)
        .where(WaitlistEntry.application_id == application.id)
        .order_by(Offer.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    booths = (
        select(Booth.label)
        .join(Assignment)
        .where(Assignment.offer_id == newest, Assignment.state == AssignmentState.LIVE)
        .order_by(Booth.label)
    )
    return list(session.scalars(booths))


def _take(session: Session, offer: Offer, *, now: datetime) -> list[str]:
    offer.state = OfferState.ACCEPTED
    offer.answered_at = now
    session.flush()
    held = (Assignment.offer_id == offer.id, Assignment.state == AssignmentState.HELD)
    labels = list(
        session.scalars(select(Booth.label).join(Assignment).where(*held).order_by(Booth.label))
    )
    session.execute(
        update(Assignment).where(*held).values(state=AssignmentState.LIVE, held_until=None)
    )
    return labels


def decline_offer(actor: Actor, code: str, *, keep_waiting: bool, now: datetime) -> None:
    """Turn the offered booths down, and keep waiting for others or leave the list.

    Raises:
        OfferOverError: the offer ran out, was withdrawn or answered.
        NotFoundError: missing or foreign.
    """
    with transaction() as session:
        application = _application(session, actor, code)
        offer = _offer(session, application, now=now)
        close_offer(session, offer, OfferState.DECLINED, now=now)
        if not keep_waiting:
            end_waiting(session, application.id, WaitState.LEFT, now=now)
        record(session, actor, "waitlist.declined", application, now=now, keeps=keep_waiting)


def withdraw_offer(actor: Actor, fair_id: int, code: str, *, reason: str, now: datetime) -> None:
    """Take an open offer back and tell why; the entry keeps its place, and may be asked again.

    Raises:
        InvalidError: no reason.
        OfferOverError: there is none.
    """
    words = check_text(reason, field="reason")[:MAX_REASON]
    if not words:
        raise InvalidError("Hãy ghi lý do rút lời mời.", field="reason")
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.ASSIGN_BOOTHS, fair)
        lock_places(session, fair.id)
        application = find(
            session, Application, Application.fair_id == fair.id, Application.code == code
        )
        require(actor, Action.ASSIGN_BOOTHS, application)  # not of a subject of one's own
        offer = open_offer(session, application.id)
        if offer is None:
            raise OfferOverError
        close_offer(session, offer, OfferState.WITHDRAWN, now=now)
        notify_application(
            session,
            "offer_called_back",
            application,
            dedupe=f"offer:{offer.id}",
            now=now,
            reason=words,
        )
        record(session, actor, "waitlist.offer_withdrawn", application, now=now, reason=words)


def place_in_line(actor: Actor, code: str) -> int | None:
    """Return the place of an application in its fair's list, or None when it does not wait.

    Raises:
        NotFoundError: missing or foreign.
    """
    session = reader()
    application = find(
        session, Application, Application.code == code, visible_to(actor, Application)
    )
    order = session.scalars(
        select(WaitlistEntry.application_id)
        .where(
            WaitlistEntry.fair_id == application.fair_id,
            WaitlistEntry.state == WaitState.WAITING,
        )
        .order_by(WaitlistEntry.rank, WaitlistEntry.id)
    ).all()
    return order.index(application.id) + 1 if application.id in order else None
