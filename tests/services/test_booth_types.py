"""Types of booths take the product groups that the fair's rules say, whoever gives out booths."""

from __future__ import annotations

import pytest

from tests.support.booth_world import approved, found, labels
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
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import State
from tgfair.models import Application, BoothGiving, DrawMode, Fair, Role
from tgfair.services.allocations import UnsuitableError, assign_booth, move_booth
from tgfair.services.booth_rules import TypedRules, booth_rules, booth_types, set_booth_rules
from tgfair.services.draw_lists import feasibility
from tgfair.services.holds import alternatives, hold_booth
from tgfair.services.queries.allocation import reasons_by_booth
from tgfair.services.queries.picking import pick_page
from tgfair.services.uow import find, reader, transaction
from tgfair.services.waitlist_rounds import next_round
from tgfair.services.waitlists import enter_waitlist

AGAINST = "Gian E01 là gian ẩm thực, không nhận nhóm Thủ công mỹ nghệ."


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def clerk(app):
    with app.app_context():
        yield make_staff(Role.ORGANISER)


@pytest.fixture
def fair(clerk):
    """A fair whose twenty booths for food, all of zone E, take nothing but food and drinks."""
    fair = make_fair(giving=BoothGiving.FIRST_COME)
    install_plan(fair)
    rule(clerk, fair, food=("food", "drink"))
    return fair


def rule(clerk, fair: Fair, **groups: tuple[str, ...]) -> None:
    reader().rollback()
    row = find(reader(), Fair, Fair.id == fair.id)
    typed = TypedRules(Weights(), None, None, kind_groups=groups)
    set_booth_rules(clerk, fair.id, typed, seen_version=row.version, now=NOW)


def crafts(fair: Fair) -> Application:
    """An application of somebody who brings baskets and wishes for the zone of food."""
    row = make_application(fair, make_exhibitor(), State.APPROVED, wishes=["E"])
    with transaction() as session:
        find(session, Application, Application.id == row.id).products[0].group = "craft"
    return row


def test_types_of_the_plan_are_counted_and_none_or_all_ticked_is_no_rule(clerk, fair):
    assert booth_types(clerk, fair) == {"standard": 124, "food": 20, "raw": 6}

    rule(clerk, fair, food=(), raw=("food", "drink", "herbal", "craft", "ornamental", "tourism"))

    reader().rollback()
    assert booth_rules(find(reader(), Fair, Fair.id == fair.id)).kind_groups == ()


def test_no_plan_puts_goods_into_a_booth_of_a_type_for_others(clerk, fair):
    codes = [crafts(fair).code for _ in range(3)]
    cook = approved(fair, wishes=["E"], cooking=True)

    places = labels(fair, found(clerk, fair))

    assert places[cook.code][0].startswith("E")
    assert [code for code in codes if places[code][0].startswith("E")] == []


def test_assigning_and_moving_by_hand_need_a_reason(clerk, fair):
    code = crafts(fair).code
    assert [one.sentence for one in reasons_by_booth(clerk, fair, code)["E01"]] == [AGAINST]

    with pytest.raises(UnsuitableError) as caught:
        assign_booth(clerk, fair.id, "E01", code, now=NOW)
    assert AGAINST in caught.value.message()
    assign_booth(clerk, fair.id, "A05", code, now=NOW)
    with pytest.raises(UnsuitableError):
        move_booth(clerk, fair.id, code, from_label="A05", to_label="E01", reason=None, now=NOW)


def test_producer_neither_sees_nor_picks_a_booth_for_others(fair):
    exhibitor = make_exhibitor()
    row = make_application(fair, exhibitor, State.APPROVED)
    with transaction() as session:
        find(session, Application, Application.id == row.id).products[0].group = "craft"
    producer = actor_of(make_user(), owns=(exhibitor,))

    with pytest.raises(InvalidError, match=AGAINST):
        hold_booth(producer, row.code, "E01", now=NOW)

    page = pick_page(producer, row.code, now=NOW)
    spots = {spot.label: spot.against for spot in page.spots}
    assert [booth.label for booth in page.booths if booth.label.startswith("E")] == []
    assert (spots["E01"], spots["A05"]) == (AGAINST, "")
    near = alternatives(reader(), find(reader(), Application, Application.id == row.id), "E01", now=NOW)  # fmt: skip
    assert [label for label in near if label.startswith("E")] == []


def test_draw_and_waiting_list_pass_booths_for_others_by(clerk, fair):
    drawing = crafts(fair)
    shares = feasibility(reader(), fair, DrawMode.BOOTHS, {"E"})
    assert [(one.code, one.reason) for one in shares.asides] == [
        (drawing.code, f"Khu E: {AGAINST}")
    ]

    enter_waitlist(clerk, drawing.code, now=NOW)
    reader().rollback()
    asked = next_round(reader(), find(reader(), Fair, Fair.id == fair.id), now=NOW)
    assert asked.matches == ()
    assert [*asked.why_not.values()] == [
        "Gian trống E01, E02, E03 và 17 gian khác: loại gian không nhận nhóm sản phẩm."
    ]
