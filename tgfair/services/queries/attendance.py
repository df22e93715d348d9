"""Who came: each given booth, the days its people walked in, and what inspectors found there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tgfair.clock import VIETNAM, day_in_vietnam
from tgfair.models.application import Application
from tgfair.models.assignment import PublicationRow
from tgfair.models.badge import Badge
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair
from tgfair.models.gate import Inspection, InspectionStatus, Scan
from tgfair.policy import Action, Actor, require
from tgfair.services.publications import SEES_BOOTH, latest_publication
from tgfair.services.uow import reader

STATUS_LABELS = {
    InspectionStatus.PRESENT: "Có mặt",
    InspectionStatus.EMPTY: "Gian trống",
    InspectionStatus.WRONG_GOODS: "Sai hàng",
    InspectionStatus.HANDED_OVER: "Đã bàn giao",
    InspectionStatus.RETURNED: "Đã trả gian",
}
SHOWS_UP = frozenset({InspectionStatus.PRESENT, InspectionStatus.WRONG_GOODS})


@dataclass(frozen=True)
class Looked:
    """What an inspector found last."""

    status: str
    label: str
    note: str
    at: datetime


@dataclass(frozen=True)
class BoothLife:
    """A given booth: the days somebody came in for it, and the last looks at it."""

    booth: str
    code: str
    exhibitor: str
    days: frozenset[date]
    looks: Sequence[Looked]

    @property
    def last_look(self) -> Looked | None:
        """Return what was found last."""
        return self.looks[-1] if self.looks else None


@dataclass(frozen=True)
class Attendance:
    """All given booths; `days` are those of the fair that have begun."""

    days: Sequence[date]
    booths: Sequence[BoothLife]
    entered: Mapping[date, int]

    def absent_on(self, day: date) -> list[BoothLife]:
        """Return the booths for which nobody was seen on a day."""
        return [booth for booth in self.booths if day not in booth.days]

    @property
    def never_came(self) -> list[BoothLife]:
        """Return the booths for which nobody was seen at all; none before the fair."""
        return [booth for booth in self.booths if not booth.days] if self.days else []

    @property
    def came(self) -> list[BoothLife]:
        """Return the booths for which somebody was seen."""
        return [booth for booth in self.booths if booth.days]


def attendance(actor: Actor, fair: Fair, *, now: datetime) -> Attendance:
    """Return who came, as far as the gates and the inspectors know."""
    require(actor, Action.MANAGE_GATES, fair)
    session, today = reader(), day_in_vietnam(now)
    last = min(today, fair.last_day)
    count = (last - fair.first_day).days + 1
    days = [fair.first_day + timedelta(days=number) for number in range(max(0, count))]
    came = _came_in(session, fair.id)
    looks = _looks(session, fair.id)
    booths = [
        BoothLife(
            booth=label,
            code=application.code,
            exhibitor=application.exhibitor.name,
            days=frozenset(came[application.id] | _seen(looks[booth_id])),
            looks=looks[booth_id],
        )
        for booth_id, label, application in _given(session, fair.id)
    ]
    return Attendance(days, booths, _entered(session, fair.id))


def seen_applications(session: Session, fair_id: int) -> set[int]:
    """Return the applications of which a gate or an inspector saw somebody."""
    looks = _looks(session, fair_id)
    found = {row.id for booth_id, _, row in _given(session, fair_id) if _seen(looks[booth_id])}
    return found | set(_came_in(session, fair_id))


def _given(session: Session, fair_id: int) -> list[tuple[int, str, Application]]:
    publication = latest_publication(session, fair_id)
    if publication is None:
        return []
    rows = session.execute(
        select(Booth.id, Booth.label, Application)
        .join(PublicationRow, PublicationRow.booth_id == Booth.id)
        .join(Application, Application.id == PublicationRow.application_id)
        .where(PublicationRow.publication_id == publication.id, Application.state.in_(SEES_BOOTH))
        .options(joinedload(Application.exhibitor))
        .order_by(Booth.label)
    )
    return [(booth_id, label, application) for booth_id, label, application in rows]


def _came_in(session: Session, fair_id: int) -> defaultdict[int, set[date]]:
    rows = session.execute(
        select(Badge.application_id, Scan.at)
        .join(Badge, Badge.id == Scan.badge_id)
        .where(Scan.fair_id == fair_id, Scan.admitted, Badge.application_id.is_not(None))
    )
    found: defaultdict[int, set[date]] = defaultdict(set)
    for application_id, at in rows:
        found[application_id or 0].add(day_in_vietnam(at))
    return found


def _looks(session: Session, fair_id: int) -> defaultdict[int, list[Looked]]:
    rows = session.scalars(
        select(Inspection)
        .where(Inspection.fair_id == fair_id)
        .order_by(Inspection.at, Inspection.inspection_id)
    )
    found: defaultdict[int, list[Looked]] = defaultdict(list)
    for row in rows:
        look = Looked(row.status.value, STATUS_LABELS[row.status], row.note, row.at)
        found[row.booth_id].append(look)
    return found


def _seen(looks: Sequence[Looked]) -> set[date]:
    return {look.at.astimezone(VIETNAM).date() for look in looks if look.status in SHOWS_UP}


def _entered(session: Session, fair_id: int) -> dict[date, int]:
    rows = session.execute(
        select(Scan.badge_number, Scan.at).where(
            Scan.fair_id == fair_id, Scan.admitted, Scan.direction != "out"
        )
    )
    found: defaultdict[date, set[int | None]] = defaultdict(set)
    for number, at in rows:
        found[day_in_vietnam(at)].add(number)
    return {day: len(numbers) for day, numbers in sorted(found.items())}
