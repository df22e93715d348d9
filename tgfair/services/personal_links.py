"""The personal link: looking at it consumes nothing, pressing "start" opens a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tgfair.core.application.model import OfferedProduct
from tgfair.core.workflow import State
from tgfair.models.application import Application
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair, FairStatus, IntakeMode
from tgfair.models.invitation import Invitation
from tgfair.policy import Action, Actor, can, require
from tgfair.services.application_inputs import offered_products, takes_applications
from tgfair.services.applications import draft_for, live_application
from tgfair.services.audit import record
from tgfair.services.links import LinkRevokedError, invitation_by_token, links_are_over
from tgfair.services.sessions import link_label, open_session
from tgfair.services.uow import reader, transaction


@dataclass(frozen=True)
class InvitationView:
    """What the page behind a link shows; `filed` is the application that was sent, if any."""

    invitation: Invitation
    fair: Fair
    exhibitor: Exhibitor
    products: tuple[OfferedProduct, ...]
    filed: Application | None

    @property
    def is_rsvp(self) -> bool:
        """Whether an answer is asked, not an application."""
        return self.fair.intake is IntakeMode.INVITED


@dataclass(frozen=True)
class Opened:
    """A link was pressed: where to go on, and the cookie of a new session (if one was opened)."""

    token: str | None
    fair_slug: str
    exhibitor_id: str
    is_rsvp: bool
    code: str | None = None


def read_invitation(token: str, *, now: datetime) -> InvitationView:
    """Return what a link is about; nothing is counted, since chat programs fetch previews.

    Raises:
        LinkRevokedError: wrong, revoked, or the fair is over.
    """
    session = reader()
    invitation = _living(session, token, now=now)
    products = offered_products(session, invitation.exhibitor_id)
    application = _application(session, invitation, now=now)
    filed = application if application and application.state is not State.DRAFT else None
    return InvitationView(invitation, invitation.fair, invitation.exhibitor, products, filed)


def _application(session: Session, invitation: Invitation, *, now: datetime) -> Application | None:
    """Return the live application, else the last one once no other can be started."""
    fair = invitation.fair
    if fair.intake is IntakeMode.INVITED:
        return None
    live = live_application(session, fair.id, invitation.exhibitor_id)
    if live is not None or takes_applications(fair, now=now):
        return live
    return session.scalars(
        select(Application)
        .where(Application.fair_id == fair.id, Application.exhibitor_id == invitation.exhibitor_id)
        .order_by(Application.id.desc())
        .limit(1)
    ).one_or_none()


def _living(session: Session, token: str, *, now: datetime) -> Invitation:
    invitation = invitation_by_token(session, token)
    fair = invitation.fair
    if links_are_over(fair.last_day, now=now) or fair.status is FairStatus.DRAFT:
        raise LinkRevokedError
    return invitation


def open_by_link(actor: Actor, token: str, *, user_agent: str, now: datetime) -> Opened:
    """Open the link: a session for its holder, and the draft when applications are taken.

    Somebody signed in who may file for the subject anyway keeps the own session.

    Raises:
        LinkRevokedError: wrong, revoked, or the fair is over.
        RegistrationClosedError: there is no application yet and none can be started now.
    """
    with transaction() as session:
        invitation = _living(session, token, now=now)
        known = can(actor, Action.START_APPLICATION, invitation)
        if invitation.opened_at is None and not actor.is_staff:
            invitation.opened_at = now
        cookie = None
        if not known:
            row, cookie = open_session(
                session, user=None, invitation=invitation, verified=False, user_agent=user_agent
            )
            actor = Actor(
                label=link_label(invitation.exhibitor.name),
                invitation_id=invitation.id,
                invited_exhibitor_id=invitation.exhibitor_id,
                invited_fair_id=invitation.fair_id,
                session_id=row.id,
            )
        code = _draft_code(session, actor, invitation, now=now)
        return Opened(
            cookie,
            invitation.fair.slug,
            invitation.exhibitor.public_id,
            invitation.fair.intake is IntakeMode.INVITED,
            code,
        )


def _draft_code(
    session: Session, actor: Actor, invitation: Invitation, *, now: datetime
) -> str | None:
    """Return the application's code; none where an RSVP comes first."""
    if invitation.fair.intake is IntakeMode.INVITED:
        return None
    application = _application(session, invitation, now=now)
    if application is not None:
        require(actor, Action.START_APPLICATION, application)
        return application.code
    return draft_for(session, actor, invitation.fair, invitation.exhibitor, now=now).code


def report_not_mine(token: str, *, now: datetime) -> None:
    """Note that the link reached somebody else, for the organisers to look at.

    Raises:
        LinkRevokedError: wrong, revoked, or the fair is over.
    """
    with transaction() as session:
        invitation = _living(session, token, now=now)
        invitation.not_mine_at = now
        stranger = Actor(label="Người mở đường dẫn mời")
        record(session, stranger, "invitation.not_mine", invitation, now=now)
