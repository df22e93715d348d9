"""The officers' gate page: gates, phones, the day's passages, the last scans."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from tgfair import clock
from tgfair.clock import VIETNAM, day_in_vietnam, start_of_day
from tgfair.models.badge import Badge
from tgfair.models.fair import Fair
from tgfair.models.gate import Gate, GateDevice, Scan
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.queries.head_counts import Counts, counts, passages_of
from tgfair.services.uow import reader

LAST_SCANS = 20
SILENT_AFTER = timedelta(minutes=5)
QUARTER = 15


@dataclass(frozen=True)
class DeviceView:
    """A phone on the officers' page; `silent` when it has not been heard of for five minutes."""

    id: int
    name: str
    gate_number: int
    gate_label: str
    last_seen_at: datetime | None
    revoked: bool
    silent: bool


@dataclass(frozen=True)
class ScanView:
    """One line of the last scans."""

    at: datetime
    gate_label: str
    device: str
    colour: str
    title: str
    detail: str
    direction: str
    who: str


@dataclass(frozen=True)
class DoubleEntry:
    """A badge that came in at two places without going out: phones that were offline."""

    who: str
    first: str
    second: str


@dataclass(frozen=True)
class GateDay:
    """A day at the gates: `quarters` maps a gate's label to ("08:15", entries) in order."""

    counts: Counts
    entered: int
    refused: int
    quarters: Mapping[str, Sequence[tuple[str, int]]]
    double_entries: Sequence[DoubleEntry]
    last: Sequence[ScanView]


def gates_of(actor: Actor, fair: Fair) -> Sequence[Gate]:
    """Return the gates of a fair, by number."""
    require(actor, Action.MANAGE_GATES, fair)
    return (
        reader()
        .scalars(
            select(Gate)
            .where(Gate.fair_id == fair.id, Gate.fair.has(visible_to(actor, Fair)))
            .order_by(Gate.number)
        )
        .all()
    )


def devices_of(actor: Actor, fair: Fair) -> list[DeviceView]:
    """Return the phones of a fair, working ones first."""
    require(actor, Action.MANAGE_GATES, fair)
    devices = (
        reader()
        .scalars(
            select(GateDevice)
            .where(GateDevice.fair_id == fair.id)
            .options(joinedload(GateDevice.gate))
            .order_by(GateDevice.revoked_at.is_not(None), GateDevice.id)
        )
        .all()
    )
    return [_device_view(device) for device in devices]


def _device_view(device: GateDevice) -> DeviceView:
    seen, revoked = device.last_seen_at, device.revoked_at is not None
    quiet = seen is None or clock.real_now() - seen > SILENT_AFTER
    return DeviceView(
        id=device.id,
        name=device.name,
        gate_number=device.gate.number,
        gate_label=device.gate.label,
        last_seen_at=seen,
        revoked=revoked,
        silent=quiet and not revoked,
    )


def gate_day(actor: Actor, fair: Fair, *, now: datetime) -> GateDay:
    """Return what happened at the gates of a fair today."""
    require(actor, Action.MANAGE_GATES, fair)
    session, day = reader(), day_in_vietnam(now)
    rows = session.execute(
        select(Scan.badge_number, Scan.at, Scan.direction, Scan.code, Gate.label, Badge)
        .join(Gate, Gate.id == Scan.gate_id)
        .outerjoin(Badge, Badge.id == Scan.badge_id)
        .where(*passages_of(fair.id, day))
        .order_by(Scan.at, Scan.id)
    ).all()
    entries = [row for row in rows if row.direction == "in"]
    return GateDay(
        counts=counts(fair.id, now=now),
        entered=len({row.badge_number for row in entries}),
        refused=_refused(session, fair.id, day),
        quarters=_quarters(entries),
        double_entries=_double_entries(rows),
        last=_last_scans(session, fair.id),
    )


def _refused(session: Session, fair_id: int, day: date) -> int:
    statement = select(func.count()).where(
        Scan.fair_id == fair_id,
        Scan.at >= start_of_day(day),
        Scan.at < start_of_day(day) + timedelta(days=1),
        Scan.verdict == "red",
    )
    return session.scalar(statement) or 0


def _quarters(entries: Sequence[Any]) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in entries:
        local = row.at.astimezone(VIETNAM)
        found[row.label][f"{local:%H}:{local.minute // QUARTER * QUARTER:02}"] += 1
    return {label: sorted(found[label].items()) for label in sorted(found)}


def _double_entries(rows: Sequence[Any]) -> list[DoubleEntry]:
    """Return entries after an entry that nobody allowed knowingly."""
    inside: dict[int, Any] = {}
    found = []
    for row in rows:
        before = inside.get(row.badge_number)
        if row.direction == "in" and before is not None and row.code != "overridden":
            found.append(DoubleEntry(_who(row.Badge), _passage(before), _passage(row)))
        if row.direction == "in":
            inside[row.badge_number] = row
        else:
            inside.pop(row.badge_number, None)
    return found


def _passage(row: Any) -> str:
    return f"{row.at.astimezone(VIETNAM):%H:%M}, {row.label}"


def _who(badge: Badge | None) -> str:
    if badge is None:
        return ""
    return " · ".join(part for part in (badge.holder_name, badge.organisation) if part)


def _last_scans(session: Session, fair_id: int) -> list[ScanView]:
    rows = session.execute(
        select(Scan, Gate.label, GateDevice.name, Badge)
        .join(Gate, Gate.id == Scan.gate_id)
        .join(GateDevice, GateDevice.id == Scan.device_id)
        .outerjoin(Badge, Badge.id == Scan.badge_id)
        .where(Scan.fair_id == fair_id)
        .order_by(Scan.id.desc())
        .limit(LAST_SCANS)
    ).all()
    return [
        ScanView(
            at=scan.at,
            gate_label=label,
            device=device,
            colour=scan.verdict,
            title=scan.title,
            detail=scan.detail,
            direction=scan.direction,
            who=_who(badge),
        )
        for scan, label, device, badge in rows
    ]
