"""Move an application along the workflow: state, history, audit and mails owed, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from tgfair.core.badge_issue import reason_to_end
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.workflow import EFFECTS, Event, State, next_state
from tgfair.database import connection_of
from tgfair.models.application import Application, ApplicationEvent
from tgfair.models.base import table_of
from tgfair.policy import Actor
from tgfair.services.audit import record
from tgfair.services.badge_ends import end_badges
from tgfair.services.notifications import drop_untrue, tell_application

ADD_EVENT = insert(table_of(ApplicationEvent)).returning(ApplicationEvent.id)

WRITE = update(table_of(Application)).where(
    Application.id == bindparam("row_id"), Application.version == bindparam("row_version")
)


def write(session: Session, application: Application, **values: Any) -> None:
    """Write columns of an application at once: a third of what the session's search costs.

    Raises:
        ConflictError: somebody else changed or deleted it since it was read.
    """
    session.flush()
    seen = {"row_id": application.id, "row_version": application.version}
    values["version"] = application.version + 1
    if connection_of(session).execute(WRITE, values | seen).rowcount != 1:
        raise ConflictError
    for name, value in values.items():
        set_committed_value(application, name, value)


def advance(  # noqa: PLR0913 -- each is a fact of the move
    session: Session,
    application: Application,
    event: Event,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    proposed: bool | None = None,
    mails: tuple[str, ...] | None = None,
    columns: Mapping[str, Any] = MappingProxyType({}),
    **params: Any,
) -> None:
    """Apply `event`, write history and audit, queue the mails that the effects table owes.

    Mails that still wait and are no longer true are cancelled; badges end with the booth.

    `proposed=True` leaves the mails for a person to send (bulk decisions); `mails` replaces those
    of the table for an act that owes its own (the answer to an invitation); `columns` are written
    with the state; `params` go to the mail templates. The caller has checked the policy.

    Raises:
        IllegalMoveError: the workflow does not allow it.
        InvalidError: the event needs a reason and none was given.
    """
    effect = EFFECTS[event]
    target = next_state(application.state, event)
    if effect.needs_reason and not (reason or "").strip():
        raise InvalidError("Chưa ghi lý do. Hãy ghi ngắn gọn vì sao.", field="reason")
    before = application.state
    write(session, application, state=target, **columns)
    entry_id = _note(session, application, event, before, actor=actor, now=now, reason=reason)
    ended = reason_to_end(before, target, event)
    if ended is not None:
        end_badges(session, actor, application, reason=ended, now=now)
    if before is not State.DRAFT:  # of a draft nobody has been told anything
        drop_untrue(session, application)
    for kind in effect.mails if mails is None else mails:
        tell_application(
            session,
            kind,
            application,
            dedupe=f"event:{entry_id}",
            now=now,
            proposed=proposed,
            reason=reason,
            **params,
        )


def _note(
    session: Session,
    application: Application,
    event: Event,
    before: State,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None,
) -> int:
    """Write history and audit, and return the number of the event."""
    values = {
        "application_id": application.id,
        "at": now,
        "event": event,
        "from_state": before,
        "to_state": application.state,
        "actor_id": actor.user_id,
        "actor_label": actor.label,
        "reason": reason,
    }
    entry_id: int = connection_of(session).execute(ADD_EVENT, values).scalar_one()
    session.expire(application, ["history"])
    record(session, actor, f"application.{event}", application, now=now, reason=reason)
    return entry_id
