"""Days of the demo's story, and who acts in it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from tgfair.clock import VIETNAM
from tgfair.core.lunar import doan_ngo, tet
from tgfair.policy import Actor

# The sample register's certificates are dated for the fairs of this year.
YEAR: Final = 2027
# The conference is held three weeks before Tết; the fair opens the day before Tết Đoan Ngọ.
CONFERENCE_DAY: Final = tet(YEAR) - timedelta(days=22)
FAIR_OPENS: Final = doan_ngo(YEAR) - timedelta(days=1)
FAIR_ENDS: Final = FAIR_OPENS + timedelta(days=3)
# As first announced; it was moved a week earlier before anybody had applied (domain.md, 0.1).
FAIR_FIRST_PLANNED: Final = FAIR_OPENS + timedelta(days=7)

CLERK: Final = Actor(label="Nguyễn Văn Tâm (Ban Tổ chức)", system=True)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """Return that moment in Vietnam."""
    return datetime.combine(day, time(hour, minute), tzinfo=VIETNAM)


def holder(exhibitor_id: int, name: str) -> Actor:
    """Return the subject's own person."""
    return Actor(label=name, owns=frozenset({exhibitor_id}), verified=True, session_id=0)
