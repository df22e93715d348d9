"""Staff who belong to a subject neither decide on it nor give it a booth."""

from __future__ import annotations

import pytest

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
from tgfair.core.errors import ForbiddenError, OwnSubjectError
from tgfair.core.workflow import State
from tgfair.models import Role
from tgfair.policy import Action, Actor, require
from tgfair.services.allocations import assign_booth, move_booth, release_booth, swap_booths
from tgfair.services.places import occupant
from tgfair.services.publications import publish
from tgfair.services.uow import reader


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def fair(_in_app):
    fair = make_fair()
    install_plan(fair)
    return fair


@pytest.fixture
def own(fair):
    """An approved application of a subject that one organiser belongs to."""
    return make_application(fair, make_exhibitor("Cơ sở nhà"), State.APPROVED)


@pytest.fixture(params=[Role.ORGANISER, Role.ADMIN])
def insider(request, own) -> Actor:
    return actor_of(make_user(request.param), owns=(own.exhibitor,))


def holder(fair, label: str) -> str | None:
    reader().rollback()
    found = occupant(reader(), fair.id, label, now=NOW)
    return found.application.code if found else None


def test_own_subject_gets_no_booth_by_ones_own_hand(fair, own, insider):
    with pytest.raises(OwnSubjectError) as refused:
        assign_booth(insider, fair.id, "A01", own.code, now=NOW)

    assert "nhờ cán bộ khác" in refused.value.message()
    assert holder(fair, "A01") is None


def test_own_subject_is_neither_moved_nor_swapped_nor_released(fair, own, insider):
    other = make_application(fair, make_exhibitor(), State.APPROVED)
    colleague = make_staff(Role.ORGANISER)
    assign_booth(colleague, fair.id, "A01", own.code, now=NOW)
    assign_booth(insider, fair.id, "A02", other.code, now=NOW)
    how = {"reason": "Gần cổng", "now": NOW}

    with pytest.raises(OwnSubjectError):
        move_booth(insider, fair.id, own.code, from_label="A01", to_label="A03", **how)
    with pytest.raises(OwnSubjectError):
        swap_booths(insider, fair.id, "A01", "A02", **how)
    with pytest.raises(OwnSubjectError):
        release_booth(insider, fair.id, "A01", own.code, **how)

    assert (holder(fair, "A01"), holder(fair, "A02")) == (own.code, other.code)


def test_what_a_colleague_placed_may_be_published(fair, own, insider):
    assign_booth(make_staff(Role.ORGANISER), fair.id, "A01", own.code, now=NOW)

    assert publish(insider, fair.id, note=None, now=NOW) == 1


def test_a_member_without_office_is_told_nothing_of_colleagues(own):
    owner = actor_of(make_user(), owns=(own.exhibitor,))

    with pytest.raises(ForbiddenError) as refused:
        require(owner, Action.ASSIGN_BOOTHS, own)

    assert type(refused.value) is ForbiddenError
