"""Portraits on badges: optional, taken off at any time, gone with a change of person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tgfair.core.errors import NotFoundError
from tgfair.documents.portraits import portrait
from tgfair.models.badge import Badge
from tgfair.policy import Action, Actor, can, require, visible_to
from tgfair.services.attendance import PeopleSettledError, may_name_people
from tgfair.services.audit import record
from tgfair.services.badges import BadgeVoidError, is_void
from tgfair.services.file_store import file_store
from tgfair.services.portrait_ends import drop_portrait
from tgfair.services.uow import find, reader, transaction


def set_photo(actor: Actor, badge_public_id: str, data: bytes, *, now: datetime) -> None:
    """Put a portrait on a badge; one that was printed before stays valid without it.

    Raises:
        NotFoundError: missing or foreign.
        BadgeVoidError: the badge is void.
        PeopleSettledError: badges are being printed; organisers still may.
        UploadRefusedError: with the sentence for the picture.
    """
    _changeable(reader(), actor, badge_public_id, now=now)
    digest = file_store().put(portrait(data))
    with transaction() as session:
        badge = _changeable(session, actor, badge_public_id, now=now)
        if badge.photo_sha256 != digest:
            drop_portrait(session, badge, now=now)
        badge.photo_sha256, badge.printed_at = digest, None
        record(session, actor, "badge.photo_set", badge, now=now)


def remove_photo(actor: Actor, badge_public_id: str, *, now: datetime) -> None:
    """Take the portrait off a badge; raises as `set_photo` does."""
    with transaction() as session:
        badge = _changeable(session, actor, badge_public_id, now=now)
        drop_portrait(session, badge, now=now)
        record(session, actor, "badge.photo_removed", badge, now=now)


def photo_of(actor: Actor, badge_public_id: str) -> bytes:
    """Return the JPEG of a badge's portrait.

    Raises:
        NotFoundError: missing, foreign, or without one.
    """
    badge = find(reader(), Badge, Badge.public_id == badge_public_id, visible_to(actor, Badge))
    require(actor, Action.VIEW_BADGES, badge)
    if badge.photo_sha256 is None:
        raise NotFoundError
    return file_store().read(badge.photo_sha256)


def _changeable(session: Session, actor: Actor, badge_public_id: str, *, now: datetime) -> Badge:
    badge = find(session, Badge, Badge.public_id == badge_public_id, visible_to(actor, Badge))
    require(actor, Action.VIEW_BADGES, badge)
    if is_void(badge):
        raise BadgeVoidError
    if badge.application is not None and not may_name_people(actor, badge.application, now=now):
        raise PeopleSettledError
    if badge.application is None and not can(actor, Action.MANAGE_BADGES, badge):
        require(actor, Action.RSVP, badge.invitation)
    return badge
