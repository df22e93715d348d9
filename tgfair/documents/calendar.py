"""One date as a calendar file (.ics, RFC 5545) to attach to a mail or to download."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event, vCalAddress

from tgfair.core.calendar_text import VIETNAM

PRODUCT_ID = "-//tgfair//calendar//VI"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What stands in the recipient's calendar.

    `uid` stays the same for ever and `sequence` grows with every change, so that a second file
    moves the entry instead of adding one. `begins` and `ends` are both days, the last one
    included, or both aware instants, shown by the clock of Việt Nam.
    """

    uid: str
    summary: str
    begins: date
    ends: date
    location: str = ""
    description: str = ""
    url: str = ""
    sequence: int = 0
    cancelled: bool = False
    # Name and address; programs take an entry away only for the one who made it.
    organizer: tuple[str, str] | None = None

    @property
    def method(self) -> str:
        """What a calendar program is to do with the entry (RFC 5546)."""
        return "CANCEL" if self.cancelled else "PUBLISH"


def calendar_file(entry: CalendarEntry, *, now: datetime) -> bytes:
    """Return the entry as an `.ics` file with its method; `now` is an aware instant."""
    return _written([entry], entry.method, now)


def calendar_of(entries: Iterable[CalendarEntry], *, now: datetime) -> bytes:
    """Return many entries as one `.ics` file that a calendar program subscribes to."""
    return _written(entries, "PUBLISH", now)


def _written(entries: Iterable[CalendarEntry], method: str, now: datetime) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT_ID)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for entry in entries:
        calendar.add_component(_event(entry, now))
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _event(entry: CalendarEntry, now: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    _add_times(event, entry)
    event.add("summary", _clean(entry.summary))
    for name, text in (("location", entry.location), ("description", entry.description)):
        if text:
            event.add(name, _clean(text))
    if entry.url:
        event.add("url", entry.url)
    if entry.organizer:
        name, address = entry.organizer
        event.add("organizer", vCalAddress(f"mailto:{address}"), {"CN": name})
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    return event


def _add_times(event: Event, entry: CalendarEntry) -> None:
    if isinstance(entry.begins, datetime) and isinstance(entry.ends, datetime):
        event.add("dtstart", entry.begins.astimezone(VIETNAM))
        event.add("dtend", entry.ends.astimezone(VIETNAM))
        return
    event.add("dtstart", entry.begins)
    event.add("dtend", entry.ends + timedelta(days=1))  # RFC 5545: the end is not included
    event.add("transp", "TRANSPARENT")  # a fair of four days leaves its visitors free to work


def _clean(text: str) -> str:
    """Return the text in NFC without the controls that a calendar file cannot hold."""
    letters = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    return "".join(one for one in letters if one == "\n" or unicodedata.category(one) != "Cc")
