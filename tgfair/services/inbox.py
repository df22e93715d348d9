"""Opening the notices of one's own subject."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tgfair.models.outbox import Message
from tgfair.policy import Action, Actor, require
from tgfair.services.queries.inbox import is_mine
from tgfair.services.uow import transaction


def mark_read(actor: Actor, message_id: str = "", *, now: datetime) -> int:
    """Note that these notices were read, one or (without an id) all; return how many were new."""
    with transaction() as session:
        statement = select(Message).where(is_mine(actor), Message.read_at.is_(None))
        if message_id:
            statement = statement.where(Message.message_id == message_id)
        rows = session.scalars(statement).all()
        for row in rows:
            require(actor, Action.VIEW_EXHIBITOR, row.exhibitor)
            row.read_at = now
        return len(rows)
