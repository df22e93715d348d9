"""The one table: action x rule (design.md, section 7 and "Who may")."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from tgfair.core.errors import ForbiddenError, OwnSubjectError
from tgfair.policy.actors import Actor
from tgfair.policy.rules import (
    IMPARTIAL,
    Rule,
    admin,
    any_officer,
    any_reader,
    any_staff,
    commune_officer,
    creator,
    device,
    impartial_admin,
    impartial_organiser,
    impartial_reviewer,
    invited,
    invited_verified,
    is_own,
    member,
    officer_at_fair,
    organiser,
    owner,
    reviewer,
    signed_in,
)


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


RULES: dict[Action, tuple[Rule, ...]] = {
    Action.ANSWER_BULLETIN: (admin, organiser, commune_officer, member, invited),
    Action.ASSIGN_BOOTHS: (impartial_admin, impartial_organiser),
    Action.BOOK_SLOT: (admin, organiser, commune_officer, member, invited),
    Action.CANCEL_APPLICATION: (impartial_admin, impartial_organiser),
    Action.CHANGE_CONTACT: (admin, organiser, owner, invited_verified),
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
    if actor.is_staff and is_own(actor, obj) and IMPARTIAL.intersection(RULES[action]):
        raise OwnSubjectError
    raise ForbiddenError
