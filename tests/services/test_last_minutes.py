"""Deadlines that people type to the minute last through that minute, wherever they are asked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    actor_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_member,
    make_staff,
)
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import State
from tgfair.models import Fair, Message, Role
from tgfair.services.allocations import assign_booth
from tgfair.services.booth_answers import confirm_booth
from tgfair.services.booth_returns import absent
from tgfair.services.message_context import facts_of
from tgfair.services.message_rendering import rendered_message, zalo_text
from tgfair.services.publications import publish
from tgfair.services.queries.fairs import Intake, intake_of
from tgfair.services.queries.my_booth import booth_page
from tgfair.services.queries.today import Need, work_of
from tgfair.services.uow import reader

UNTIL = datetime(2026, 6, 1, 16, 59, tzinfo=NOW.tzinfo)  # 23:59 in Việt Nam
LAST, FIRST_LATE = UNTIL + timedelta(seconds=59), UNTIL + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def fair(_in_app) -> Fair:
    return make_fair(registration_closes_at=UNTIL, confirm_until=UNTIL)


def test_registration_shows_open_through_the_last_minute(fair):
    assert [intake_of(fair, now=now) for now in (UNTIL, LAST, FIRST_LATE)] == [
        Intake.OPEN,
        Intake.OPEN,
        Intake.OVER,
    ]


def test_booth_is_accepted_through_the_last_minute(fair):
    install_plan(fair)
    exhibitor, organiser = make_exhibitor(), make_staff(Role.ORGANISER)
    owner = actor_of(make_member(exhibitor), owns=(exhibitor,))
    code = make_application(fair, exhibitor, State.APPROVED).code
    assign_booth(organiser, fair.id, "A01", code, now=NOW)
    publish(organiser, fair.id, note=None, now=NOW)

    with pytest.raises(InvalidError, match="Đã hết hạn"):
        confirm_booth(owner, code, now=FIRST_LATE)
    assert [booth_page(owner, code, now=now).too_late for now in (LAST, FIRST_LATE)] == [
        False,
        True,
    ]
    confirm_booth(owner, code, now=LAST)


def test_a_booth_published_after_the_deadline_can_be_accepted_and_is_not_taken_back(fair):
    install_plan(fair)
    exhibitor, organiser = make_exhibitor(), make_staff(Role.ORGANISER)
    owner = actor_of(make_member(exhibitor), owns=(exhibitor,))
    made = make_application(fair, exhibitor, State.APPROVED)
    assign_booth(organiser, fair.id, "A01", made.code, now=NOW)
    publish(organiser, fair.id, note=None, now=FIRST_LATE)
    later = FIRST_LATE + timedelta(hours=1)

    assert absent(organiser, fair, now=later) == []
    page = booth_page(owner, made.code, now=later)
    assert (page.may_accept, page.too_late, page.until) == (True, False, None)
    message = reader().scalars(select(Message)).one()
    mail = rendered_message(reader(), message, now=later)
    short = zalo_text(reader(), message, facts_of(reader(), [message]))
    assert mail.subject.endswith(": xin xác nhận")
    assert "Xin xác nhận tại:" in short
    assert "Xác nhận trước" not in mail.text + mail.html
    confirm_booth(owner, made.code, now=later)


def test_mending_is_overdue_after_the_last_minute(fair):
    make_application(fair, make_exhibitor(), State.CHANGES_REQUESTED, fix_until=UNTIL)
    officer = make_staff(Role.REVIEWER)

    needs = [dict(work_of(officer, [fair], now=now)[0].needs) for now in (LAST, FIRST_LATE)]

    assert [found.get(Need.OVERDUE, 0) for found in needs] == [0, 1]
