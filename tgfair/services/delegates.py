"""Badges of delegates: as many as an invitation's answer says, with or without names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.clock import day_in_vietnam
from tgfair.core.badge import BadgeKind
from tgfair.core.badge_rules import MAX_NAME
from tgfair.core.errors import ConflictError, InvalidError
from tgfair.core.vietnamese import check_text
from tgfair.models.badge import Badge, BadgeState
from tgfair.models.invitation import Invitation, Rsvp
from tgfair.policy import Action, Actor, can, require, visible_to
from tgfair.services.badge_rows import name_badge, new_badge, raise_generation, stamp, void
from tgfair.services.badges import FEWER_DELEGATES, Issued
from tgfair.services.keys import ensure_key
from tgfair.services.rsvp import find_invitation
from tgfair.services.uow import find, reader, transaction

DELEGATE_CHANGED = "Cơ quan, cơ sở đổi người đi dự."


class DelegatesSettledError(ConflictError):
    """Badges have been printed: only the organisers change a name now."""

    code = "delegates_settled"

    def message(self) -> str:
        """Say whom to call."""
        return "Đã đến ngày in thẻ nên không tự đổi tên được nữa. Hãy gọi số hỗ trợ."


def issue_to_delegates(actor: Actor, invitation_id: int, *, now: datetime) -> Issued:
    """Bring the delegate badges of an invitation in step with its answer and headcount.

    They carry the organisation; a name is typed by the guests, or written by hand.
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


def name_delegates(
    actor: Actor, fair_slug: str, exhibitor_public_id: str, typed: Sequence[str], *, now: datetime
) -> None:
    """Write names on the delegates' badges, in the order of the badges; empty is by hand.

    A badge that bore another name gets its next generation: the printed one is void.

    Raises:
        NotFoundError: there is no such invitation for the actor.
        DelegatesSettledError: the badges are being printed; organisers still may.
        InvalidError: a name is too long; the field is `name1`, `name2`, ….
    """
    with transaction() as session:
        invitation = find_invitation(session, actor, fair_slug, exhibitor_public_id)
        require(actor, Action.VIEW_BADGES, invitation)
        session.refresh(invitation, with_for_update=True)
        if not may_name_delegates(actor, invitation, now=now):
            raise DelegatesSettledError
        badges = delegate_badges(session, invitation.id)
        for number, (badge, text) in enumerate(zip(badges, typed, strict=False), 1):
            name = _checked_name(text, f"name{number}")
            if name == badge.holder_name:
                continue
            if badge.holder_name:
                reason = DELEGATE_CHANGED
                raise_generation(session, actor, badge, name=name, reason=reason, now=now)
            else:
                name_badge(session, actor, badge, name, now=now)


def may_name_delegates(actor: Actor, invitation: Invitation, *, now: datetime) -> bool:
    """Return whether names may be written: until the badges are printed, then by organisers."""
    day = invitation.fair.badges_on
    settled = day is not None and day_in_vietnam(now) >= day
    return not settled or can(actor, Action.MANAGE_BADGES, invitation)


def _checked_name(text: str, field: str) -> str:
    name = check_text(text, field=field)
    if len(name) > MAX_NAME:
        raise InvalidError(f"Dài quá {MAX_NAME} ký tự. Hãy viết ngắn lại.", field=field)
    return name
