"""What really arrives at an SMTP server."""

from __future__ import annotations

import email.policy
import unicodedata

import pytest
from icalendar import Calendar

from tests.services.test_message_rendering import EVERY, World
from tests.support.mailbox import text_of
from tgfair.services.outbox import deliver_due


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_letter_arrives_in_subject_text_html_and_calendar(app, smtp_sink, form):
    name = unicodedata.normalize("NFC", EVERY)[:80]
    with app.app_context():
        world = World(name=unicodedata.normalize(form, name), slug="doan-ngo")
        world.message("booth_assigned", proposed=False)
        deliver_due(owner="a")

    (mail,) = smtp_sink.wait_for(1)
    html = mail.get_body(("html",)).get_content()
    (calendar,) = mail.iter_attachments()
    event = Calendar.from_ical(calendar.get_content()).walk("VEVENT")[0]

    for text in (str(mail["Subject"]), text_of(mail), html, str(event["summary"])):
        assert name in unicodedata.normalize("NFC", text)
    assert (calendar.get_filename(), calendar.get_content_type()) == (
        "doan-ngo.ics",
        "text/calendar",
    )
    assert calendar["Content-Type"].params["method"] == "PUBLISH"


def test_the_envelope_says_who_when_and_that_a_machine_wrote(app, smtp_sink):
    with app.app_context():
        world = World()
        world.message("approved")
        deliver_due(owner="a")

    (mail,) = smtp_sink.wait_for(1)

    assert str(mail["From"]) == "Ban Tổ chức <khong-tra-loi@localhost>"
    assert str(mail["To"]) == "htx@example.vn"
    assert str(mail["Auto-Submitted"]) == "auto-generated"
    assert str(mail["Message-ID"]).endswith("@localhost>")
    assert mail["Date"].datetime is not None
    assert max(map(len, mail.as_bytes(policy=email.policy.SMTP).split(b"\r\n"))) <= 998
