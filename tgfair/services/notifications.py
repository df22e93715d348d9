"""Queue notifications: the services' one way into the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from tgfair.mail.catalog import KINDS
from tgfair.mail.enqueue import Links, Recipient, add_message, enqueue, recipient_of
from tgfair.models.application import Application
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.outbox import Message, MessageState


def notify_application(
    session: Session,
    kind: str,
    application: Application,
    *,
    dedupe: str,
    now: datetime,
    proposed: bool | None = None,
    **params: Any,
) -> Message | None:
    """Queue a message about an application to its contact."""
    return enqueue(
        session,
        kind,
        recipient_of(application.exhibitor, application),
        dedupe=_cause(application, dedupe),
        now=now,
        links=_links(application),
        proposed=proposed,
        **params,
    )


def tell_application(
    session: Session,
    kind: str,
    application: Application,
    *,
    dedupe: str,
    now: datetime,
    proposed: bool | None = None,
    **params: Any,
) -> None:
    """As `notify_application`, for those who do not look at the message."""
    add_message(
        session,
        kind,
        recipient_of(application.exhibitor, application),
        dedupe=_cause(application, dedupe),
        now=now,
        links=_links(application),
        proposed=proposed,
        **params,
    )


def _cause(application: Application, dedupe: str) -> str:
    return f"application:{application.id}:{dedupe}"


def _links(application: Application) -> Links:
    return Links(fair_id=application.fair_id, application_id=application.id)


def drop_untrue(session: Session, application: Application) -> None:
    """Cancel what waits to be sent about an application and is no longer true of its state."""
    untrue = [kind.key for kind in KINDS.values() if not kind.is_true(application.state)]
    session.execute(
        update(Message)
        .where(
            Message.application_id == application.id,
            Message.kind.in_(untrue),
            Message.state.in_((MessageState.PROPOSED, MessageState.QUEUED, MessageState.FAILED)),
        )
        .values(state=MessageState.CANCELLED)
    )


def notify_exhibitor(
    session: Session,
    kind: str,
    exhibitor: Exhibitor,
    *,
    dedupe: str,
    now: datetime,
    links: Links,
    proposed: bool | None = None,
    **params: Any,
) -> Message | None:
    """Queue a message to an exhibitor's contact on record."""
    return enqueue(
        session,
        kind,
        recipient_of(exhibitor),
        dedupe=dedupe,
        now=now,
        links=links,
        proposed=proposed,
        **params,
    )


def notify_address(
    session: Session,
    kind: str,
    recipient: Recipient,
    *,
    dedupe: str,
    now: datetime,
    **params: Any,
) -> Message | None:
    """Queue a message to a bare address (sign-in codes, staff)."""
    return enqueue(session, kind, recipient, dedupe=dedupe, now=now, links=Links(), **params)
