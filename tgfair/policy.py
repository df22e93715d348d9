"""Who may do what: the one table, action x rule (design.md, section 7 and "Who may").

Services call `require` on the freshly loaded row inside the transaction; templates ask `can`; lists
are filtered by `visible_to`, so that a foreign object is simply not found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true

from tgfair.core.errors import ForbiddenError, OwnSubjectError
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


@dataclass(frozen=True)
class Grant:
    """A staff role, limited to a fair or a commune when those are set."""

    role: Role
    fair_id: int | None = None
    unit_code: str | None = None


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a person with grants, a personal link, a gate phone, or the system itself."""

    user_id: int | None = None
    label: str = "Khách"
    grants: tuple[Grant, ...] = ()
    owns: frozenset[int] = frozenset()
    staffs: frozenset[int] = frozenset()
    # Set for a session opened by a personal link.
    invitation_id: int | None = None
    invited_exhibitor_id: int | None = None
    invited_fair_id: int | None = None
    # A one-time code was typed in this session (needed beyond the draft for personal links).
    verified: bool = False
    session_id: int | None = None
    device_id: int | None = None
    device_fair_id: int | None = None
    system: bool = False

    @property
    def exhibitor_ids(self) -> frozenset[int]:
        """Exhibitors that the actor belongs to or was invited for."""
        invited = {self.invited_exhibitor_id} if self.invited_exhibitor_id else set()
        return self.owns | self.staffs | frozenset(invited)

    @property
    def is_staff(self) -> bool:
        """Whether the actor holds any staff role."""
        return bool(self.grants)

    def has(self, role: Role) -> bool:
        """Return whether the actor holds `role` anywhere."""
        return any(grant.role == role for grant in self.grants)


SYSTEM = Actor(label="Hệ thống", system=True)
ANONYMOUS = Actor()


class Action(StrEnum):
    """What may be asked for."""

    ANSWER_BULLETIN = "answer_bulletin"
    ASSIGN_BOOTHS = "assign_booths"
    BOOK_SLOT = "book_slot"
    CANCEL_APPLICATION = "cancel_application"
    CHANGE_CONTACT = "change_contact"
    CONFIRM_BOOTH = "confirm_booth"
    EDIT_APPLICATION = "edit_application"
    EDIT_EXHIBITOR = "edit_exhibitor"
    EDIT_FAIR = "edit_fair"
    FILE_ON_BEHALF = "file_on_behalf"
    IMPORT_REGISTER = "import_register"
    INVITE = "invite"
    LIST_EXHIBITORS = "list_exhibitors"
    MANAGE_BADGES = "manage_badges"
    MANAGE_BULLETIN = "manage_bulletin"
    MANAGE_FAIRS = "manage_fairs"
    MANAGE_GATES = "manage_gates"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_USERS = "manage_users"
    MERGE_EXHIBITORS = "merge_exhibitors"
    NAME_PEOPLE = "name_people"
    OBJECT_TO_DRAW = "object_to_draw"
    PICK_BOOTH = "pick_booth"
    READ_OUT_CODE = "read_out_code"
    REGISTER_EXHIBITOR = "register_exhibitor"
    REVIEW_APPLICATION = "review_application"
    RSVP = "rsvp"
    RUN_DRAW = "run_draw"
    SCAN = "scan"
    SEND_MESSAGES = "send_messages"
    SET_DEMO_CLOCK = "set_demo_clock"
    START_APPLICATION = "start_application"
    SUBMIT_APPLICATION = "submit_application"
    VIEW_APPLICATION = "view_application"
    VIEW_AUDIT = "view_audit"
    VIEW_BADGES = "view_badges"
    VIEW_EXHIBITOR = "view_exhibitor"
    VIEW_FAIR = "view_fair"
    VIEW_JOB = "view_job"
    WITHDRAW_APPLICATION = "withdraw_application"


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


def _own(actor: Actor, obj: Any) -> bool:
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
    return admin(actor, obj) and not _own(actor, obj)


def impartial_organiser(actor: Actor, obj: Any) -> bool:
    """Organisers of the fair, but not on subjects they belong to."""
    return organiser(actor, obj) and not _own(actor, obj)


def impartial_reviewer(actor: Actor, obj: Any) -> bool:
    """Reviewers and organisers of the fair, but not on subjects they belong to."""
    return (reviewer(actor, obj) or organiser(actor, obj)) and not _own(actor, obj)


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

RULES: dict[Action, tuple[Rule, ...]] = {
    Action.ANSWER_BULLETIN: (admin, organiser, commune_officer, member, invited),
    Action.ASSIGN_BOOTHS: (impartial_admin, impartial_organiser),
    Action.BOOK_SLOT: (admin, organiser, commune_officer, member, invited),
    Action.CANCEL_APPLICATION: (impartial_admin, impartial_organiser),
    Action.CHANGE_CONTACT: (admin, organiser, member, invited_verified),
    Action.CONFIRM_BOOTH: (admin, organiser, commune_officer, member, invited),
    Action.EDIT_APPLICATION: (admin, organiser, commune_officer, member, invited),
    Action.EDIT_EXHIBITOR: (admin, organiser),
    Action.EDIT_FAIR: (admin, organiser),
    Action.FILE_ON_BEHALF: (admin, organiser, commune_officer, officer_at_fair),
    Action.IMPORT_REGISTER: (admin, organiser),
    Action.INVITE: (admin, organiser),
    Action.LIST_EXHIBITORS: (admin, any_reader, any_officer),
    Action.MANAGE_BADGES: (admin, organiser),
    Action.MANAGE_BULLETIN: (admin, organiser),
    Action.MANAGE_FAIRS: (admin, organiser),
    Action.MANAGE_GATES: (admin, organiser),
    Action.MANAGE_MEMBERS: (admin, owner),
    Action.MANAGE_USERS: (admin,),
    Action.MERGE_EXHIBITORS: (admin, organiser),
    Action.NAME_PEOPLE: (admin, organiser, commune_officer, member, invited),
    Action.OBJECT_TO_DRAW: (admin, organiser, commune_officer, member, invited),
    Action.PICK_BOOTH: (admin, organiser, commune_officer, member, invited),
    Action.READ_OUT_CODE: (admin, commune_officer),
    Action.REGISTER_EXHIBITOR: (signed_in,),
    Action.REVIEW_APPLICATION: (impartial_admin, impartial_reviewer),
    Action.RSVP: (admin, organiser, commune_officer, member, invited),
    Action.RUN_DRAW: (admin, organiser),
    Action.SCAN: (device,),
    Action.SEND_MESSAGES: (admin, organiser),
    Action.SET_DEMO_CLOCK: (any_staff,),
    Action.START_APPLICATION: (admin, organiser, commune_officer, member, invited),
    Action.SUBMIT_APPLICATION: (admin, organiser, commune_officer, member, invited),
    Action.VIEW_APPLICATION: (admin, organiser, reviewer, commune_officer, member, invited),
    Action.VIEW_AUDIT: (admin,),
    Action.VIEW_BADGES: (admin, organiser, member, invited_verified),
    Action.VIEW_EXHIBITOR: (admin, any_reader, commune_officer, member, invited),
    Action.VIEW_FAIR: (any_staff,),
    Action.VIEW_JOB: (admin, creator),
    Action.WITHDRAW_APPLICATION: (admin, organiser, owner, invited_verified),
}


def can(actor: Actor, action: Action, obj: Any = None) -> bool:
    """Return whether the table lets `actor` do `action` to `obj`."""
    return actor.system or any(rule(actor, obj) for rule in RULES[action])


def require(actor: Actor, action: Action, obj: Any = None) -> None:
    """Let the action pass or refuse it.

    Raises:
        OwnSubjectError: it takes somebody who does not belong to the subject.
        ForbiddenError: no rule of the table allows it.
    """
    if can(actor, action, obj):
        return
    if actor.is_staff and _own(actor, obj) and IMPARTIAL.intersection(RULES[action]):
        raise OwnSubjectError
    raise ForbiddenError


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
