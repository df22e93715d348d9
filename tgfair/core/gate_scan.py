"""One scan as a phone sends it: read from JSON, or refused by itself without harming the others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tgfair.core.errors import InvalidError
from tgfair.core.gate import Direction

MODES = ("qr", "code", "name")
# Whatever a QR code can hold is judged, and found to be no badge; it is stored nowhere.
MAX_TEXT = 8000
MAX_REASON = 200
MAX_NAMED = 64
MAX_NUMBER = 2**31 - 1
MAX_MILLISECONDS = 2**53
# A phone whose clock is this far off is told so; nothing older or newer can be true.
CLOCK_SLACK = timedelta(minutes=10)

_SCAN_ID = re.compile(r"[0-9a-f]{32}")
_CONTROL = re.compile("[\x00-\x1f\x7f]|[\ud800-\udfff]")


class BadScanError(InvalidError):
    """An item that no phone of ours sends."""

    code = "bad_scan"

    def __init__(self, field: str) -> None:
        super().__init__("Lượt quét hỏng.", field=field)


@dataclass(frozen=True, slots=True)
class SentScan:
    """One scan; `wall` is the phone's clock (UTC), `mono` its milliseconds since it started."""

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
    return SentScan(
        id=_scan_id(item.get("id"), "id"),
        seq=_number(item.get("seq"), "seq", MAX_NUMBER),
        text=text,
        mode=_one_of(item.get("mode"), "mode"),
        direction=_direction(item.get("direction")),
        wall=_instant(item.get("wall")),
        mono=None if item.get("mono") is None else _milliseconds(item["mono"]),
        override=override,
        reason=None if reason is None else _reason(reason),
        cancels=None if cancels is None else _scan_id(cancels, "cancels"),
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


def _reason(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_REASON or _CONTROL.search(value):
        raise BadScanError("reason")
    return value


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
