"""From a plan to who stands where, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.booth_world import approved, found, labels, run_named, standing
from tests.support.builders import (
    NOW,
    actor_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_staff,
    make_user,
)
from tgfair.core.allocation.problem import Weights
from tgfair.core.allocation.rulebook import said_as_goals
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.models import (
    Application,
    Assignment,
    AssignmentSource,
    Fair,
    Message,
    MessageState,
    Role,
    RunState,
)
from tgfair.policy import SYSTEM
from tgfair.services.allocation_edits import (
    relocate,
)
from tgfair.services.allocation_publishing import publish_plan
from tgfair.services.allocation_runs import (
    places_of,
)
from tgfair.services.allocation_settings import Keep
from tgfair.services.allocations import assign_booth
from tgfair.services.booth_rules import TypedRules, booth_rules, set_booth_rules
from tgfair.services.publications import publish
from tgfair.services.queries.allocation_minutes import minutes_of
from tgfair.services.queries.allocation_plans import plan_view
from tgfair.services.reviews import approve
from tgfair.services.submissions import withdraw_application
from tgfair.services.uow import reader


@pytest.fixture
def here(app):
    with app.app_context():
        yield app


@pytest.fixture
def fair(here):
    fair = make_fair()
    install_plan(fair)
    return fair


@pytest.fixture
def clerk(here):
    return make_staff(Role.ORGANISER)


def test_a_run_finds_a_plan_and_moves_nobody(fair, clerk):
    codes = {approved(fair, wishes=["A"]).code for _ in range(3)}

    run = found(clerk, fair)

    assert run.state is RunState.DONE
    assert {*places_of(run)} == codes
    assert all(booths[0].startswith("A") for booths in labels(fair, run).values())
    assert {s["level"]: (s["value"], s["bound"]) for s in run.result["scores"]}["placed"] == (3, 3)
    assert run.result["wrong"] == []
    assert standing(fair) == {}


def test_publishing_gives_the_booths_and_proposes_the_mails(fair, clerk):
    one, two = approved(fair), approved(fair)
    run = found(clerk, fair)

    number = publish_plan(
        clerk, fair.id, "PA1", typed="pa1", note="", seen_version=run.version, now=NOW
    )

    assert number == 1
    assert standing(fair) == {booths[0]: code for code, booths in labels(fair, run).items()}
    rows = db.session.execute(
        select(Assignment.source, Assignment.run_id, Application.state).join(Application)
    ).all()
    assert {tuple(row) for row in rows} == {(AssignmentSource.OPTIMISER, run.id, State.ALLOCATED)}
    assert {*db.session.scalars(select(Message.state))} == {MessageState.PROPOSED}
    assert {one.code, two.code} == {*places_of(run)}


def test_publishing_again_moves_with_a_reason_only(fair, clerk):
    one, two = approved(fair), approved(fair)
    run = found(clerk, fair)
    publish_plan(clerk, fair.id, "PA1", typed="PA1", note="", seen_version=run.version, now=NOW)
    second = found(clerk, fair, keep=Keep.TAKEN)
    there = labels(fair, second)[two.code][0]
    relocate(clerk, fair.id, "PA2", one.code, there, seen_version=second.version, now=NOW)
    copy = run_named(fair, "PA2.1")
    now = {"typed": "PA2.1", "seen_version": copy.version, "now": NOW}

    with pytest.raises(InvalidError, match="lý do"):
        publish_plan(clerk, fair.id, "PA2.1", note="", **now)
    assert publish_plan(clerk, fair.id, "PA2.1", note="Gần người nhà", **now) == 2
    assert standing(fair)[there] == one.code


def test_a_booth_taken_meanwhile_stops_the_whole_publication(fair, clerk):
    one = approved(fair)
    run = found(clerk, fair)
    late = approved(fair)
    assign_booth(clerk, fair.id, labels(fair, run)[one.code][0], late.code, now=NOW)

    with pytest.raises(InvalidError, match="không ở đúng gian đã ghim"):
        publish_plan(clerk, fair.id, "PA1", typed="PA1", note="", seen_version=run.version, now=NOW)
    assert [*standing(fair).values()] == [late.code]


def test_who_was_given_another_booth_meanwhile_can_be_moved_there_in_the_plan(fair, clerk):
    one, two = approved(fair, "Cơ sở Một"), approved(fair, "Cơ sở Hai")
    run = found(clerk, fair)
    (a,), (b,) = labels(fair, run)[one.code], labels(fair, run)[two.code]
    assign_booth(clerk, fair.id, b, one.code, now=NOW)

    with pytest.raises(InvalidError, match=rf"đã ghim \({b}\)"):
        publish_plan(clerk, fair.id, "PA1", typed="PA1", note="", seen_version=run.version, now=NOW)
    seats = {seat.code: seat for seat in plan_view(clerk, fair, "PA1").seats}
    assert (seats[one.code].fixed, seats[one.code].elsewhere) == (False, (b,))
    relocate(clerk, fair.id, "PA1", one.code, b, seen_version=run.version, now=NOW)
    copy = run_named(fair, "PA1.1")
    publish_plan(
        clerk, fair.id, "PA1.1", typed="PA1.1", note="", seen_version=copy.version, now=NOW
    )

    assert standing(fair) == {a: two.code, b: one.code}


def test_minutes_of_a_version_say_what_held_then(fair, clerk):
    one = approved(fair, "Cơ sở Một")
    left = approved(fair, "Cơ sở Hai")
    late = make_application(fair, make_exhibitor("Cơ sở Ba"), State.SUBMITTED)
    assign_booth(clerk, fair.id, "A01", one.code, now=NOW)
    publish(clerk, fair.id, note=None, now=NOW)
    then = minutes_of(clerk, fair, 1)
    later = NOW + timedelta(days=1)

    rules = TypedRules(Weights(wishes=(90, 50, 20)), cap_per_subject=None, cap_per_owner=2)
    seen = reader().get_one(Fair, fair.id, populate_existing=True).version
    set_booth_rules(clerk, fair.id, rules, seen_version=seen, now=later)
    withdraw_application(SYSTEM, left.code, reason="Bận", now=later)
    approve(clerk, late.code, seen_version=late.version, now=later)

    changed = reader().get_one(Fair, fair.id, populate_existing=True)
    assert minutes_of(clerk, changed, 1) == then
    assert (then.without, then.ways) == (((left.code, "Cơ sở Hai"),), ("xếp tay",))
    assert said_as_goals(booth_rules(changed)) != then.goals


def test_nobody_publishes_a_plan_for_their_own_subject(fair, clerk):
    exhibitor = make_exhibitor("Cơ sở Nhà")
    make_application(fair, exhibitor, State.APPROVED)
    run = found(clerk, fair)
    own = actor_of(make_user(Role.ORGANISER), owns=(exhibitor,))

    with pytest.raises(InvalidError, match="chính người đang công bố"):
        publish_plan(own, fair.id, "PA1", typed="PA1", note="", seen_version=run.version, now=NOW)
    assert standing(fair) == {}
