"""The officers' gate page: gates, phones, the day's passages, the last scans."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from tgfair import clock
from tgfair.clock import day_in_vietnam, start_of_day
from tgfair.core.gate import Direction
from tgfair.core.gate_passages import Book, merge
from tgfair.models.badge import Badge
from tgfair.models.fair import Fair
from tgfair.models.gate import FairGates, Gate, GateDevice, Scan
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.passages import passages_of_day
from tgfair.services.queries.head_counts import Counts, counts, passages_of
from tgfair.services.uow import reader

LAST_SCANS = 20
SILENT_AFTER = timedelta(minutes=5)
QUARTER = 15
STOPPED = {
    "revoked": "thẻ đã hủy",
    "old_generation": "thẻ đã cấp lại",
    "unknown_key": "khóa ký đã bỏ",
    "forged": "chữ ký sai",
    "other_event": "thẻ của sự kiện khác",
    "early": "chưa đến ngày",
    "late": "đã quá ngày",
    "wrong_gate": "sai cổng",
    "unknown_code": "mã không có",
}


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
    queued: int | None
    list_is_old: bool
    battery: int | None
    clock_minutes: int
    missing: int


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
class LetInAgainst:
    """Somebody whom a phone let in and the server would have stopped: its list was old."""

    who: str
    at: datetime
    gate_label: str
    code: str


@dataclass(frozen=True)
class GateDay:
    """A day at the gates: `quarters` maps a gate's label to ("08:15", entries) in order."""

    counts: Counts
    capacity: int | None
    entered: int
    refused: int
    quarters: Mapping[str, Sequence[tuple[str, int]]]
    double_entries: Sequence[DoubleEntry]
    let_in_against: Sequence[LetInAgainst]
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
    shared = reader().get(FairGates, fair.id)
    version, gaps = shared.list_version if shared else 0, _gaps(fair.id)
    return [_device_view(device, version, gaps.get(device.id, 0)) for device in devices]


def _gaps(fair_id: int) -> dict[int, int]:
    """Return how many running numbers of each phone never came."""
    count = func.max(Scan.seq) - func.min(Scan.seq) + 1 - func.count(func.distinct(Scan.seq))
    rows = reader().execute(
        select(Scan.device_id, count).where(Scan.fair_id == fair_id).group_by(Scan.device_id)
    )
    return {device_id: missing for device_id, missing in rows if missing > 0}


def _device_view(device: GateDevice, version: int, missing: int) -> DeviceView:
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
        queued=device.queued,
        list_is_old=device.list_version is not None and device.list_version < version,
        battery=device.battery,
        clock_minutes=round(abs(device.clock_offset_ms or 0) / 60000),
        missing=missing,
    )


def gate_day(actor: Actor, fair: Fair, *, now: datetime) -> GateDay:
    """Return what happened at the gates of a fair today."""
    require(actor, Action.MANAGE_GATES, fair)
    session, day = reader(), day_in_vietnam(now)
    book = merge(passages_of_day(session, fair.id, day), day)
    labels = {gate.number: gate.label for gate in gates_of(actor, fair)}
    shared = session.get(FairGates, fair.id)
    return GateDay(
        counts=counts(fair.id, now=now),
        capacity=shared.capacity if shared else None,
        entered=len(book.entered),
        refused=_refused(session, fair.id, day),
        quarters=_quarters(book, labels),
        double_entries=_double_entries(session, book, labels),
        let_in_against=_let_in_against(session, fair.id, day),
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


def _quarters(book: Book, labels: Mapping[int, str]) -> dict[str, list[tuple[str, int]]]:
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for one in book.counted:
        if one.direction is not Direction.OUT:
            found[one.gate][f"{one.at:%H}:{one.at.minute // QUARTER * QUARTER:02}"] += 1
    return {labels[gate]: sorted(found[gate].items()) for gate in sorted(found)}


def _double_entries(session: Session, book: Book, labels: Mapping[int, str]) -> list[DoubleEntry]:
    numbers = {one.badge_number for one in book.conflicts}
    rows = session.scalars(select(Badge).where(Badge.number.in_(numbers)))
    badges = {badge.number: badge for badge in rows}
    return [
        DoubleEntry(
            _who(badges.get(one.badge_number)),
            f"{one.first.at:%H:%M}, {labels[one.first.gate]}",
            f"{one.second.at:%H:%M}, {labels[one.second.gate]}",
        )
        for one in book.conflicts
    ]


def _let_in_against(session: Session, fair_id: int, day: date) -> list[LetInAgainst]:
    rows = session.execute(
        select(Scan.at, Scan.server_code, Gate.label, Badge)
        .join(Gate, Gate.id == Scan.gate_id)
        .outerjoin(Badge, Badge.id == Scan.badge_id)
        .where(*passages_of(fair_id, day), Scan.server_code.is_not(None), Scan.direction != "out")
        .order_by(Scan.at)
    ).all()
    return [
        LetInAgainst(_who(badge), at, label, STOPPED.get(code or "", code or ""))
        for at, code, label, badge in rows
    ]


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
