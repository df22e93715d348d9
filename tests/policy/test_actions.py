"""The policy table itself: every action x everybody, against an exhibitor's application."""

from __future__ import annotations

import pytest

from tests.support.builders import make_application, make_exhibitor, make_fair
from tgfair.models import Badge, Job, Role
from tgfair.policy import RULES, SYSTEM, Action, Actor, Grant, can

COMMUNE = "28585"
FAIR, OTHER_FAIR = 1, 2


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


def staff(role, fair_id=None, unit_code=None):
    return Actor(user_id=9, grants=(Grant(role, fair_id, unit_code),))


def actors(exhibitor_id):
    """Everybody who may want something of the application of `exhibitor_id` at fair 1."""
    return {
        "anonymous": Actor(),
        "stranger": Actor(user_id=8, owns=frozenset({exhibitor_id + 1})),
        "owner": Actor(user_id=7, owns=frozenset({exhibitor_id})),
        "staff": Actor(user_id=6, staffs=frozenset({exhibitor_id})),
        "link": Actor(invited_exhibitor_id=exhibitor_id, invited_fair_id=FAIR),
        "verified link": Actor(
            invited_exhibitor_id=exhibitor_id, invited_fair_id=FAIR, verified=True
        ),
        "link to another fair": Actor(
            invited_exhibitor_id=exhibitor_id, invited_fair_id=OTHER_FAIR, verified=True
        ),
        "device": Actor(device_fair_id=FAIR),
        "device elsewhere": Actor(device_fair_id=OTHER_FAIR),
        "officer": staff(Role.COMMUNE_OFFICER, unit_code=COMMUNE),
        "officer elsewhere": staff(Role.COMMUNE_OFFICER, unit_code="28594"),
        "reviewer": staff(Role.REVIEWER, FAIR),
        "reviewer elsewhere": staff(Role.REVIEWER, OTHER_FAIR),
        "organiser": staff(Role.ORGANISER, FAIR),
        "organiser elsewhere": staff(Role.ORGANISER, OTHER_FAIR),
        "admin": staff(Role.ADMIN),
    }


TEAM = {"admin", "organiser"}
SUBJECT = {"owner", "staff", "link", "verified link"}
CADRES = TEAM | {
    "officer",
    "officer elsewhere",
    "reviewer",
    "reviewer elsewhere",
    "organiser elsewhere",
}
FILERS = TEAM | SUBJECT | {"officer"}

# Against an application of the own fair and commune.
EXPECTED: dict[Action, set[str]] = {
    Action.ANSWER_BULLETIN: FILERS,
    Action.ASSIGN_BOOTHS: TEAM,
    Action.BOOK_SLOT: FILERS,
    Action.CANCEL_APPLICATION: TEAM,
    Action.CHANGE_CONTACT: TEAM | {"owner", "verified link"},
    Action.CONFIRM_BOOTH: FILERS,
    Action.EDIT_APPLICATION: FILERS,
    Action.EDIT_EXHIBITOR: TEAM,
    Action.EDIT_FAIR: TEAM,
    Action.FILE_ON_BEHALF: TEAM | {"officer"},
    Action.IMPORT_REGISTER: TEAM,
    Action.INVITE: TEAM,
    Action.LIST_EXHIBITORS: CADRES,
    Action.MANAGE_BADGES: TEAM,
    Action.MANAGE_BULLETIN: TEAM,
    Action.MANAGE_FAIRS: TEAM,
    Action.MANAGE_GATES: TEAM,
    Action.MANAGE_MEMBERS: {"admin", "owner"},
    Action.MANAGE_USERS: {"admin"},
    Action.MERGE_EXHIBITORS: TEAM,
    Action.NAME_PEOPLE: FILERS,
    Action.OBJECT_TO_DRAW: FILERS,
    Action.PICK_BOOTH: FILERS,
    Action.READ_OUT_CODE: {"admin", "officer"},
    # Open registration: any account may make a record of its own.
    Action.REGISTER_EXHIBITOR: CADRES | {"stranger", "owner", "staff"},
    Action.REVIEW_APPLICATION: TEAM | {"reviewer"},
    Action.RSVP: FILERS,
    Action.RUN_DRAW: TEAM,
    Action.SCAN: {"device"},
    Action.SEND_MESSAGES: TEAM,
    Action.SET_DEMO_CLOCK: CADRES,
    Action.START_APPLICATION: FILERS,
    Action.SUBMIT_APPLICATION: FILERS,
    Action.VIEW_APPLICATION: FILERS | {"reviewer"},
    Action.VIEW_AUDIT: {"admin"},
    Action.VIEW_BADGES: TEAM | {"owner", "staff", "verified link"},
    Action.VIEW_EXHIBITOR: (CADRES | SUBJECT) - {"officer elsewhere"},
    Action.VIEW_FAIR: CADRES,
    Action.VIEW_JOB: {"admin"},
    Action.WITHDRAW_APPLICATION: TEAM | {"owner", "verified link"},
}


@pytest.fixture
def application(app):
    with app.app_context():
        fair = make_fair()
        assert fair.id == FAIR
        yield make_application(fair, make_exhibitor(unit_new=COMMUNE))


def test_every_action_has_rules_and_stands_in_this_table():
    assert set(RULES) == set(Action)
    assert set(Action) - set(EXPECTED) == set()


@pytest.mark.parametrize("action", Action)
def test_action_is_open_to_exactly_these(application, action):
    everybody = actors(application.exhibitor_id)

    allowed = {name for name, actor in everybody.items() if can(actor, action, application)}

    assert allowed == EXPECTED[action]


@pytest.mark.parametrize("action", Action)
def test_anonymous_may_do_nothing(action):
    assert not can(Actor(), action)


@pytest.mark.parametrize("action", Action)
def test_the_system_may_do_everything(action):
    assert can(SYSTEM, action)


@pytest.mark.parametrize(
    ("role", "action"),
    [
        (Role.ADMIN, Action.REVIEW_APPLICATION),
        (Role.ORGANISER, Action.REVIEW_APPLICATION),
        (Role.REVIEWER, Action.REVIEW_APPLICATION),
        (Role.ADMIN, Action.CANCEL_APPLICATION),
        (Role.ORGANISER, Action.CANCEL_APPLICATION),
        (Role.ADMIN, Action.ASSIGN_BOOTHS),
        (Role.ORGANISER, Action.ASSIGN_BOOTHS),
    ],
)
@pytest.mark.parametrize("belonging", ["owns", "staffs"])
def test_nobody_decides_on_an_own_subject(application, role, action, belonging):
    own = {belonging: frozenset({application.exhibitor_id})}

    assert not can(Actor(user_id=9, grants=(Grant(role),), **own), action, application)
    assert can(Actor(user_id=9, grants=(Grant(role),)), action, application)


def test_role_without_limit_serves_every_fair_and_commune(application):
    assert can(staff(Role.ORGANISER), Action.ASSIGN_BOOTHS, application)
    assert can(staff(Role.COMMUNE_OFFICER), Action.READ_OUT_CODE, application)


def test_organiser_of_one_fair_makes_no_other_fairs():
    assert not can(staff(Role.ORGANISER, FAIR), Action.MANAGE_FAIRS)
    assert can(staff(Role.ORGANISER), Action.MANAGE_FAIRS)


def test_job_is_its_starters(application):
    job = Job(created_by_id=7)

    assert can(Actor(user_id=7), Action.VIEW_JOB, job)
    assert not can(Actor(user_id=8), Action.VIEW_JOB, job)


def test_badge_belongs_to_the_subject_of_its_application(application):
    badge = Badge(fair_id=FAIR, application=application)
    owner = Actor(owns=frozenset({application.exhibitor_id}))

    assert can(owner, Action.VIEW_BADGES, badge)
    assert not can(owner, Action.MANAGE_BADGES, badge)
    assert not can(Actor(owns=frozenset({99})), Action.VIEW_BADGES, badge)
