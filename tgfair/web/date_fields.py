"""Form fields for days and hours as people type them: 18/06/2026, 07:30."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from wtforms import Field
from wtforms.widgets import TextInput

from tgfair.core.calendar_text import full_date, parse_vn_date, vn_date
from tgfair.core.errors import InvalidError

_HOUR = re.compile(r"([01]?\d|2[0-3])[:hg.]([0-5]\d)")


class DayField(Field):
    """A typed day; `data` is a date or None, and what was typed stays in the box."""

    widget = TextInput()
    data: date | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return vn_date(self.data) if self.data else ""

    @property
    def in_words(self) -> str:
        """Return the day with weekday and lunar date, or nothing."""
        try:
            return full_date(self.data) if self.data else ""
        except InvalidError:
            return ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the typed day; a wrong one becomes this field's error."""
        self.data = None
        typed = str(valuelist[0]).strip() if valuelist else ""
        if typed:
            try:
                self.data = parse_vn_date(typed)
            except InvalidError as error:
                raise ValueError(error.sentence) from None


class HourField(Field):
    """A typed hour such as 07:30 or 7h30; `data` is a time or None."""

    widget = TextInput()
    data: time | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:%H:%M}" if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the typed hour; a wrong one becomes this field's error."""
        self.data = None
        typed = str(valuelist[0]).strip().lower().replace(" ", "") if valuelist else ""
        match = _HOUR.fullmatch(typed)
        if match:
            self.data = time(int(match[1]), int(match[2]))
        elif typed:
            raise ValueError("Giờ chưa đúng. Hãy ghi như 07:30.")
