"""Badges of delegates: as many as an invitation's answer says, names written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.badge import BadgeKind
from tgfair.models.badge import Badge, BadgeState
from tgfair.models.invitation import Invitation, Rsvp
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.badge_rows import new_badge, stamp, void
from tgfair.services.badges import FEWER_DELEGATES, Issued
from tgfair.services.keys import ensure_key
from tgfair.services.uow import find, reader, transaction


def issue_to_delegates(actor: Actor, invitation_id: int, *, now: datetime) -> Issued:
    """Bring the delegate badges of an invitation in step with its answer and headcount.

    They carry the organisation; the name is written by hand.
    """
    criteria = (Invitation.id == invitation_id, visible_to(actor, Invitation))
    kid = ensure_key(find(reader(), Invitation, *criteria).fair_id, actor=actor, now=now)
    with transaction() as session:
        invitation = find(session, Invitation, *criteria)
        require(actor, Action.MANAGE_BADGES, invitation)
        session.refresh(invitation, with_for_update=True)
        coming = invitation.rsvp in {Rsvp.YES, Rsvp.ATTEND_ONLY}
        wanted = (1 if invitation.headcount is None else invitation.headcount) if coming else 0
        badges = delegate_badges(session, invitation.id)
        for badge in badges[wanted:]:
            void(session, actor, badge, reason=FEWER_DELEGATES, now=now)
        for _ in range(wanted - len(badges)):
            organisation = invitation.exhibitor.name
            badge = new_badge(
                invitation.fair, BadgeKind.DELEGATE, name="", organisation=organisation
            )
            badge.invitation_id = invitation.id
            stamp(session, actor, badge, kid=kid, now=now)
        return Issued(max(0, wanted - len(badges)), 0, len(badges[wanted:]))


def delegate_badges(session: Session, invitation_id: int) -> Sequence[Badge]:
    """Return the delegate badges of an invitation that are not revoked, oldest first."""
    return session.scalars(
        select(Badge)
        .where(Badge.invitation_id == invitation_id, Badge.state == BadgeState.VALID)
        .order_by(Badge.id)
    ).all()
