"""Queue a message in the transaction of its cause; the caller passes the session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, make_transient_to_detached

from tgfair import clock
from tgfair.database import connection_of
from tgfair.mail.catalog import KINDS
from tgfair.models.application import Application
from tgfair.models.base import table_of
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.outbox import Channel, Message, MessageState

# An address is a name too, until its holder has another.
MAX_NAME = 200

TABLE = table_of(Message)
# A cause that was told of already, in this transaction or before, adds nothing.
ADD = {
    "sqlite": sqlite.insert(TABLE)
    .on_conflict_do_nothing(index_elements=["dedupe_key"])
    .returning(TABLE.c.id),
    "postgresql": postgresql.insert(TABLE)
    .on_conflict_do_nothing(index_elements=["dedupe_key"])
    .returning(TABLE.c.id),
}


@dataclass(frozen=True)
class Recipient:
    """Who is to be reached, and how."""

    name: str
    email: str | None = None
    phone: str | None = None
    exhibitor_id: int | None = None


@dataclass(frozen=True)
class Links:
    """The rows a message is about."""

    fair_id: int | None = None
    application_id: int | None = None
    invitation_id: int | None = None


def recipient_of(exhibitor: Exhibitor, application: Application | None = None) -> Recipient:
    """Return the contact of an application, else of the exhibitor's record.

    An address that bounced is not used again; the call list takes over.
    """
    email = (application.contact_email if application else None) or exhibitor.email
    if exhibitor.email_bounced_at is not None and email == exhibitor.email:
        email = None
    return Recipient(
        name=(application.contact_name if application else None) or exhibitor.name,
        email=email,
        phone=(application.contact_phone if application else None) or exhibitor.phone,
        exhibitor_id=exhibitor.id,
    )


def enqueue(
    session: Session,
    kind_key: str,
    recipient: Recipient,
    *,
    dedupe: str,
    now: datetime,
    links: Links,
    proposed: bool | None = None,
    **params: Any,
) -> Message | None:
    """Add one message to the outbox and return it; None when there is nothing to send.

    As `add_message`, for those who look at the row.
    """
    found = add_message(
        session,
        kind_key,
        recipient,
        dedupe=dedupe,
        now=now,
        links=links,
        proposed=proposed,
        **params,
    )
    return None if found is None else _as_row(session, *found)


def add_message(
    session: Session,
    kind_key: str,
    recipient: Recipient,
    *,
    dedupe: str,
    now: datetime,
    links: Links,
    proposed: bool | None = None,
    **params: Any,
) -> tuple[int, dict[str, Any]] | None:
    """Add one message to the outbox; return its number and columns, None if there is none to send.

    `dedupe` names the cause: a second call with the same kind and cause adds nothing. Delivery is
    timed by the real clock, whatever the demo clock says. Without an e-mail address the message
    becomes a line of the call list, or nothing for kinds that make no sense by telephone.
    """
    kind = KINDS[kind_key]
    if recipient.email is None and not kind.calls:
        return None
    waits = kind.proposed if proposed is None else proposed
    values = {
        "kind": kind_key,
        "channel": Channel.EMAIL if recipient.email else Channel.CALL,
        "lane": kind.lane,
        "state": MessageState.PROPOSED if waits else MessageState.QUEUED,
        "dedupe_key": f"{kind_key}:{dedupe}",
        "message_id": uuid4().hex,
        "recipient_name": recipient.name[:MAX_NAME],
        "email": recipient.email,
        "phone": recipient.phone,
        "fair_id": links.fair_id,
        "exhibitor_id": recipient.exhibitor_id,
        "application_id": links.application_id,
        "invitation_id": links.invitation_id,
        "params": params,
        "created_at": now,
        "attempts": 0,
        "next_attempt_at": clock.real_now(),
    }
    session.flush()  # the rows that it refers to
    connection = connection_of(session)
    number = connection.scalar(ADD[connection.dialect.name], values)
    return None if number is None else (number, values)


def _as_row(session: Session, number: int, values: dict[str, Any]) -> Message:
    """Return the message that was just written, without reading it back."""
    message = Message(id=number, **values)
    make_transient_to_detached(message)
    session.add(message)
    return message
