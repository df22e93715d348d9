"""Reads of draws: for the public pages (names of subjects, no contact data) and for the staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from tgfair.core.draw.chance import Chance, zone_chances
from tgfair.core.draw.feasibility import Feasibility
from tgfair.core.draw.lots import canonical, draw_file
from tgfair.core.errors import NotFoundError
from tgfair.core.workflow import ACCEPTED
from tgfair.models.account import User
from tgfair.models.application import Application
from tgfair.models.assignment import Assignment, AssignmentState
from tgfair.models.draw import (
    ChangeState,
    Draw,
    DrawChange,
    DrawEntry,
    DrawMode,
    DrawObjection,
    DrawState,
)
from tgfair.models.fair import Fair
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.draw_lists import feasibility, free_booths
from tgfair.services.uow import find, reader


@dataclass(frozen=True)
class LotLine:
    """One application on a list; `lot` and what follows are there after the draw.

    `booth` is what the lot gave; `left` says that it was given up since (or never taken), and why.
    """

    code: str
    name: str
    lot: int | None
    booth: str
    left: str


@dataclass(frozen=True)
class ZoneLines:
    """A zone of a draw: in lot order once drawn, by code before."""

    code: str
    booths: tuple[str, ...]
    lines: tuple[LotLine, ...]

    @property
    def winners(self) -> tuple[LotLine, ...]:
        """Who drew a booth."""
        return tuple(line for line in self.lines if line.booth)

    @property
    def waiting(self) -> tuple[LotLine, ...]:
        """Who drew none, in the order of the lots."""
        return tuple(line for line in self.lines if line.lot and not line.booth)


def draws_of(fair_id: int) -> Sequence[Draw]:
    """Return the fair's draws, the newest first."""
    return (
        reader()
        .scalars(select(Draw).where(Draw.fair_id == fair_id).order_by(Draw.number.desc()))
        .all()
    )


def draw_of(fair_id: int, number: int) -> Draw:
    """Return a draw with its notes and objections.

    Raises:
        NotFoundError: there is none.
    """
    options = (
        selectinload(Draw.notes),
        selectinload(Draw.objections).joinedload(DrawObjection.application),
    )
    return find(reader(), Draw, Draw.fair_id == fair_id, Draw.number == number, options=options)


def zones_of(draw: Draw) -> list[ZoneLines]:
    """Return the lines of every zone."""
    entries = (
        reader()
        .scalars(
            select(DrawEntry)
            .where(DrawEntry.draw_id == draw.id)
            .options(
                joinedload(DrawEntry.application).joinedload(Application.exhibitor),
                joinedload(DrawEntry.booth),
            )
        )
        .all()
    )
    gone = _given_up(draw)
    return [
        ZoneLines(
            zone["code"],
            tuple(zone["booths"]),
            tuple(
                _line(draw, entry, gone)
                for entry in sorted(entries, key=lambda e: (e.lot or 0, e.application.code))
                if entry.zone_code == zone["code"]
            ),
        )
        for zone in draw.closed["zones"]
    ]


def _given_up(draw: Draw) -> dict[int, str]:
    """Return why a booth of the draw is no longer its winner's, by application."""
    if draw.run_id is None:
        return {}
    rows = reader().execute(
        select(Assignment.application_id, Assignment.release_reason).where(
            Assignment.run_id == draw.run_id, Assignment.state == AssignmentState.RELEASED
        )
    )
    return {row[0]: row[1] or "Đã thôi nhận gian" for row in rows}


def _line(draw: Draw, entry: DrawEntry, gone: dict[int, str]) -> LotLine:
    application = entry.application
    left = gone.get(entry.application_id, "")
    if not left and draw.state is DrawState.DRAWN and application.state not in ACCEPTED:
        left = "Đã rút hồ sơ"
    return LotLine(
        application.code,
        application.exhibitor.name,
        entry.lot,
        entry.booth.label if entry.booth else "",
        left,
    )


def list_text(draw: Draw) -> str:
    """Return the list exactly as it was hashed."""
    return canonical(draw.closed)


def published_file(draw: Draw) -> dict[str, Any]:
    """Return `draw.json`.

    Raises:
        NotFoundError: the lots are not drawn.
    """
    if draw.public is None:
        raise NotFoundError
    return draw_file(draw.closed, draw.public)


@lru_cache(maxsize=64)
def _chances(draw_id: int, list_hash: str, zone_code: str) -> dict[str, Chance]:
    del list_hash  # part of the key: another list, another result
    draw = reader().get_one(Draw, draw_id)
    return zone_chances(draw.closed, zone_code)


def chance_of(draw: Draw, code: str) -> tuple[str, Chance]:
    """Return the zone and the simulated chance of an application.

    Raises:
        NotFoundError: it is not on the list.
    """
    for zone in draw.closed["zones"]:
        if code in zone["applications"]:
            return zone["code"], _chances(draw.id, draw.list_hash, zone["code"])[code]
    raise NotFoundError


def possible_zones(actor: Actor, fair: Fair) -> list[tuple[str, str, int]]:
    """Return code, label and number of free booths of the zones that could draw."""
    require(actor, Action.RUN_DRAW, fair)
    counts: dict[tuple[str, str], int] = {}
    for booth in free_booths(reader(), fair):
        key = (booth.zone.code, booth.zone.label)
        counts[key] = counts.get(key, 0) + 1
    return [(code, label, count) for (code, label), count in sorted(counts.items())]


def feasible(actor: Actor, fair: Fair, mode: DrawMode, zones: Sequence[str]) -> Feasibility:
    """Return who would draw for what, before anything is frozen."""
    require(actor, Action.RUN_DRAW, fair)
    return feasibility(reader(), fair, mode, zones)


@dataclass(frozen=True)
class Steps:
    """Who did what when, for the staff page and the minutes."""

    frozen_by: str
    first_by: str
    first_at: datetime | None
    second_by: str


def steps_of(actor: Actor, fair: Fair, draw: Draw) -> Steps:
    """Return the names behind a draw."""
    require(actor, Action.RUN_DRAW, fair)
    ids = (draw.created_by_id, draw.first_typed_by_id, draw.second_typed_by_id)
    rows = reader().execute(select(User.id, User.name).where(User.id.in_([i for i in ids if i])))
    names: dict[int | None, str] = {row[0]: row[1] for row in rows}
    return Steps(
        frozen_by=names.get(draw.created_by_id, "Hệ thống"),
        first_by=names.get(draw.first_typed_by_id, ""),
        first_at=draw.first_typed_at,
        second_by=names.get(draw.second_typed_by_id, ""),
    )


@dataclass(frozen=True)
class ChangeLine:
    """A change of a drawn booth; `to_booth` is empty where the booth is taken back."""

    id: int
    code: str
    name: str
    booth: str
    to_booth: str
    reason: str
    state: ChangeState
    asked_by: str
    asked_at: datetime
    decided_by: str
    mine: bool


def changes_of(actor: Actor, fair: Fair, draw: Draw) -> list[ChangeLine]:
    """Return what was asked for about the drawn booths, the newest first."""
    require(actor, Action.RUN_DRAW, fair)
    rows = (
        reader()
        .scalars(
            select(DrawChange)
            .where(DrawChange.draw_id == draw.id)
            .options(
                joinedload(DrawChange.application).joinedload(Application.exhibitor),
                joinedload(DrawChange.booth),
                joinedload(DrawChange.to_booth),
            )
            .order_by(DrawChange.id.desc())
        )
        .all()
    )
    ids = {one for row in rows for one in (row.asked_by_id, row.decided_by_id) if one}
    known = reader().execute(select(User.id, User.name).where(User.id.in_(ids)))
    names: dict[int | None, str] = {row[0]: row[1] for row in known}
    return [
        ChangeLine(
            row.id,
            row.application.code,
            row.application.exhibitor.name,
            row.booth.label,
            row.to_booth.label if row.to_booth else "",
            row.reason,
            row.state,
            names.get(row.asked_by_id, ""),
            row.asked_at,
            names.get(row.decided_by_id, ""),
            row.asked_by_id == actor.user_id,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class MyDraw:
    """An application's part in its fair's latest list; everything is None before there is one."""

    application: Application
    draw: Draw | None
    zone: ZoneLines | None = None
    line: LotLine | None = None
    chance: Chance | None = None
    objections: Sequence[DrawObjection] = ()


def is_listed(application_id: int) -> bool:
    """Return whether the application stands on any list of a draw."""
    listed = select(DrawEntry.id).where(DrawEntry.application_id == application_id).limit(1)
    return reader().scalar(listed) is not None


def my_draw(actor: Actor, code: str) -> MyDraw:
    """Return what a participant sees of the draw.

    Raises:
        NotFoundError: missing or foreign.
    """
    application = find(
        reader(), Application, Application.code == code, visible_to(actor, Application)
    )
    require(actor, Action.VIEW_APPLICATION, application)
    shown = [
        draw
        for draw in draws_of(application.fair_id)
        if draw.state in {DrawState.FROZEN, DrawState.DRAWN}
    ]
    if not shown:
        return MyDraw(application, None)
    draw = next((one for one in shown if _lists(one, code)), shown[0])
    objections = [one for one in draw.objections if one.application_id == application.id]
    for zone in zones_of(draw):
        for line in zone.lines:
            if line.code == code:
                chance = chance_of(draw, code)[1] if draw.state is DrawState.FROZEN else None
                return MyDraw(application, draw, zone, line, chance, objections)
    return MyDraw(application, draw, objections=objections)


def _lists(draw: Draw, code: str) -> bool:
    return any(code in zone["applications"] for zone in draw.closed["zones"])
