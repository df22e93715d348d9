"""Take what the gate phones scanned: append-only, once, judged by the rule in `core.gate`.

A phone decides by itself and says what it showed: whoever it let in is in, and that is what the
row keeps. The server judges again all the same, so that the phone hears what it could not know.

Everything that can be looked up beforehand is read before the write lock is taken; inside it
stand only the earlier passages of the same badges and the new rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tgfair.clock import VIETNAM, day_in_vietnam
from tgfair.core.badge import BadgePayload, Refused, read
from tgfair.core.errors import InvalidError
from tgfair.core.gate import (
    AtGate,
    Colour,
    EarlierScan,
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
from tgfair.models.base import table_of
from tgfair.models.gate import Scan
from tgfair.policy import Actor
from tgfair.services.badge_printing import payload_of
from tgfair.services.gate_posts import (
    Listed,
    Post,
    listed_badges,
    post_of,
    serialise,
)
from tgfair.services.keys import keyring
from tgfair.services.passages import history_of
from tgfair.services.queries.gate_phones import Holder, holders_of
from tgfair.services.uow import reader, transaction

MAX_BATCH = 200
_KNOWN = select(
    Scan.scan_id, Scan.verdict, Scan.code, Scan.title, Scan.detail, Scan.badge_id
).where(
    Scan.scan_id.in_(bindparam("scan_ids", expanding=True)), Scan.fair_id == bindparam("fair_id")
)
_INSERT = {
    "sqlite": sqlite.insert(table_of(Scan)).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(table_of(Scan)).on_conflict_do_nothing(),
}
UNDONE = Verdict(Colour.AMBER, "undone", "ĐÃ HỦY LƯỢT", "Lượt vừa rồi không còn được tính.")
BAD = Verdict(Colour.RED, "bad_scan", "DỪNG LẠI", "Máy chủ không đọc được lượt quét này.")


@dataclass(frozen=True)
class Taken:
    """The answer to one item; `status` is accepted, duplicate or rejected.

    `badge_id` and `holder` are set for a badge of the list.
    """

    id: str | None
    status: str
    verdict: Verdict
    badge_id: int | None = None
    holder: Holder | None = None


@dataclass(frozen=True)
class Found:
    """A scan with what it shows, whose badge it is, and the instant it counts for."""

    sent: SentScan
    at: datetime
    shown: BadgePayload | Refused | UnknownCode
    number: int | None


@dataclass(frozen=True)
class Batch:
    """What a phone sent, with all that is known of it before the write lock is taken.

    `found` and `answers` (what could not be read) have the places in the batch for keys.
    """

    post: Post
    found: dict[int, Found]
    listed: Mapping[int, Listed]
    answers: dict[int, Taken]
    holders: Mapping[int, Holder]


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
    batch = _prepare(actor, items, now=now, shift=clock_shift)
    answers = batch.answers
    if batch.found:
        with transaction() as session:
            answers |= take_batch(session, batch, now=now)
    taken = [answers[position] for position in range(len(items))]
    return [replace(one, holder=batch.holders.get(one.badge_id or 0)) for one in taken]


def _prepare(actor: Actor, items: Sequence[Any], *, now: datetime, shift: timedelta) -> Batch:
    session = reader()
    post = post_of(session, actor)
    keys = keyring(session, post.fair_id)
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
            shown: BadgePayload | Refused | UnknownCode = read(sent.text, keys, post.event)
        else:
            shown = _of_code(session, post, sent.text)
        number = shown.badge if isinstance(shown, BadgePayload) else None
        found[position] = Found(sent, at, shown, number)
    numbers = {one.number for one in found.values() if one.number is not None}
    listed = listed_badges(session, post, numbers)
    holders = holders_of(actor, {badge.id for badge in listed.values()})
    session.rollback()
    return Batch(post, found, listed, answers, holders)


def _of_code(session: Session, post: Post, text: str) -> BadgePayload | UnknownCode:
    try:
        code = parse_short_code(text)
    except ShortCodeError:
        return UnknownCode.UNKNOWN_CODE
    badge = session.scalars(
        select(Badge).where(Badge.short_code == code, Badge.fair_id == post.fair_id)
    ).one_or_none()
    return payload_of(badge, post.event) if badge is not None else UnknownCode.UNKNOWN_CODE


def take_batch(session: Session, batch: Batch, *, now: datetime) -> dict[int, Taken]:
    """Keep the scans of a batch that are not known yet; answer each by its place."""
    post, found, listed = batch.post, batch.found, batch.listed
    numbers = sorted({one.number for one in found.values() if one.number is not None})
    serialise(session, numbers)
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


def _verdict(post: Post, one: Found, listed: Listed | None, history: History) -> Verdict:
    if one.number is None:
        return _judged(post, one, listed, [])
    return _judged(post, one, listed, history.before(one.number, one.at.astimezone(VIETNAM)))


def _judged(
    post: Post, one: Found, listed: Listed | None, earlier: Sequence[EarlierScan]
) -> Verdict:
    at_gate = AtGate(
        gate=post.gate,
        day=day_in_vietnam(one.at),
        direction=one.sent.direction,
        fair_days=listed.fair_days if listed else None,
        override=one.sent.override,
    )
    return judge(one.shown, listed.badge if listed else None, earlier, at_gate)


def _stop_code(post: Post, one: Found, listed: Listed | None) -> str | None:
    """Return why the server would have stopped what the phone let through, or None.

    Earlier passages play no part, so the answer is the same in whatever order scans arrive.
    """
    if one.sent.told is None or one.sent.cancels:
        return None
    verdict = _judged(post, one, listed, [])
    return verdict.code if verdict.colour is Colour.RED else None


def _passage(post: Post, one: Found, shown: Verdict) -> Passage:
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
    post: Post, one: Found, listed: Listed | None, verdict: Verdict, *, now: datetime
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
    rows = session.connection().execute(_KNOWN, {"scan_ids": scan_ids, "fair_id": fair_id})
    return {
        scan_id: Taken(scan_id, "duplicate", Verdict(Colour(colour), *words), badge_id)
        for scan_id, colour, *words, badge_id in rows
    }


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add the rows; the same scan coming in twice at the same moment is one row."""
    if rows:
        connection = session.connection()
        connection.execute(_INSERT[connection.dialect.name], list(rows))
