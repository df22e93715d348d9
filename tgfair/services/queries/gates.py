"""What gate phones and the officers' gate page show: counts, holders, devices, last scans."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload

from tgfair import clock
from tgfair.clock import VIETNAM, day_in_vietnam
from tgfair.core.badge import BadgeKind
from tgfair.core.errors import NotFoundError
from tgfair.core.vietnamese import fold
from tgfair.core.workflow import FINAL
from tgfair.models.application import Application
from tgfair.models.badge import Badge, BadgeState
from tgfair.models.fair import Fair
from tgfair.models.gate import Gate, GateDevice, Scan
from tgfair.policy import Action, Actor, require, visible_to
from tgfair.services.badge_printing import published_labels
from tgfair.services.uow import find, reader

MIN_LETTERS, MAX_LETTERS = 2, 100
MAX_HITS = 20
LAST_SCANS = 20
SILENT_AFTER = timedelta(minutes=5)
QUARTER = 15


@dataclass(frozen=True)
class Counts:
    """How many badges are inside today, and how many are valid at all."""

    inside: int
    expected: int


@dataclass(frozen=True)
class Holder:
    """Whom a gate shows: no telephone, no address."""

    name: str
    organisation: str
    booth: str
    kind_label: str
    badge_no: str


@dataclass(frozen=True)
class Hit:
    """A badge found by name; choosing it scans its short code."""

    short_code: str
    name: str
    organisation: str
    booth: str
    kind_label: str


@dataclass(frozen=True)
class Station:
    """Where a phone stands."""

    fair_id: int
    fair_name: str
    gate_label: str


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


def start_of_day(day: date) -> datetime:
    """Return the instant a Vietnamese day begins."""
    return datetime.combine(day, time(), tzinfo=VIETNAM).astimezone(UTC)


def counts(fair_id: int, *, now: datetime) -> Counts:
    """Return the head counts of a fair."""
    session = reader()
    return Counts(_inside(session, fair_id, day_in_vietnam(now)), _expected(session, fair_id))


def _expected(session: Session, fair_id: int) -> int:
    gone = select(Application.id).where(
        Application.fair_id == fair_id, Application.state.in_(FINAL)
    )
    statement = select(func.count()).where(
        Badge.fair_id == fair_id,
        Badge.state == BadgeState.VALID,
        Badge.application_id.is_(None) | Badge.application_id.not_in(gone),
    )
    return session.scalar(statement) or 0


def _inside(session: Session, fair_id: int, day: date) -> int:
    last = func.row_number().over(
        partition_by=Scan.badge_number, order_by=(Scan.at.desc(), Scan.id.desc())
    )
    passages = (
        select(Scan.direction.label("direction"), last.label("place"))
        .where(*_passages_of(fair_id, day))
        .subquery()
    )
    counted = select(func.count()).where(passages.c.place == 1, passages.c.direction == "in")
    return session.scalar(counted) or 0


def _passages_of(fair_id: int, day: date) -> tuple[Any, ...]:
    """Return the criteria of a day's scans that let somebody through and were not undone."""
    undo = aliased(Scan)
    undone = (
        select(undo.id)
        .where(
            undo.fair_id == fair_id,
            undo.badge_number == Scan.badge_number,
            undo.device_id == Scan.device_id,
            undo.cancels == Scan.scan_id,
        )
        .exists()
    )
    return (
        Scan.fair_id == fair_id,
        Scan.at >= start_of_day(day),
        Scan.at < start_of_day(day) + timedelta(days=1),
        Scan.admitted,
        ~undone,
    )


def station_of(actor: Actor) -> Station:
    """Return the fair and gate of a phone.

    Raises:
        NotFoundError: the actor is no phone.
    """
    row = (
        reader()
        .execute(
            select(Fair.id, Fair.name, Gate.label)
            .join(Gate, Gate.fair_id == Fair.id)
            .join(GateDevice, GateDevice.gate_id == Gate.id)
            .where(GateDevice.id == (actor.device_id or 0))
        )
        .one_or_none()
    )
    if row is None:
        raise NotFoundError
    return Station(*row)


def holders_of(actor: Actor, badge_ids: Collection[int]) -> Mapping[int, Holder]:
    """Return whom the badges of the phone's own fair belong to."""
    session = reader()
    badges = session.scalars(
        select(Badge).where(
            Badge.id.in_(sorted(badge_ids)), Badge.fair_id == (actor.device_fair_id or 0)
        )
    ).all()
    if not badges:
        return {}
    applications = {badge.application_id for badge in badges if badge.application_id}
    booths = published_labels(session, badges[0].fair_id, applications)
    places = _badge_numbers(session, applications)
    return {
        badge.id: Holder(
            name=badge.holder_name,
            organisation=badge.organisation,
            booth=booths.get(badge.application_id or 0, ""),
            kind_label=_kind_label(badge.kind),
            badge_no=places.get(badge.id, ""),
        )
        for badge in badges
    }


def _badge_numbers(session: Session, application_ids: Collection[int]) -> Mapping[int, str]:
    """Return "2/3" by badge id, for the valid badges of these applications."""
    rows = session.execute(
        select(Badge.application_id, Badge.id)
        .where(Badge.application_id.in_(application_ids), Badge.state == BadgeState.VALID)
        .order_by(Badge.id)
    ).all()
    grouped: dict[int, list[int]] = defaultdict(list)
    for application_id, badge_id in rows:
        grouped[application_id or 0].append(badge_id)
    return {
        badge_id: f"{place}/{len(ids)}"
        for ids in grouped.values()
        for place, badge_id in enumerate(ids, 1)
    }


def _kind_label(kind: int) -> str:
    return BadgeKind(kind).label if kind in set(BadgeKind) else ""


def search_badges(actor: Actor, text: str) -> list[Hit]:
    """Return the badges of the phone's fair whose name or organisation holds the typed letters."""
    session = reader()
    fair = find(session, Fair, Fair.id == (actor.device_fair_id or 0))
    require(actor, Action.SCAN, fair)
    wanted = fold(text[:MAX_LETTERS])
    if len(wanted) < MIN_LETTERS:
        return []
    badges = session.scalars(
        select(Badge)
        .where(
            Badge.fair_id == fair.id,
            Badge.state == BadgeState.VALID,
            Badge.search_fold.contains(wanted, autoescape=True),
        )
        .order_by(Badge.search_fold)
        .limit(MAX_HITS)
    ).all()
    applications = {badge.application_id for badge in badges if badge.application_id}
    booths = published_labels(session, fair.id, applications)
    return [
        Hit(
            badge.short_code,
            badge.holder_name,
            badge.organisation,
            booths.get(badge.application_id or 0, ""),
            _kind_label(badge.kind),
        )
        for badge in badges
    ]


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
        .where(*_passages_of(fair.id, day))
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
