"""Take what the gate phones scanned: append-only, once, judged by the rule in `core.gate`.

A phone decides by itself and says what it showed: whoever it let in is in, and that is what the
row keeps. The server judges again all the same, so that the phone hears what it could not know.

Everything that can be looked up beforehand is read before the write lock is taken; inside it
stand only the earlier passages of the same badges and the new rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from tgfair.clock import VIETNAM, day_in_vietnam
from tgfair.core.badge import BadgePayload, Refused, read
from tgfair.core.badge_issue import badge_days
from tgfair.core.errors import InvalidError
from tgfair.core.gate import (
    AtGate,
    Colour,
    EarlierScan,
    ListedBadge,
    UnknownCode,
    Verdict,
    judge,
)
from tgfair.core.gate_passages import History, Passage
from tgfair.core.gate_scan import (
    BadScanError,
    SentScan,
    judged_at,
    named_id,
    read_scan,
)
from tgfair.core.short_code import ShortCodeError, parse_short_code
from tgfair.models.badge import Badge
from tgfair.models.fair import Fair
from tgfair.models.gate import Gate, GateDevice, Scan
from tgfair.policy import Action, Actor, require
from tgfair.services.badge_printing import payload_of
from tgfair.services.badges import is_void
from tgfair.services.gates import UnpairedError, date_changed_at
from tgfair.services.keys import keyring
from tgfair.services.passages import history_of
from tgfair.services.uow import reader, transaction

MAX_BATCH = 200
UNDONE = Verdict(Colour.AMBER, "undone", "ĐÃ HỦY LƯỢT", "Lượt vừa rồi không còn được tính.")
BAD = Verdict(Colour.RED, "bad_scan", "DỪNG LẠI", "Máy chủ không đọc được lượt quét này.")


@dataclass(frozen=True)
class Taken:
    """The answer to one item; `status` is accepted, duplicate or rejected.

    `badge_id` is set for a badge of the list.
    """

    id: str | None
    status: str
    verdict: Verdict
    badge_id: int | None = None


@dataclass(frozen=True)
class _Post:
    """The phone that asks and where it stands."""

    device_id: int
    fair_id: int
    gate_id: int
    gate: int
    paired_at: datetime


@dataclass(frozen=True)
class _Found:
    """A scan with what it shows, whose badge it is, and the instant it counts for."""

    sent: SentScan
    at: datetime
    shown: BadgePayload | Refused | UnknownCode
    number: int | None


@dataclass(frozen=True)
class _Listed:
    """A badge of the list, and the fair's days when they replace those in its token."""

    id: int
    badge: ListedBadge
    fair_days: tuple[date, date] | None


def record_scans(
    actor: Actor, items: Sequence[Any], *, now: datetime, clock_shift: timedelta
) -> list[Taken]:
    """Take a batch in the phone's order and return an answer for each item, in the same order.

    `items` are JSON values; one that cannot be read is rejected alone. A scan sent before gets
    its first verdict again. `clock_shift` moves the phones' clocks with the demo's.

    Raises:
        UnpairedError: the phone was revoked meanwhile.
        InvalidError: more than 200 at a time.
    """
    if len(items) > MAX_BATCH:
        raise InvalidError(f"Mỗi lần gửi tối đa {MAX_BATCH} lượt.")
    post, found, answers = _prepare(actor, items, now=now, shift=clock_shift)
    if found:
        with transaction() as session:
            _check_device(session, post)
            answers |= _take(session, post, found, now=now)
    return [answers[position] for position in range(len(items))]


def _check_device(session: Session, post: _Post) -> None:
    device = session.get(GateDevice, post.device_id)
    if device is None or device.revoked_at is not None:
        raise UnpairedError


def _prepare(
    actor: Actor, items: Sequence[Any], *, now: datetime, shift: timedelta
) -> tuple[_Post, dict[int, _Found], dict[int, Taken]]:
    session = reader()
    device = session.get(
        GateDevice,
        actor.device_id or 0,
        options=[joinedload(GateDevice.gate).joinedload(Gate.fair)],
    )
    if device is None:
        raise UnpairedError
    fair = device.gate.fair
    require(actor, Action.SCAN, fair)
    post = _Post(device.id, fair.id, device.gate_id, device.gate.number, device.paired_at)
    keys, event = keyring(session, fair.id), fair.number
    found, answers = {}, {}
    for position, item in enumerate(items):
        try:
            sent = read_scan(item)
        except BadScanError:
            answers[position] = Taken(named_id(item), "rejected", BAD)
            continue
        wall = sent.wall + sent.offset + shift
        at = judged_at(wall, paired_at=post.paired_at, now=now)
        if sent.mode == "qr":
            shown: BadgePayload | Refused | UnknownCode = read(sent.text, keys, event)
        else:
            shown = _of_code(session, fair, sent.text)
        number = shown.badge if isinstance(shown, BadgePayload) else None
        found[position] = _Found(sent, at, shown, number)
    session.rollback()
    return post, found, answers


def _of_code(session: Session, fair: Fair, text: str) -> BadgePayload | UnknownCode:
    try:
        code = parse_short_code(text)
    except ShortCodeError:
        return UnknownCode.UNKNOWN_CODE
    badge = session.scalars(
        select(Badge).where(Badge.short_code == code, Badge.fair_id == fair.id)
    ).one_or_none()
    return payload_of(badge, fair.number) if badge is not None else UnknownCode.UNKNOWN_CODE


def _take(
    session: Session, post: _Post, found: dict[int, _Found], *, now: datetime
) -> dict[int, Taken]:
    numbers = sorted({one.number for one in found.values() if one.number is not None})
    _serialise(session, numbers)
    listed = _listed(session, post.fair_id, numbers)
    days = {day_in_vietnam(one.at) for one in found.values()}
    history = history_of(session, post.fair_id, numbers, days)
    known = _known(session, post.fair_id, [one.sent.id for one in found.values()])
    answers: dict[int, Taken] = {}
    rows = []
    for position, one in found.items():
        if one.sent.id in known:
            answers[position] = replace(known[one.sent.id], status="duplicate")
            continue
        on_list = listed.get(one.number or -1)
        verdict = UNDONE if one.sent.cancels else _verdict(post, one, on_list, history)
        shown = one.sent.told or verdict
        rows.append(_row(post, one, on_list, UNDONE if one.sent.cancels else shown, now=now))
        history.add(_passage(post, one, shown))
        answers[position] = known[one.sent.id] = Taken(
            one.sent.id, "accepted", verdict, on_list.id if on_list else None
        )
    _insert(session, rows)
    return answers


def _serialise(session: Session, numbers: Sequence[int]) -> None:
    """Let scans of one badge wait for each other: of two gates at once exactly one shows green.

    SQLite has one writer anyway. The numbers are sorted, so that two batches cannot deadlock.
    """
    if session.get_bind().dialect.name == "postgresql":
        for number in numbers:
            session.execute(select(func.pg_advisory_xact_lock(number)))


def _listed(session: Session, fair_id: int, numbers: Sequence[int]) -> dict[int, _Listed]:
    changed_at = date_changed_at(session, fair_id)
    badges = session.scalars(
        select(Badge)
        .where(Badge.fair_id == fair_id, Badge.number.in_(numbers))
        .options(
            joinedload(Badge.application), joinedload(Badge.invitation), joinedload(Badge.fair)
        )
    ).all()
    return {
        badge.number: _Listed(
            badge.id,
            ListedBadge(badge.generation, is_void(badge)),
            _days_after_change(badge, changed_at),
        )
        for badge in badges
    }


def _days_after_change(badge: Badge, changed_at: datetime | None) -> tuple[date, date] | None:
    """Return the fair's new days for a badge printed before they changed; badges stay valid."""
    if changed_at is None or badge.issued_at >= changed_at:
        return None
    fair = badge.fair
    setup_day = day_in_vietnam(fair.setup_from) if fair.setup_from else None
    first_day, _ = badge_days(badge.kind, fair.first_day, fair.last_day, setup_day)
    return first_day, fair.last_day


def _verdict(post: _Post, one: _Found, listed: _Listed | None, history: History) -> Verdict:
    if one.number is None:
        return _judged(post, one, listed, [])
    return _judged(post, one, listed, history.before(one.number, one.at.astimezone(VIETNAM)))


def _judged(
    post: _Post, one: _Found, listed: _Listed | None, earlier: Sequence[EarlierScan]
) -> Verdict:
    at_gate = AtGate(
        gate=post.gate,
        day=day_in_vietnam(one.at),
        direction=one.sent.direction,
        fair_days=listed.fair_days if listed else None,
        override=one.sent.override,
    )
    return judge(one.shown, listed.badge if listed else None, earlier, at_gate)


def _stop_code(post: _Post, one: _Found, listed: _Listed | None) -> str | None:
    """Return why the server would have stopped what the phone let through, or None.

    Earlier passages play no part, so the answer is the same in whatever order scans arrive.
    """
    if one.sent.told is None or one.sent.cancels:
        return None
    verdict = _judged(post, one, listed, [])
    return verdict.code if verdict.colour is Colour.RED else None


def _passage(post: _Post, one: _Found, shown: Verdict) -> Passage:
    return Passage(
        badge_number=one.number,
        scan_id=one.sent.id,
        device_id=post.device_id,
        direction=one.sent.direction,
        at=one.at.astimezone(VIETNAM),
        gate=post.gate,
        admitted=shown.colour is Colour.GREEN,
        cancels=one.sent.cancels,
    )


def _row(
    post: _Post, one: _Found, listed: _Listed | None, verdict: Verdict, *, now: datetime
) -> dict[str, Any]:
    return {
        "scan_id": one.sent.id,
        "fair_id": post.fair_id,
        "device_id": post.device_id,
        "gate_id": post.gate_id,
        "seq": one.sent.seq,
        "mode": one.sent.mode,
        "direction": one.sent.direction.value,
        "badge_number": one.number,
        "badge_id": listed.id if listed else None,
        "generation": one.shown.generation if isinstance(one.shown, BadgePayload) else None,
        "verdict": verdict.colour.value,
        "code": verdict.code,
        "title": verdict.title,
        "detail": verdict.detail,
        "admitted": verdict.colour is Colour.GREEN,
        "override_reason": one.sent.reason if one.sent.override or one.sent.cancels else None,
        "cancels": one.sent.cancels,
        "wall_at": one.sent.wall,
        "at": one.at,
        "mono_ms": one.sent.mono,
        "server_code": _stop_code(post, one, listed),
        "list_version": one.sent.list_version,
        "offset_ms": int(one.sent.offset / timedelta(milliseconds=1)),
        "received_at": now,
    }


def _known(session: Session, fair_id: int, scan_ids: Sequence[str]) -> dict[str, Taken]:
    rows = session.scalars(
        select(Scan).where(Scan.scan_id.in_(scan_ids), Scan.fair_id == fair_id)
    ).all()
    return {
        row.scan_id: Taken(
            row.scan_id,
            "duplicate",
            Verdict(Colour(row.verdict), row.code, row.title, row.detail),
            row.badge_id,
        )
        for row in rows
    }


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add the rows; the same scan coming in twice at the same moment is one row."""
    if not rows:
        return
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(Scan).on_conflict_do_nothing(), list(rows))
