"""Who stands where: as assigned now (staff), and as published (producers, visitors)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tgfair.core.layout.booth_types import BOOTH_TYPES, type_of
from tgfair.core.layout.plan import Plan
from tgfair.core.layout.reading import parse_plan
from tgfair.core.workflow import State
from tgfair.models.application import Application
from tgfair.models.assignment import (
    OCCUPYING,
    Assignment,
    AssignmentState,
    BoothShare,
    Publication,
    PublicationRow,
)
from tgfair.models.booth import Booth, PlanVersion
from tgfair.services.publications import SEES_BOOTH, latest_publication
from tgfair.services.queries.fairs import newest_plan
from tgfair.services.uow import reader


class BoothState(StrEnum):
    """Where a booth stands."""

    FREE = "free"
    HELD = "held"
    TAKEN = "taken"
    BLOCKED = "blocked"


STATE_LABELS: dict[BoothState, str] = {
    BoothState.FREE: "Còn trống",
    BoothState.HELD: "Đang giữ",
    BoothState.TAKEN: "Đã có người",
    BoothState.BLOCKED: "Không dùng",
}


@dataclass(frozen=True)
class ShownProduct:
    """A product that its application brings, as it was when it was sent."""

    name: str
    group: str | None
    stars: int | None


@dataclass(frozen=True)
class Holder:
    """An application at a booth."""

    application_id: int
    code: str
    state: State
    exhibitor: str
    exhibitor_public_id: str
    fascia_name: str
    description: str
    products: tuple[ShownProduct, ...]

    @property
    def shown_name(self) -> str:
        """Return the name on the fascia, else the exhibitor's."""
        return self.fascia_name or self.exhibitor


@dataclass(frozen=True)
class BoothView:
    """One booth of a fair with who stands there; sizes in metres, power in watts.

    `type` is its name: "Gian ẩm thực".
    """

    id: int
    label: str
    zone_code: str
    zone_label: str
    color: str
    x: float
    y: float
    w: float
    h: float
    rot: float
    type: str
    front: str | None
    power_w: int
    water: bool
    cooling: bool
    cooking: bool
    corner: bool
    funding: str | None
    blocked_reason: str | None
    note: str | None
    state: BoothState
    holders: tuple[Holder, ...]

    @property
    def names(self) -> str:
        """Return the names of who stands there: "Mắm Út Hạnh, Trà Mỹ Tho"."""
        return ", ".join(holder.shown_name for holder in self.holders)

    @property
    def size(self) -> str:
        """Return "3 × 3 m", with a decimal comma."""
        return f"{self.w:g} × {self.h:g} m".replace(".", ",")

    @property
    def group(self) -> str | None:
        """Return the product group of the first holder that names one."""
        groups = (product.group for holder in self.holders for product in holder.products)
        return next((group for group in groups if group), None)


def live_booths(fair_id: int) -> list[BoothView]:
    """Return every booth as assigned this moment, by label. For staff."""
    session = reader()
    assignments = session.scalars(
        select(Assignment).where(Assignment.fair_id == fair_id, Assignment.state.in_(OCCUPYING))
    ).all()
    shares = session.scalars(
        select(BoothShare).where(BoothShare.assignment_id.in_([one.id for one in assignments]))
    ).all()
    booth_of = {one.id: one.booth_id for one in assignments}
    places = [(one.booth_id, one.application_id) for one in assignments]
    places += [(booth_of[share.assignment_id], share.application_id) for share in shares]
    held = frozenset(a.booth_id for a in assignments if a.state is AssignmentState.HELD)
    return _views(session, fair_id, places, held=held)


def published_booths(fair_id: int) -> list[BoothView]:
    """Return every booth as the newest publication says; empty before the first.

    Who has withdrawn or was released since no longer stands there.
    """
    session = reader()
    publication = latest_publication(session, fair_id)
    if publication is None:
        return []
    rows = session.execute(
        select(PublicationRow.booth_id, PublicationRow.application_id)
        .join(Application, Application.id == PublicationRow.application_id)
        .where(PublicationRow.publication_id == publication.id, Application.state.in_(SEES_BOOTH))
    ).all()
    return _views(session, fair_id, [(row[0], row[1]) for row in rows])


def published_booths_of(application_id: int) -> list[BoothView]:
    """Return the booths that an application was told of; empty when there is none."""
    application = reader().get(Application, application_id)
    if application is None:
        return []
    return [
        booth
        for booth in published_booths(application.fair_id)
        if any(holder.application_id == application_id for holder in booth.holders)
    ]


def newest_drawing(fair_id: int) -> Plan | None:
    """Return the fair's newest plan, or None when it has none yet."""
    version = newest_plan(fair_id)
    return parse_plan(version.document) if version else None


def published_drawing(fair_id: int) -> Plan | None:
    """Return the plan that the newest publication froze, or None before the first."""
    document = reader().scalar(
        select(PlanVersion.document)
        .join(Publication, Publication.plan_version_id == PlanVersion.id)
        .where(Publication.fair_id == fair_id)
        .order_by(Publication.number.desc())
        .limit(1)
    )
    return parse_plan(document) if document else None


def _views(
    session: Session,
    fair_id: int,
    places: list[tuple[int, int]],
    *,
    held: frozenset[int] = frozenset(),
) -> list[BoothView]:
    booths = session.scalars(
        select(Booth)
        .where(Booth.fair_id == fair_id)
        .options(joinedload(Booth.zone))
        .order_by(Booth.label)
    ).all()
    holders = _holders(session, {application_id for _, application_id in places})
    standing: dict[int, list[Holder]] = defaultdict(list)
    for booth_id, application_id in places:
        standing[booth_id].append(holders[application_id])
    return [_view(booth, tuple(standing[booth.id]), held) for booth in booths]


def _holders(session: Session, ids: set[int]) -> Mapping[int, Holder]:
    rows = session.scalars(
        select(Application)
        .where(Application.id.in_(ids))
        .options(joinedload(Application.exhibitor), selectinload(Application.products))
    ).all()
    return {row.id: _holder(row) for row in rows}


def _holder(row: Application) -> Holder:
    return Holder(
        application_id=row.id,
        code=row.code,
        state=row.state,
        exhibitor=row.exhibitor.name,
        exhibitor_public_id=row.exhibitor.public_id,
        fascia_name=row.fascia_name or "",
        description=row.description or "",
        products=tuple(ShownProduct(p.name, p.group, p.stars) for p in row.products),
    )


def _state(booth: Booth, holders: tuple[Holder, ...], held: frozenset[int]) -> BoothState:
    if holders:
        return BoothState.HELD if booth.id in held else BoothState.TAKEN
    return BoothState.BLOCKED if booth.blocked_reason else BoothState.FREE


def _view(booth: Booth, holders: tuple[Holder, ...], held: frozenset[int]) -> BoothView:
    zone = booth.zone
    return BoothView(
        id=booth.id,
        label=booth.label,
        zone_code=zone.code,
        zone_label=zone.label,
        color=zone.color,
        x=booth.x_m,
        y=booth.y_m,
        w=booth.width_m,
        h=booth.depth_m,
        rot=booth.rotation,
        type=BOOTH_TYPES[type_of(booth.tags)],
        state=_state(booth, holders, held),
        holders=holders,
        **_facts(booth),
    )


def _facts(booth: Booth) -> dict[str, Any]:
    names = ("front", "power_w", "water", "cooling", "cooking", "corner")
    return {name: getattr(booth, name) for name in (*names, "funding", "blocked_reason", "note")}
