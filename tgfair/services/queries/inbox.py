"""What a subject was told: each notice once, whatever way it went; and its whole story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from tgfair import clock
from tgfair.mail.catalog import KINDS
from tgfair.models.delivery import DeliveryEvent
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.outbox import Message, MessageState
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.queries.messages import Preview, preview_of
from tgfair.services.uow import find, reader

PAGE_SIZE = 50
# About signing in: nothing to keep.
HIDDEN = ("sign_in", "confirm_code", "staff_setup", "campaign_test")
OUT = (MessageState.LEASED, MessageState.SENT, MessageState.FAILED, MessageState.DEAD)


@dataclass(frozen=True)
class Story:
    """A message of a subject with what happened to it, for officers."""

    message: Message
    label: str
    events: Sequence[DeliveryEvent]


def is_mine(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that leaves the notices which the actor's subjects were told.

    A line on the call list that stands for a mail which did not arrive is the same notice.
    """
    due = and_(Message.state == MessageState.QUEUED, Message.next_attempt_at <= clock.real_now())
    tests = [
        Message.exhibitor_id.in_(actor.exhibitor_ids),
        Message.kind.not_in(HIDDEN),
        Message.dedupe_key.not_like("%:call"),
        or_(Message.state.in_(OUT), due),
    ]
    if actor.invitation_id is not None and not actor.owns | actor.staffs:
        tests.append(Message.fair_id == actor.invited_fair_id)
    return and_(*tests)


def inbox(actor: Actor) -> Sequence[Message]:
    """Return the newest notices of the actor's own subjects."""
    return (
        reader()
        .scalars(
            select(Message)
            .where(is_mine(actor))
            .options(
                joinedload(Message.fair),
                joinedload(Message.exhibitor),
                joinedload(Message.campaign),
            )
            .order_by(Message.id.desc())
            .limit(PAGE_SIZE)
        )
        .all()
    )


def unread_count(actor: Actor) -> int:
    """Return how many notices nobody of the subject has opened."""
    if not actor.exhibitor_ids:
        return 0
    statement = select(func.count()).select_from(Message)
    return reader().scalar(statement.where(is_mine(actor), Message.read_at.is_(None))) or 0


def notice(actor: Actor, message_id: str) -> Preview:
    """Return one notice as it was sent.

    Raises:
        NotFoundError: it is not one of the actor's subjects.
    """
    message = find(reader(), Message, Message.message_id == message_id, is_mine(actor))
    return preview_of(message, now=clock.real_now())


def stories(actor: Actor, exhibitor_id: str, *, limit: int = 200) -> tuple[Exhibitor, list[Story]]:
    """Return a subject and all it was told at every fair, the newest first.

    Raises:
        NotFoundError: there is no such subject.
    """
    exhibitor = find(
        reader(), Exhibitor, Exhibitor.public_id == exhibitor_id, visible_to(actor, Exhibitor)
    )
    require(actor, Action.EDIT_EXHIBITOR, exhibitor)
    rows = (
        reader()
        .scalars(
            select(Message)
            .where(
                Message.exhibitor_id == exhibitor.id,
                Message.kind.not_in(HIDDEN),
                visible_to(actor, Message),
            )
            .options(joinedload(Message.fair))
            .order_by(Message.id.desc())
            .limit(limit)
        )
        .all()
    )
    events: dict[int, list[DeliveryEvent]] = {}
    for event in reader().scalars(
        select(DeliveryEvent)
        .where(DeliveryEvent.message_id.in_([row.id for row in rows]))
        .order_by(DeliveryEvent.id)
    ):
        events.setdefault(event.message_id, []).append(event)
    return exhibitor, [Story(row, KINDS[row.kind].label, events.get(row.id, [])) for row in rows]
