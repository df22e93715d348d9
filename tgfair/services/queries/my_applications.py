"""Reads of the producer's pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from tgfair.core.application.check import check_all
from tgfair.core.application.model import Checked, OfferedProduct, Problem, Rules
from tgfair.core.application.papers import Paper, missing_papers, wanted_papers, with_asked
from tgfair.core.application.steps import Step
from tgfair.core.application.timeline import Happened, Milestone, milestones
from tgfair.core.errors import NotFoundError, TgfairError
from tgfair.core.workflow import Event
from tgfair.models.application import Application, ApplicationEvent, Fix
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair, FairStatus
from tgfair.models.invitation import Invitation
from tgfair.policy import Action, Actor, can, visible_to
from tgfair.services.application_inputs import (
    check_deadline,
    check_fair_open,
    contact_problems,
    offered_products,
    rules_of,
)
from tgfair.services.applications import (
    FILED,
    WITHDREW,
    current_fixes,
    files_on_behalf,
    live_application,
    mark,
    step_answers,
)
from tgfair.services.rsvp import find_invitation
from tgfair.services.uow import reader

# Whose words the producer reads.
_TOLD = frozenset({Event.RETURN, Event.REJECT, Event.RELEASE, Event.MOVE, Event.CANCEL})


@dataclass(frozen=True)
class ApplicationPage:
    """An application with all that its pages show."""

    application: Application
    rules: Rules
    offered: tuple[OfferedProduct, ...]
    checked: Checked
    problems: tuple[Problem, ...]
    papers: tuple[Paper, ...]
    fixes: tuple[Fix, ...]
    closed: str
    on_behalf: bool

    @property
    def missing(self) -> tuple[Paper, ...]:
        """Wanted papers without a file."""
        return missing_papers(self.papers, {file.kind for file in self.application.attachments})

    def seen(self, step: Step) -> str:
        """Return the mark by which another phone's work in a step is noticed."""
        return mark(step_answers(self.application, step))

    def fix_texts(self, step: Step) -> dict[str, str]:
        """Return the officer's words that are not heeded yet, by field."""
        return {
            fix.field: fix.text
            for fix in self.fixes
            if fix.step == step and fix.resolved_at is None
        }


def application_page(actor: Actor, code: str, *, now: datetime) -> ApplicationPage:
    """Return an application for its own pages.

    Raises:
        NotFoundError: missing or foreign.
    """
    session = reader()
    application = session.scalars(
        select(Application)
        .where(Application.code == code, visible_to(actor, Application))
        .options(
            joinedload(Application.fair).selectinload(Fair.zones),
            joinedload(Application.exhibitor),
            selectinload(Application.products),
            selectinload(Application.people),
            selectinload(Application.fixes),
            selectinload(Application.history),
            selectinload(Application.attachments),
        )
    ).one_or_none()
    if application is None:
        raise NotFoundError
    fair = application.fair
    offered = offered_products(session, application.exhibitor_id)
    checked, problems = check_all(application.answers, rules_of(fair), offered)
    fixes = tuple(current_fixes(application))
    wanted = wanted_papers(fair.texts, checked.products.chosen, fair.last_day)
    asked = (fix.field for fix in fixes if fix.step == Step.FILES)
    return ApplicationPage(
        application=application,
        rules=rules_of(fair),
        offered=offered,
        checked=checked,
        problems=(*problems, *contact_problems(actor, application, checked)),
        papers=with_asked(wanted, asked),
        fixes=fixes,
        closed=_closed(application, now=now),
        on_behalf=files_on_behalf(actor, application),
    )


def _closed(application: Application, *, now: datetime) -> str:
    try:
        check_deadline(application, now=now)
    except TgfairError as error:
        return error.message()
    return ""


def timeline(application: Application) -> list[Milestone]:
    """Return the timeline of an application whose history is loaded."""
    history = [Happened(event.to_state, event.at, _note(event)) for event in application.history]
    return milestones(application.state, application.created_at, history)


def _note(event: ApplicationEvent) -> str:
    if event.event in _TOLD and event.reason:
        return event.reason
    for_somebody = any(f"({act} " in event.actor_label for act in (FILED, WITHDREW))
    return event.actor_label if for_somebody else ""


def my_applications(actor: Actor) -> Sequence[Application]:
    """Return the applications of the subjects the actor belongs to, the newest first."""
    statement = (
        select(Application)
        .where(visible_to(actor, Application), Application.exhibitor_id.in_(actor.exhibitor_ids))
        .options(joinedload(Application.fair), joinedload(Application.exhibitor))
        .order_by(Application.id.desc())
    )
    return reader().scalars(statement).all()


def my_invitations(actor: Actor) -> Sequence[Invitation]:
    """Return invitations to open fairs of the subjects the actor belongs to."""
    statement = (
        select(Invitation)
        .join(Fair)
        .where(
            visible_to(actor, Invitation),
            Invitation.exhibitor_id.in_(actor.exhibitor_ids),
            Invitation.revoked_at.is_(None),
            Fair.status == FairStatus.OPEN,
        )
        .options(joinedload(Invitation.fair), joinedload(Invitation.exhibitor))
        .order_by(Fair.first_day)
    )
    return reader().scalars(statement).all()


def my_exhibitors(actor: Actor) -> Sequence[Exhibitor]:
    """Return the records the actor belongs to, by name."""
    statement = (
        select(Exhibitor).where(Exhibitor.id.in_(actor.exhibitor_ids)).order_by(Exhibitor.sort_key)
    )
    return reader().scalars(statement).all()


@dataclass(frozen=True)
class RsvpPage:
    """An invitation that asks for an answer."""

    invitation: Invitation
    offered: tuple[OfferedProduct, ...]
    application: Application | None
    chosen: frozenset[str]
    closed: str
    on_behalf: bool


def rsvp_page(actor: Actor, fair_slug: str, exhibitor_public_id: str, *, now: datetime) -> RsvpPage:
    """Return what the page of an answer shows, products ticked as answered or as valid.

    Raises:
        NotFoundError: missing or foreign.
    """
    session = reader()
    invitation = find_invitation(session, actor, fair_slug, exhibitor_public_id)
    offered = offered_products(session, invitation.exhibitor_id)
    application = live_application(session, invitation.fair_id, invitation.exhibitor_id)
    last_day = invitation.fair.last_day
    ticked = {product.key for product in offered if product.holds_on(last_day)}
    if application is not None:
        ticked = set(step_answers(application, Step.PRODUCTS).get("product", []))
    try:
        check_fair_open(invitation.fair, now=now, from_day_one=False)
        closed = ""
    except TgfairError as error:
        closed = error.message()
    own = invitation.exhibitor_id in actor.exhibitor_ids
    return RsvpPage(
        invitation,
        offered,
        application,
        frozenset(ticked),
        closed,
        not own and can(actor, Action.FILE_ON_BEHALF, invitation),
    )
