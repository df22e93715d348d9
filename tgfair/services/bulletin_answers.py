"""Answers to the bulletin: interest collected, places taken, a line of those who wait, attendance.

The database is the judge of the last place: one conditional UPDATE whose row count is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tgfair.clock import day_in_vietnam
from tgfair.core.calendar_text import vn_date
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.phone import normalize_phone
from tgfair.core.vietnamese import check_text
from tgfair.models.bulletin import AnswerState, Bulletin, BulletinAnswer, BulletinState
from tgfair.models.exhibitor import Exhibitor
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.bulletins import fill_places, tell_answer
from tgfair.services.identifiers import public_id
from tgfair.services.uow import find, transaction

MAX_NOTE: Final = 400


@dataclass(frozen=True)
class AnswerData:
    """Who comes, as typed."""

    person: str
    phone: str = ""
    note: str = ""


def answer_bulletin(
    actor: Actor, bulletin_id: str, exhibitor_id: str, data: AnswerData, *, now: datetime
) -> AnswerState:
    """Say that a subject is interested, or take a place for it (or one in the line when full).

    Who has answered already keeps the answer: its state is returned.

    Raises:
        NotFoundError: the item is not published, or the subject is foreign.
        InvalidError: a field cannot be used, or the deadline has passed.
        ConflictError: the subject answers twice at this moment.
    """
    with transaction() as session:
        exhibitor = find(
            session, Exhibitor, Exhibitor.public_id == exhibitor_id, visible_to(actor, Exhibitor)
        )
        require(actor, Action.ANSWER_BULLETIN, exhibitor)
        before = _living(session, bulletin_id, exhibitor)
        if before is not None:
            return before.state
        bulletin = _open(session, bulletin_id, now=now)
        answer = _row(bulletin, exhibitor, data, now=now)
        answer.state = _state(session, bulletin)
        session.add(answer)
        session.flush()
        session.refresh(answer)
        if bulletin.places is not None:
            tell_answer(session, answer, str(answer.state), now=now)
        record(session, actor, "bulletin.answered", answer, now=now, state=answer.state)
        return answer.state


def _living(session: Session, bulletin_id: str, exhibitor: Exhibitor) -> BulletinAnswer | None:
    return session.scalars(
        select(BulletinAnswer)
        .join(Bulletin)
        .where(
            Bulletin.public_id == bulletin_id,
            BulletinAnswer.exhibitor_id == exhibitor.id,
            BulletinAnswer.state != AnswerState.WITHDRAWN,
        )
    ).one_or_none()


def _open(session: Session, bulletin_id: str, *, now: datetime) -> Bulletin:
    bulletin = find(
        session,
        Bulletin,
        Bulletin.public_id == bulletin_id,
        Bulletin.state == BulletinState.PUBLISHED,
    )
    until = bulletin.answer_until or bulletin.last_day
    if day_in_vietnam(now) > until:
        raise InvalidError(f"Đã hết hạn đăng ký (ngày {vn_date(until)}).")
    return bulletin


def _row(
    bulletin: Bulletin, exhibitor: Exhibitor, data: AnswerData, *, now: datetime
) -> BulletinAnswer:
    person = check_text(data.person, field="person")[:120]
    if not person:
        raise InvalidError("Hãy ghi họ tên người dự hoặc người liên hệ.", field="person")
    phone = data.phone.strip()
    return BulletinAnswer(
        public_id=public_id(),
        bulletin_id=bulletin.id,
        exhibitor_id=exhibitor.id,
        person=person,
        phone=normalize_phone(phone) if phone else exhibitor.phone,
        note=check_text(data.note, field="note")[:MAX_NOTE] or None,
        answered_at=now,
    )


def _state(session: Session, bulletin: Bulletin) -> AnswerState:
    if bulletin.places is None:
        return AnswerState.INTERESTED
    return AnswerState.PLACED if _take(session, bulletin) else AnswerState.WAITING


def _take(session: Session, bulletin: Bulletin) -> bool:
    done = session.execute(
        update(Bulletin)
        .where(Bulletin.id == bulletin.id, Bulletin.free > 0)
        .values(free=Bulletin.free - 1)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]  # -- an UPDATE has it


def withdraw_answer(
    actor: Actor, bulletin_id: str, exhibitor_id: str, *, now: datetime
) -> BulletinAnswer | None:
    """Take a subject's answer back; a place goes to who waits longest, who is returned.

    Without a living answer nothing is left to do.

    Raises:
        NotFoundError: there is no such item, or the subject is foreign.
    """
    with transaction() as session:
        exhibitor = find(
            session, Exhibitor, Exhibitor.public_id == exhibitor_id, visible_to(actor, Exhibitor)
        )
        require(actor, Action.ANSWER_BULLETIN, exhibitor)
        bulletin = find(session, Bulletin, Bulletin.public_id == bulletin_id)
        session.refresh(bulletin, with_for_update=True)
        answer = _living(session, bulletin_id, exhibitor)
        if answer is None:
            return None
        before, answer.state = answer.state, AnswerState.WITHDRAWN
        session.flush()
        record(session, actor, "bulletin.answer_withdrawn", answer, now=now)
        if before is not AnswerState.PLACED:
            return None
        bulletin.free = (bulletin.free or 0) + 1
        return next(iter(fill_places(session, bulletin, now=now)), None)


def mark_attended(actor: Actor, answer_id: str, *, now: datetime) -> BulletinAnswer:
    """Note that somebody with a place is there, once; return the answer.

    Raises:
        NotFoundError: there is no such answer.
        ConflictError: the answer holds no place.
        InvalidError: it is too early.
    """
    with transaction() as session:
        require(actor, Action.MANAGE_BULLETIN)
        answer = find(session, BulletinAnswer, BulletinAnswer.public_id == answer_id)
        if answer.state is not AnswerState.PLACED:
            raise ConflictError
        first_day = answer.bulletin.first_day
        if day_in_vietnam(now) < first_day:
            raise InvalidError(f"Chưa đến ngày. Điểm danh được từ ngày {vn_date(first_day)}.")
        if answer.attended_at is None:
            answer.attended_at, answer.attended_by_id = now, actor.user_id
            record(session, actor, "bulletin.attended", answer, now=now)
        return answer
