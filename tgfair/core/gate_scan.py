"""One scan as a phone sends it: read from JSON, or refused by itself without harming the others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tgfair.core.errors import InvalidError
from tgfair.core.gate import Direction, Verdict, verdict_told
from tgfair.core.gate_passages import CLOCK_SLACK

MODES = ("qr", "code", "name")
# Whatever a QR code can hold is judged, and found to be no badge; it is stored nowhere.
MAX_TEXT = 8000
MAX_REASON = 200
MAX_NAMED = 64
MAX_NUMBER = 2**31 - 1
MAX_MILLISECONDS = 2**53
MAX_DETAIL = 200
MAX_OFFSET_MS = 400 * 24 * 3600 * 1000

_SCAN_ID = re.compile(r"[0-9a-f]{32}")
_CONTROL = re.compile("[\x00-\x1f\x7f]|[\ud800-\udfff]")


class BadScanError(InvalidError):
    """An item that no phone of ours sends."""

    code = "bad_scan"

    def __init__(self, field: str) -> None:
        super().__init__("Lượt quét hỏng.", field=field)


@dataclass(frozen=True, slots=True)
class SentScan:
    """One scan; `wall` is the phone's clock (UTC), `mono` its milliseconds since it started.

    `offset` is what the phone has to add to its clock, `told` the verdict it showed by itself
    from the list of `list_version`; None for a client that asks the server first.
    """

    id: str
    seq: int
    text: str
    mode: str
    direction: Direction
    wall: datetime
    mono: int | None
    override: bool
    reason: str | None
    cancels: str | None
    told: Verdict | None = None
    list_version: int | None = None
    offset: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Report:
    """What a phone says of itself; `after` is the last passage it knows."""

    queued: int
    list_version: int
    battery: int | None
    clock_offset_ms: int
    after: int


def read_report(item: dict[str, Any]) -> Report:
    """Return what a phone says of itself.

    Raises:
        BadScanError: a field is missing or of another type.
    """
    battery = item.get("battery")
    return Report(
        queued=_number(item.get("queued"), "queued", MAX_NUMBER),
        list_version=_number(item.get("list_version"), "list_version", MAX_NUMBER),
        battery=None if battery is None else _number(battery, "battery", 100),
        clock_offset_ms=_offset(item.get("offset")),
        after=_number(item.get("after"), "after", MAX_NUMBER),
    )


def read_scan(item: Any) -> SentScan:
    """Return the scan that a JSON value holds.

    Raises:
        BadScanError: a field is missing, of another type, or too long.
    """
    if not isinstance(item, dict):
        raise BadScanError("scan")
    override = item.get("override", False)
    if not isinstance(override, bool):
        raise BadScanError("override")
    cancels = item.get("cancels")
    text, reason = item.get("text"), item.get("reason")
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise BadScanError("text")
    direction = _direction(item.get("direction"))
    version = item.get("list_version")
    return SentScan(
        id=_scan_id(item.get("id"), "id"),
        seq=_number(item.get("seq"), "seq", MAX_NUMBER),
        text=text,
        mode=_one_of(item.get("mode"), "mode"),
        direction=direction,
        wall=_instant(item.get("wall")),
        mono=None if item.get("mono") is None else _milliseconds(item["mono"]),
        override=override,
        reason=None if reason is None else checked_reason(reason),
        cancels=None if cancels is None else _scan_id(cancels, "cancels"),
        told=None if item.get("shown") is None else _told(item["shown"], direction),
        list_version=None if version is None else _number(version, "list_version", MAX_NUMBER),
        offset=timedelta(milliseconds=_offset(item.get("offset", 0))),
    )


def named_id(item: Any) -> str | None:
    """Return the id by which an answer can name an item, readable or not."""
    found = item.get("id") if isinstance(item, dict) else None
    return found if isinstance(found, str) and len(found) <= MAX_NAMED else None


def judged_at(wall: datetime, *, paired_at: datetime, now: datetime) -> datetime:
    """Return the instant a scan is judged at: the phone's own, unless its clock cannot be right.

    No scan was made before the phone was paired, and none in the future.
    """
    if paired_at - CLOCK_SLACK <= wall <= now + CLOCK_SLACK:
        return wall
    return now


def checked_reason(value: Any) -> str:
    """Return the reason as it came.

    Raises:
        BadScanError: no text, too long, or with characters that nobody types.
    """
    if not isinstance(value, str) or len(value) > MAX_REASON or _CONTROL.search(value):
        raise BadScanError("reason")
    return value


def _told(value: Any, direction: Direction) -> Verdict:
    code, detail = (value.get("code"), value.get("detail")) if isinstance(value, dict) else ("", "")
    if not isinstance(code, str) or not isinstance(detail, str):
        raise BadScanError("shown")
    if len(detail) > MAX_DETAIL or _CONTROL.search(detail):
        raise BadScanError("shown")
    verdict = verdict_told(code, direction, detail)
    if verdict is None:
        raise BadScanError("shown")
    return verdict


def _offset(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_OFFSET_MS:
        raise BadScanError("offset")
    return value


def _scan_id(value: Any, field: str) -> str:
    if not isinstance(value, str) or not _SCAN_ID.fullmatch(value):
        raise BadScanError(field)
    return value


def _number(value: Any, field: str, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise BadScanError(field)
    return value


def _milliseconds(value: Any) -> int:
    if isinstance(value, float) and 0 <= value <= MAX_MILLISECONDS:
        return int(value)
    return _number(value, "mono", MAX_MILLISECONDS)


def _one_of(value: Any, field: str) -> str:
    if not isinstance(value, str) or value not in MODES:
        raise BadScanError(field)
    return value


def _direction(value: Any) -> Direction:
    try:
        return Direction(value)
    except ValueError:
        raise BadScanError("direction") from None


def _instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise BadScanError("wall")
        return instant.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise BadScanError("wall") from None
