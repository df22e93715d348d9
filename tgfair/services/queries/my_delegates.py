"""The badges of those who only attend: by invitation, without an application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tgfair.models.badge import Badge, BadgeState
from tgfair.models.invitation import Invitation
from tgfair.policy import Action, Actor, can, require
from tgfair.services.badges import is_void
from tgfair.services.delegates import may_name_delegates
from tgfair.services.rsvp import find_invitation
from tgfair.services.uow import find, reader


@dataclass(frozen=True)
class DelegatesPage:
    """The valid badges of an invitation, oldest first."""

    invitation: Invitation
    badges: Sequence[Badge]
    may_name: bool


def may_see_delegates(actor: Actor, fair_slug: str, exhibitor_public_id: str) -> bool:
    """Return whether the actor may see the badges now, or must prove the contact first.

    Raises:
        NotFoundError: missing or foreign.
    """
    invitation = find_invitation(reader(), actor, fair_slug, exhibitor_public_id)
    return can(actor, Action.VIEW_BADGES, invitation)


def delegates_page(
    actor: Actor, fair_slug: str, exhibitor_public_id: str, *, now: datetime
) -> DelegatesPage:
    """Return the badges of an invitation.

    Raises:
        NotFoundError: missing or foreign.
    """
    session = reader()
    invitation = find_invitation(session, actor, fair_slug, exhibitor_public_id)
    require(actor, Action.VIEW_BADGES, invitation)
    badges = session.scalars(
        select(Badge)
        .where(Badge.invitation_id == invitation.id, Badge.state == BadgeState.VALID)
        .options(
            joinedload(Badge.application), joinedload(Badge.invitation), joinedload(Badge.fair)
        )
        .order_by(Badge.id)
    ).all()
    usable = [badge for badge in badges if not is_void(badge)]
    return DelegatesPage(invitation, usable, may_name_delegates(actor, invitation, now=now))


def delegate_badge(actor: Actor, fair_slug: str, exhibitor_public_id: str, public_id: str) -> Badge:
    """Return one badge of an invitation, void or not.

    Raises:
        NotFoundError: missing or foreign.
    """
    session = reader()
    invitation = find_invitation(session, actor, fair_slug, exhibitor_public_id)
    badge = find(session, Badge, Badge.public_id == public_id, Badge.invitation_id == invitation.id)
    require(actor, Action.VIEW_BADGES, badge)
    return badge
