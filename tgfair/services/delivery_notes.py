"""Lines of a message's story, written in the transaction of what they tell."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from tgfair.models.base import table_of
from tgfair.models.delivery import DeliveryEvent
from tgfair.models.outbox import Message
from tgfair.policy import SYSTEM, Actor

ADD = insert(table_of(DeliveryEvent))


def note(
    session: Session,
    message: Message,
    outcome: str,
    text: str = "",
    *,
    now: datetime,
    actor: Actor = SYSTEM,
) -> None:
    """Add one line: what happened to the message on the channel it is on."""
    session.connection().execute(
        ADD,
        {
            "message_id": message.id,
            "at": now,
            "channel": message.channel,
            "outcome": outcome,
            "text": text[:400],
            "actor_label": "" if actor.system else actor.label,
        },
    )
