"""Following the bulletin by product group and area, and the digest mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.clock import day_in_vietnam
from tgfair.core.names import GROUP_NAMES
from tgfair.core.notice_rules import is_night
from tgfair.mail.enqueue import Links
from tgfair.models.bulletin import Area, Bulletin, BulletinState, BulletinSubscription
from tgfair.models.exhibitor import Exhibitor
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.notifications import notify_exhibitor
from tgfair.services.uow import find, reader, transaction

EVERY: Final = timedelta(days=7)


def follow(
    actor: Actor,
    exhibitor_id: str,
    groups: Sequence[str],
    areas: Sequence[str],
    *,
    now: datetime,
) -> None:
    """Let a subject have a weekly digest of these groups and areas; none chosen means all."""
    with transaction() as session:
        exhibitor = _own(session, actor, exhibitor_id)
        row = session.scalars(
            select(BulletinSubscription).where(BulletinSubscription.exhibitor_id == exhibitor.id)
        ).one_or_none()
        if row is None:
            row = BulletinSubscription(
                exhibitor_id=exhibitor.id, created_at=now, digested_until=now - EVERY
            )
            session.add(row)
        row.groups = [group for group in groups if group in GROUP_NAMES] or None
        row.areas = [area for area in areas if area in list(Area)] or None


def stop_following(actor: Actor, exhibitor_id: str) -> None:
    """Send a subject no more digests; one that has none gets none."""
    with transaction() as session:
        exhibitor = _own(session, actor, exhibitor_id)
        row = session.scalars(
            select(BulletinSubscription).where(BulletinSubscription.exhibitor_id == exhibitor.id)
        ).one_or_none()
        if row is not None:
            session.delete(row)


def _own(session: Session, actor: Actor, exhibitor_id: str) -> Exhibitor:
    exhibitor = find(
        session, Exhibitor, Exhibitor.public_id == exhibitor_id, visible_to(actor, Exhibitor)
    )
    require(actor, Action.ANSWER_BULLETIN, exhibitor)
    return exhibitor


def send_digests(now: datetime) -> int:
    """Queue one digest for each follower who has news and had none for a week; return how many."""
    if is_night(now):
        return 0
    due = (
        select(BulletinSubscription.id)
        .where(BulletinSubscription.digested_until <= now - EVERY)
        .order_by(BulletinSubscription.id)
    )
    ids = list(reader().scalars(due))
    newest = reader().scalar(
        select(Bulletin.published_at)
        .where(Bulletin.state == BulletinState.PUBLISHED)
        .order_by(Bulletin.published_at.desc())
        .limit(1)
    )
    reader().rollback()
    return sum(_digest(row_id, now=now) for row_id in ids) if newest else 0


def _digest(subscription_id: int, *, now: datetime) -> bool:
    with transaction() as session:
        row = find(session, BulletinSubscription, BulletinSubscription.id == subscription_id)
        session.refresh(row, with_for_update=True)
        items = [] if row.digested_until > now - EVERY else news_for(session, row, now=now)
        if not items:
            return False
        message = notify_exhibitor(
            session,
            "news",
            row.exhibitor,
            dedupe=f"subscription:{row.id}:{day_in_vietnam(now):%Y%m%d}",
            now=now,
            links=Links(),
            items=[item.id for item in items],
        )
        row.digested_until = now
        return message is not None


def news_for(
    session: Session, subscription: BulletinSubscription, *, now: datetime
) -> list[Bulletin]:
    """Return what was published since the last digest, is still ahead, and is followed."""
    rows = session.scalars(
        select(Bulletin)
        .where(
            Bulletin.state == BulletinState.PUBLISHED,
            Bulletin.published_at > subscription.digested_until,
            Bulletin.published_at <= now,
            Bulletin.last_day >= day_in_vietnam(now),
        )
        .order_by(Bulletin.first_day, Bulletin.id)
    )
    return [row for row in rows if _fits(row, subscription)]


def _fits(item: Bulletin, subscription: BulletinSubscription) -> bool:
    groups, areas = subscription.groups, subscription.areas
    wanted = groups is None or item.groups is None or bool(set(groups) & set(item.groups))
    return wanted and (areas is None or item.area in areas)
