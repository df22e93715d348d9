"""The bulletin: fairs elsewhere, trade promotion, training classes, meetings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.clock import day_in_vietnam
from tgfair.core.email_address import normalize_email
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.phone import normalize_phone
from tgfair.core.vietnamese import check_text, fold
from tgfair.mail.enqueue import Recipient
from tgfair.models.bulletin import (
    AnswerState,
    Area,
    Bulletin,
    BulletinAnswer,
    BulletinKind,
    BulletinState,
)
from tgfair.policy import Action, Actor, require
from tgfair.services.audit import record
from tgfair.services.idempotency import once, remember
from tgfair.services.identifiers import public_id
from tgfair.services.notifications import notify_address
from tgfair.services.uow import check_seen, find, transaction

MOST_PLACES: Final = 5000
LIMITS: Final = {
    "title": (200, "Hãy ghi tên."),
    "place": (200, "Hãy ghi nơi tổ chức."),
    "organiser": (200, ""),
    "hours": (60, ""),
    "costs": (400, ""),
    "text": (4000, ""),
    "contact_name": (120, ""),
}


@dataclass(frozen=True)
class BulletinData:
    """An item as its form describes it; `places` only where one registers for a place."""

    kind: BulletinKind
    title: str
    place: str
    area: Area
    first_day: date
    last_day: date
    organiser: str = ""
    hours: str = ""
    answer_until: date | None = None
    costs: str = ""
    groups: tuple[str, ...] = ()
    text: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    places: int | None = None


def save_bulletin(
    actor: Actor,
    data: BulletinData,
    *,
    bulletin_id: str | None = None,
    seen_version: int = 0,
    key: str = "",
    now: datetime,
) -> str:
    """Write an item, new ones as a draft; return its public id. More places go to who waits.

    `key` is the idempotency key of the form for a new one.

    Raises:
        InvalidError: a field cannot be used, or fewer places than are taken.
        ConflictError: somebody else changed it since the page was shown.
    """
    with transaction() as session:
        require(actor, Action.MANAGE_BULLETIN)
        if bulletin_id is None:
            body = {"new_bulletin": str(data), "by": actor.user_id}
            if (earlier := once(session, key, body, now=now)) is not None:
                return str(earlier["public_id"])
            row = Bulletin(public_id=public_id(), created_at=now, created_by_id=actor.user_id)
        else:
            row = find(session, Bulletin, Bulletin.public_id == bulletin_id)
            session.refresh(row, with_for_update=True)
            check_seen(row, seen_version)
        _write(row, data)
        row.changed_at = now
        row.ics_sequence = (row.ics_sequence or 0) + (bulletin_id is not None)
        session.add(row)
        session.flush()
        fill_places(session, row, now=now)
        record(session, actor, "bulletin.saved", row, now=now)
        if bulletin_id is None:
            remember(session, key, {"public_id": row.public_id})
        return row.public_id


def _write(row: Bulletin, data: BulletinData) -> None:
    for field, (longest, missing) in LIMITS.items():
        text = check_text(str(getattr(data, field)), field=field).strip()
        if missing and not text:
            raise InvalidError(missing, field=field)
        if len(text) > longest:
            raise InvalidError(f"Mục này dài quá {longest} ký tự.", field=field)
        setattr(row, field, text or None)
    if data.last_day < data.first_day:
        raise InvalidError("Ngày cuối phải từ ngày đầu trở đi.", field="last_day")
    if data.answer_until is not None and data.answer_until > data.last_day:
        raise InvalidError("Hạn trả lời không được sau ngày cuối.", field="answer_until")
    row.kind, row.area = data.kind, data.area
    row.first_day, row.last_day = data.first_day, data.last_day
    row.answer_until = data.answer_until
    row.groups = list(data.groups) or None
    phone, email = data.contact_phone.strip(), data.contact_email.strip()
    row.contact_phone = normalize_phone(phone) if phone else None
    row.contact_email = normalize_email(email) if email else None
    row.search_fold = fold(f"{row.title} {row.place}")[:800]
    _set_places(row, data.places)


def _set_places(row: Bulletin, places: int | None) -> None:
    if places is not None and not 1 <= places <= MOST_PLACES:
        raise InvalidError(f"Số chỗ từ 1 đến {MOST_PLACES}.", field="places")
    taken = (row.places or 0) - (row.free or 0)
    if taken and (places is None or places < taken):
        raise InvalidError(f"Đã có {taken} chỗ được giữ, không giảm xuống ít hơn.", field="places")
    row.places = places
    row.free = None if places is None else places - taken


def fill_places(session: Session, bulletin: Bulletin, *, now: datetime) -> list[BulletinAnswer]:
    """Give the free places to who waits longest, until the last day, and tell them.

    The caller holds the item's row.
    """
    over = bulletin.state is not BulletinState.PUBLISHED or day_in_vietnam(now) > bulletin.last_day
    if over or not bulletin.free:
        return []
    following = session.scalars(
        select(BulletinAnswer)
        .where(
            BulletinAnswer.bulletin_id == bulletin.id, BulletinAnswer.state == AnswerState.WAITING
        )
        .order_by(BulletinAnswer.answered_at, BulletinAnswer.id)
        .limit(bulletin.free)
    ).all()
    for answer in following:
        answer.state = AnswerState.PLACED
    bulletin.free -= len(following)
    session.flush()
    for answer in following:
        tell_answer(session, answer, "moved", now=now)
    return list(following)


def publish_bulletin(actor: Actor, bulletin_id: str, *, now: datetime) -> str:
    """Show an item to everybody and return its title; followers read of it in their next digest."""
    with transaction() as session:
        require(actor, Action.MANAGE_BULLETIN)
        row = find(session, Bulletin, Bulletin.public_id == bulletin_id)
        if row.state is not BulletinState.DRAFT:
            raise ConflictError
        row.state, row.published_at = BulletinState.PUBLISHED, now
        record(session, actor, "bulletin.published", row, now=now)
        return row.title


def withdraw_bulletin(actor: Actor, bulletin_id: str, reason: str, *, now: datetime) -> int:
    """Call an item off, keep it with the reason, tell who answered; return how many were told.

    Raises:
        InvalidError: the reason is missing.
        ConflictError: it is not published.
    """
    with transaction() as session:
        require(actor, Action.MANAGE_BULLETIN)
        row = find(session, Bulletin, Bulletin.public_id == bulletin_id)
        if row.state is not BulletinState.PUBLISHED:
            raise ConflictError
        words = check_text(reason, field="reason")[:400]
        if not words:
            raise InvalidError("Hãy ghi lý do hủy để báo cho người đã đăng ký.", field="reason")
        row.state, row.withdrawn_reason = BulletinState.WITHDRAWN, words
        row.ics_sequence += 1
        answers = session.scalars(
            select(BulletinAnswer).where(
                BulletinAnswer.bulletin_id == row.id,
                BulletinAnswer.state != AnswerState.WITHDRAWN,
            )
        ).all()
        for answer in answers:
            tell_answer(session, answer, "off", now=now)
        record(session, actor, "bulletin.withdrawn", row, now=now, reason=words)
        return len(answers)


def tell_answer(session: Session, answer: BulletinAnswer, cause: str, *, now: datetime) -> None:
    """Queue the message that says how an answer stands now."""
    exhibitor = answer.exhibitor
    recipient = Recipient(
        name=answer.person,
        email=None if exhibitor.email_bounced_at else exhibitor.email,
        phone=answer.phone or exhibitor.phone,
        exhibitor_id=exhibitor.id,
    )
    notify_address(
        session,
        "place",
        recipient,
        dedupe=f"answer:{answer.id}:{cause}",
        now=now,
        answer_id=answer.id,
        told=str(answer.state),
    )
