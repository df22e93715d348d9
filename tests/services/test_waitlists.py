"""The waiting list: order, offers, answers, jumps."""

from __future__ import annotations

from dataclasses import replace
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
    make_staff,
    make_user,
)
from tgfair.core.decision import Decision
from tgfair.core.draw.sources import SourceKind
from tgfair.core.errors import ConflictError, ForbiddenError, InvalidError, OwnSubjectError
from tgfair.core.waitlist import Rule
from tgfair.core.workflow import Event, State
from tgfair.models import (
    Application,
    Assignment,
    AssignmentState,
    Booth,
    BoothGiving,
    DrawMode,
    Fair,
    Message,
    Offer,
    OfferState,
    Role,
    WaitlistEntry,
    WaitlistJump,
    WaitSource,
    WaitState,
)
from tgfair.policy import SYSTEM
from tgfair.services import reviews
from tgfair.services.allocations import assign_booth, release_booth
from tgfair.services.booth_answers import confirm_booth
from tgfair.services.booth_returns import Absence, absent, take_back
from tgfair.services.draws import DrawPlan, freeze_list
from tgfair.services.giving import Giving, set_giving
from tgfair.services.holds import alternatives, hold_booth
from tgfair.services.publications import publish, published_places
from tgfair.services.queries.picking import pick_page
from tgfair.services.queries.publication_changes import published_changes
from tgfair.services.submissions import withdraw_application
from tgfair.services.uow import reader, transaction
from tgfair.services.waitlist_jumps import move_in_line
from tgfair.services.waitlist_rounds import next_round, offer_now, sweep_offers
from tgfair.services.waitlists import (
    OfferOverError,
    accept_offer,
    decline_offer,
    enter_waitlist,
    leave_waitlist,
    place_in_line,
    withdraw_offer,
)

DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def fair():
    """A fair in which only A01 and A02 are free."""
    fair = make_fair(offers_on=True)
    install_plan(fair)
    with transaction() as session:
        for booth in session.scalars(select(Booth).where(Booth.fair_id == fair.id)):
            booth.blocked_reason = None if booth.label in {"A01", "A02"} else "Đóng"
    return fair


def producer(fair, state=State.WAITLISTED, **columns):
    exhibitor = make_exhibitor()
    application = make_application(fair, exhibitor, state, **columns)
    return actor_of(make_user(), owns=(exhibitor,)), application.code


def waiting(fair, count, **columns):
    """Producers in line, in this order."""
    found = [producer(fair, **columns) for _ in range(count)]
    for actor, code in found:
        enter_waitlist(actor, code, now=NOW)
    return found


def offers():
    """Every offer as (code, booths, state)."""
    reader().rollback()
    rows = reader().execute(
        select(Application.code, Booth.label, Offer.state)
        .join(WaitlistEntry, WaitlistEntry.application_id == Application.id)
        .join(Offer, Offer.entry_id == WaitlistEntry.id)
        .join(Assignment, Assignment.offer_id == Offer.id)
        .join(Booth, Booth.id == Assignment.booth_id)
        .order_by(Offer.id, Booth.label)
    )
    return [tuple(row) for row in rows]


def row(code):
    reader().rollback()
    return reader().scalars(select(Application).where(Application.code == code)).one()


def entry_of(code):
    return (
        reader()
        .scalars(
            select(WaitlistEntry)
            .where(WaitlistEntry.application_id == row(code).id)
            .order_by(WaitlistEntry.id.desc())
        )
        .first()
    )


def test_review_puts_on_the_list_and_takes_off(fair):
    _, code = producer(fair, State.SUBMITTED)
    seen = row(code).version
    reviews.decide(SYSTEM, code, Decision(Event.WAITLIST), seen_version=seen, now=NOW)
    assert (entry_of(code).source, place_in_line(SYSTEM, code)) == (WaitSource.APPROVAL, 1)

    seen = row(code).version
    reviews.decide(SYSTEM, code, Decision(Event.REJECT, "Sai"), seen_version=seen, now=NOW)

    assert entry_of(code).state == WaitState.LEFT
    assert place_in_line(SYSTEM, code) is None


def test_free_booths_are_offered_in_order(fair):
    (_, one), (_, two), (_, three) = waiting(fair, 3)

    sweep_offers(NOW)

    assert offers() == [(one, "A01", OfferState.OFFERED), (two, "A02", OfferState.OFFERED)]
    found = next_round(reader(), reader().get_one(Fair, fair.id), now=NOW)
    assert found.why_not == {entry_of(three).id: "Chưa có gian trống ở khu A."}
    assert sweep_offers(NOW) == 0


def test_offer_is_written_to_the_outbox(fair):
    waiting(fair, 1)

    sweep_offers(NOW)

    assert reader().scalars(select(Message.kind)).all() == ["offer"]


def test_nothing_is_offered_while_the_list_is_closed(fair):
    waiting(fair, 1)
    with transaction() as session:
        session.get_one(Fair, fair.id).offers_on = False

    assert sweep_offers(NOW) == 0
    assert offers() == []
    assert len(offer_now(SYSTEM, fair.id, now=NOW)) == 1


def test_accepting_before_the_plan_is_out_approves_and_places(fair):
    ((actor, code),) = waiting(fair, 1)
    sweep_offers(NOW)

    assert accept_offer(actor, code, now=NOW + timedelta(hours=23)) == ["A01"]

    assert row(code).state == State.APPROVED
    assert offers() == [(code, "A01", OfferState.ACCEPTED)]
    assert entry_of(code).state == WaitState.PLACED


def test_accepting_twice_takes_the_booth_once(fair):
    ((actor, code),) = waiting(fair, 1)
    sweep_offers(NOW)

    assert [accept_offer(actor, code, now=NOW) for _ in range(2)] == [["A01"], ["A01"]]
    assert offers() == [(code, "A01", OfferState.ACCEPTED)]
    release_booth(SYSTEM, fair.id, "A01", code, reason="Đổi sơ đồ", now=NOW)
    with pytest.raises(OfferOverError):
        accept_offer(actor, code, now=NOW)


def test_accepting_after_the_publication_confirms(fair):
    _, placed = producer(fair, State.APPROVED)
    assign_booth(SYSTEM, fair.id, "A02", placed, now=NOW)
    publish(SYSTEM, fair.id, note=None, now=NOW)
    ((actor, code),) = waiting(fair, 1)
    sweep_offers(NOW)

    accept_offer(actor, code, now=NOW)

    assert row(code).state == State.CONFIRMED


def test_unanswered_offer_goes_to_the_next(fair):
    (actor, one), (_, two), (_, three) = waiting(fair, 3)
    sweep_offers(NOW)
    decline_offer(actor, one, keep_waiting=False, now=NOW)

    sweep_offers(NOW)
    sweep_offers(NOW + DAY)

    assert offers() == [
        (one, "A01", OfferState.DECLINED),
        (two, "A02", OfferState.EXPIRED),
        (three, "A01", OfferState.EXPIRED),
    ]
    assert (entry_of(two).state, entry_of(three).state) == (WaitState.LAPSED, WaitState.LAPSED)
    with pytest.raises(OfferOverError):
        accept_offer(actor, one, now=NOW)


def test_late_answer_is_refused_even_before_the_sweep(fair):
    ((actor, code),) = waiting(fair, 1)
    sweep_offers(NOW)

    with pytest.raises(OfferOverError):
        accept_offer(actor, code, now=NOW + DAY)


def test_who_declines_and_keeps_waiting_is_not_offered_the_same_again(fair):
    ((actor, code),) = waiting(fair, 1)
    sweep_offers(NOW)
    decline_offer(actor, code, keep_waiting=True, now=NOW)

    sweep_offers(NOW)

    assert offers() == [(code, "A01", OfferState.DECLINED), (code, "A02", OfferState.OFFERED)]


def test_two_booths_are_offered_together_or_not_at_all(fair):
    ((_, big),) = waiting(fair, 1, booths_wanted=2)
    sweep_offers(NOW)

    assert offers() == [(big, "A01", OfferState.OFFERED), (big, "A02", OfferState.OFFERED)]


def test_leaving_withdraws_the_offer_and_frees_the_booth(fair):
    (actor, one), (second, two), (_, three) = waiting(fair, 3)
    sweep_offers(NOW)

    leave_waitlist(actor, one, now=NOW)
    withdraw_application(second, two, reason="", now=NOW)
    sweep_offers(NOW)

    assert offers()[2:] == [(three, "A01", OfferState.OFFERED)]
    assert {state for _, _, state in offers()[:2]} == {OfferState.WITHDRAWN}
    held = select(Assignment.id).where(Assignment.state == AssignmentState.HELD)
    assert len(reader().scalars(held).all()) == 1


def test_booth_placed_by_hand_ends_the_waiting(fair):
    ((_, code),) = waiting(fair, 1, state=State.APPROVED)
    sweep_offers(NOW)

    assign_booth(SYSTEM, fair.id, "A02", code, now=NOW)

    assert entry_of(code).state == WaitState.PLACED
    assert offers() == [(code, "A01", OfferState.WITHDRAWN)]


def test_released_booth_is_offered_on(fair):
    _, placed = producer(fair, State.APPROVED)
    assign_booth(SYSTEM, fair.id, "A01", placed, now=NOW)
    assign_booth(SYSTEM, fair.id, "A02", placed, reason="Thêm", now=NOW)
    ((_, code),) = waiting(fair, 1)
    assert sweep_offers(NOW) == 0

    release_booth(SYSTEM, fair.id, "A02", placed, reason="Rút bớt", now=NOW)
    sweep_offers(NOW)

    assert offers() == [(code, "A02", OfferState.OFFERED)]


def test_jump_needs_a_reason_and_is_kept(fair):
    (_, one), (_, two), (_, three) = waiting(fair, 3)
    with pytest.raises(InvalidError, match="lý do"):
        move_in_line(SYSTEM, fair.id, three, to_place=1, reason=" ", now=NOW)

    assert move_in_line(SYSTEM, fair.id, three, to_place=1, reason="Hộ nghèo", now=NOW) == (3, 1)

    assert [place_in_line(SYSTEM, code) for code in (three, one, two)] == [1, 2, 3]
    jump = reader().scalars(select(WaitlistJump)).one()
    assert (jump.from_place, jump.to_place, jump.reason) == (3, 1, "Hộ nghèo")


def test_only_organisers_change_the_order(fair):
    ((actor, code), _) = waiting(fair, 2)

    for who in (actor, make_staff(Role.REVIEWER)):
        with pytest.raises(ForbiddenError):
            move_in_line(who, fair.id, code, to_place=2, reason="Vì", now=NOW)


def test_withdrawn_offer_may_be_made_again(fair):
    ((_, code),) = waiting(fair, 1)
    sweep_offers(NOW)

    withdraw_offer(SYSTEM, fair.id, code, reason="Nhầm gian", now=NOW)
    told = reader().scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
    assert (told.kind, told.params) == ("offer_called_back", {"reason": "Nhầm gian"})
    sweep_offers(NOW)

    assert offers() == [(code, "A01", OfferState.WITHDRAWN), (code, "A01", OfferState.OFFERED)]


def test_pickers_leave_booths_to_a_list_that_is_being_served(fair):
    with transaction() as session:
        session.get_one(Fair, fair.id).giving = BoothGiving.FIRST_COME
    waiting(fair, 1)
    actor, code = producer(fair, State.APPROVED)

    with pytest.raises(InvalidError, match="danh sách chờ"):
        hold_booth(actor, code, "A01", now=NOW)
    page = pick_page(actor, code, now=NOW)
    assert (page.booths, [spot.label for spot in page.spots if spot.open]) == ([], [])
    assert alternatives(reader(), row(code), "A02", now=NOW) == []
    sweep_offers(NOW)
    assert "A02" in [booth.label for booth in pick_page(actor, code, now=NOW).booths]
    assert hold_booth(actor, code, "A02", now=NOW).booth == "A02"


def test_who_waits_for_a_draw_is_offered_nothing_meanwhile(fair):
    ((_, drawing),) = waiting(fair, 1, state=State.APPROVED)
    plan = DrawPlan(
        DrawMode.BOOTHS, ("A",), SourceKind.HALL, "Hội trường", NOW + DAY, 0, leaves_aside=True
    )
    freeze_list(SYSTEM, fair.id, plan, now=NOW)
    waiting(fair, 1)

    assert sweep_offers(NOW) == 0
    found = next_round(reader(), reader().get_one(Fair, fair.id), now=NOW)
    assert found.why_not[entry_of(drawing).id] == "Đang chờ bốc thăm theo danh sách đã công bố."


def published_holder(fair, label="A02"):
    """A producer who was told of a booth."""
    actor, code = producer(fair, State.APPROVED)
    assign_booth(SYSTEM, fair.id, label, code, reason="Thử", now=NOW)
    publish(SYSTEM, fair.id, note="Thử", now=NOW)
    return actor, code


def test_hand_placement_past_the_list_needs_a_reason_that_everybody_reads(fair):
    (_, first), (_, second) = waiting(fair, 2, state=State.APPROVED)
    _, outside = producer(fair, State.APPROVED)

    with pytest.raises(InvalidError, match=f"{first} đang chờ trước"):
        assign_booth(SYSTEM, fair.id, "A01", outside, now=NOW)
    assign_booth(SYSTEM, fair.id, "A01", outside, reason="Nhà tài trợ", now=NOW)
    assign_booth(SYSTEM, fair.id, "A02", second, reason="Đã đổi với nhau", now=NOW)

    jumps = reader().scalars(select(WaitlistJump).order_by(WaitlistJump.id)).all()
    assert [(one.application.code, one.from_place, one.to_place, one.booth) for one in jumps] == [
        (outside, None, None, "A01"),
        (second, 2, None, "A02"),
    ]


def test_hand_placement_of_the_first_or_of_what_suits_nobody_needs_no_reason(fair):
    ((_, first),) = waiting(fair, 1, state=State.APPROVED)
    waiting(fair, 1, state=State.APPROVED, water=True)  # A02 has none
    _, outside = producer(fair, State.APPROVED)

    assign_booth(SYSTEM, fair.id, "A01", first, now=NOW)
    assign_booth(SYSTEM, fair.id, "A02", outside, now=NOW)

    assert reader().scalars(select(WaitlistJump)).all() == []


def test_first_placements_wait_for_nobody_in_line(fair):
    with transaction() as session:
        session.get_one(Fair, fair.id).offers_on = False
    waiting(fair, 1)
    _, code = producer(fair, State.APPROVED)

    assign_booth(SYSTEM, fair.id, "A01", code, now=NOW)

    assert reader().scalars(select(WaitlistJump)).all() == []


def test_unconfirmed_booth_goes_to_the_first_in_line(fair):
    _, late = published_holder(fair)
    _, next_one = waiting(fair, 2)[0]
    waiting(fair, 1)
    over = row(late).fair.confirm_until + timedelta(minutes=1)
    sweep_offers(NOW)
    assert absent(SYSTEM, row(late).fair, now=NOW) == []
    with pytest.raises(InvalidError, match="chưa quá hạn"):
        take_back(SYSTEM, fair.id, late, now=NOW)
    ((found, why),) = absent(SYSTEM, row(late).fair, now=over)
    assert (found.code, why) == (late, Absence.UNCONFIRMED)

    assert take_back(SYSTEM, fair.id, late, now=over) == ["A02"]

    (change,) = published_changes(fair.id)
    assert (change.note, [(line.before, line.after) for line in change.lines]) == (
        "Quá hạn xác nhận mà chưa có trả lời.",
        [(("A02",), ())],
    )
    assert published_places(reader(), fair.id) == set()
    assert row(late).state == State.APPROVED
    assert [(label, state) for _, label, state in offers()][-1] == ("A02", OfferState.OFFERED)
    assert offers()[0][0] == next_one
    told = select(Message.kind).where(Message.application_id == row(late).id)
    assert "booth_released" in reader().scalars(told).all()


def test_who_withdrew_is_named_so_in_the_next_version_whatever_its_reason(fair):
    actor, gone = published_holder(fair)
    withdraw_application(actor, gone, reason="Bận", now=NOW)
    published_holder(fair, "A01")

    (change,) = published_changes(fair.id)

    assert change.note == "Thử"
    assert {line.before + line.after: line.withdrew for line in change.lines} == {
        ("A01",): False,
        ("A02",): True,
    }


def test_no_show_is_taken_back_once_the_fair_is_open(fair):
    actor, code = published_holder(fair)
    confirm_booth(actor, code, now=NOW)
    opened = row(code).fair.opens_at + timedelta(hours=2)

    assert [why for _, why in absent(SYSTEM, row(code).fair, now=opened)] == [Absence.NO_SHOW]
    take_back(SYSTEM, fair.id, code, now=opened)

    assert (row(code).state, row(code).confirmed_at) == (State.APPROVED, None)
    assert absent(SYSTEM, row(code).fair, now=opened) == []


def test_nobody_serves_their_own_subject(fair):
    ((_, code), (_, other)) = waiting(fair, 2, state=State.APPROVED)
    sweep_offers(NOW)
    own = actor_of(make_user(Role.ORGANISER), owns=(row(code).exhibitor,))

    with pytest.raises(OwnSubjectError):
        move_in_line(own, fair.id, code, to_place=2, reason="Vì", now=NOW)
    with pytest.raises(OwnSubjectError):
        withdraw_offer(own, fair.id, code, reason="Vì", now=NOW)
    move_in_line(own, fair.id, other, to_place=1, reason="Vì", now=NOW)


def test_picking_times_are_kept_and_cannot_end_before_they_begin(fair):
    rules = Giving(BoothGiving.FIRST_COME, NOW, NOW + DAY, 20, Rule.STRICT, 48, offers_on=True)

    set_giving(SYSTEM, fair.id, rules, seen_version=1, now=NOW)

    reader().rollback()
    kept = reader().get_one(Fair, fair.id)
    assert (kept.picks_from, kept.picks_until, kept.hold_minutes) == (NOW, NOW + DAY, 20)
    with pytest.raises(InvalidError) as refused:
        set_giving(SYSTEM, fair.id, replace(rules, picks_until=NOW), seen_version=2, now=NOW)
    assert refused.value.field == "until_day"
    with pytest.raises(ConflictError):  # a page of before
        set_giving(SYSTEM, fair.id, replace(rules, offers_on=False), seen_version=1, now=NOW)
