"""The producer's answer to a published booth: accept it, be reminded to, or need no question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tgfair.clock import day_in_vietnam
from tgfair.core.deadline import is_over, still_ahead
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import Event, State
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentSource, AssignmentState
from tgfair.models.fair import Fair
from tgfair.models.outbox import Message
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.notifications import notify_application
from tgfair.services.transitions import advance
from tgfair.services.uow import find, transaction

# Mails that tell of a booth and ask to accept it.
ASKS = ("booth_assigned", "booth_moved")
# Sources of a booth that its producer took, and need not accept once more.
CHOSEN = frozenset({AssignmentSource.HOLD, AssignmentSource.OFFER})


def confirm_booth(actor: Actor, code: str, *, now: datetime) -> None:
    """Let the producer accept the published booth.

    Raises:
        IllegalMoveError: there is no published booth to accept.
        InvalidError: the deadline is over.
    """
    with transaction() as session:
        application = find(
            session, Application, Application.code == code, visible_to(actor, Application)
        )
        require(actor, Action.CONFIRM_BOOTH, application)
        until = answer_deadlines(session, [application])[application.id]
        late = until is not None and is_over(until, now)
        if late and not actor.is_staff:
            raise InvalidError(
                "Đã hết hạn xác nhận gian. Hãy gọi số hỗ trợ, Ban Tổ chức xem lại cho cơ sở."
            )
        advance(session, application, Event.CONFIRM, actor=actor, now=now)
        application.confirmed_at = now


def answer_deadlines(
    session: Session, applications: Sequence[Application]
) -> dict[int, datetime | None]:
    """Return until when each has to accept its booth, by id: the fair's deadline.

    None where the fair has none, or where the newest booth was published after it.
    """
    ids = [application.id for application in applications]
    asked: dict[int | None, datetime] = {
        row[0]: row[1]
        for row in session.execute(
            select(Message.application_id, func.max(Message.created_at))
            .where(Message.application_id.in_(ids), Message.kind.in_(ASKS))
            .group_by(Message.application_id)
        )
    }
    return {
        one.id: still_ahead(one.fair.confirm_until, asked[one.id])
        if one.id in asked
        else one.fair.confirm_until
        for one in applications
    }


def remind_unconfirmed(actor: Actor, fair_id: int, *, now: datetime) -> tuple[int, int]:
    """Remind those who were told of a booth and have not answered, once a day at most.

    Returns how many by mail and how many have to be called.

    Raises:
        InvalidError: everybody has answered, or was reminded today.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.SEND_MESSAGES, fair)
        waiting = session.scalars(
            select(Application)
            .where(Application.fair_id == fair.id, Application.state == State.ALLOCATED)
            .order_by(Application.id)
        ).all()
        cause = f"confirm:{day_in_vietnam(now).isoformat()}"
        sent = [
            message
            for application in waiting
            if (
                message := notify_application(
                    session, "confirm_reminder", application, dedupe=cause, now=now
                )
            )
        ]
        if not sent:
            raise InvalidError("Không còn ai để nhắc: đã xác nhận, hoặc đã nhắc trong hôm nay.")
        record(
            session, actor, "fair.confirm_reminded", fair, now=now, fair_id=fair.id, count=len(sent)
        )
        mailed = sum(message.email is not None for message in sent)
        return mailed, len(sent) - mailed


def chose_themselves(session: Session, application_id: int) -> bool:
    """Return whether an application stands only where its producer picked or accepted a booth."""
    sources = session.scalars(
        select(Assignment.source).where(
            Assignment.application_id == application_id, Assignment.state == AssignmentState.LIVE
        )
    ).all()
    return bool(sources) and {*sources} <= CHOSEN


def confirm_chosen(
    session: Session, actor: Actor, application: Application, *, now: datetime
) -> None:
    """Confirm for who took the booth themselves: they are not asked a second time."""
    advance(session, application, Event.CONFIRM, actor=actor, now=now)
    application.confirmed_at = now
