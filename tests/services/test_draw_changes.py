"""Drawn booths change hands by two people only, and the reason is public."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_staff,
)
from tgfair.core.draw.sources import SourceKind
from tgfair.core.errors import ForbiddenError, InvalidError
from tgfair.core.workflow import State
from tgfair.models import (
    Assignment,
    AssignmentState,
    Draw,
    DrawMode,
    Role,
)
from tgfair.services.allocations import assign_booth, move_booth, release_booth, swap_booths
from tgfair.services.draw_changes import ChangeWaitsError, ask_change, decide_change
from tgfair.services.draw_freeze import DrawnBoothError
from tgfair.services.draw_numbers import type_number
from tgfair.services.draws import DrawPlan, freeze_list
from tgfair.services.queries.draws import changes_of
from tgfair.services.submissions import withdraw_application
from tgfair.services.uow import reader

LATER = NOW + timedelta(days=1, hours=1)
NUMBER = "07 45 12 93 21 60"


@pytest.fixture
def people(app):
    with app.app_context():
        yield make_staff(Role.ORGANISER), make_staff(Role.ADMIN)


@pytest.fixture
def fair(people):
    """Two applications drew booths of zone A; a third one was placed by hand in zone B."""
    fair = make_fair()
    install_plan(fair)
    for code in ("HC-1", "HC-2"):
        make_application(fair, make_exhibitor(), State.APPROVED, code=code)
    plan = DrawPlan(
        DrawMode.BOOTHS,
        ("A",),
        SourceKind.HALL,
        "Hội trường",
        NOW + timedelta(days=1),
        0,
        leaves_aside=False,
    )
    freeze_list(people[0], fair.id, plan, now=NOW)
    for person in people:
        type_number(person, fair.id, 1, NUMBER, now=LATER)
    make_application(fair, make_exhibitor(), State.APPROVED, code="HC-3", wishes=["B"])
    assign_booth(people[0], fair.id, "B01", "HC-3", now=LATER)
    return fair


def places(fair) -> dict[str, str]:
    reader().rollback()
    rows = reader().scalars(
        select(Assignment).where(
            Assignment.fair_id == fair.id, Assignment.state == AssignmentState.LIVE
        )
    )
    return {row.application.code: row.booth.label for row in rows}


def notes(fair) -> list[str]:
    reader().rollback()
    return [note.text for note in reader().scalars(select(Draw)).one().notes]


def ask(person, fair, code, to="", reason="Cột điện chắn lối, cơ sở đồng ý"):
    return ask_change(person, fair.id, 1, code, to_label=to, reason=reason, now=LATER)


def decide(person, fair, change, *, agree=True):
    return decide_change(person, fair.id, 1, change, agree=agree, now=LATER)


def test_one_person_alone_changes_no_drawn_booth(fair, people):
    before = places(fair)
    how = {"reason": "Tự ý", "now": LATER}

    with pytest.raises(DrawnBoothError, match=before["HC-1"]):
        release_booth(people[0], fair.id, before["HC-1"], "HC-1", **how)
    with pytest.raises(DrawnBoothError):
        move_booth(people[0], fair.id, "HC-1", from_label=before["HC-1"], to_label="B05", **how)
    with pytest.raises(DrawnBoothError):
        swap_booths(people[0], fair.id, before["HC-1"], "B01", **how)

    assert places(fair) == before


def test_a_second_person_moves_the_booth_and_says_why_in_public(fair, people):
    before = places(fair)
    change = ask(people[0], fair, "HC-1", "b05")
    with pytest.raises(ChangeWaitsError):
        ask(people[1], fair, "HC-1")
    with pytest.raises(InvalidError, match="khác người đề nghị"):
        decide(people[0], fair, change)
    assert places(fair) == before

    assert decide(people[1], fair, change)

    assert places(fair) == before | {"HC-1": "B05"}
    moved = f"Hồ sơ HC-1 đổi từ gian {before['HC-1']} sang gian B05."
    assert notes(fair) == [f"{moved} Lý do: Cột điện chắn lối, cơ sở đồng ý"]
    with pytest.raises(InvalidError, match="đã được quyết"):
        decide(people[1], fair, change)
    with pytest.raises(DrawnBoothError):  # where it stands now is the draw's too
        release_booth(people[0], fair.id, "B05", "HC-1", reason="Tự ý", now=LATER)


def test_two_holders_change_places_and_a_booth_is_taken_back(fair, people):
    before = places(fair)

    decide(people[1], fair, ask(people[0], fair, "HC-1", before["HC-3"]))
    decide(people[0], fair, ask(people[1], fair, "HC-2"))

    assert places(fair) == {"HC-1": "B01", "HC-3": before["HC-1"]}
    assert [text.split(" Lý do")[0] for text in notes(fair)] == [
        f"Hồ sơ HC-1 ở gian {before['HC-1']} đổi chỗ với hồ sơ HC-3 ở gian B01.",
        f"Hồ sơ HC-2 trả gian {before['HC-2']}.",
    ]


def test_a_refused_change_leaves_everything_and_is_remembered(fair, people):
    before = places(fair)

    assert not decide(people[0], fair, ask(people[0], fair, "HC-1", "B05"), agree=False)

    (line,) = changes_of(people[0], fair, reader().scalars(select(Draw)).one())
    assert (line.code, line.to_booth, line.state, line.decided_by, line.mine) == (
        "HC-1",
        "B05",
        "refused",
        people[0].label,
        True,
    )
    assert (places(fair), notes(fair)) == (before, [])


@pytest.mark.parametrize(
    ("code", "to", "reason", "field"),
    [("HC-1", "Z99", "Vì", "gian"), ("HC-1", "", " ", "reason"), ("HC-3", "", "Vì", "hs")],
)
def test_what_cannot_be_asked_for(fair, people, code, to, reason, field):
    with pytest.raises(InvalidError) as refused:
        ask(people[0], fair, code, to, reason)

    assert refused.value.field == field


def test_who_leaves_the_fair_gives_the_booth_back_alone(fair, people):
    withdraw_application(people[1], "HC-1", reason="Bận mùa vụ", now=LATER)

    assert "HC-1" not in places(fair)


def test_reviewers_ask_for_nothing(fair):
    with pytest.raises(ForbiddenError):
        ask(make_staff(Role.REVIEWER), fair, "HC-1")
