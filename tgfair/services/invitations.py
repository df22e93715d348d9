"""Invite subjects, revoke and renew links, remind the silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.clock import day_in_vietnam
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import State
from tgfair.mail.enqueue import Links
from tgfair.models.application import Application
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair, FairStatus
from tgfair.models.invitation import Invitation
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.audit import record
from tgfair.services.notifications import notify_exhibitor
from tgfair.services.uow import find, transaction


def invite(
    actor: Actor, fair_id: int, exhibitor_ids: Sequence[int], *, now: datetime
) -> tuple[int, int]:
    """Invite these subjects; return how many were invited by mail and how many have to be called.

    Those already invited are passed over, so pressing twice invites once. Each gets a personal
    link by e-mail; without an address a line of the call list.

    Raises:
        InvalidError: the fair is not open, or nobody is left to invite.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.INVITE, fair)
        if fair.status != FairStatus.OPEN:
            raise InvalidError("Sự kiện chưa mở. Hãy mở sự kiện trong Cài đặt rồi mời.")
        chosen = _not_yet_invited(session, actor, fair, exhibitor_ids)
        if not chosen:
            raise InvalidError("Không còn chủ thể nào để mời trong danh sách này.")
        mailed = sum(_invite_one(session, actor, fair, each, now=now) for each in chosen)
        record(session, actor, "fair.invited", fair, now=now, fair_id=fair.id, count=len(chosen))
        return mailed, len(chosen) - mailed


def _not_yet_invited(
    session: Session, actor: Actor, fair: Fair, exhibitor_ids: Sequence[int]
) -> Sequence[Exhibitor]:
    invited = select(Invitation.exhibitor_id).where(Invitation.fair_id == fair.id)
    return session.scalars(
        select(Exhibitor)
        .where(
            Exhibitor.id.in_(exhibitor_ids),
            Exhibitor.id.not_in(invited),
            visible_to(actor, Exhibitor),
        )
        .order_by(Exhibitor.sort_key)
    ).all()


def _invite_one(
    session: Session, actor: Actor, fair: Fair, exhibitor: Exhibitor, *, now: datetime
) -> bool:
    invitation = Invitation(
        fair_id=fair.id, exhibitor_id=exhibitor.id, created_at=now, created_by_id=actor.user_id
    )
    session.add(invitation)
    session.flush()
    return _send(session, invitation, "invitation", f"{invitation.revision}", now=now)


def _send(
    session: Session, invitation: Invitation, kind: str, cause: str, *, now: datetime
) -> bool:
    """Queue a message with the personal link; return whether it goes by e-mail."""
    message = notify_exhibitor(
        session,
        kind,
        session.get_one(Exhibitor, invitation.exhibitor_id),
        dedupe=f"invitation:{invitation.id}:{cause}",
        now=now,
        links=Links(fair_id=invitation.fair_id, invitation_id=invitation.id),
    )
    return message is not None and message.email is not None


def _load(session: Session, actor: Actor, invitation_id: int) -> Invitation:
    invitation = find(
        session, Invitation, Invitation.id == invitation_id, visible_to(actor, Invitation)
    )
    require(actor, Action.INVITE, invitation)
    return invitation


def revoke(actor: Actor, invitation_id: int, *, now: datetime) -> str:
    """Make a personal link useless, sessions opened by it too; return the subject's name."""
    with transaction() as session:
        invitation = _load(session, actor, invitation_id)
        invitation.revoked_at = now
        record(session, actor, "invitation.revoked", invitation, now=now)
        return invitation.exhibitor.name


def renew(actor: Actor, invitation_id: int, *, now: datetime) -> tuple[str, bool]:
    """Replace a personal link by a new one and send it.

    Returns the subject's name, and whether the link went by e-mail (else: call list).
    """
    with transaction() as session:
        invitation = _load(session, actor, invitation_id)
        invitation.revision += 1
        invitation.revoked_at = None
        session.flush()
        mailed = _send(session, invitation, "invitation", f"{invitation.revision}", now=now)
        record(session, actor, "invitation.renewed", invitation, now=now)
        return invitation.exhibitor.name, mailed


def remind_silent(actor: Actor, fair_id: int, *, now: datetime) -> tuple[int, int]:
    """Remind everybody who has not answered, once a day at most; return (by mail, to be called).

    Raises:
        InvalidError: nobody is silent, or all were reminded today.
    """
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.INVITE, fair)
        today = day_in_vietnam(now)
        silent = [
            invitation
            for invitation in silent_invitations(session, fair)
            if invitation.reminded_at is None or day_in_vietnam(invitation.reminded_at) < today
        ]
        if not silent:
            raise InvalidError("Không còn ai để nhắc: đã trả lời, hoặc đã nhắc trong hôm nay.")
        mailed = 0
        for invitation in silent:
            invitation.reminded_at = now
            mailed += _send(session, invitation, "reminder", f"{today:%Y%m%d}", now=now)
        record(session, actor, "fair.reminded", fair, now=now, fair_id=fair.id, count=len(silent))
        return mailed, len(silent) - mailed


def silent_invitations(session: Session, fair: Fair) -> Sequence[Invitation]:
    """Return the living invitations that nobody answered, drafts included."""
    answered = select(Application.exhibitor_id).where(
        Application.fair_id == fair.id, Application.state != State.DRAFT
    )
    return session.scalars(
        select(Invitation)
        .where(
            Invitation.fair_id == fair.id,
            Invitation.revoked_at.is_(None),
            Invitation.rsvp.is_(None),
            Invitation.not_mine_at.is_(None),
            Invitation.exhibitor_id.not_in(answered),
        )
        .order_by(Invitation.id)
    ).all()


def mark_letters_printed(actor: Actor, fair_id: int, ids: Sequence[int], *, now: datetime) -> None:
    """Note that the letters of these invitations were made."""
    with transaction() as session:
        fair = find(session, Fair, Fair.id == fair_id)
        require(actor, Action.INVITE, fair)
        for invitation in session.scalars(
            select(Invitation).where(Invitation.fair_id == fair.id, Invitation.id.in_(ids))
        ):
            invitation.letter_printed_at = now
