"""First come with a hold: pick, confirm, let go, run out, lose."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    actor_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_user,
)
from tgfair.core.draw.sources import SourceKind
from tgfair.core.errors import InvalidError, NotFoundError
from tgfair.core.workflow import State
from tgfair.models import (
    Application,
    Assignment,
    AssignmentState,
    Booth,
    BoothGiving,
    DrawMode,
    Message,
    Publication,
)
from tgfair.policy import SYSTEM
from tgfair.services.allocations import assign_booth, block_booth, release_booth
from tgfair.services.draw_freeze import FrozenForDrawError
from tgfair.services.draws import DrawPlan, freeze_list
from tgfair.services.holds import (
    BoothGoneError,
    Hold,
    HoldOverError,
    alternatives,
    confirm_hold,
    hold_booth,
    let_go,
    sweep_holds,
)
from tgfair.services.places import BoothTakenError, occupant
from tgfair.services.publications import publish
from tgfair.services.submissions import withdraw_application
from tgfair.services.uow import reader, transaction

QUARTER = timedelta(minutes=15)
LATER = NOW + QUARTER


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def fair():
    fair = make_fair(giving=BoothGiving.FIRST_COME)
    install_plan(fair)
    return fair


def producer(fair, **columns):
    """A producer with an approved application that asks for nothing special."""
    exhibitor = make_exhibitor()
    application = make_application(fair, exhibitor, State.APPROVED, **columns)
    return actor_of(make_user(), owns=(exhibitor,)), application.code


def standing(code):
    """The state and label of every booth the application holds or has."""
    reader().rollback()
    rows = reader().execute(
        select(Booth.label, Assignment.state)
        .join(Assignment, Assignment.booth_id == Booth.id)
        .join(Application)
        .where(Application.code == code, Assignment.state != AssignmentState.RELEASED)
        .order_by(Booth.label)
    )
    return [tuple(row) for row in rows]


def application(code):
    return reader().scalars(select(Application).where(Application.code == code)).one()


def state_of(code):
    reader().rollback()
    return reader().scalar(select(Application.state).where(Application.code == code))


def test_hold_keeps_the_booth_for_a_quarter_of_an_hour(fair):
    actor, code = producer(fair)

    held = hold_booth(actor, code, "A01", now=NOW)

    assert held == Hold("A01", LATER)
    assert standing(code) == [("A01", AssignmentState.HELD)]


def test_hold_of_a_held_booth_names_five_free_ones_nearby(fair):
    (first, one), (second, other) = producer(fair), producer(fair)
    hold_booth(first, one, "A01", now=NOW)

    with pytest.raises(BoothGoneError) as caught:
        hold_booth(second, other, "A01", now=NOW)

    assert caught.value.alternatives == ("A02", "A13", "A14", "A03", "A15")
    assert standing(other) == []


def test_hold_that_ran_out_is_anybodys(fair):
    (first, one), (second, other) = producer(fair), producer(fair)
    hold_booth(first, one, "A01", now=NOW)

    hold_booth(second, other, "A01", now=LATER)

    assert standing(one) == []
    assert standing(other) == [("A01", AssignmentState.HELD)]


def test_second_hold_lets_go_of_the_first(fair):
    actor, code = producer(fair)
    hold_booth(actor, code, "A01", now=NOW)

    hold_booth(actor, code, "A02", now=NOW)

    assert standing(code) == [("A02", AssignmentState.HELD)]


def test_lost_second_hold_keeps_the_first(fair):
    (first, one), (second, other) = producer(fair), producer(fair)
    hold_booth(first, one, "A01", now=NOW)
    hold_booth(second, other, "A02", now=NOW)

    with pytest.raises(BoothGoneError):
        hold_booth(first, one, "A02", now=NOW)

    assert standing(one) == [("A01", AssignmentState.HELD)]


def test_confirming_makes_the_hold_live_and_writes_a_mail(fair):
    actor, code = producer(fair)
    hold_booth(actor, code, "A01", now=NOW)

    label = confirm_hold(actor, code, now=NOW + timedelta(minutes=14))

    assert label == "A01"
    assert standing(code) == [("A01", AssignmentState.LIVE)]
    assert state_of(code) == State.APPROVED
    kinds = reader().scalars(select(Message.kind)).all()
    assert kinds == ["booth_picked"]


def test_confirming_too_late_is_refused(fair):
    actor, code = producer(fair)
    hold_booth(actor, code, "A01", now=NOW)

    with pytest.raises(HoldOverError):
        confirm_hold(actor, code, now=LATER)


def test_publishing_confirms_who_picked(fair):
    actor, code = producer(fair)
    hold_booth(actor, code, "A01", now=NOW)
    confirm_hold(actor, code, now=NOW)

    publish(SYSTEM, fair.id, note=None, now=LATER)

    assert state_of(code) == State.CONFIRMED


def test_pick_after_the_publication_is_published_at_once(fair):
    (first, one), (second, other) = producer(fair), producer(fair)
    hold_booth(first, one, "A01", now=NOW)
    confirm_hold(first, one, now=NOW)
    publish(SYSTEM, fair.id, note=None, now=NOW)
    hold_booth(second, other, "A02", now=NOW)

    confirm_hold(second, other, now=NOW)

    assert state_of(other) == State.CONFIRMED
    newest = reader().scalars(select(Publication).order_by(Publication.number.desc())).first()
    assert (newest.number, len(newest.rows)) == (2, 2)


def test_letting_go_frees_the_booth(fair):
    (first, one), (second, other) = producer(fair), producer(fair)
    hold_booth(first, one, "A01", now=NOW)

    assert let_go(first, one, now=NOW) == "A01"
    hold_booth(second, other, "A01", now=NOW)

    with pytest.raises(HoldOverError):
        let_go(first, one, now=NOW)


def test_producer_picks_as_many_booths_as_it_asked_for(fair):
    actor, code = producer(fair, booths_wanted=2)
    for label in ("A01", "A02"):
        hold_booth(actor, code, label, now=NOW)
        confirm_hold(actor, code, now=NOW)

    with pytest.raises(InvalidError, match="đã có đủ 2 gian"):
        hold_booth(actor, code, "A03", now=NOW)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"giving": BoothGiving.ORGANISER}, "Ban Tổ chức xếp gian"),
        ({"picks_from": NOW + QUARTER}, "Mở chọn gian lúc"),
        ({"picks_until": NOW - QUARTER}, "Đã hết giờ"),
    ],
)
def test_no_picking_outside_the_rules_of_the_fair(columns, words):
    fair = make_fair(**{"giving": BoothGiving.FIRST_COME, **columns})
    install_plan(fair)
    actor, code = producer(fair)

    with pytest.raises(InvalidError, match=words):
        hold_booth(actor, code, "A01", now=NOW)


def test_unsuitable_booth_is_refused_with_the_reason(fair):
    actor, code = producer(fair, water=True)

    with pytest.raises(InvalidError, match="không có nước"):
        hold_booth(actor, code, "A01", now=NOW)


def test_foreign_application_is_not_found(fair):
    actor, _ = producer(fair)
    _, foreign = producer(fair)

    with pytest.raises(NotFoundError):
        hold_booth(actor, foreign, "A01", now=NOW)


def test_withdrawing_frees_the_hold(fair):
    actor, code = producer(fair)
    hold_booth(actor, code, "A01", now=NOW)

    withdraw_application(actor, code, reason="", now=NOW)

    assert standing(code) == []
    with pytest.raises(HoldOverError):
        confirm_hold(actor, code, now=NOW)


def test_sweep_releases_only_what_ran_out(fair):
    (first, one), (second, other) = producer(fair), producer(fair)
    hold_booth(first, one, "A01", now=NOW)
    hold_booth(second, other, "A02", now=NOW + timedelta(minutes=1))

    assert sweep_holds(LATER) == 1
    assert sweep_holds(LATER) == 0
    assert standing(one) == []
    assert standing(other) == [("A02", AssignmentState.HELD)]


def test_officer_cannot_give_a_held_booth_away_until_it_ran_out(fair):
    actor, code = producer(fair)
    _, other = producer(fair)
    hold_booth(actor, code, "A01", now=NOW)

    with pytest.raises(BoothTakenError):
        assign_booth(SYSTEM, fair.id, "A01", other, now=NOW)
    assign_booth(SYSTEM, fair.id, "A01", other, now=LATER)

    holder = occupant(reader(), fair.id, "A01")
    assert holder is not None
    assert holder.application.code == other


def test_booth_shown_as_anothers_is_not_picked(fair):
    (first, one), (second, other) = producer(fair), producer(fair)
    hold_booth(first, one, "A01", now=NOW)
    confirm_hold(first, one, now=NOW)
    publish(SYSTEM, fair.id, note=None, now=NOW)
    with transaction() as session:
        row = session.scalars(select(Assignment).join(Booth).where(Booth.label == "A01")).one()
        row.state = AssignmentState.RELEASED

    with pytest.raises(BoothGoneError):
        hold_booth(second, other, "A01", now=NOW)


def test_loser_of_the_last_booth_is_sent_to_the_waiting_list(fair):
    with transaction() as session:
        for booth in session.scalars(select(Booth).where(Booth.fair_id == fair.id)):
            booth.blocked_reason = None if booth.label == "A01" else "Đóng"
    (first, one), (second, other) = producer(fair), producer(fair)
    hold_booth(first, one, "A01", now=NOW)

    with pytest.raises(BoothGoneError) as caught:
        hold_booth(second, other, "A01", now=NOW)

    assert "danh sách chờ" in caught.value.message()


def test_what_waits_for_a_draw_is_not_picked(fair):
    (listed, drawing), (outside, other) = (producer(fair, wishes=[zone]) for zone in "AB")
    hold_booth(outside, other, "B01", now=NOW)  # who holds one does not draw
    plan = DrawPlan(
        DrawMode.BOOTHS, ("A",), SourceKind.HALL, "Hội trường", NOW + QUARTER, 0, leaves_aside=True
    )
    freeze_list(SYSTEM, fair.id, plan, now=NOW)

    with pytest.raises(FrozenForDrawError, match="Khu A"):
        hold_booth(outside, other, "A01", now=NOW)
    with pytest.raises(FrozenForDrawError, match=drawing):
        hold_booth(listed, drawing, "B02", now=NOW)
    with pytest.raises(FrozenForDrawError, match="Khu A"):
        block_booth(SYSTEM, fair.id, "A01", reason="Cột điện", now=NOW)
    assert {label[0] for label in alternatives(reader(), application(other), "B01", now=NOW)} == {
        "B"
    }


def test_pick_publishes_no_booth_that_is_shown_as_anothers(fair):
    (first, one), (second, other) = producer(fair), producer(fair, booths_wanted=2)
    hold_booth(first, one, "A01", now=NOW)
    confirm_hold(first, one, now=NOW)
    publish(SYSTEM, fair.id, note=None, now=NOW)
    release_booth(SYSTEM, fair.id, "A01", one, reason="Nhầm", now=NOW)
    assign_booth(SYSTEM, fair.id, "A01", other, now=NOW)
    hold_booth(second, other, "A02", now=NOW)

    confirm_hold(second, other, now=NOW)

    newest = reader().scalars(select(Publication).order_by(Publication.number.desc())).first()
    shown = sorted((row.booth.label, row.application.code) for row in newest.rows)
    assert shown == sorted([("A01", one), ("A02", other)])
    assert state_of(other) == State.ALLOCATED  # one of the two was not its own choice
