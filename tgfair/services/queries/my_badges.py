"""The producer's badges, and which kinds more can be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from tgfair.core.badge import BadgeKind
from tgfair.core.badge_rules import NAMED_BY_PRODUCER
from tgfair.core.workflow import State
from tgfair.models.application import Application
from tgfair.models.badge import Badge, BadgeState
from tgfair.models.invitation import Invitation
from tgfair.policy import Action, Actor, can, require, visible_to
from tgfair.services.attendance import may_name_people
from tgfair.services.badge_rows import valid_badges
from tgfair.services.badges import is_void
from tgfair.services.booth_badges import booths_held, rules_of
from tgfair.services.queries.my_booth import application_with_people
from tgfair.services.uow import find, reader


@dataclass(frozen=True)
class BadgeLine:
    """A badge on its producer's page; `of_booth` when it hangs on the application."""

    public_id: str
    name: str
    kind: BadgeKind
    short_code: str
    has_photo: bool
    of_booth: bool


@dataclass(frozen=True)
class MoreBadges:
    """A kind of badge that the producer may name holders for, and how many there are."""

    kind: BadgeKind
    most: int
    holders: Sequence[str]


@dataclass(frozen=True)
class BadgesPage:
    """The badges that an application's people can print now."""

    application: Application
    badges: Sequence[BadgeLine]
    may_name: bool
    more: Sequence[MoreBadges]


def may_see_badges(actor: Actor, code: str) -> bool:
    """Return whether the actor may see the badges now, or must prove the contact first.

    Raises:
        NotFoundError: missing or foreign.
    """
    return can(actor, Action.VIEW_BADGES, application_with_people(reader(), actor, code))


def badges_page(actor: Actor, code: str, *, now: datetime) -> BadgesPage:
    """Return the valid badges of an application and the delegate badges of its subject.

    Raises:
        NotFoundError: missing or foreign.
    """
    session = reader()
    application = application_with_people(session, actor, code)
    require(actor, Action.VIEW_BADGES, application)
    badges = session.scalars(
        select(Badge)
        .where(_of(application), Badge.state == BadgeState.VALID)
        .options(
            joinedload(Badge.application), joinedload(Badge.invitation), joinedload(Badge.fair)
        )
        .order_by(Badge.kind, Badge.id)
    ).all()
    lines = [_line(badge) for badge in badges if not is_void(badge)]
    may_name = may_name_people(actor, application, now=now)
    more = _more(session, application) if application.state is State.CONFIRMED else []
    return BadgesPage(application, lines, may_name, more)


def _of(application: Application) -> ColumnElement[bool]:
    invitation = select(Invitation.id).where(
        Invitation.fair_id == application.fair_id,
        Invitation.exhibitor_id == application.exhibitor_id,
    )
    return or_(Badge.application_id == application.id, Badge.invitation_id.in_(invitation))


def _line(badge: Badge) -> BadgeLine:
    return BadgeLine(
        badge.public_id,
        badge.holder_name,
        BadgeKind(badge.kind),
        badge.short_code,
        has_photo=badge.photo_sha256 is not None,
        of_booth=badge.application_id is not None,
    )


def _more(session: Session, application: Application) -> list[MoreBadges]:
    rules, booths = rules_of(application.fair), booths_held(session, application.id)
    return [
        MoreBadges(
            kind,
            most,
            [badge.holder_name for badge in valid_badges(session, application.id, kind)],
        )
        for kind in NAMED_BY_PRODUCER
        if (most := rules.most(kind, booths))
    ]


def more_of(page: BadgesPage, kind: BadgeKind) -> MoreBadges:
    """Return the page's part on one kind; `most` is 0 when none can be asked for now."""
    found = next((more for more in page.more if more.kind is kind), None)
    return found or MoreBadges(kind, 0, ())


@dataclass(frozen=True)
class OneBadge:
    """One badge of an application or of its subject's invitation, void or not."""

    application: Application
    badge: BadgeLine
    may_name: bool


def one_badge(actor: Actor, code: str, public_id: str, *, now: datetime) -> OneBadge:
    """Return one badge of an application's page.

    Raises:
        NotFoundError: missing or foreign.
    """
    session = reader()
    application = application_with_people(session, actor, code)
    badge = find(
        session,
        Badge,
        Badge.public_id == public_id,
        _of(application),
        visible_to(actor, Badge),
    )
    require(actor, Action.VIEW_BADGES, badge)
    return OneBadge(application, _line(badge), may_name_people(actor, application, now=now))
