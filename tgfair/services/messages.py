"""What a person does to messages: send what was proposed, cancel, try again, call instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from tgfair import clock
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.mail.catalog import KINDS
from tgfair.mail.enqueue import recipient_of
from tgfair.models.fair import Fair
from tgfair.models.outbox import Channel, Message, MessageState
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.campaign_sending import release
from tgfair.services.delivery_notes import note
from tgfair.services.stopping import forget_bounce
from tgfair.services.uow import find, transaction

STOPPABLE = (MessageState.PROPOSED, MessageState.QUEUED, MessageState.FAILED)


class CallOutcome(StrEnum):
    """What came of a call; `NO_ANSWER` leaves the line on the list."""

    REACHED = "reached"
    ZALO = "zalo"
    NO_ANSWER = "no_answer"
    LETTER = "letter"
    WRONG_NUMBER = "wrong_number"


AFTER_CALL = {
    CallOutcome.REACHED: MessageState.SENT,
    CallOutcome.ZALO: MessageState.SENT,
    CallOutcome.LETTER: MessageState.SENT,
    CallOutcome.NO_ANSWER: MessageState.QUEUED,
    CallOutcome.WRONG_NUMBER: MessageState.DEAD,
}


@dataclass(frozen=True)
class Selection:
    """Which messages of a fair: those ticked, else all of a kind."""

    kind: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Released:
    """How many messages were let go, and the release in which they can be taken back."""

    count: int
    campaign_id: str = ""


class MessageGoneError(ConflictError):
    """The message went out, or was cancelled, while the page was open."""

    code = "message_gone"

    def message(self) -> str:
        """Say to look again."""
        return "Thư này vừa được gửi hoặc hủy. Hãy tải lại trang."


def send_proposed(actor: Actor, fair_slug: str, chosen: Selection, *, now: datetime) -> Released:
    """Let proposed messages go out: one at once, more after the time in which it can be undone.

    Those without e-mail go on the call list.

    Raises:
        InvalidError: nothing was chosen.
    """
    with transaction() as session:
        fair = _fair(session, actor, fair_slug)
        ids = _chosen(session, fair, chosen, (MessageState.PROPOSED,))
        campaign_id = ""
        if len(ids) > 1:
            campaign_id = release(session, actor, fair, _title(chosen), ids, now=now).public_id
        else:
            values = {"state": MessageState.QUEUED, "next_attempt_at": clock.real_now()}
            session.execute(update(Message).where(Message.id.in_(ids)).values(**values))
        record(
            session, actor, "messages.sent", fair, now=now, fair_id=fair.id, **_said(chosen, ids)
        )
        return Released(len(ids), campaign_id)


def cancel_messages(actor: Actor, fair_slug: str, chosen: Selection, *, now: datetime) -> int:
    """Take proposed or waiting messages back for good, and return how many.

    Raises:
        InvalidError: nothing was chosen.
    """
    with transaction() as session:
        fair = _fair(session, actor, fair_slug)
        states = STOPPABLE if chosen.ids else (MessageState.PROPOSED,)
        ids = _chosen(session, fair, chosen, states)
        session.execute(
            update(Message).where(Message.id.in_(ids)).values(state=MessageState.CANCELLED)
        )
        record(
            session,
            actor,
            "messages.cancelled",
            fair,
            now=now,
            fair_id=fair.id,
            **_said(chosen, ids),
        )
        return len(ids)


def retry_message(actor: Actor, message_id: str, *, now: datetime) -> str:
    """Send a failed message again, to the address now on record, and return that address.

    A person has decided, so a bounced mark on the address is taken away.

    Raises:
        MessageGoneError: it did not fail, or not any more.
        InvalidError: there is no address to send to.
    """
    with transaction() as session:
        message = _message(session, actor, message_id)
        if message.state not in {MessageState.DEAD, MessageState.FAILED}:
            raise MessageGoneError
        if message.channel is not Channel.EMAIL:
            raise InvalidError("Dòng này là cuộc gọi. Hãy gọi lại theo số mới của cơ sở.")
        if message.exhibitor is not None:
            message.exhibitor.email_bounced_at = None
            if message.exhibitor.email:
                forget_bounce(session, message.exhibitor.email)
            found = recipient_of(message.exhibitor, message.application)
            message.email, message.phone = found.email or message.email, found.phone
        if not message.email:
            raise InvalidError("Cơ sở chưa có thư điện tử. Hãy ghi địa chỉ vào hồ sơ trước.")
        forget_bounce(session, message.email)
        message.state, message.attempts = MessageState.QUEUED, 0
        message.next_attempt_at = clock.real_now()
        _withdraw_call(session, message)
        record(session, actor, "message.retried", message, now=now, kind=message.kind)
        return message.email


def mark_call(actor: Actor, message_id: str, typed: str, *, now: datetime) -> CallOutcome:
    """Write down what came of a call, and return it.

    Raises:
        InvalidError: `typed` is none of the outcomes.
        MessageGoneError: somebody else has dealt with this line.
    """
    if typed not in list(CallOutcome):
        raise InvalidError("Chưa chọn kết quả cuộc gọi.")
    outcome = CallOutcome(typed)
    with transaction() as session:
        message = _message(session, actor, message_id)
        if message.channel is not Channel.CALL or message.state is not MessageState.QUEUED:
            raise MessageGoneError
        message.state = AFTER_CALL[outcome]
        message.outcome, message.handled_by_id = outcome, actor.user_id
        note(session, message, outcome, now=now, actor=actor)
        message.attempts += 1
        if message.state is MessageState.SENT:
            message.sent_at = now
        if message.state is MessageState.DEAD:
            message.last_error = "Số điện thoại không đúng."
        record(session, actor, "message.called", message, now=now, outcome=str(outcome))
    return outcome


def _fair(session: Session, actor: Actor, slug: str) -> Fair:
    fair = find(session, Fair, Fair.slug == slug, visible_to(actor, Fair))
    require(actor, Action.SEND_MESSAGES, fair)
    return fair


def _message(session: Session, actor: Actor, message_id: str) -> Message:
    message = find(session, Message, Message.message_id == message_id, visible_to(actor, Message))
    require(actor, Action.SEND_MESSAGES, message)
    # As it stands once the worker, or a colleague, has let go of it.
    session.refresh(message, with_for_update=True)
    return message


def _chosen(
    session: Session, fair: Fair, chosen: Selection, states: Sequence[MessageState]
) -> list[int]:
    which: ColumnElement[bool]
    if chosen.ids:
        which = Message.message_id.in_(chosen.ids)
    elif chosen.kind:
        which = Message.kind == chosen.kind
    else:
        raise InvalidError("Chưa chọn thư nào. Hãy đánh dấu ít nhất một thư.")
    # What a colleague holds back in a release goes on, or not, on that release's page.
    held = (Message.state == MessageState.PROPOSED) & Message.campaign_id.is_not(None)
    return list(
        session.scalars(
            select(Message.id)
            .where(Message.fair_id == fair.id, Message.state.in_(states), which, ~held)
            .with_for_update()
        )
    )


def _title(chosen: Selection) -> str:
    return KINDS[chosen.kind].label if chosen.kind in KINDS else "Các thư đã chọn"


def _said(chosen: Selection, ids: list[int]) -> dict[str, object]:
    return {"kind": chosen.kind, "count": len(ids)}


def _withdraw_call(session: Session, message: Message) -> None:
    """The mail is tried again, so nobody needs to call."""
    session.execute(
        update(Message)
        .where(
            Message.dedupe_key == f"{message.dedupe_key}:call",
            Message.state == MessageState.QUEUED,
        )
        .values(state=MessageState.CANCELLED)
    )
