"""Deliver what is due: at least once, never silently lost (reliability.md, P4 and P5).

A row is leased to one worker, sent outside any transaction, and marked before the next one's text
leaves; a worker that dies between the two leaves the lease to run out, and the next one sends the
same mail with the same Message-ID.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.campaign.pacing import domain_of
from tgfair.mail.enqueue import Links, Recipient, enqueue
from tgfair.mail.transport import (
    Courier,
    PermanentError,
    SendError,
    TemporaryError,
    is_configured,
)
from tgfair.models.outbox import Channel, Message, MessageState
from tgfair.services.delivery_notes import note
from tgfair.services.mail_batches import BOUNCED, Composed, compose
from tgfair.services.mail_domains import DomainClosedError, Standing, count_refusal
from tgfair.services.message_context import ObsoleteError
from tgfair.services.outbox_marks import Marks, UnmarkedError
from tgfair.services.stopping import mark_bounced, normal
from tgfair.services.uow import reader, transaction

LEASE = timedelta(seconds=30)
# A personal mail waits for no more than these.
BATCH = 40
# A mail is started only while its lease still covers one stalled answer of the server.
MARGIN = timedelta(seconds=12)
# Broken connections in a row after which a batch gives up and the server is left in peace.
BROKEN_LIMIT = 3
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
# Five days in all; then the message is dead and a person must see to it.
BACKOFF = (
    *(_MINUTE * n for n in (1, 5, 15, 60)),
    *(_HOUR * n for n in (4, 8, 12, 12, 24, 24, 24, 12)),
)
GONE = LookupError("the message is gone")
# Ends the cause of a line of the call list that stands for a mail.
INSTEAD = ":call"
FAULTY = "Không dựng được nội dung thư. Hãy báo người quản trị."

Tick = Callable[[], datetime]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Round:
    """What one call of `deliver_due` did: mails tried, and whether the server was out of reach."""

    tried: int = 0
    server_down: bool = False


def deliver_due(*, owner: str, limit: int = 200, tick: Tick = clock.real_now) -> Round:
    """Send up to `limit` messages that are due, over one connection, personal ones first.

    Without an SMTP server nothing is touched: messages stay queued. `owner` must be unique to this
    worker; `tick` is the clock, always the real one outside tests.
    """
    tried = 0
    # Look before locking: an idle worker must not take SQLite's write lock every second.
    if is_configured() and _is_any_due(tick()):
        with Courier() as courier, Marks(owner) as marks:
            while ids := _lease(owner, min(limit - tried, BATCH), tick()):
                batch = _send(courier, marks, owner, ids, tick)
                tried += batch.tried
                if batch.server_down or tried >= limit:
                    return Round(tried, server_down=batch.server_down)
    return Round(tried)


@dataclass(frozen=True)
class _Way:
    """What every mail of a batch needs on its way out."""

    courier: Courier
    marks: Marks
    owner: str
    standing: Standing
    tick: Tick


def _send(courier: Courier, marks: Marks, owner: str, waiting: list[int], tick: Tick) -> Round:
    """Send leased messages one by one; what is left when the server is out of reach goes back."""
    until = tick() + LEASE
    tried = broken = 0
    way = _Way(courier, marks, owner, Standing.of(waiting, tick()), tick)
    mails = compose(waiting, way.standing, most_attempts=len(BACKOFF) + 1, now=tick())
    while waiting and broken < BROKEN_LIMIT:
        if until - tick() < MARGIN:
            until = tick() + LEASE
            waiting = _keep(owner, waiting, until)
            continue
        number = waiting.pop(0)
        error = _deliver(way, number, mails.get(number, GONE))
        tried += 1
        broken = broken + 1 if isinstance(error, TemporaryError) and error.broken else 0
    _give_back(owner, waiting)
    return Round(tried, server_down=broken >= BROKEN_LIMIT)


def _due(now: datetime) -> ColumnElement[bool]:
    waiting = Message.state.in_([MessageState.QUEUED, MessageState.FAILED])
    return and_(
        Message.channel == Channel.EMAIL,
        or_(
            and_(waiting, Message.next_attempt_at <= now),
            and_(Message.state == MessageState.LEASED, Message.lease_until < now),
        ),
    )


def _is_any_due(now: datetime) -> bool:
    found = reader().scalar(select(Message.id).where(_due(now)).limit(1))
    reader().rollback()
    return found is not None


def _lease(owner: str, limit: int, now: datetime) -> list[int]:
    """Take messages; the attempt is counted now, so a mail that kills its worker is given up."""
    with transaction() as session:
        ids = list(
            session.scalars(
                select(Message.id)
                .where(_due(now))
                .order_by(Message.lane.desc(), Message.next_attempt_at, Message.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
        )
        session.execute(
            update(Message)
            .where(Message.id.in_(ids))
            .values(
                state=MessageState.LEASED,
                lease_owner=owner,
                lease_until=now + LEASE,
                attempts=Message.attempts + 1,
            )
        )
        return ids


def _keep(owner: str, ids: list[int], until: datetime) -> list[int]:
    """Lengthen the lease; return those messages that nobody took meanwhile."""
    with transaction() as session:
        session.execute(update(Message).where(_mine(owner, ids)).values(lease_until=until))
        kept = set(session.scalars(select(Message.id).where(_mine(owner, ids))))
    return [message_id for message_id in ids if message_id in kept]


def _give_back(owner: str, ids: list[int]) -> None:
    """Leave what was leased but not tried to the next round."""
    if not ids:
        return
    with transaction() as session:
        session.execute(
            update(Message)
            .where(_mine(owner, ids))
            .values(
                state=MessageState.QUEUED,
                lease_owner=None,
                lease_until=None,
                attempts=Message.attempts - 1,
            )
        )


def _mine(owner: str, ids: list[int]) -> ColumnElement[bool]:
    return and_(
        Message.id.in_(ids),
        Message.state == MessageState.LEASED,
        Message.lease_owner == owner,
    )


def _deliver(way: _Way, message_id: int, composed: Composed) -> SendError | None:
    """Send and mark; return the failure, which is marked too."""
    owner, now = way.owner, way.tick
    try:
        address = _hand_over(way, composed)
    except UnmarkedError:
        raise
    except DomainClosedError as error:
        _wait(owner, message_id, error.until)
    except ObsoleteError as error:
        _mark(owner, message_id, state=MessageState.CANCELLED, last_error=str(error))
    except PermanentError as error:
        gone = _bury(owner, message_id, str(error), no_mailbox=error.no_mailbox, now=now())
        way.standing.gone.update(gone)
        return error
    except TemporaryError as error:
        _postpone(owner, message_id, str(error), now(), broken=error.broken)
        return error
    except Exception:
        logger.exception("message %s cannot be composed", message_id)
        _postpone(owner, message_id, FAULTY, now(), broken=True)
    else:
        domain = domain_of(address)
        way.marks.sent(message_id, now(), again=domain if domain in way.standing.counted else None)
    return None


def _hand_over(way: _Way, composed: Composed) -> str:
    """Send a composed mail, or raise why there is none; return its address."""
    if isinstance(composed, Exception):
        raise composed
    rendered, envelope = composed
    if normal(envelope.to) in way.standing.gone:
        raise PermanentError(BOUNCED, no_mailbox=True)
    way.courier.send(rendered, envelope, way.marks.settle)
    return envelope.to


def _wait(owner: str, message_id: int, until: datetime) -> None:
    """Put a mail off that was not tried."""
    _mark(
        owner,
        message_id,
        state=MessageState.QUEUED,
        next_attempt_at=until,
        attempts=Message.attempts - 1,
    )


def _mark(owner: str, message_id: int, **values: Any) -> None:
    """Write the outcome, unless somebody else took the message over meanwhile."""
    with transaction() as session:
        session.execute(
            update(Message)
            .where(_mine(owner, [message_id]))
            .values(lease_owner=None, lease_until=None, **values)
        )


def _postpone(owner: str, message_id: int, reason: str, now: datetime, *, broken: bool) -> None:
    with transaction() as session:
        message = _leased(session, owner, message_id)
        if message is None:
            return
        message.lease_owner = message.lease_until = None
        message.last_error = reason[:400]
        note(session, message, "put_off", reason, now=now)
        if not broken and message.email:
            count_refusal(session, domain_of(message.email), now)
        if message.attempts > len(BACKOFF):
            give_up(session, message)
            return
        message.state = MessageState.FAILED
        message.next_attempt_at = now + BACKOFF[message.attempts - 1]


def _bury(
    owner: str, message_id: int, reason: str, *, no_mailbox: bool, now: datetime
) -> tuple[str, ...]:
    """Give a mail up; return its address when that does not exist."""
    with transaction() as session:
        message = _leased(session, owner, message_id)
        if message is None:
            return ()
        message.lease_owner = message.lease_until = None
        message.last_error = reason[:400]
        note(session, message, "refused", reason, now=now)
        gone = (message.email,) if no_mailbox and message.email else ()
        if gone and reason != BOUNCED:
            mark_bounced(session, gone[0], now=now, why=reason)
        give_up(session, message)
        return tuple(map(normal, gone))


def _leased(session: Session, owner: str, message_id: int) -> Message | None:
    return session.scalars(
        select(Message).where(_mine(owner, [message_id])).with_for_update(of=Message)
    ).one_or_none()


def give_up(session: Session, message: Message) -> None:
    """The message is dead; a line on the call list takes over where a call makes sense."""
    message.state = MessageState.DEAD
    session.flush()
    call_instead(session, message)


def call_instead(session: Session, message: Message) -> bool:
    """Put a line for this mail on the call list; return whether it was not there yet."""
    key = message.dedupe_key + INSTEAD
    line = session.scalars(select(Message).where(Message.dedupe_key == key)).one_or_none()
    if line is not None:
        again = line.state is MessageState.CANCELLED
        if again:
            line.state = MessageState.QUEUED
        return again
    line = enqueue(
        session,
        message.kind,
        Recipient(message.recipient_name, None, message.phone, message.exhibitor_id),
        dedupe=key.removeprefix(f"{message.kind}:"),
        now=message.created_at,
        links=Links(message.fair_id, message.application_id, message.invitation_id),
        proposed=False,
        **message.params,
    )
    if line is not None:
        line.campaign_id = message.campaign_id
    return line is not None
