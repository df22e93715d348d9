"""The type of a booth: the tag of tgfair-plan/1 that names one; a booth without it is standard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

STANDARD: Final = "standard"
BOOTH_TYPES: Final = {
    STANDARD: "Gian tiêu chuẩn",
    "food": "Gian ẩm thực",
    "raw": "Đất trống",
    "table": "Bàn",
}


def type_of(tags: Iterable[str]) -> str:
    """Return the key of a booth's type: the first tag that is one."""
    return next((tag for tag in tags if tag in BOOTH_TYPES), STANDARD)


def type_name(key: str) -> str:
    """Return what a type is called; a key that nobody knows stands for itself."""
    return BOOTH_TYPES.get(key, f"Loại gian {key}")


def with_type(tags: tuple[str, ...], key: str) -> tuple[str, ...]:
    """Return a booth's tags with another type; those that say it already stay as they are."""
    if type_of(tags) == key:
        return tags
    return (key, *(tag for tag in tags if tag not in BOOTH_TYPES))
