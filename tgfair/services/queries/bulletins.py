"""Reads of the bulletin: what is announced, who answered, what a subject follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from email.utils import parseaddr

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from tgfair.clock import day_in_vietnam
from tgfair.config import Config
from tgfair.core.calendar_text import VIETNAM
from tgfair.documents.calendar import CalendarEntry
from tgfair.documents.feeds import FeedItem
from tgfair.models.bulletin import (
    AnswerState,
    Bulletin,
    BulletinAnswer,
    BulletinState,
    BulletinSubscription,
)
from tgfair.models.exhibitor import Exhibitor
from tgfair.policy import Action, Actor, can, require
from tgfair.services.bulletin_messages import bulletin_url
from tgfair.services.uow import find, reader

NEWEST = 50


@dataclass(frozen=True)
class OwnAnswer:
    """One of the reader's subjects, and its living answer to an item."""

    exhibitor: Exhibitor
    answer: BulletinAnswer | None


def announced(*, group: str, area: str, kind: str, today: date) -> Sequence[Bulletin]:
    """Return what is announced and not over, the nearest first."""
    rows = reader().scalars(
        select(Bulletin)
        .where(Bulletin.state == BulletinState.PUBLISHED, Bulletin.last_day >= today)
        .order_by(Bulletin.first_day, Bulletin.id)
    )
    return [
        row
        for row in rows
        if (not group or row.groups is None or group in row.groups)
        and (not area or row.area == area)
        and (not kind or row.kind == kind)
    ]


def announced_item(bulletin_id: str) -> Bulletin:
    """Return an item that was published, also one called off since.

    Raises:
        NotFoundError: there is none, or it is a draft.
    """
    return find(
        reader(),
        Bulletin,
        Bulletin.public_id == bulletin_id,
        Bulletin.state != BulletinState.DRAFT,
    )


def own_answers(actor: Actor, item: Bulletin) -> list[OwnAnswer]:
    """Return the reader's subjects with their answers; none for visitors and staff."""
    session = reader()
    subjects = session.scalars(
        select(Exhibitor).where(Exhibitor.id.in_(actor.exhibitor_ids)).order_by(Exhibitor.sort_key)
    ).all()
    answers = session.scalars(
        select(BulletinAnswer).where(
            BulletinAnswer.bulletin_id == item.id,
            BulletinAnswer.exhibitor_id.in_(actor.exhibitor_ids),
            BulletinAnswer.state != AnswerState.WITHDRAWN,
        )
    )
    known = {answer.exhibitor_id: answer for answer in answers}
    return [
        OwnAnswer(one, known.get(one.id))
        for one in subjects
        if can(actor, Action.ANSWER_BULLETIN, one)
    ]


def answers_of(actor: Actor, *, today: date) -> Sequence[BulletinAnswer]:
    """Return the living answers of the reader's subjects to what is not over, the nearest first."""
    rows = (
        reader()
        .scalars(
            select(BulletinAnswer)
            .join(BulletinAnswer.bulletin)
            .where(
                BulletinAnswer.exhibitor_id.in_(actor.exhibitor_ids),
                BulletinAnswer.state != AnswerState.WITHDRAWN,
                Bulletin.state == BulletinState.PUBLISHED,
                Bulletin.last_day >= today,
            )
            .options(contains_eager(BulletinAnswer.bulletin), joinedload(BulletinAnswer.exhibitor))
            .order_by(Bulletin.first_day, BulletinAnswer.id)
        )
        .all()
    )
    return [row for row in rows if can(actor, Action.ANSWER_BULLETIN, row.exhibitor)]


def followed(actor: Actor) -> list[tuple[Exhibitor, BulletinSubscription | None]]:
    """Return the reader's subjects and what each follows."""
    session = reader()
    subjects = session.scalars(
        select(Exhibitor).where(Exhibitor.id.in_(actor.exhibitor_ids)).order_by(Exhibitor.sort_key)
    ).all()
    rows = session.scalars(
        select(BulletinSubscription).where(
            BulletinSubscription.exhibitor_id.in_(actor.exhibitor_ids)
        )
    )
    known = {row.exhibitor_id: row for row in rows}
    return [(one, known.get(one.id)) for one in subjects]


def all_items(actor: Actor) -> Sequence[Bulletin]:
    """Return everything for staff who keep the bulletin, the newest first."""
    require(actor, Action.MANAGE_BULLETIN)
    return reader().scalars(select(Bulletin).order_by(Bulletin.id.desc())).all()


def item_for_staff(actor: Actor, bulletin_id: str) -> Bulletin:
    """Return one item, drafts too.

    Raises:
        NotFoundError: there is none.
    """
    require(actor, Action.MANAGE_BULLETIN)
    return find(reader(), Bulletin, Bulletin.public_id == bulletin_id)


def answers_to(actor: Actor, item: Bulletin) -> Sequence[BulletinAnswer]:
    """Return the living answers to an item in the order they came."""
    require(actor, Action.MANAGE_BULLETIN)
    return (
        reader()
        .scalars(
            select(BulletinAnswer)
            .where(
                BulletinAnswer.bulletin_id == item.id,
                BulletinAnswer.state != AnswerState.WITHDRAWN,
            )
            .options(joinedload(BulletinAnswer.exhibitor))
            .order_by(BulletinAnswer.answered_at, BulletinAnswer.id)
        )
        .all()
    )


def answer_for_staff(actor: Actor, answer_id: str) -> BulletinAnswer:
    """Return one answer, as its QR code names it.

    Raises:
        NotFoundError: there is none.
    """
    require(actor, Action.MANAGE_BULLETIN)
    return find(reader(), BulletinAnswer, BulletinAnswer.public_id == answer_id)


def feed_items(*, now: datetime) -> list[FeedItem]:
    """Return the newest items as a feed shows them."""
    rows = reader().scalars(
        select(Bulletin)
        .where(Bulletin.state == BulletinState.PUBLISHED, Bulletin.published_at <= now)
        .order_by(Bulletin.published_at.desc(), Bulletin.id.desc())
        .limit(NEWEST)
    )
    return [
        FeedItem(
            guid=row.public_id,
            title=row.title,
            link=bulletin_url(row),
            text=f"{row.place}. {row.text or ''}".strip(),
            published=row.published_at or row.created_at,
        )
        for row in rows
    ]


def feed_entries(*, now: datetime) -> list[CalendarEntry]:
    """Return what is ahead as calendar entries; called off ones too, so that they leave."""
    config: Config = current_app.config["TGFAIR"]
    domain = parseaddr(config.mail.sender)[1].rpartition("@")[2] or "localhost"
    rows = reader().scalars(
        select(Bulletin)
        .where(Bulletin.state != BulletinState.DRAFT, Bulletin.last_day >= day_in_vietnam(now))
        .order_by(Bulletin.first_day, Bulletin.id)
    )
    return [
        CalendarEntry(
            uid=f"tin-{row.public_id}@{domain}",
            summary=row.title,
            begins=row.first_day,
            ends=row.last_day,
            location=row.place,
            description=row.costs or "",
            url=bulletin_url(row),
            sequence=row.ics_sequence,
            cancelled=row.state is BulletinState.WITHDRAWN,
        )
        for row in rows
    ]


def closes_at(item: Bulletin) -> datetime:
    """Return until when one answers: the end of the last day for it."""
    return datetime.combine(item.answer_until or item.last_day, time(23, 59), tzinfo=VIETNAM)
