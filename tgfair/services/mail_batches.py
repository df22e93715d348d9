"""Compose the mails of a batch with a few reads; what one cannot say stops none of the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tgfair.core.campaign.pacing import domain_of
from tgfair.mail.catalog import KINDS
from tgfair.mail.render import RenderedMail
from tgfair.mail.transport import Envelope, PermanentError
from tgfair.models.delivery import SuppressionReason
from tgfair.models.outbox import Message
from tgfair.services.mail_domains import DomainClosedError, Standing
from tgfair.services.message_context import Facts, ObsoleteError, facts_of
from tgfair.services.message_rendering import rendered_message
from tgfair.services.stopping import NO_NEWS, normal, stop_url
from tgfair.services.uow import reader

BOUNCED = "Địa chỉ này đã bị máy chủ thư của người nhận trả lại."
NO_MORE = "Người nhận đã ngừng nhận thư chung."
TOO_OFTEN = "Đã thử gửi quá nhiều lần."

# A mail ready to go, or why there is none.
Composed = tuple[RenderedMail, Envelope] | Exception


def compose(
    ids: Sequence[int], standing: Standing, *, most_attempts: int, now: datetime
) -> dict[int, Composed]:
    """Read and render, and end the read before anything is sent."""
    session = reader()
    try:
        messages = session.scalars(
            select(Message)
            .where(Message.id.in_(ids))
            .options(
                joinedload(Message.exhibitor),
                joinedload(Message.application),
                joinedload(Message.fair),
                joinedload(Message.campaign),
            )
        ).all()
        facts = facts_of(session, messages)
        return {
            message.id: _attempt(session, message, facts, standing, most_attempts, now)
            for message in messages
        }
    finally:
        session.rollback()


def _attempt(
    session: Session,
    message: Message,
    facts: Facts,
    standing: Standing,
    most_attempts: int,
    now: datetime,
) -> Composed:
    try:
        address = _address(message, standing, most_attempts)
        rendered = rendered_message(session, message, now=now, facts=facts)
        stop = stop_url(message) if KINDS[message.kind].stoppable else ""
    except Exception as error:  # noqa: BLE001 -- told to whoever delivers this mail
        return error
    return rendered, Envelope(message.message_id, address, now, stop)


def _address(message: Message, standing: Standing, most_attempts: int) -> str:
    """Return where a mail goes; leave alone who asked for it, and a domain that puts us off."""
    if message.attempts > most_attempts:
        raise PermanentError(TOO_OFTEN)
    exhibitor, address = message.exhibitor, message.email
    bounced = exhibitor is not None and exhibitor.email_bounced_at is not None
    if not address or (bounced and exhibitor and address == exhibitor.email):
        raise PermanentError(BOUNCED, no_mailbox=True)
    reasons = standing.alone.get(normal(address), frozenset())
    if SuppressionReason.BOUNCED in reasons:
        raise PermanentError(BOUNCED, no_mailbox=True)
    if KINDS[message.kind].stoppable and reasons.intersection(NO_NEWS):
        raise ObsoleteError(NO_MORE)
    until = standing.closed.get(domain_of(address))
    if until is not None:
        raise DomainClosedError(until)
    return address
