"""Mails on changed days that still wait to be sent: they tell of the next change too.

Whoever has heard of no change gets one mail, from the days that it knows to the days of now.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.models.fair import Fair, FairDateChange
from tgfair.models.outbox import Message, MessageState

MAIL: Final = "dates_changed"
WAITING: Final = (MessageState.PROPOSED, MessageState.QUEUED, MessageState.FAILED)

# By exhibitor, and application where it tells of one.
Proposed = dict[tuple[int | None, int | None], Message]


def words_of_change(change: FairDateChange) -> dict[str, Any]:
    """Return what a mail on this change keeps: its reason, and what was known before it."""
    return {
        "reason": change.reason,
        "old_first_day": change.old_first_day.isoformat(),
        "old_last_day": change.old_last_day.isoformat(),
        "old_put_off": change.before["fair"]["put_off_at"] is not None,
    }


def proposed_mails(session: Session, fair: Fair) -> Proposed:
    """Return the fair's mails on changed days that nobody has sent yet; nobody can meanwhile."""
    rows = session.scalars(
        select(Message)
        .where(
            Message.fair_id == fair.id,
            Message.kind == MAIL,
            Message.state == MessageState.PROPOSED,
        )
        .with_for_update()
    )
    return {(row.exhibitor_id, row.application_id): row for row in rows}


def carry(
    proposed: Proposed, change: FairDateChange, exhibitor_id: int, application_id: int | None
) -> bool:
    """Let the mail that waits for somebody tell of this change; False when none waits."""
    mail = proposed.get((exhibitor_id, application_id)) or proposed.get((exhibitor_id, None))
    if mail is None:
        return False
    mail.params = mail.params | {
        "reason": change.reason,
        "carries": change.id,
        "reason_before": mail.params.get("reason"),
    }
    return True


def take_back(session: Session, fair: Fair, change: FairDateChange) -> tuple[int, set[int | None]]:
    """Cancel the change's own mails that wait; return how many, and who heard of the change.

    A mail that waited before it goes on waiting, and tells of the change before.
    """
    mails = session.scalars(select(Message).where(Message.fair_id == fair.id, Message.kind == MAIL))
    cancelled, heard = 0, set()
    for mail in mails.all():
        carried = mail.params.get("carries") == change.id
        if not carried and mail.created_at < change.changed_at:
            continue
        if mail.state in WAITING and carried:
            mail.params = mail.params | {"reason": mail.params["reason_before"]}
        elif mail.state in WAITING:
            mail.state = MessageState.CANCELLED
            cancelled += 1
        elif mail.state is not MessageState.CANCELLED:
            heard.add(mail.exhibitor_id)
    return cancelled, heard
