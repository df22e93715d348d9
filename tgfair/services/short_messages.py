"""Send what is due by ZNS and SMS; what they cannot bring goes back to the call list."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import and_, or_, select, update

from tgfair import clock
from tgfair.config import Config
from tgfair.core.zns import next_allowed
from tgfair.mail.channels import ShortChannel, ShortMessage, channels_of
from tgfair.mail.transport import PermanentError, TemporaryError
from tgfair.models.outbox import Channel, Message, MessageState
from tgfair.services.delivery_notes import note
from tgfair.services.message_context import ObsoleteError, facts_of
from tgfair.services.message_rendering import zalo_text
from tgfair.services.outbox import BACKOFF, LEASE, Tick
from tgfair.services.unreached import zns_values
from tgfair.services.uow import reader, transaction

# Nobody is waiting for days: after these tries somebody calls.
MOST_TRIES = 5
REST = timedelta(minutes=15)


def deliver_short(*, owner: str, limit: int = 50, tick: Tick = clock.real_now) -> int:
    """Send up to `limit` messages by the configured channels and return how many were tried."""
    config: Config = current_app.config["TGFAIR"]
    tried = 0
    for kind, channel in channels_of(config.channels).items():
        while tried < limit and next_allowed(tick()) <= tick():
            message_id = _lease(kind, owner, tick())
            if message_id is None:
                break
            tried += 1
            if not _deliver(channel, owner, message_id, tick()):
                break
    return tried


def _lease(kind: Channel, owner: str, now: datetime) -> int | None:
    due = and_(
        Message.channel == kind,
        or_(
            and_(
                Message.state.in_((MessageState.QUEUED, MessageState.FAILED)),
                Message.next_attempt_at <= now,
            ),
            and_(Message.state == MessageState.LEASED, Message.lease_until < now),
        ),
    )
    idle = reader().scalar(select(Message.id).where(due).limit(1)) is None
    reader().rollback()
    if idle:
        return None
    with transaction() as session:
        message = session.scalars(
            select(Message)
            .where(due)
            .order_by(Message.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if message is None:
            return None
        message.state, message.attempts = MessageState.LEASED, message.attempts + 1
        message.lease_owner, message.lease_until = owner, now + LEASE
        return message.id


def _deliver(channel: ShortChannel, owner: str, message_id: int, now: datetime) -> bool:
    """Send one; return whether the next may be tried at once."""
    try:
        channel.send(_compose(message_id))
    except ObsoleteError as error:
        _mark(owner, message_id, state=MessageState.CANCELLED, last_error=str(error))
    except PermanentError as error:
        _back_to_call(owner, message_id, str(error), now)
    except TemporaryError as error:
        _put_off(owner, message_id, error, now)
        return not error.broken
    else:
        _mark(owner, message_id, state=MessageState.SENT, sent_at=now, last_error=None)
        _note(message_id, f"taken_by_{channel.channel}", "", now)
    return True


def _compose(message_id: int) -> ShortMessage:
    session = reader()
    try:
        message = session.get_one(Message, message_id)
        text = zalo_text(session, message, facts_of(session, [message]))
        values = zns_values(message.fair, message) if message.fair else {}
        values.pop("phone", None)
        return ShortMessage(message.phone or "", text, values, message.message_id)
    finally:
        session.rollback()


def _put_off(owner: str, message_id: int, error: TemporaryError, now: datetime) -> None:
    tries = reader().get_one(Message, message_id).attempts
    reader().rollback()
    if tries >= MOST_TRIES and not error.broken:
        _back_to_call(owner, message_id, str(error), now)
        return
    wait = REST if error.broken else BACKOFF[min(tries, len(BACKOFF)) - 1]
    _mark(
        owner,
        message_id,
        state=MessageState.FAILED,
        next_attempt_at=next_allowed(now + wait),
        last_error=str(error)[:400],
    )
    _note(message_id, "put_off", str(error), now)


def _back_to_call(owner: str, message_id: int, reason: str, now: datetime) -> None:
    _note(message_id, "back_to_call", reason, now)
    _mark(
        owner,
        message_id,
        state=MessageState.QUEUED,
        channel=Channel.CALL,
        attempts=0,
        next_attempt_at=now,
        last_error=reason[:400],
    )


def _note(message_id: int, outcome: str, text: str, now: datetime) -> None:
    with transaction() as session:
        note(session, session.get_one(Message, message_id), outcome, text, now=now)


def _mark(owner: str, message_id: int, **values: Any) -> None:
    with transaction() as session:
        session.execute(
            update(Message)
            .where(
                Message.id == message_id,
                Message.state == MessageState.LEASED,
                Message.lease_owner == owner,
            )
            .values(lease_owner=None, lease_until=None, **values)
        )
