"""Rules: whether an actor stands in some relation to an object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tgfair.models.account import Role
from tgfair.models.attachment import Attachment
from tgfair.models.badge import Badge
from tgfair.models.exhibitor import Exhibitor
from tgfair.models.fair import Fair
from tgfair.models.job import Job
from tgfair.policy.actors import Actor

Rule = Callable[[Actor, Any], bool]


def fair_id_of(obj: Any) -> int | None:
    """Return the fair an object belongs to, or None for things without one."""
    if isinstance(obj, Fair):
        return obj.id
    fair_id: int | None = getattr(obj, "fair_id", None)
    return fair_id


def exhibitor_of(obj: Any) -> Exhibitor | None:
    """Return the exhibitor an object belongs to, or None."""
    if isinstance(obj, Exhibitor):
        return obj
    if isinstance(obj, Attachment | Badge) and obj.application is not None:
        return obj.application.exhibitor
    if isinstance(obj, Badge):
        return obj.invitation.exhibitor if obj.invitation is not None else None
    exhibitor: Exhibitor | None = getattr(obj, "exhibitor", None)
    return exhibitor


def _role(actor: Actor, role: Role, obj: Any) -> bool:
    fair_id = fair_id_of(obj)
    return any(
        grant.role == role and (grant.fair_id is None or grant.fair_id == fair_id)
        for grant in actor.grants
    )


def is_own(actor: Actor, obj: Any) -> bool:
    """Return whether the actor belongs to the subject of the object."""
    exhibitor = exhibitor_of(obj)
    return exhibitor is not None and exhibitor.id in actor.exhibitor_ids


def admin(actor: Actor, _obj: Any) -> bool:
    """Administrators."""
    return actor.has(Role.ADMIN)


def organiser(actor: Actor, obj: Any) -> bool:
    """Organisers of the object's fair."""
    return _role(actor, Role.ORGANISER, obj)


def reviewer(actor: Actor, obj: Any) -> bool:
    """Reviewers of the object's fair."""
    return _role(actor, Role.REVIEWER, obj)


def any_staff(actor: Actor, _obj: Any) -> bool:
    """Any staff role."""
    return actor.is_staff


def impartial_admin(actor: Actor, obj: Any) -> bool:
    """Administrators, but not on subjects they belong to."""
    return admin(actor, obj) and not is_own(actor, obj)


def impartial_organiser(actor: Actor, obj: Any) -> bool:
    """Organisers of the fair, but not on subjects they belong to."""
    return organiser(actor, obj) and not is_own(actor, obj)


def impartial_reviewer(actor: Actor, obj: Any) -> bool:
    """Reviewers and organisers of the fair, but not on subjects they belong to."""
    return (reviewer(actor, obj) or organiser(actor, obj)) and not is_own(actor, obj)


def commune_officer(actor: Actor, obj: Any) -> bool:
    """Officers of the exhibitor's own commune (an officer without a commune serves all)."""
    exhibitor = exhibitor_of(obj)
    return exhibitor is not None and any(
        grant.role == Role.COMMUNE_OFFICER and grant.unit_code in {None, exhibitor.unit_new}
        for grant in actor.grants
    )


def signed_in(actor: Actor, _obj: Any) -> bool:
    """Anybody with an account."""
    return actor.user_id is not None


def any_reader(actor: Actor, _obj: Any) -> bool:
    """Organisers and reviewers of any fair: the register of subjects is theirs to read."""
    return actor.has(Role.ORGANISER) or actor.has(Role.REVIEWER)


def officer_at_fair(actor: Actor, obj: Any) -> bool:
    """Commune officers, asked about a fair itself: whom they file for is asked of the subject."""
    return isinstance(obj, Fair) and actor.has(Role.COMMUNE_OFFICER)


def any_officer(actor: Actor, _obj: Any) -> bool:
    """Commune officers; what they see is narrowed by `visible_to`."""
    return actor.has(Role.COMMUNE_OFFICER)


def owner(actor: Actor, obj: Any) -> bool:
    """Owners of the exhibitor record."""
    exhibitor = exhibitor_of(obj)
    return exhibitor is not None and exhibitor.id in actor.owns


def member(actor: Actor, obj: Any) -> bool:
    """Owners and staff of the exhibitor record."""
    exhibitor = exhibitor_of(obj)
    return exhibitor is not None and exhibitor.id in actor.owns | actor.staffs


def invited(actor: Actor, obj: Any) -> bool:
    """A personal link, for its own fair and subject."""
    exhibitor = exhibitor_of(obj)
    if exhibitor is None or exhibitor.id != actor.invited_exhibitor_id:
        return False
    return isinstance(obj, Exhibitor) or fair_id_of(obj) in {None, actor.invited_fair_id}


def invited_verified(actor: Actor, obj: Any) -> bool:
    """A personal link in whose session a one-time code was typed."""
    return actor.verified and invited(actor, obj)


def device(actor: Actor, obj: Any) -> bool:
    """A paired gate phone, for its own fair."""
    return actor.device_fair_id is not None and actor.device_fair_id == fair_id_of(obj)


def creator(actor: Actor, obj: Any) -> bool:
    """Whoever started the job."""
    return isinstance(obj, Job) and actor.user_id is not None and obj.created_by_id == actor.user_id


IMPARTIAL: frozenset[Rule] = frozenset({impartial_admin, impartial_organiser, impartial_reviewer})
