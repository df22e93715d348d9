"""The public draw from the frozen list to booths, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support.builders import (
    NOW,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_staff,
)
from tgfair.core.draw.lots import draw_file, draw_lots, list_hash
from tgfair.core.draw.sources import SourceKind
from tgfair.core.errors import ForbiddenError, InvalidError
from tgfair.core.workflow import State
from tgfair.models import (
    Application,
    Assignment,
    AssignmentSource,
    AssignmentState,
    AuditEntry,
    Booth,
    Draw,
    DrawMode,
    DrawObjection,
    DrawState,
    Message,
    Role,
)
from tgfair.models.waitlist import WaitSource
from tgfair.policy import SYSTEM
from tgfair.services import allocations
from tgfair.services.draw_freeze import FrozenForDrawError
from tgfair.services.draw_numbers import (
    BoothsTakenError,
    clear_number,
    postpone_number,
    type_number,
    waiting_order,
)
from tgfair.services.draw_objections import answer_objection, object_to_list
from tgfair.services.draws import ConflictDrawError, DrawPlan, call_off, correct_list, freeze_list
from tgfair.services.uow import reader, transaction
from tgfair.services.waitlist_rounds import entries_in_order

AT = NOW + timedelta(hours=30)
LATER = AT + timedelta(minutes=10)
NUMBER = "07 45 12 93 21 60"


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def fair():
    fair = make_fair()
    install_plan(fair)
    return fair


@pytest.fixture
def people():
    return make_staff(Role.ORGANISER), make_staff(Role.ADMIN)


def keep(fair, zone, count):
    """Leave only `count` booths of a zone in use."""
    with transaction() as session:
        rows = session.scalars(
            select(Booth).where(Booth.fair_id == fair.id).order_by(Booth.label)
        ).all()
        here = [row for row in rows if row.zone.code == zone]
        for row in here[count:]:
            row.blocked_reason = "Thử"
    return [row.label for row in here[:count]]


def approved(fair, count, **columns):
    return [
        make_application(fair, make_exhibitor(), State.APPROVED, **columns).code
        for _ in range(count)
    ]


def plan(*zones, **changes):
    values = {
        "mode": DrawMode.BOOTHS,
        "zones": zones or ("A",),
        "source_kind": SourceKind.HALL,
        "source_name": "Hội trường tỉnh",
        "source_at": AT,
        "objection_hours": 24,
        "leaves_aside": False,
    }
    return DrawPlan(**{**values, **changes})


def the_draw(fair, number=1):
    reader().expire_all()
    return (
        reader().scalars(select(Draw).where(Draw.fair_id == fair.id, Draw.number == number)).one()
    )


def kinds():
    return dict(reader().execute(select(Message.kind, func.count()).group_by(Message.kind)).all())


def test_frozen_list_is_hashed_published_and_told(fair, people):
    booths, codes = keep(fair, "A", 3), approved(fair, 5)

    number = freeze_list(people[0], fair.id, plan(), now=NOW)

    draw = the_draw(fair)
    assert number == 1
    assert draw.closed["zones"] == [
        {"code": "A", "applications": sorted(codes), "booths": sorted(booths)}
    ]
    assert draw.closed["closed_at"] == "2026-05-05T09:00:00+07:00"
    assert draw.list_hash == list_hash(draw.closed)
    assert draw.objections_until == NOW + timedelta(hours=24)
    assert kinds() == {"draw_listed": 5}
    entry = reader().scalars(select(AuditEntry).where(AuditEntry.action == "draw.frozen")).one()
    assert entry.data == {"number": 1, "hash": draw.list_hash}


def test_same_number_from_two_people_draws_at_once(fair, people):
    keep(fair, "A", 3)
    approved(fair, 5)
    freeze_list(people[0], fair.id, plan(), now=NOW)

    assert type_number(people[0], fair.id, 1, NUMBER, now=LATER) is False
    assert type_number(people[1], fair.id, 1, f" {NUMBER}  ", now=LATER) is True

    draw = the_draw(fair)
    outcome = draw_lots(draw.closed, NUMBER)
    given = {
        row.application.code: row.booth.label
        for row in reader().scalars(select(Assignment).where(Assignment.fair_id == fair.id))
    }
    rows = reader().scalars(select(Assignment)).all()
    assert (draw.state, draw.seed) == (DrawState.DRAWN, outcome.seed)
    assert given == outcome.result == draw_file(draw.closed, NUMBER)["result"]
    assert {(r.source, r.state, r.run_id) for r in rows} == {
        (AssignmentSource.DRAW, AssignmentState.LIVE, draw.run_id)
    }
    assert [a.code for a in waiting_order(reader(), draw)] == outcome.waiting["A"]
    line = entries_in_order(reader(), fair.id)
    assert [entry.application.code for entry in line] == outcome.waiting["A"]
    assert {entry.source for entry in line} == {WaitSource.DRAW}
    assert [e.application.code for e in sorted(draw.entries, key=lambda e: e.lot)] == (
        outcome.lots["A"]
    )
    assert kinds() == {"draw_listed": 5, "draw_result": 5}


def test_order_of_choosing_gives_lots_and_no_booth(fair, people):
    keep(fair, "A", 3)
    approved(fair, 4)
    freeze_list(people[0], fair.id, plan(mode=DrawMode.ORDER), now=NOW)
    for person in people:
        type_number(person, fair.id, 1, NUMBER, now=LATER)

    draw = the_draw(fair)
    assert draw.closed["zones"][0]["booths"] == []
    assert "Khu A chọn trong các gian: A01, A02, A03." in draw.closed["rules"]
    assert sorted(entry.lot for entry in draw.entries) == [1, 2, 3, 4]
    assert reader().scalar(select(func.count()).select_from(Assignment)) == 0
    assert list(entries_in_order(reader(), fair.id)) == []


def test_one_person_cannot_type_twice_nor_another_number(fair, people):
    keep(fair, "A", 3)
    approved(fair, 2)
    freeze_list(people[0], fair.id, plan(), now=NOW)
    type_number(people[0], fair.id, 1, NUMBER, now=LATER)

    with pytest.raises(InvalidError, match="phải do người khác ghi"):
        type_number(people[0], fair.id, 1, NUMBER, now=LATER)
    with pytest.raises(InvalidError, match="không giống lần ghi thứ nhất"):
        type_number(people[1], fair.id, 1, "07 45 12 93 21 61", now=LATER)
    with pytest.raises(ForbiddenError):
        type_number(SYSTEM, fair.id, 1, NUMBER, now=LATER)

    clear_number(people[1], fair.id, 1, now=LATER)
    assert type_number(people[1], fair.id, 1, NUMBER, now=LATER) is False


def test_a_number_that_was_cleared_is_public_and_one_person_chooses_no_other(fair, people):
    keep(fair, "A", 3)
    approved(fair, 2)
    freeze_list(people[0], fair.id, plan(), now=NOW)
    type_number(people[0], fair.id, 1, NUMBER, now=LATER)
    clear_number(people[1], fair.id, 1, now=LATER)
    later = AT + timedelta(days=7)

    with pytest.raises(InvalidError, match="phải do người khác làm"):
        postpone_number(people[1], fair.id, 1, source_at=later, reason="Nguồn chậm", now=LATER)

    assert [note.text for note in the_draw(fair).notes] == [
        f"{people[1].label} xóa con số đã ghi, hai người ghi lại từ đầu: {NUMBER}"
    ]
    postpone_number(people[0], fair.id, 1, source_at=later, reason="Đọc nhầm kỳ", now=LATER)
    assert the_draw(fair).source_at == later


def test_number_is_not_taken_before_its_instant(fair, people):
    keep(fair, "A", 3)
    approved(fair, 2)
    freeze_list(people[0], fair.id, plan(), now=NOW)

    with pytest.raises(InvalidError, match="Con số chỉ có từ 15:00 ngày 06/05/2026"):
        type_number(people[0], fair.id, 1, NUMBER, now=AT - timedelta(seconds=1))


def test_late_application_comes_in_only_by_a_new_list_with_a_new_hash(fair, people):
    keep(fair, "A", 3)
    approved(fair, 2)
    freeze_list(people[0], fair.id, plan(), now=NOW)
    first = the_draw(fair)
    old_hash, late = first.list_hash, approved(fair, 1)

    with pytest.raises(InvalidError, match="Hãy ghi lý do"):
        correct_list(people[0], fair.id, 1, leaves_aside=False, reason=" ", now=NOW)
    number = correct_list(
        people[0], fair.id, 1, leaves_aside=False, reason="Sót một hồ sơ đã duyệt", now=NOW
    )

    new = the_draw(fair, number)
    assert the_draw(fair).state is DrawState.REPLACED
    assert [note.text for note in the_draw(fair).notes] == ["Sót một hồ sơ đã duyệt"]
    assert late[0] in new.closed["zones"][0]["applications"]
    assert new.list_hash != old_hash
    assert kinds() == {"draw_listed": 5}


def test_list_without_a_difference_is_not_replaced(fair, people):
    keep(fair, "A", 3)
    approved(fair, 2)
    freeze_list(people[0], fair.id, plan(), now=NOW)

    with pytest.raises(InvalidError, match="giống hệt"):
        correct_list(
            people[0], fair.id, 1, leaves_aside=False, reason="x", now=NOW + timedelta(hours=1)
        )
    assert the_draw(fair).state is DrawState.FROZEN


@pytest.mark.parametrize("typed", [True, False])
def test_list_is_fixed_once_its_number_may_exist(fair, people, typed):
    keep(fair, "A", 3)
    approved(fair, 2)
    freeze_list(people[0], fair.id, plan(), now=NOW)
    if typed:
        type_number(people[0], fair.id, 1, NUMBER, now=AT)
    approved(fair, 1)

    with pytest.raises(InvalidError, match="không sửa, không hủy"):
        correct_list(people[0], fair.id, 1, leaves_aside=False, reason="x", now=AT)
    with pytest.raises(InvalidError, match="không sửa, không hủy"):
        call_off(people[0], fair.id, 1, reason="x", now=AT)


def test_list_called_off_frees_the_way_for_another(fair, people):
    keep(fair, "A", 3)
    approved(fair, 2)
    freeze_list(people[0], fair.id, plan(), now=NOW)
    with pytest.raises(ConflictDrawError):
        freeze_list(people[0], fair.id, plan(), now=NOW)

    call_off(people[0], fair.id, 1, reason="Đổi sang chọn theo thứ tự", now=NOW)

    assert freeze_list(people[0], fair.id, plan(), now=NOW) == 2
    assert the_draw(fair).state is DrawState.CALLED_OFF


def test_source_that_did_not_come_moves_to_its_next_number_only(fair, people):
    keep(fair, "A", 3)
    approved(fair, 2)
    freeze_list(people[0], fair.id, plan(), now=NOW)
    before, later = the_draw(fair).list_hash, AT + timedelta(days=7)

    with pytest.raises(InvalidError, match="khi đã đến giờ"):
        postpone_number(people[0], fair.id, 1, source_at=later, reason="x", now=NOW)
    postpone_number(people[0], fair.id, 1, source_at=later, reason="Mất điện", now=LATER)

    draw = the_draw(fair)
    assert (draw.source_at, draw.list_hash) == (later, before)
    assert [note.text for note in draw.notes] == [
        "Chuyển sang kỳ kế tiếp, 15:00 ngày 13/05/2026: Mất điện"
    ]


def test_booths_and_applications_of_a_frozen_list_stay(fair, people):
    booths, codes = keep(fair, "A", 3), approved(fair, 2)
    freeze_list(people[0], fair.id, plan(), now=NOW)
    outside = approved(fair, 1)[0]
    other = (
        reader()
        .scalars(select(Booth.label).where(Booth.fair_id == fair.id, Booth.label.like("B%")))
        .first()
    )

    with pytest.raises(FrozenForDrawError, match="Khu A"):
        allocations.assign_booth(people[0], fair.id, booths[0], outside, reason="x", now=NOW)
    with pytest.raises(FrozenForDrawError, match=codes[0]):
        allocations.assign_booth(people[0], fair.id, other, codes[0], reason="x", now=NOW)


def test_held_booth_stops_the_draw_and_changes_nothing(fair, people):
    booths = keep(fair, "A", 2)
    approved(fair, 2)
    freeze_list(people[0], fair.id, plan(), now=NOW)
    outside = approved(fair, 1)[0]
    with transaction() as session:
        booth = session.scalars(select(Booth).where(Booth.label == booths[0])).one()
        row = session.scalars(select(Application).where(Application.code == outside)).one()
        session.add(
            Assignment(
                fair_id=fair.id,
                booth_id=booth.id,
                application_id=row.id,
                source=AssignmentSource.HAND,
                state=AssignmentState.LIVE,
                created_at=NOW,
            )
        )
    type_number(people[0], fair.id, 1, NUMBER, now=LATER)

    with pytest.raises(BoothsTakenError) as refused:
        type_number(people[1], fair.id, 1, NUMBER, now=LATER)

    assert refused.value.booths == (booths[0],)
    assert the_draw(fair).state is DrawState.FROZEN
    assert reader().scalar(select(func.count()).select_from(Assignment)) == 1


def test_booth_that_left_the_plan_stops_the_draw_with_a_sentence(fair, people):
    booths = keep(fair, "A", 2)
    approved(fair, 2)
    freeze_list(people[0], fair.id, plan(), now=NOW)
    with transaction() as session:
        session.scalars(select(Booth).where(Booth.label == booths[0])).one().label = "X99"
    type_number(people[0], fair.id, 1, NUMBER, now=LATER)

    with pytest.raises(InvalidError, match="Gian A01 trong danh sách không còn trên sơ đồ"):
        type_number(people[1], fair.id, 1, NUMBER, now=LATER)


def test_who_left_before_the_number_keeps_the_lot_and_gets_no_booth(fair, people):
    keep(fair, "A", 3)
    codes = approved(fair, 3)
    freeze_list(people[0], fair.id, plan(), now=NOW)
    with transaction() as session:
        gone = session.scalars(select(Application).where(Application.code == codes[0])).one()
        gone.state = State.WITHDRAWN
    for person in people:
        type_number(person, fair.id, 1, NUMBER, now=LATER)

    placed = set(reader().scalars(select(Application.code).join(Assignment)))
    assert placed == set(codes[1:])
    assert {entry.lot for entry in the_draw(fair).entries} == {1, 2, 3}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"zones": ("Z",)}, "zones"),
        ({"objection_hours": 31}, "source_day"),
        ({"objection_hours": -1}, "objection_hours"),
        ({"source_name": ""}, "source_name"),
    ],
)
def test_plan_that_cannot_be_frozen(fair, people, changes, field):
    keep(fair, "A", 3)
    approved(fair, 2)

    with pytest.raises(InvalidError) as refused:
        freeze_list(people[0], fair.id, plan(**changes), now=NOW)

    assert refused.value.field == field


def test_who_fits_no_zone_is_left_aside_only_knowingly(fair, people):
    keep(fair, "A", 3)
    approved(fair, 2)
    aside = approved(fair, 1, booths_wanted=2)[0]

    with pytest.raises(InvalidError) as refused:
        freeze_list(people[0], fair.id, plan(), now=NOW)
    freeze_list(people[0], fair.id, plan(leaves_aside=True), now=NOW)

    assert refused.value.field == "leaves_aside"
    assert f"Không bốc, Ban Tổ chức xếp riêng: {aside}." in the_draw(fair).closed["rules"]


def test_objection_is_answered_in_public(fair, people):
    keep(fair, "A", 3)
    codes = approved(fair, 2)
    freeze_list(people[0], fair.id, plan(), now=NOW)

    for _ in range(2):  # pressed twice
        object_to_list(people[1], codes[0], "Cơ sở muốn khu B", now=NOW)
    objection = reader().scalars(select(DrawObjection)).one()
    answer_objection(people[0], fair.id, 1, objection.id, "Khu B không nhận", now=NOW)

    assert (the_draw(fair).objections[0].text, the_draw(fair).objections[0].answer) == (
        "Cơ sở muốn khu B",
        "Khu B không nhận",
    )
    with pytest.raises(InvalidError, match="Đã hết giờ nêu ý kiến"):
        object_to_list(people[1], codes[0], "Muộn", now=NOW + timedelta(hours=25))


def test_reviewer_may_not_run_a_draw(fair):
    with pytest.raises(ForbiddenError):
        freeze_list(make_staff(Role.REVIEWER), fair.id, plan(), now=NOW)
