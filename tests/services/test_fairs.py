"""Fairs: creating, copying, editing, opening, cancelling."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    install_plan,
    make_application,
    make_conference,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_staff,
)
from tgfair.core.errors import ConflictError, ForbiddenError, InvalidError
from tgfair.core.timetable import propose_timetable
from tgfair.core.workflow import State
from tgfair.models import (
    Application,
    Booth,
    Channel,
    Fair,
    FairKind,
    FairStatus,
    IntakeMode,
    Message,
    MessageState,
    Role,
    Rsvp,
    Zone,
)
from tgfair.policy import SYSTEM
from tgfair.services.allocations import assign_booth
from tgfair.services.fair_naming import propose_code, propose_slug
from tgfair.services.fair_status import StatusMoveError, set_fair_status
from tgfair.services.fair_templates import ZoneRule
from tgfair.services.fairs import (
    FairData,
    FairProblemsError,
    Start,
    create_fair,
    edit_fair,
    edit_texts,
)
from tgfair.services.places import occupant
from tgfair.services.uow import reader
from tgfair.services.zones import edit_zone

OPENING, CLOSING = date(2026, 6, 18), date(2026, 6, 21)


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def data(**changes) -> FairData:
    values = {
        "name": "Hội chợ OCOP và trái cây Tết Đoan Ngọ 2026",
        "code": "HC26",
        "slug": "doan-ngo-2026",
        "kind": FairKind.FAIR,
        "intake": IntakeMode.OPEN,
        "venue": "Quảng trường Hùng Vương",
        "timetable": propose_timetable(OPENING, CLOSING, today=date(2026, 5, 5)),
        "opens": time(19),
        "hotline": "0900 000 001",
        **changes,
    }
    return FairData(**values)


def fair_of(slug: str) -> Fair:
    return reader().scalars(select(Fair).where(Fair.slug == slug)).one()


def problems(error) -> dict[str, str]:
    return {problem.field: problem.sentence for problem in error.value.problems}


def test_new_fair_of_a_template_has_days_deadlines_plan_and_zone_rules():
    slug = create_fair(SYSTEM, data(), Start(template="hoi-cho", plan="square-150"), now=NOW)

    fair = fair_of(slug)
    assert (fair.status, fair.first_day, fair.last_day) == (FairStatus.DRAFT, OPENING, CLOSING)
    assert fair.opens_at == datetime(2026, 6, 18, 12, 0, tzinfo=UTC)  # 19:00 in Vietnam
    assert fair.confirm_until == datetime(2026, 6, 9, 16, 59, tzinfo=UTC)
    assert fair.waitlist_on == date(2026, 6, 11)
    assert fair.hotline == "+84900000001"
    assert len(reader().scalars(select(Booth.id).where(Booth.fair_id == fair.id)).all()) == 150
    assert {z.code: (z.groups, z.exhibitor_kinds) for z in fair.zones} == {
        **dict.fromkeys("ABCF", (None, None)),
        "D": (None, ["province_delegation"]),
        "E": (["food", "drink"], None),
    }


def test_event_numbers_grow_and_are_not_used_twice():
    first = create_fair(SYSTEM, data(), now=NOW)
    second = create_fair(SYSTEM, data(code="HN26", slug="hoi-nghi-2026"), now=NOW)

    assert fair_of(second).number == fair_of(first).number + 1


def test_pressing_create_twice_makes_one():
    slugs = {create_fair(SYSTEM, data(), key="k-1", now=NOW) for _ in range(2)}

    assert slugs == {"doan-ngo-2026"}


def test_copy_takes_zone_rules_texts_and_plan_of_the_earlier_fair():
    old = fair_of(create_fair(SYSTEM, data(), Start("hoi-cho", plan="square-150"), now=NOW))
    edit_texts(SYSTEM, old.id, {"rules": "Không hút thuốc"}, seen_version=old.version, now=NOW)
    zone = reader().scalars(select(Zone).where(Zone.fair_id == old.id, Zone.code == "B")).one()
    rule = ZoneRule(groups=("food",))
    edit_zone(SYSTEM, old.id, "B", rule, purpose="", seen_version=zone.version, now=NOW)

    slug = create_fair(
        SYSTEM, data(code="HC27", slug="hc-2027"), Start(copy_of=old.id, plan="copy"), now=NOW
    )

    new = fair_of(slug)
    assert new.texts["rules"] == "Không hút thuốc"
    assert {z.code: z.groups for z in new.zones}["B"] == ["food"]
    assert len(reader().scalars(select(Booth.id).where(Booth.fair_id == new.id)).all()) == 150


def test_every_unusable_field_is_named_at_once():
    make_fair(code="HC26", slug="doan-ngo-2026")
    wrong = replace(data().timetable, registration_closes=date(2026, 7, 1), invite_on=None)

    with pytest.raises(FairProblemsError) as refused:
        create_fair(
            SYSTEM,
            data(name=" ", slug="ql", hotline="12", max_booths=0, timetable=wrong),
            now=NOW,
        )

    found = problems(refused)
    assert found["code"] == "Mã HC26 đã dùng cho sự kiện khác. Hãy chọn mã khác."
    assert found["slug"].startswith("Địa chỉ gồm 3–60 chữ thường")
    assert {"name", "hotline", "max_booths"} < set(found)
    assert len(reader().scalars(select(Fair.id)).all()) == 1


@pytest.mark.parametrize("slug", ["dang-nhap", "static", "su-kien", "dong-ho"])
def test_addresses_of_the_site_are_reserved(slug):
    with pytest.raises(FairProblemsError) as refused:
        create_fair(SYSTEM, data(slug=slug), now=NOW)

    assert problems(refused) == {
        "slug": f"Địa chỉ “{slug}” là của hệ thống. Hãy chọn địa chỉ khác."
    }


def test_proposed_names_are_free():
    make_fair(code="HC26", slug="hoi-cho-ocop-2026")

    assert propose_code(reader(), FairKind.FAIR, OPENING) == "HC26B"
    assert propose_slug(reader(), "Hội chợ OCOP", OPENING) == "hoi-cho-ocop-2026-2"


def test_edit_keeps_the_days_and_refuses_a_stale_page():
    fair = fair_of(create_fair(SYSTEM, data(), now=NOW))
    seen, fair_id = fair.version, fair.id

    edit_fair(SYSTEM, fair_id, data(name="Hội chợ mới"), seen_version=seen, now=NOW)

    assert fair_of("doan-ngo-2026").name == "Hội chợ mới"
    with pytest.raises(ConflictError):
        edit_fair(SYSTEM, fair_id, data(name="Tên khác"), seen_version=seen, now=NOW)
    moved = data(timetable=replace(data().timetable, opening=date(2026, 6, 19)))
    with pytest.raises(FairProblemsError):
        edit_fair(SYSTEM, fair_id, moved, seen_version=seen + 1, now=NOW)


def test_code_of_a_fair_with_applications_stays():
    fair = make_fair()
    make_application(fair, make_exhibitor())
    same = data(code=fair.code, slug=fair.slug)

    with pytest.raises(FairProblemsError) as refused:
        edit_fair(SYSTEM, fair.id, replace(same, code="MOI26"), seen_version=1, now=NOW)

    assert problems(refused)["code"] == "Đã có hồ sơ mang mã này nên không đổi được mã sự kiện."


def test_opening_and_ending_a_fair_follow_their_order():
    fair = make_fair(status=FairStatus.DRAFT)

    set_fair_status(SYSTEM, fair.id, FairStatus.OPEN, seen_version=1, now=NOW)
    set_fair_status(SYSTEM, fair.id, FairStatus.ENDED, seen_version=2, now=NOW)

    with pytest.raises(StatusMoveError):
        set_fair_status(SYSTEM, fair.id, FairStatus.CANCELLED, seen_version=3, now=NOW)


def test_cancelling_a_fair_cancels_its_applications_frees_booths_and_proposes_mails():
    fair = make_fair()
    install_plan(fair)
    one = make_application(fair, make_exhibitor(), State.APPROVED)
    assign_booth(SYSTEM, fair.id, "A01", one.code, now=NOW)
    two = make_application(fair, make_exhibitor(), State.REJECTED)
    seen = fair_of(fair.slug).version

    with pytest.raises(InvalidError):
        set_fair_status(SYSTEM, fair.id, FairStatus.CANCELLED, seen_version=seen, now=NOW)
    count = set_fair_status(
        SYSTEM, fair.id, FairStatus.CANCELLED, reason="Bão", seen_version=seen, now=NOW
    )

    states = dict(reader().execute(select(Application.id, Application.state)).all())
    mails = reader().execute(select(Message.kind, Message.state)).all()
    assert count == 1
    assert states == {one.id: State.CANCELLED, two.id: State.REJECTED}
    assert occupant(reader(), fair.id, "A01") is None
    assert [tuple(row) for row in mails] == [("cancelled", MessageState.PROPOSED)]


def test_cancelling_a_fair_tells_guests_without_an_application():
    fair = make_conference()
    coming, silent = make_exhibitor("Cơ sở Dự"), make_exhibitor("Cơ sở Im", email=None)
    make_invitation(fair, coming, rsvp=Rsvp.ATTEND_ONLY, headcount=2)
    make_invitation(fair, silent)
    make_invitation(fair, make_exhibitor(), rsvp=Rsvp.NO)
    make_invitation(fair, make_exhibitor(), revoked_at=NOW)
    applicant = make_exhibitor("Cơ sở Trưng Bày")
    make_invitation(fair, applicant, rsvp=Rsvp.YES)
    make_application(fair, applicant, State.APPROVED)
    seen = fair_of(fair.slug).version

    set_fair_status(SYSTEM, fair.id, FairStatus.CANCELLED, reason="Bão", seen_version=seen, now=NOW)

    rows = reader().scalars(select(Message).order_by(Message.id)).all()
    assert [(row.kind, row.exhibitor.name, row.channel, row.state) for row in rows] == [
        ("cancelled", "Cơ sở Trưng Bày", Channel.EMAIL, MessageState.PROPOSED),
        ("fair_cancelled", "Cơ sở Dự", Channel.EMAIL, MessageState.PROPOSED),
        ("fair_cancelled", "Cơ sở Im", Channel.CALL, MessageState.PROPOSED),
    ]


def test_reviewers_may_not_create_or_edit_fairs():
    reviewer = make_staff(Role.REVIEWER)
    fair = make_fair()

    with pytest.raises(ForbiddenError):
        create_fair(reviewer, data(), now=NOW)
    with pytest.raises(ForbiddenError):
        edit_fair(reviewer, fair.id, data(), seen_version=1, now=NOW)
