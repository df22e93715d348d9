"""What the mails of the bulletin say, read afresh at delivery."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.models.bulletin import (
    AnswerState,
    Bulletin,
    BulletinAnswer,
    BulletinState,
)
from tgfair.models.outbox import Message
from tgfair.services.links import base_url


def bulletin_url(item: Bulletin) -> str:
    """Return the address of an item's page."""
    return f"{base_url()}/tin/{item.public_id}"


def news_context(session: Session, message: Message) -> dict[str, Any]:
    """Return the items of a digest that are still announced."""
    ids = [one for one in message.params.get("items", []) if isinstance(one, int)]
    items = session.scalars(
        select(Bulletin)
        .where(Bulletin.id.in_(ids), Bulletin.state == BulletinState.PUBLISHED)
        .order_by(Bulletin.first_day, Bulletin.id)
    ).all()
    return {
        "items": [(item, bulletin_url(item)) for item in items],
        "url": f"{base_url()}/tin/",
    }


def place_context(session: Session, message: Message) -> dict[str, Any]:
    """Return how an answer stands; `standing` is placed, waiting, interested, gone or off."""
    answer = session.get_one(BulletinAnswer, message.params["answer_id"])
    item = answer.bulletin
    standing = str(answer.state)
    if answer.state is AnswerState.WITHDRAWN:
        standing = "gone"
    if item.state is BulletinState.WITHDRAWN:
        standing = "off"
    return {"item": item, "standing": standing, "url": bulletin_url(item)}
