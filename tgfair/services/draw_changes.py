"""A booth that was drawn goes to somebody else only by two people, and everybody may read why.

One person asks, with a public reason; another one agrees, which does it (reliability.md, 5.1, step
6; design.md, rulings). Who leaves the fair needs neither: the booth is free at once.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.errors import ConflictError, ForbiddenError, InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentSource, AssignmentState
from tgfair.models.booth import Booth
from tgfair.models.draw import ChangeState, Draw, DrawChange, DrawNote, DrawState
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.draws import MAX_NOTE, load_draw
from tgfair.services.places import end_place, occupant, place
from tgfair.services.uow import find, transaction

MAX_REASON = 300


class ChangeWaitsError(ConflictError):
    """Another change of the same booth waits for a second person."""

    code = "change_waits"

    def message(self) -> str:
        """Say what to do first."""
        return "Hồ sơ này đang có một đề nghị chờ người thứ hai. Hãy quyết đề nghị đó trước."


def ask_change(
    actor: Actor, fair_id: int, number: int, code: str, *, to_label: str, reason: str, now: datetime
) -> int:
    """Ask for a change of the booth that an application drew; return the id of the request.

    `to_label` is the new booth, with whose holder it changes places; empty takes the booth back.

    Raises:
        InvalidError: no such booth, nothing drawn that still stands, or no reason.
        ChangeWaitsError: one waits already.
    """
    words = check_text(reason, field="reason")[:MAX_REASON]
    if not words:
        raise InvalidError("Hãy ghi lý do: lý do được công khai cho mọi cơ sở.", field="reason")
    if actor.user_id is None:
        raise ForbiddenError
    with transaction() as session:
        draw = load_draw(session, actor, fair_id, number)
        application = find(
            session, Application, Application.fair_id == fair_id, Application.code == code
        )
        require(actor, Action.ASSIGN_BOOTHS, application)
        own = _drawn_place(session, draw, application)
        target = _target(session, own, to_label)
        if any(
            one.state is ChangeState.ASKED and one.application_id == application.id
            for one in draw.changes
        ):
            raise ChangeWaitsError
        change = DrawChange(
            application_id=application.id,
            booth_id=own.booth_id,
            to_booth_id=target.id if target else None,
            reason=words,
            state=ChangeState.ASKED,
            asked_by_id=actor.user_id,
            asked_at=now,
        )
        draw.changes.append(change)
        session.flush()
        record(session, actor, "draw.change_asked", draw, now=now, code=code, reason=words)
        return change.id


def _drawn_place(session: Session, draw: Draw, application: Application) -> Assignment:
    own = session.scalars(
        select(Assignment).where(
            Assignment.application_id == application.id,
            Assignment.run_id == draw.run_id,
            Assignment.source == AssignmentSource.DRAW,
            Assignment.state == AssignmentState.LIVE,
        )
    ).one_or_none()
    if draw.state is not DrawState.DRAWN or own is None:
        raise InvalidError(f"Hồ sơ {application.code} không đứng ở gian nào bốc được.", field="hs")
    return own


def _target(session: Session, own: Assignment, label: str) -> Booth | None:
    if not label:
        return None
    booth = session.scalars(
        select(Booth).where(Booth.fair_id == own.fair_id, Booth.label == label.upper())
    ).one_or_none()
    if booth is None or booth.blocked_reason is not None or booth.id == own.booth_id:
        raise InvalidError(f"Không đổi sang gian {label} được. Hãy chọn gian khác.", field="gian")
    return booth


def decide_change(
    actor: Actor, fair_id: int, number: int, change_id: int, *, agree: bool, now: datetime
) -> bool:
    """Agree to a change, which does it, or refuse it; return whether it was done.

    The producers are told when the places are published anew.

    Raises:
        InvalidError: decided already, asked by the same person, or the booths changed meanwhile.
        BoothTakenError: the new booth is only kept for somebody.
    """
    if actor.user_id is None:
        raise ForbiddenError
    with transaction() as session:
        draw = load_draw(session, actor, fair_id, number)
        change = next((one for one in draw.changes if one.id == change_id), None)
        if change is None or change.state is not ChangeState.ASKED:
            raise InvalidError("Đề nghị này không còn hoặc đã được quyết. Hãy tải lại trang.")
        if agree and change.asked_by_id == actor.user_id:
            raise InvalidError("Người đồng ý phải khác người đề nghị, bằng tài khoản của người đó.")
        if agree:
            _do(session, actor, draw, change, now=now)
        change.state = ChangeState.DONE if agree else ChangeState.REFUSED
        change.decided_by_id, change.decided_at = actor.user_id, now
        event = "draw.changed" if agree else "draw.change_refused"
        code = change.application.code
        record(session, actor, event, draw, now=now, code=code, reason=change.reason)
        return agree


def _do(session: Session, actor: Actor, draw: Draw, change: DrawChange, *, now: datetime) -> None:
    require(actor, Action.ASSIGN_BOOTHS, change.application)
    own = _drawn_place(session, draw, change.application)
    if own.booth_id != change.booth_id:
        raise InvalidError("Gian của hồ sơ đã đổi từ lúc đề nghị. Hãy đề nghị lại.")
    moves = [(change.application, change.to_booth)]
    other = (
        occupant(session, draw.fair_id, change.to_booth.label, now=now) if change.to_booth else None
    )
    if other is not None:
        require(actor, Action.ASSIGN_BOOTHS, other.application)
        if other.state is not AssignmentState.LIVE:
            raise InvalidError("Gian mới đang được giữ tạm. Hãy đợi cơ sở trả lời.")
        moves.append((other.application, change.booth))
        end_place(session, other, reason=change.reason, now=now, agreed=True)
    end_place(session, own, reason=change.reason, now=now, agreed=True)
    for application, booth in moves:
        if booth is not None:
            place(
                session,
                booth,
                application,
                source=AssignmentSource.DRAW,
                created_by_id=actor.user_id,
                now=now,
                run_id=draw.run_id,
            )
    text = f"{_in_words(change, other)} Lý do: {change.reason}"[:MAX_NOTE]
    draw.notes.append(DrawNote(at=now, kind="changed", text=text, actor_id=actor.user_id))


def _in_words(change: DrawChange, other: Assignment | None) -> str:
    code, booth = change.application.code, change.booth.label
    if change.to_booth is None:
        return f"Hồ sơ {code} trả gian {booth}."
    new = change.to_booth.label
    if other is None:
        return f"Hồ sơ {code} đổi từ gian {booth} sang gian {new}."
    return f"Hồ sơ {code} ở gian {booth} đổi chỗ với hồ sơ {other.application.code} ở gian {new}."
