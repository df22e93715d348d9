"""Turn a fair's rows into the problem that `core.allocation` solves: a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tgfair.core.allocation import problem as core
from tgfair.core.allocation.lines import find_lines
from tgfair.core.allocation.problem import Applicant, Limits, Mode, Pin, Problem, Rules, Wish
from tgfair.core.allocation.rulebook import Rulebook, rulebook_from_json
from tgfair.core.layout.booth_types import type_of
from tgfair.core.layout.plan import Kind, PlanObject
from tgfair.core.names import EXHIBITOR_KIND_NAMES, GROUP_NAMES
from tgfair.core.workflow import ACCEPTED
from tgfair.models.application import Application
from tgfair.models.assignment import (
    OCCUPYING,
    Assignment,
    AssignmentSource,
    AssignmentState,
    Publication,
    PublicationRow,
)
from tgfair.models.booth import Booth
from tgfair.models.draw import Draw, DrawEntry, DrawState
from tgfair.models.fair import Fair
from tgfair.models.product import Product
from tgfair.services.allocation_settings import Keep, Settings
from tgfair.services.publications import SEES_BOOTH

# Booths that their holders took or drew themselves: no plan moves them.
OWN_DOING = frozenset({AssignmentSource.HOLD, AssignmentSource.OFFER, AssignmentSource.DRAW})
HELD = "đang được giữ cho một cơ sở"
DRAWN = "khu đang chờ bốc thăm"


@dataclass(frozen=True)
class Cast:
    """A problem, the rows behind it by the names it uses, and who takes no part (code, why)."""

    problem: Problem
    applications: dict[str, Application]
    booths: dict[str, Booth]
    standing: dict[str, tuple[str, ...]]
    left_out: tuple[tuple[str, str], ...]


def cast_of(session: Session, fair: Fair, settings: Settings) -> Cast:
    """Return the problem of a fair as it is now, under these settings."""
    booths = _booths(session, fair)
    everybody = _applications(session, fair)
    places = _places(session, fair)
    frozen = _frozen(session, fair)
    listed = {code for _, codes in frozen for code in codes}
    held = {one.application_id for one in places if one.state is AssignmentState.HELD}
    left_out = _left_out(everybody, held, listed)
    missing = {code for code, _ in left_out}
    playing = [row for row in everybody if row.code not in missing]
    standing = _standing(places, {row.id: row for row in playing})
    pins = _pins(places, {row.id: row for row in playing}, settings, {*booths})
    problem = Problem(
        booths=_core_booths(booths, places, frozen, missing, fair),
        zones=tuple(_zone(zone) for zone in fair.zones),
        applicants=_applicants(session, fair, playing, pins),
        rules=_rules(fair, {row.code for row in playing}, settings),
        pins=tuple(pins.values()),
        previous=_previous(settings, playing, booths),
        mode=settings.mode,
        limits=Limits(seed=settings.seed, seconds=settings.seconds, explain=False),
        names=(*GROUP_NAMES.items(), *EXHIBITOR_KIND_NAMES.items()),
    )
    rows = {row.code: row for row in playing}
    return Cast(problem, rows, booths, standing, left_out)


def _booths(session: Session, fair: Fair) -> dict[str, Booth]:
    rows = session.scalars(
        select(Booth).where(Booth.fair_id == fair.id).options(joinedload(Booth.zone))
    ).all()
    return {row.plan_object_id: row for row in rows}


def _applications(session: Session, fair: Fair) -> Sequence[Application]:
    return session.scalars(
        select(Application)
        .where(Application.fair_id == fair.id, Application.state.in_(ACCEPTED))
        .options(joinedload(Application.exhibitor), selectinload(Application.products))
        .order_by(Application.id)
    ).all()


def _places(session: Session, fair: Fair) -> Sequence[Assignment]:
    return session.scalars(
        select(Assignment)
        .where(Assignment.fair_id == fair.id, Assignment.state.in_(OCCUPYING))
        .options(joinedload(Assignment.booth))
        .order_by(Assignment.id)
    ).all()


def _frozen(session: Session, fair: Fair) -> list[tuple[set[str], set[str]]]:
    """Return zones and application codes of the list that waits for its number, if there is one."""
    draw = session.scalars(
        select(Draw).where(Draw.fair_id == fair.id, Draw.state == DrawState.FROZEN)
    ).one_or_none()
    if draw is None:
        return []
    codes = session.scalars(
        select(Application.code).join(DrawEntry).where(DrawEntry.draw_id == draw.id)
    ).all()
    return [({zone["code"] for zone in draw.closed["zones"]}, {*codes})]


def _left_out(
    everybody: Sequence[Application], held: set[int], listed: set[str]
) -> tuple[tuple[str, str], ...]:
    out = [
        (row.code, "Đang tự chọn gian hoặc được mời nhận gian.")
        for row in everybody
        if row.id in held
    ]
    out += [
        (row.code, "Có trong danh sách bốc thăm đã công bố.")
        for row in everybody
        if row.code in listed and row.id not in held
    ]
    return tuple(out)


def _standing(
    places: Sequence[Assignment], playing: Mapping[int, Application]
) -> dict[str, tuple[str, ...]]:
    by_code: dict[str, list[str]] = defaultdict(list)
    for one in places:
        if one.state is AssignmentState.LIVE and one.application_id in playing:
            by_code[playing[one.application_id].code].append(one.booth.plan_object_id)
    return {code: tuple(sorted(ids)) for code, ids in by_code.items()}


def _pins(
    places: Sequence[Assignment],
    playing: Mapping[int, Application],
    settings: Settings,
    known: set[str],
) -> dict[str, Pin]:
    """Return who stays: by what stands today, then by what was locked in the plan before."""
    kept: dict[str, list[str]] = defaultdict(list)
    for one in places:
        row = playing.get(one.application_id)
        if row is not None and _stays(one, row, settings.keep):
            kept[row.code].append(one.booth.plan_object_id)
    taken = {one.booth.plan_object_id for one in places if one.application_id not in playing}
    taken |= {booth for booths in kept.values() for booth in booths}
    codes = {row.code for row in playing.values()}
    for code, booths in settings.pins.items():
        if code in codes - kept.keys() and known.issuperset(booths) and taken.isdisjoint(booths):
            kept[code] = list(booths)
    return {code: Pin(code, tuple(sorted(ids))) for code, ids in kept.items()}


def _stays(one: Assignment, row: Application, keep: Keep) -> bool:
    if one.state is not AssignmentState.LIVE:
        return False
    if keep is Keep.ALL or one.source in OWN_DOING:
        return True
    return keep is Keep.PUBLISHED and row.state in SEES_BOOTH


def _core_booths(
    booths: Mapping[str, Booth],
    places: Sequence[Assignment],
    frozen: Sequence[tuple[set[str], set[str]]],
    missing: set[str],
    fair: Fair,
) -> tuple[core.Booth, ...]:
    lines = find_lines(_drawn(row) for row in booths.values())
    book = rulebook_from_json(fair.booth_rules)
    good, bad = {*book.good}, {*book.bad}
    waiting = {code for zones, _ in frozen for code in zones}
    held = {one.booth_id for one in places if one.state is AssignmentState.HELD}
    held |= {one.booth_id for one in places if missing and one.application.code in missing}
    taken = {one.booth_id for one in places}
    out = []
    for key, row in booths.items():
        blocked = row.blocked_reason or (HELD if row.id in held else None)
        if blocked is None and row.zone.code in waiting and row.id not in taken:
            blocked = DRAWN
        line, position = lines[key]
        out.append(
            core.Booth(
                id=key,
                label=row.label,
                zone=row.zone.code,
                kind=type_of(row.tags),
                power_w=row.power_w,
                water=row.water,
                cooling="cooling" in row.tags,
                cooking="cooking" in row.tags,
                corner=row.corner,
                area=round(row.width_m * row.depth_m, 2),
                row=line,
                position=position,
                good=key in good,
                bad=key in bad,
                blocked=blocked,
            )
        )
    return tuple(out)


def _drawn(row: Booth) -> PlanObject:
    return PlanObject(
        id=row.plan_object_id,
        kind=Kind.BOOTH,
        x=row.x_m,
        y=row.y_m,
        w=row.width_m,
        h=row.depth_m,
        rot=row.rotation,
        group=row.zone.code,
        front=row.front,
    )


def _zone(zone: Any) -> core.Zone:
    return core.Zone(
        zone.code,
        zone.label,
        None if zone.groups is None else frozenset(zone.groups),
        None if zone.exhibitor_kinds is None else frozenset(zone.exhibitor_kinds),
        zone.feed_w,
    )


def _applicants(
    session: Session, fair: Fair, playing: Sequence[Application], pins: Mapping[str, Pin]
) -> tuple[Applicant, ...]:
    book = rulebook_from_json(fair.booth_rules)
    owners = {code: circle.name for circle in book.owners for code in circle.members}
    coops = {code: circle.name for circle in book.cooperatives for code in circle.members}
    sets, lots = _product_sets(session, playing), _lots(session, fair)
    badness = _badness(session, fair)
    return tuple(
        replace(
            _applicant(row, sets),
            units=len(pins[row.code].booths) if row.code in pins else row.booths_wanted,
            owner=owners.get(row.code),
            cooperative=coops.get(row.code),
            lot=lots.get(row.code),
            badness=int(row.exhibitor_id in badness),
        )
        for row in playing
    )


def _applicant(row: Application, sets: Mapping[int, str]) -> Applicant:
    kinds = frozenset(
        (sets.get(one.product_id) if one.product_id else None) or one.search_fold
        for one in row.products
    )
    return Applicant(
        id=row.code,
        name=row.exhibitor.name,
        groups=frozenset(one.group for one in row.products if one.group),
        products=kinds,
        product_count=max(1, len(row.products)),
        exhibitor_kind=row.exhibitor.kind,
        power_w=row.power_w,
        water=row.water,
        cooling=row.cooling,
        cooking=row.cooking,
        wishes=tuple(Wish(zone=code) for code in dict.fromkeys(row.wishes)),
        commune=row.exhibitor.unit_new,
        stars=max((one.stars or 0 for one in row.products), default=0),
    )


def _product_sets(session: Session, playing: Sequence[Application]) -> dict[int, str]:
    ids = {one.product_id for row in playing for one in row.products if one.product_id}
    rows = session.execute(select(Product.id, Product.set).where(Product.id.in_(ids))).all()
    return {row[0]: row[1] for row in rows if row[1]}


def _lots(session: Session, fair: Fair) -> dict[str, int]:
    """Return the order of choosing that the fair's draws gave: all lots 1, then all lots 2."""
    rows = session.scalars(
        select(Application.code)
        .join(DrawEntry, DrawEntry.application_id == Application.id)
        .join(Draw)
        .where(Draw.fair_id == fair.id, Draw.state == DrawState.DRAWN, DrawEntry.lot.is_not(None))
        .order_by(Draw.number, DrawEntry.lot, DrawEntry.zone_code)
    ).all()
    return {code: place for place, code in enumerate(dict.fromkeys(rows), start=1)}


def _badness(session: Session, fair: Fair) -> set[int]:
    """Return the exhibitors whose booth at the fair before was one of its poor places."""
    before = session.scalars(
        select(Fair)
        .join(Publication, Publication.fair_id == Fair.id)
        .where(Fair.last_day < fair.first_day, Fair.kind == fair.kind)
        .order_by(Fair.last_day.desc())
        .limit(1)
    ).one_or_none()
    bad = rulebook_from_json(before.booth_rules).bad if before is not None else ()
    if before is None or not bad:
        return set()
    newest = (
        select(Publication.id)
        .where(Publication.fair_id == before.id)
        .order_by(Publication.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return {
        *session.scalars(
            select(Application.exhibitor_id)
            .join(PublicationRow, PublicationRow.application_id == Application.id)
            .join(Booth, Booth.id == PublicationRow.booth_id)
            .where(PublicationRow.publication_id == newest, Booth.plan_object_id.in_(bad))
        )
    }


def _rules(fair: Fair, codes: set[str], settings: Settings) -> Rules:
    book: Rulebook = rulebook_from_json(fair.booth_rules)
    return Rules(
        cap_per_subject=book.cap_per_subject or fair.max_booths,
        cap_per_owner=book.cap_per_owner,
        kind_groups=book.kind_groups,
        apart=tuple(pair for pair in book.apart if codes.issuperset(pair)),
        required=frozenset(settings.required) & codes,
        weights=book.weights,
    )


def _previous(
    settings: Settings, playing: Sequence[Application], booths: Mapping[str, Booth]
) -> tuple[Pin, ...]:
    if settings.mode is not Mode.FILL:
        return ()
    codes = {row.code for row in playing}
    return tuple(
        Pin(code, tuple(ids))
        for code, ids in settings.previous.items()
        if code in codes and booths.keys() >= set(ids)
    )
