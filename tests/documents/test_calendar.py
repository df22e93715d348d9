"""Calendar files, read back with the parser."""

import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from tgfair.core.calendar_text import VIETNAM
from tgfair.documents.calendar import CalendarEntry, calendar_file

NOW = datetime(2026, 5, 9, 1, 30, tzinfo=UTC)
MARKED = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
LETTERS = MARKED + MARKED.upper()
FAIR = CalendarEntry(
    uid="fair-7@example.vn",
    summary="Hội chợ OCOP Đoan Ngọ",
    begins=date(2026, 6, 18),
    ends=date(2026, 6, 21),
    location="Quảng trường Hùng Vương, phường Đạo Thạnh",
    description="Gian C12.\nMang theo thẻ; gọi 0900 000 001, gặp cô Hạnh.",
    url="https://example.vn/hoi-cho",
    sequence=2,
)


def event_of(entry):
    return Calendar.from_ical(calendar_file(entry, now=NOW)).walk("VEVENT")[0]


def test_all_day_entry_ends_after_its_last_day():
    event = event_of(FAIR)

    assert event.decoded("dtstart") == date(2026, 6, 18)
    assert event.decoded("dtend") == date(2026, 6, 22)


def test_every_field_comes_back():
    event = event_of(FAIR)

    assert {
        name: str(event[name]) for name in ("uid", "summary", "location", "description", "url")
    } == {
        "uid": FAIR.uid,
        "summary": FAIR.summary,
        "location": FAIR.location,
        "description": FAIR.description,
        "url": FAIR.url,
    }
    assert (event["sequence"], event.decoded("dtstamp"), event["status"]) == (2, NOW, "CONFIRMED")


def test_method_and_lines_are_what_mail_programs_want():
    lines = calendar_file(FAIR, now=NOW).split(b"\r\n")

    assert {b"METHOD:PUBLISH", b"VERSION:2.0"} <= set(lines)
    assert max(len(line) for line in lines) <= 75


def test_timed_entry_stands_by_the_clock_of_viet_nam():
    begins = datetime(2026, 6, 17, 1, 0, tzinfo=UTC)
    entry = CalendarEntry("1@example.vn", "Nhận gian", begins, begins + timedelta(hours=2))

    written = calendar_file(entry, now=NOW)

    assert b"DTSTART;TZID=Asia/Ho_Chi_Minh:20260617T080000" in written
    assert b"BEGIN:VTIMEZONE\r\nTZID:Asia/Ho_Chi_Minh" in written
    assert event_of(entry).decoded("dtend") == datetime(2026, 6, 17, 10, 0, tzinfo=VIETNAM)


def test_cancelled_entry_says_so():
    entry = CalendarEntry(
        "1@example.vn", "Hoãn", date(2026, 6, 18), date(2026, 6, 18), cancelled=True
    )

    assert event_of(entry)["status"] == "CANCELLED"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_letter_of_vietnamese_comes_back_in_nfc(form):
    text = unicodedata.normalize(form, LETTERS)
    entry = CalendarEntry(
        "1@example.vn", text, FAIR.begins, FAIR.ends, location=text, description=text
    )

    event = event_of(entry)

    assert [str(event[name]) for name in ("summary", "location", "description")] == [LETTERS] * 3


def test_text_cannot_add_lines_of_its_own():
    entry = CalendarEntry(
        "1@example.vn", "Hội chợ\r\nATTENDEE:mailto:x@example.org\0\x07", FAIR.begins, FAIR.ends
    )

    event = event_of(entry)

    assert "attendee" not in event
    assert str(event["summary"]) == "Hội chợ\nATTENDEE:mailto:x@example.org"
