"""The entry of a fair in somebody's calendar, from one mail to the next."""

from __future__ import annotations

import pytest
from icalendar import Calendar
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    make_application,
    make_conference,
    make_exhibitor,
    make_invitation,
)
from tgfair.core.workflow import State
from tgfair.documents.calendar import calendar_file
from tgfair.models import Fair, FairStatus, Message, Rsvp
from tgfair.policy import SYSTEM
from tgfair.services.calendar_entries import fair_entry
from tgfair.services.fair_status import set_fair_status
from tgfair.services.message_rendering import rendered_message
from tgfair.services.notifications import notify_application
from tgfair.services.uow import reader, transaction


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


def entry_of(data):
    calendar = Calendar.from_ical(data)
    (event,) = calendar.walk("VEVENT")
    method, uid = str(calendar["METHOD"]), str(event["UID"])
    return uid, method, int(event["SEQUENCE"]), str(event["STATUS"])


def entry_on_the_site(fair_id):
    reader().rollback()
    return entry_of(calendar_file(fair_entry(reader().get_one(Fair, fair_id), ()), now=NOW))


def attached_entry(message):
    (file,) = rendered_message(reader(), message, now=NOW).attachments
    found = entry_of(file.data)
    assert file.content_type == f"text/calendar; charset=utf-8; method={found[1]}"
    return found


def test_a_cancelled_fair_leaves_the_calendars_of_those_it_was_sent_to():
    fair = make_conference()
    coming, applicant = make_exhibitor(), make_exhibitor()
    make_invitation(fair, coming, rsvp=Rsvp.ATTEND_ONLY, headcount=2)
    make_application(fair, applicant, State.APPROVED)
    before = entry_on_the_site(fair.id)
    seen = reader().get_one(Fair, fair.id).version

    set_fair_status(SYSTEM, fair.id, FairStatus.CANCELLED, reason="Bão", seen_version=seen, now=NOW)

    assert before[1:] == ("PUBLISH", 0, "CONFIRMED")
    rows = reader().scalars(select(Message).order_by(Message.id)).all()
    found = [attached_entry(row) for row in rows]
    assert found == [(before[0], "CANCEL", 1, "CANCELLED")] * 2


def test_a_cancelled_application_leaves_the_calendar_while_the_fair_goes_on():
    fair, exhibitor = make_conference(), make_exhibitor()
    application = make_application(fair, exhibitor, State.CANCELLED)
    with transaction() as session:
        application = session.merge(application)
        message = notify_application(session, "cancelled", application, dedupe="x", now=NOW)
    uid = entry_on_the_site(fair.id)[0]

    assert attached_entry(message) == (uid, "CANCEL", 1, "CANCELLED")
