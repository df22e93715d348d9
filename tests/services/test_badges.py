"""Badges from issue to revocation, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support import builders
from tests.support.gate_world import make_badges, make_confirmed, qr_texts, token_of
from tgfair.core.application.model import Person
from tgfair.core.badge import BadgeKind, BadgePayload, read
from tgfair.core.errors import ForbiddenError, InvalidError, NotFoundError
from tgfair.core.short_code import parse_short_code
from tgfair.core.workflow import State
from tgfair.models import Application, Badge, BadgeState, Invitation, Message, Role, Rsvp
from tgfair.policy import SYSTEM
from tgfair.services import attendance, badge_printing, badges, delegates, staff_badges
from tgfair.services.keys import keyring
from tgfair.services.uow import reader, transaction

NOW = builders.NOW


@pytest.fixture
def fair(app):
    with app.app_context():
        yield builders.make_fair(setup_from=datetime(2026, 6, 16, 1, 0, tzinfo=UTC))


def rows(fair):
    session = reader()
    session.rollback()
    return session.scalars(select(Badge).where(Badge.fair_id == fair.id).order_by(Badge.id)).all()


def names(fair, state=BadgeState.VALID):
    return [badge.holder_name for badge in rows(fair) if badge.state is state]


def mails(fair):
    return [m.kind for m in reader().scalars(select(Message).where(Message.fair_id == fair.id))]


def test_issue_makes_a_badge_for_each_named_person(fair):
    application = make_confirmed(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức")

    issued = badges.issue_to_application(SYSTEM, application.code, now=NOW)

    assert issued == badges.Issued(added=2)
    first, second = rows(fair)
    assert (first.kind, first.generation, first.gates) == (BadgeKind.EXHIBITOR, 0, 255)
    assert (first.first_day, first.days) == (date(2026, 6, 16), 6)
    assert names(fair) == ["Nguyễn Thị Út Hạnh", "Trần Văn Đức"]
    assert first.number != second.number
    assert parse_short_code(first.short_code) == first.short_code
    assert mails(fair) == ["badge"]


def test_issue_again_changes_nothing(fair):
    application = make_confirmed(fair, "Nguyễn Thị Út Hạnh")
    badges.issue_to_application(SYSTEM, application.code, now=NOW)
    before = [badge.number for badge in rows(fair)]

    assert badges.issue_to_application(SYSTEM, application.code, now=NOW) == badges.Issued()

    assert [badge.number for badge in rows(fair)] == before
    assert mails(fair) == ["badge"]


def test_issue_at_the_same_moment_makes_no_badge_twice(app, fair):
    application = make_confirmed(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức")
    code, start = application.code, threading.Barrier(4)

    def run():
        with app.app_context():
            start.wait()
            badges.issue_to_application(SYSTEM, code, now=NOW)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert names(fair) == ["Nguyễn Thị Út Hạnh", "Trần Văn Đức"]


def test_issue_without_names_says_so(fair):
    application = make_confirmed(fair)

    assert badges.issue_to_application(SYSTEM, application.code, now=NOW) == badges.Issued(
        unnamed=True
    )
    assert rows(fair) == []


def test_issue_before_confirmation_is_refused(fair):
    application = builders.make_application(fair, builders.make_exhibitor(), State.ALLOCATED)

    with pytest.raises(InvalidError, match="Chỉ phát thẻ khi cơ sở đã nhận gian"):
        badges.issue_to_application(SYSTEM, application.code, now=NOW)


def test_issue_is_for_organisers_of_the_fair(fair):
    application = make_confirmed(fair, "Nguyễn Thị Út Hạnh")
    reviewer = builders.make_staff(Role.REVIEWER)
    stranger = builders.make_staff(Role.ORGANISER, fair=builders.make_fair())

    with pytest.raises(ForbiddenError):
        badges.issue_to_application(reviewer, application.code, now=NOW)
    with pytest.raises(NotFoundError):
        badges.issue_to_application(stranger, application.code, now=NOW)


def test_token_reads_back_what_the_row_says(fair):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")

    assert read(token_of(badge), keyring(reader(), fair.id), fair.number) == BadgePayload(
        kid=badge.kid,
        event=fair.number,
        badge=badge.number,
        kind=0,
        generation=0,
        gates=255,
        first_day=date(2026, 6, 16),
        days=6,
    )


def test_sheet_holds_every_token_readable(fair):
    issued = make_badges(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức", "Đặng Thị Ở")

    pdf = badge_printing.badges_pdf(SYSTEM, [badge.public_id for badge in issued])

    assert sorted(qr_texts(pdf)) == sorted(token_of(badge) for badge in issued)


def test_sheet_leaves_void_badges_out(fair):
    first, second = make_badges(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức")
    badges.revoke_badge(SYSTEM, first.public_id, reason="Mất thẻ", now=NOW)

    pdf = badge_printing.badges_pdf(SYSTEM, [first.public_id, second.public_id])

    assert qr_texts(pdf) == [token_of(second)]
    with pytest.raises(badges.BadgeVoidError):
        badge_printing.badge_picture(SYSTEM, first.public_id)


def test_sheet_is_not_for_others(fair):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    other = builders.make_exhibitor()
    stranger = builders.actor_of(builders.make_member(other), owns=(other,))

    with pytest.raises(NotFoundError):
        badge_printing.badges_pdf(stranger, [badge.public_id])
    with pytest.raises(InvalidError):
        badge_printing.badges_pdf(SYSTEM, [])


def test_reissue_raises_the_generation(fair):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")

    again = badges.reissue_badge(SYSTEM, badge.public_id, reason="Mất thẻ", now=NOW)

    (row,) = rows(fair)
    assert (again, row.number, row.generation) == (badge.public_id, badge.number, 1)


def test_reissue_gives_another_short_code(fair):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    printed = badge.short_code

    badges.reissue_badge(SYSTEM, badge.public_id, reason="Mất thẻ", now=NOW)

    (row,) = rows(fair)
    assert row.short_code != printed
    assert row.search_fold.endswith(row.short_code.lower())


def test_reissue_after_fifteen_gives_a_new_number(fair):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    for _ in range(15):
        badges.reissue_badge(SYSTEM, badge.public_id, reason="Mất thẻ", now=NOW)

    again = badges.reissue_badge(SYSTEM, badge.public_id, reason="Mất thẻ", now=NOW)

    old, new = rows(fair)
    assert (old.state, old.generation) == (BadgeState.REVOKED, 15)
    assert (again, new.state, new.generation) == (new.public_id, BadgeState.VALID, 0)
    assert new.number != old.number
    assert (new.holder_name, new.application_id) == (old.holder_name, old.application_id)


def test_revoked_badge_stays_revoked(fair):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    with pytest.raises(InvalidError, match="Chưa ghi lý do"):
        badges.revoke_badge(SYSTEM, badge.public_id, reason=" ", now=NOW)

    badges.revoke_badge(SYSTEM, badge.public_id, reason="Mất thẻ", now=NOW)

    (row,) = rows(fair)
    assert (row.state, row.revoke_reason) == (BadgeState.REVOKED, "Mất thẻ")
    with pytest.raises(badges.BadgeVoidError):
        badges.revoke_badge(SYSTEM, badge.public_id, reason="Lần nữa", now=NOW)
    code = reader().get_one(Application, badge.application_id).code
    assert badges.issue_to_application(SYSTEM, code, now=NOW) == badges.Issued()
    assert names(fair) == []


def test_revoked_badge_is_replaced_once_by_another_number(fair):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    badges.revoke_badge(SYSTEM, badge.public_id, reason="Nhầm người", now=NOW)

    badges.reissue_badge(SYSTEM, badge.public_id, reason="Đúng người", now=NOW)
    with pytest.raises(badges.BadgeVoidError):
        badges.reissue_badge(SYSTEM, badge.public_id, reason="Đúng người", now=NOW)

    old, new = rows(fair)
    assert (old.state, new.state) == (BadgeState.REVOKED, BadgeState.VALID)
    assert (new.holder_name, new.number == old.number) == ("Nguyễn Thị Út Hạnh", False)


def test_corrected_name_keeps_the_number(fair):
    application = make_confirmed(fair, "Nguyễn Thị Út Hanh", "Trần Văn Đức")
    badges.issue_to_application(SYSTEM, application.code, now=NOW)
    before = [badge.number for badge in rows(fair)]

    people = [Person("Nguyễn Thị Út Hạnh", None), Person("Trần Văn Đức", None)]
    issued = attendance.name_people(SYSTEM, application.code, people, now=NOW)

    assert issued == badges.Issued(renamed=1)
    first, second = rows(fair)
    assert [first.number, second.number] == before
    assert (first.holder_name, first.generation) == ("Nguyễn Thị Út Hạnh", 1)
    assert (second.holder_name, second.generation) == ("Trần Văn Đức", 0)


def test_person_taken_off_the_list_loses_the_badge(fair):
    application = make_confirmed(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức")
    badges.issue_to_application(SYSTEM, application.code, now=NOW)

    attendance.name_people(SYSTEM, application.code, [Person("Trần Văn Đức", None)], now=NOW)

    assert names(fair) == ["Trần Văn Đức"]
    assert names(fair, BadgeState.REVOKED) == ["Nguyễn Thị Út Hạnh"]


def test_exhibitor_names_people_until_the_badges_are_printed(fair):
    with transaction() as session:
        session.merge(fair).badges_on = date(2026, 6, 13)
    exhibitor = builders.make_exhibitor()
    owner = builders.actor_of(builders.make_member(exhibitor), owns=(exhibitor,))
    application = make_confirmed(fair, exhibitor=exhibitor)
    eve = datetime(2026, 6, 12, 16, 59, tzinfo=UTC)

    attendance.name_people(owner, application.code, [Person("Trần Văn Đức", None)], now=eve)
    late = eve + timedelta(minutes=1)
    with pytest.raises(attendance.PeopleSettledError):
        attendance.name_people(owner, application.code, [], now=late)
    organiser = builders.make_staff(Role.ORGANISER, fair=fair)
    attendance.name_people(organiser, application.code, [Person("Lê Văn Ơn", None)], now=late)

    assert names(fair) == ["Lê Văn Ơn"]


def test_accepting_the_booth_issues_badges_to_who_is_named(fair):
    exhibitor = builders.make_exhibitor()
    owner = builders.actor_of(builders.make_member(exhibitor), owns=(exhibitor,))
    application = make_confirmed(fair, "Trần Văn Đức", exhibitor=exhibitor)
    with transaction() as session:
        session.get_one(Application, application.id).state = State.ALLOCATED

    issued = attendance.accept_booth(owner, application.code, now=NOW)

    assert issued == badges.Issued(added=1)
    assert names(fair) == ["Trần Văn Đức"]
    assert reader().get_one(Application, application.id).state is State.CONFIRMED


def test_staff_badge_is_made_once_for_one_form(fair):
    form = staff_badges.StaffBadge(
        BadgeKind.PRESS, "Lê Thị Báo", "Báo Ấp Bắc", 0b101, date(2026, 6, 18), date(2026, 6, 19)
    )

    first = staff_badges.add_staff_badge(SYSTEM, fair.id, form, key="k1", now=NOW)
    again = staff_badges.add_staff_badge(SYSTEM, fair.id, form, key="k1", now=NOW)

    (row,) = rows(fair)
    assert first == again == row.public_id
    assert (row.kind, row.gates, row.first_day, row.days) == (4, 5, date(2026, 6, 18), 2)


@pytest.mark.parametrize(
    ("first_day", "last_day", "printed"),
    [
        (16, 17, "Dùng 16/06/2026 – 17/06/2026"),
        (19, 19, "Dùng 19/06/2026"),
        (16, 21, ""),
    ],
    ids=["before", "one-day", "all-days"],
)
def test_badge_prints_its_own_days_where_it_is_not_good_on_all(fair, first_day, last_day, printed):
    days = date(2026, 6, first_day), date(2026, 6, last_day)
    form = staff_badges.StaffBadge(BadgeKind.PRESS, "Lê Thị Báo", "Báo Ấp Bắc", 1, *days)
    staff_badges.add_staff_badge(SYSTEM, fair.id, form, key="k", now=NOW)

    look = badge_printing.look_of(fair)
    (card,) = badge_printing.cards_of(reader(), fair, rows(fair), look)

    assert card.dates == printed


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": BadgeKind.EXHIBITOR}, "kind"),
        ({"name": ""}, "name"),
        ({"name": "Nguyễn " * 30}, "name"),
        ({"organisation": " "}, "organisation"),
        ({"gates": 0}, "gates"),
        ({"last_day": date(2026, 6, 17)}, "last_day"),
        ({"last_day": date(2029, 6, 17)}, "last_day"),
    ],
)
def test_staff_badge_with_bad_input_names_the_field(fair, changes, field):
    values = {
        "kind": BadgeKind.PRESS,
        "name": "Lê Thị Báo",
        "organisation": "Báo Ấp Bắc",
        "gates": 1,
        "first_day": date(2026, 6, 18),
        "last_day": date(2026, 6, 19),
        **changes,
    }

    with pytest.raises(InvalidError) as caught:
        staff_badges.add_staff_badge(
            SYSTEM, fair.id, staff_badges.StaffBadge(**values), key="", now=NOW
        )

    assert caught.value.field == field
    assert rows(fair) == []


def test_delegate_badges_follow_the_headcount(fair):
    conference = builders.make_conference()
    invitation = builders.make_invitation(
        conference, builders.make_exhibitor(), rsvp=Rsvp.ATTEND_ONLY, headcount=3
    )

    delegates.issue_to_delegates(SYSTEM, invitation.id, now=NOW)
    assert [(b.kind, b.holder_name) for b in rows(conference)] == [(3, "")] * 3
    assert {(b.first_day, b.days) for b in rows(conference)} == {(date(2026, 6, 18), 1)}

    with transaction() as session:
        session.get_one(Invitation, invitation.id).headcount = 1
    assert delegates.issue_to_delegates(SYSTEM, invitation.id, now=NOW) == badges.Issued(dropped=2)
    with transaction() as session:
        session.get_one(Invitation, invitation.id).rsvp = Rsvp.NO
    delegates.issue_to_delegates(SYSTEM, invitation.id, now=NOW)

    assert [b.state for b in rows(conference)] == [BadgeState.REVOKED] * 3
