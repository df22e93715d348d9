"""Queue notifications: the services' one way into the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.mail.enqueue import Recipient, enqueue, recipient_of
from tgfair.models.application import Application
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.outbox import Message
from tgfair.services.identifiers import public_id


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
        dedupe=f"application:{application.id}:{dedupe}",
        token=public_id(),
        now=now,
        real_now=clock.real_now(),
        proposed=proposed,
        fair_id=application.fair_id,
        application_id=application.id,
        **params,
    )


def notify_exhibitor(
    session: Session,
    kind: str,
    exhibitor: Exhibitor,
    *,
    dedupe: str,
    now: datetime,
    fair_id: int | None = None,
    invitation_id: int | None = None,
    proposed: bool | None = None,
    **params: Any,
) -> Message | None:
    """Queue a message to an exhibitor's contact on record."""
    return enqueue(
        session,
        kind,
        recipient_of(exhibitor),
        dedupe=dedupe,
        token=public_id(),
        now=now,
        real_now=clock.real_now(),
        proposed=proposed,
        fair_id=fair_id,
        invitation_id=invitation_id,
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
    return enqueue(
        session,
        kind,
        recipient,
        dedupe=dedupe,
        token=public_id(),
        now=now,
        real_now=clock.real_now(),
        **params,
    )
