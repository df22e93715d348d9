"""What participants say against a list while it may still be corrected, and the answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tgfair.core.calendar_text import vn_datetime
from tgfair.core.errors import InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.models.application import Application
from tgfair.models.draw import Draw, DrawObjection, DrawState
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.draws import load_draw
from tgfair.services.uow import find, transaction

MAX_WORDS = 600


def object_to_list(actor: Actor, code: str, words: str, *, now: datetime) -> None:
    """Say what is wrong with the published list; also for whom it forgot. Said twice it is once.

    Raises:
        NotFoundError: no such application of the actor's.
        InvalidError: no list waits, the time for objections is over, or nothing was written.
    """
    text = check_text(words, field="words")[:MAX_WORDS]
    if not text:
        raise InvalidError("Hãy ghi điều chưa đúng trong danh sách.", field="words")
    with transaction() as session:
        application = find(
            session, Application, Application.code == code, visible_to(actor, Application)
        )
        require(actor, Action.OBJECT_TO_DRAW, application)
        draw = session.scalars(
            select(Draw).where(Draw.fair_id == application.fair_id, Draw.state == DrawState.FROZEN)
        ).one_or_none()
        if draw is None:
            raise InvalidError("Hiện không có danh sách bốc thăm nào đang nhận ý kiến.")
        if now > draw.objections_until:
            until = vn_datetime(draw.objections_until)
            raise InvalidError(f"Đã hết giờ nêu ý kiến ({until}). Cần gấp, hãy gọi Ban Tổ chức.")
        if any((one.application_id, one.text) == (application.id, text) for one in draw.objections):
            return
        draw.objections.append(
            DrawObjection(
                application_id=application.id, at=now, text=text, made_by_id=actor.user_id
            )
        )
        record(session, actor, "draw.objected", application, now=now, draw=draw.number)


def answer_objection(
    actor: Actor, fair_id: int, number: int, objection_id: int, answer: str, *, now: datetime
) -> None:
    """Answer an objection; the answer stands on the public page beside it.

    Raises:
        NotFoundError: no such objection to this draw.
        InvalidError: nothing was written.
    """
    text = check_text(answer, field="answer")[:MAX_WORDS]
    if not text:
        raise InvalidError("Hãy ghi câu trả lời.", field="answer")
    with transaction() as session:
        draw = load_draw(session, actor, fair_id, number)
        objection = find(
            session,
            DrawObjection,
            DrawObjection.id == objection_id,
            DrawObjection.draw_id == draw.id,
        )
        objection.answer = text
        objection.answered_at = now
        objection.answered_by_id = actor.user_id
        record(session, actor, "draw.answered", draw, now=now, number=number)
