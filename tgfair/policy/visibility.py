"""Which rows an actor may know of: the WHERE clause of every list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true

from tgfair.models.account import Role
from tgfair.models.application import Application
from tgfair.models.attachment import Attachment
from tgfair.models.badge import Badge
from tgfair.models.campaign import Campaign
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair
from tgfair.models.invitation import Invitation
from tgfair.models.job import Job
from tgfair.models.outbox import Message
from tgfair.models.register_import import RegisterImport
from tgfair.policy.actors import Actor


def visible_to(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    """Return the WHERE clause that leaves only rows of `model` that `actor` may know of."""
    if actor.system or actor.has(Role.ADMIN):
        return true()
    return VISIBLE[model](actor)


def _fairs(actor: Actor, *roles: Role) -> ColumnElement[bool]:
    grants = [grant for grant in actor.grants if grant.role in roles]
    if any(grant.fair_id is None for grant in grants):
        return true()
    ids = [grant.fair_id for grant in grants]
    return Fair.id.in_(ids) if ids else false()


def _exhibitors(actor: Actor) -> ColumnElement[bool]:
    if actor.has(Role.ORGANISER) or actor.has(Role.REVIEWER):
        return true()
    officer = [grant for grant in actor.grants if grant.role == Role.COMMUNE_OFFICER]
    if any(grant.unit_code is None for grant in officer):
        return true()
    communes = [grant.unit_code for grant in officer]
    return or_(
        Exhibitor.unit_new.in_(communes) if communes else false(),
        Exhibitor.id.in_(actor.exhibitor_ids) if actor.exhibitor_ids else false(),
    )


def _of_fair_and_exhibitor(actor: Actor, model: type[Application | Invitation]) -> Any:
    members = actor.owns | actor.staffs
    own = model.exhibitor_id.in_(members) if members else false()
    linked = (
        (model.exhibitor_id == actor.invited_exhibitor_id)
        & (model.fair_id == actor.invited_fair_id)
        if actor.invited_exhibitor_id
        else false()
    )
    officer: ColumnElement[bool] = false()
    if actor.has(Role.COMMUNE_OFFICER):
        narrowed = Actor(
            grants=tuple(g for g in actor.grants if g.role == Role.COMMUNE_OFFICER),
        )
        officer = model.exhibitor_id.in_(select(Exhibitor.id).where(_exhibitors(narrowed)))
    return or_(_in_fairs(actor, model, Role.ORGANISER, Role.REVIEWER), own, linked, officer)


def _in_fairs(actor: Actor, model: Any, *roles: Role) -> ColumnElement[bool]:
    if not actor.grants:  # producers and visitors: most requests
        return false()
    within: ColumnElement[bool] = model.fair_id.in_(select(Fair.id).where(_fairs(actor, *roles)))
    return within


def _badges(actor: Actor) -> ColumnElement[bool]:
    own = Badge.application_id.in_(
        select(Application.id).where(_of_fair_and_exhibitor(actor, Application))
    )
    delegates = Badge.invitation_id.in_(
        select(Invitation.id).where(_of_fair_and_exhibitor(actor, Invitation))
    )
    return or_(_in_fairs(actor, Badge, Role.ORGANISER), own, delegates)


def _attachments(actor: Actor) -> ColumnElement[bool]:
    return Attachment.application_id.in_(
        select(Application.id).where(_of_fair_and_exhibitor(actor, Application))
    )


VISIBLE: dict[type[Any], Callable[[Actor], ColumnElement[bool]]] = {
    Application: lambda actor: _of_fair_and_exhibitor(actor, Application),
    Attachment: _attachments,
    Badge: _badges,
    Campaign: lambda actor: _in_fairs(actor, Campaign, Role.ORGANISER),
    Exhibitor: _exhibitors,
    # Staff see every fair's existence; what they may do there, the table says.
    Fair: lambda actor: true() if actor.is_staff else false(),
    Invitation: lambda actor: _of_fair_and_exhibitor(actor, Invitation),
    Job: lambda actor: Job.created_by_id == actor.user_id if actor.user_id else false(),
    Message: lambda actor: _in_fairs(actor, Message, Role.ORGANISER),
    RegisterImport: lambda actor: true() if actor.has(Role.ORGANISER) else false(),
}
