"""Reads of the outbox for the pages of messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import joinedload

from tgfair import clock
from tgfair.core.vietnamese import fold
from tgfair.core.workflow import State
from tgfair.mail.catalog import KINDS
from tgfair.mail.render import RenderedMail
from tgfair.mail.transport import is_configured
from tgfair.models.application import Application
from tgfair.models.base import UtcDateTime
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair, FairStatus
from tgfair.models.invitation import Invitation
from tgfair.models.outbox import Channel, Message, MessageState
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.message_context import INVITES, ONLY_WHILE_ON, Facts, ObsoleteError, facts_of
from tgfair.services.message_rendering import rendered_message, short_words, zalo_text
from tgfair.services.uow import find, reader

PAGE_SIZE = 50
# The print view holds a fair's lines at once.
CALLS_AT_ONCE = 400


class Tab(StrEnum):
    """The heaps of the outbox, as the page shows them."""

    PROPOSED = "cho-bam"
    WAITING = "cho-gui"
    SENT = "da-gui"
    DEAD = "khong-gui"
    SKIPPED = "bo-qua"
    CALLS = "goi"


# Nobody is called about an invitation that was answered another way.
_ANSWERED = Message.kind.in_(INVITES) & or_(
    exists().where(
        Application.fair_id == Message.fair_id,
        Application.exhibitor_id == Message.exhibitor_id,
        Application.state != State.DRAFT,
    ),
    exists().where(
        Invitation.fair_id == Message.fair_id,
        Invitation.exhibitor_id == Message.exhibitor_id,
        Invitation.rsvp.is_not(None),
    ),
)
# Nor about what is no longer true, or not while the fair has no days.
_UNTRUE = or_(
    exists().where(
        Fair.id == Message.fair_id,
        or_(
            (Fair.status == FairStatus.CANCELLED) & Message.kind.in_(ONLY_WHILE_ON),
            Fair.put_off_at.is_not(None) & Message.kind.in_(INVITES),
        ),
    ),
    exists().where(
        Application.id == Message.application_id,
        or_(
            *(
                (Message.kind == kind.key) & Application.state.not_in(kind.while_in)
                for kind in KINDS.values()
                if kind.while_in
            )
        ),
    ),
    exists().where(Invitation.id == Message.invitation_id, Invitation.revoked_at.is_not(None)),
)
# Asked when the statement runs: what can still be undone is nothing to call about yet.
_NOW = bindparam("real_now", callable_=clock.real_now, type_=UtcDateTime())
TO_CALL = (
    (Message.channel == Channel.CALL)
    & (Message.state == MessageState.QUEUED)
    & (Message.next_attempt_at <= _NOW)
    & ~_ANSWERED
    & ~_UNTRUE
)
# Several notices may wait for one subject.
SUBJECTS = func.count(func.coalesce(Message.exhibitor_id, -Message.id).distinct())
_SENT_BY_ITSELF = Message.channel.in_((Channel.EMAIL, Channel.ZNS, Channel.SMS))
HEAPS: dict[Tab, ColumnElement[bool]] = {
    # A notice that is held back is proposed too; its own page lets it go on.
    Tab.PROPOSED: (Message.state == MessageState.PROPOSED) & Message.campaign_id.is_(None),
    Tab.WAITING: _SENT_BY_ITSELF
    & Message.state.in_([MessageState.QUEUED, MessageState.LEASED, MessageState.FAILED]),
    Tab.SENT: Message.state == MessageState.SENT,
    Tab.DEAD: Message.state == MessageState.DEAD,
    Tab.SKIPPED: (Message.state == MessageState.CANCELLED) & Message.last_error.is_not(None),
    Tab.CALLS: TO_CALL,
}


@dataclass(frozen=True)
class Group:
    """Proposed messages of one kind."""

    kind: str
    label: str
    count: int
    calls: int
    first_id: str


@dataclass(frozen=True)
class CallLine:
    """Somebody to call; `text` is ready to paste, `obsolete` says why nobody needs to."""

    message: Message
    subject: str
    text: str
    obsolete: str


@dataclass(frozen=True)
class Preview:
    """A message as its recipient will read it; `mail` is None when `obsolete` says why."""

    message: Message
    label: str
    mail: RenderedMail | None
    zalo: str
    obsolete: str


def sending() -> bool:
    """Return whether there is an SMTP server; without one mail waits."""
    return is_configured()


def message_counts(actor: Actor, fair_id: int | None = None) -> dict[Tab, int]:
    """Return how many messages lie in each heap: of one fair, or of all that the actor may see."""
    statement = select(
        *(func.coalesce(func.sum(case((heap, 1), else_=0)), 0) for heap in HEAPS.values())
    ).where(visible_to(actor, Message))
    if fair_id is not None:
        statement = statement.where(Message.fair_id == fair_id)
    counts = reader().execute(statement).one()
    return dict(zip(HEAPS, map(int, counts), strict=True))


def proposed_groups(actor: Actor, fair: Fair) -> list[Group]:
    """Return what waits for somebody to press "send", by kind in the catalogue's order."""
    rows = reader().execute(
        select(
            Message.kind,
            func.count(),
            func.sum(case((Message.channel == Channel.CALL, 1), else_=0)),
            func.min(Message.message_id),
        )
        .where(Message.fair_id == fair.id, HEAPS[Tab.PROPOSED], visible_to(actor, Message))
        .group_by(Message.kind)
    )
    groups = [
        Group(kind, KINDS[kind].label, n, int(calls), first) for kind, n, calls, first in rows
    ]
    return sorted(groups, key=lambda group: list(KINDS).index(group.kind))


def messages_in(
    actor: Actor, fair: Fair, tab: Tab, *, kind: str = "", offset: int = 0
) -> tuple[Sequence[Message], int]:
    """Return one page of a heap, the newest first, and how many there are in all."""
    where = [Message.fair_id == fair.id, HEAPS[tab], visible_to(actor, Message)]
    if kind:
        where.append(Message.kind == kind)
    total = reader().scalar(select(func.count()).select_from(Message).where(*where)) or 0
    rows = reader().scalars(
        select(Message)
        .where(*where)
        .options(joinedload(Message.exhibitor), joinedload(Message.application))
        .order_by(Message.id.desc())
        .offset(offset)
        .limit(PAGE_SIZE)
    )
    return rows.all(), total


def dead_letters(actor: Actor) -> Sequence[Message]:
    """Return the newest messages that could not be sent, of all fairs and of none (codes)."""
    return (
        reader()
        .scalars(
            select(Message)
            .where(HEAPS[Tab.DEAD], visible_to(actor, Message))
            .options(joinedload(Message.exhibitor), joinedload(Message.fair))
            .order_by(Message.id.desc())
            .limit(PAGE_SIZE)
        )
        .all()
    )


def _calls(actor: Actor, fair: Fair, q: str) -> Select[Message]:
    require(actor, Action.SEND_MESSAGES, fair)
    statement = select(Message).where(
        Message.fair_id == fair.id, TO_CALL, visible_to(actor, Message)
    )
    if q:
        found = Exhibitor.search_fold.contains(fold(q)[:100], autoescape=True)
        statement = statement.join(Exhibitor, Exhibitor.id == Message.exhibitor_id).where(found)
    return statement


def count_calls(actor: Actor, fair: Fair, *, q: str = "") -> tuple[int, int]:
    """Return how many notices wait for a call, and to how many whose name fits `q`."""
    statement = _calls(actor, fair, q).with_only_columns(func.count(), SUBJECTS)
    notices, subjects = reader().execute(statement).one()
    return int(notices), int(subjects)


def call_lines(
    actor: Actor, fair: Fair, *, q: str = "", offset: int = 0, limit: int = CALLS_AT_ONCE
) -> list[CallLine]:
    """Return who has to be called, those waiting longest first, with the text to paste."""
    rows = reader().scalars(
        _calls(actor, fair, q)
        .options(
            joinedload(Message.exhibitor),
            joinedload(Message.application),
            joinedload(Message.fair),
        )
        .order_by(Message.id)
        .offset(offset)
        .limit(limit)
    )
    messages = rows.all()
    facts = facts_of(reader(), messages)
    return [_call_line(message, facts) for message in messages]


def _call_line(message: Message, facts: Facts) -> CallLine:
    try:
        return CallLine(message, *short_words(reader(), message, facts), "")
    except ObsoleteError as error:
        return CallLine(message, "", "", str(error))


def message_preview(actor: Actor, fair: Fair, message_id: str) -> Preview:
    """Return a message of the fair as it would go out now.

    Raises:
        NotFoundError: there is none.
    """
    message = find(
        reader(),
        Message,
        Message.message_id == message_id,
        Message.fair_id == fair.id,
        visible_to(actor, Message),
    )
    require(actor, Action.SEND_MESSAGES, message)
    return preview_of(message, now=clock.real_now())


def preview_of(message: Message, *, now: datetime) -> Preview:
    """Return the message as its recipient would read it at `now`."""
    kind = KINDS[message.kind]
    try:
        mail = rendered_message(reader(), message, now=now)
        facts = facts_of(reader(), [message])
        zalo = zalo_text(reader(), message, facts) if kind.calls else ""
    except ObsoleteError as error:
        return Preview(message, kind.label, None, "", str(error))
    return Preview(message, kind.label, mail, zalo, "")


def mailbox(*, limit: int = 50) -> list[Message]:
    """Return the newest mails of the whole installation: the demo's mailbox, nothing else."""
    rows = reader().scalars(
        select(Message)
        .where(Message.channel == Channel.EMAIL)
        .options(joinedload(Message.exhibitor), joinedload(Message.fair))
        .order_by(Message.id.desc())
        .limit(limit)
    )
    return list(rows)


def any_message(message_id: str) -> Message:
    """Return a message of the demo's mailbox.

    Raises:
        NotFoundError: there is none.
    """
    return find(reader(), Message, Message.message_id == message_id)
