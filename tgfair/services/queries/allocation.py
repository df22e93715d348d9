"""Reads of the assigning page: who waits for a booth, what suits, what would be published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from tgfair.core.layout.suitability import Reason
from tgfair.core.workflow import ACCEPTED, State
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentState, Publication
from tgfair.models.booth import Booth
from tgfair.models.fair import Fair
from tgfair.models.waitlist import Offer
from tgfair.policy import Action, Actor, require
from tgfair.services.publications import (
    latest_publication,
    mark_of_changes,
    pending_changes,
    published_places,
    standing_places,
)
from tgfair.services.suiting import reasons_against
from tgfair.services.uow import find, reader


@dataclass(frozen=True)
class Candidate:
    """An application that may stand somewhere, and where it stands now."""

    id: int
    code: str
    exhibitor: str
    fascia: str
    state: State
    wanted: int
    wishes: tuple[str, ...]
    products: tuple[tuple[str, str | None, int | None], ...]
    power_w: int
    water: bool
    cooling: bool
    cooking: bool
    needs_note: str
    booths: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether it stands at as many booths as it asked for."""
        return len(self.booths) >= self.wanted


@dataclass(frozen=True)
class ChangeLine:
    """One line of what a publication would change."""

    code: str
    exhibitor: str
    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]


CHANGE_WORDS = {"added": "Xếp mới", "moved": "Đổi gian", "removed": "Không còn gian"}


def _applications(fair: Fair) -> Sequence[Application]:
    return (
        reader()
        .scalars(
            select(Application)
            .where(Application.fair_id == fair.id, Application.state.in_(ACCEPTED))
            .options(joinedload(Application.exhibitor), selectinload(Application.products))
            .order_by(Application.submitted_at, Application.id)
        )
        .all()
    )


def _labels(fair: Fair) -> dict[int, str]:
    rows = reader().execute(select(Booth.id, Booth.label).where(Booth.fair_id == fair.id)).all()
    return {row[0]: row[1] for row in rows}


def _grouped(places: set[tuple[int, int]], labels: dict[int, str]) -> dict[int, tuple[str, ...]]:
    grouped: dict[int, list[str]] = {}
    for application_id, booth_id in places:
        grouped.setdefault(application_id, []).append(labels[booth_id])
    return {key: tuple(sorted(value)) for key, value in grouped.items()}


def candidates(actor: Actor, fair: Fair) -> list[Candidate]:
    """Return the approved applications: those still without a booth first, by day of sending."""
    require(actor, Action.ASSIGN_BOOTHS, fair)
    places = _grouped(standing_places(reader(), fair.id), _labels(fair))
    found = [_candidate(row, places.get(row.id, ())) for row in _applications(fair)]
    return sorted(found, key=lambda candidate: candidate.complete)


def _candidate(row: Application, booths: tuple[str, ...]) -> Candidate:
    return Candidate(
        id=row.id,
        code=row.code,
        exhibitor=row.exhibitor.name,
        fascia=row.fascia_name or row.exhibitor.name,
        state=row.state,
        wanted=row.booths_wanted,
        wishes=tuple(row.wishes),
        products=tuple((p.name, p.group, p.stars) for p in row.products),
        power_w=row.power_w,
        water=row.water,
        cooling=row.cooling,
        cooking=row.cooking,
        needs_note=row.needs_note or "",
        booths=booths,
    )


def reasons_by_booth(actor: Actor, fair: Fair, code: str) -> dict[str, list[Reason]]:
    """Return for every booth why it does not suit the application (an empty list: it does).

    Raises:
        NotFoundError: no such application in this fair.
    """
    require(actor, Action.ASSIGN_BOOTHS, fair)
    session = reader()
    application = find(
        session, Application, Application.fair_id == fair.id, Application.code == code
    )
    booths = session.scalars(
        select(Booth).where(Booth.fair_id == fair.id).options(joinedload(Booth.zone))
    ).all()
    return {booth.label: reasons_against(application, booth) for booth in booths}


def changes_to_publish(actor: Actor, fair: Fair) -> list[ChangeLine]:
    """Return, line by line, what publishing now would change."""
    require(actor, Action.ASSIGN_BOOTHS, fair)
    session = reader()
    changes = pending_changes(session, fair.id)
    labels = _labels(fair)
    before = _grouped(published_places(session, fair.id), labels)
    after = _grouped(standing_places(session, fair.id), labels)
    ids = {*changes.added, *changes.moved, *changes.removed}
    rows = {
        row.id: row
        for row in session.scalars(
            select(Application)
            .where(Application.id.in_(ids))
            .options(joinedload(Application.exhibitor))
        )
    }
    return [
        ChangeLine(
            code=rows[application_id].code,
            exhibitor=rows[application_id].exhibitor.name,
            kind=kind,
            before=before.get(application_id, ()) if kind != "added" else (),
            after=after.get(application_id, ()),
        )
        for kind in ("added", "moved", "removed")
        for application_id in getattr(changes, kind)
    ]


def mark_to_publish(actor: Actor, fair: Fair) -> str:
    """Return the mark of what publishing now would change; take it before the lines themselves."""
    require(actor, Action.ASSIGN_BOOTHS, fair)
    return mark_of_changes(reader(), fair.id)


def offered_until(actor: Actor, fair: Fair, booth_id: int) -> datetime | None:
    """Return until when a booth is kept by an offer to the waiting list, or None."""
    require(actor, Action.ASSIGN_BOOTHS, fair)
    held = (Assignment.booth_id == booth_id, Assignment.state == AssignmentState.HELD)
    return reader().scalar(
        select(Offer.until).join(Assignment, Assignment.offer_id == Offer.id).where(*held)
    )


def last_published(fair_id: int) -> Publication | None:
    """Return the newest publication, or None before the first."""
    return latest_publication(reader(), fair_id)
