"""Minutes of a public draw, A4, for print, signature and the notice board."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tgfair.core.calendar_text import vn_datetime
from tgfair.documents.minutes import Block, Grid, Signatures, Words, minutes_pdf, state_heading

_PEOPLE: Final = ("ĐẠI DIỆN CÁC CƠ SỞ", "NGƯỜI GHI CON SỐ", "ĐẠI DIỆN BAN TỔ CHỨC")
_HEAD: Final = ("Khu", "Thăm", "Hồ sơ", "Chủ thể", "Gian")
_WIDTHS: Final = (0.08, 0.1, 0.2, 0.47, 0.15)


@dataclass(frozen=True, slots=True)
class MinutesLine:
    """One application: zone, lot (None before the draw), name, what the lot gave, why given up."""

    zone: str
    lot: int | None
    code: str
    name: str
    booth: str
    left: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """Everything the minutes say; empty `public` and `seed` before the draw."""

    fair: str
    venue: str
    number: int
    mode: str
    closed_at: datetime
    source: str
    rules: tuple[str, ...]
    list_hash: str
    public: str
    seed: str
    drawn_at: datetime | None
    typed_by: tuple[str, ...]
    notes: tuple[str, ...]
    lines: tuple[MinutesLine, ...]


def draw_minutes(minutes: Minutes) -> bytes:
    """Return the minutes as a PDF; before the draw it is the list for the notice board."""
    return minutes_pdf(
        f"Bốc thăm số {minutes.number} – {minutes.fair}",
        [*_blocks(minutes)],
        foot=f"Mã danh sách {minutes.list_hash[:16]}…",
    )


def _blocks(minutes: Minutes) -> Iterator[Block]:
    drawn = bool(minutes.public)
    what = "BIÊN BẢN" if drawn else "DANH SÁCH"
    yield from state_heading(f"{what} BỐC THĂM GIAN HÀNG")
    yield Words(minutes.fair, bold=True, centred=True)
    yield Words("")
    yield from (Words(value, label=label) for label, value in _facts(minutes))
    yield Words("Quy tắc đã công bố cùng danh sách:", bold=True)
    yield from (Words(f"– {line}", size=11.5) for line in minutes.rules)
    yield from (Words(f"Ghi chú: {note}", italic=True, size=11.5) for note in minutes.notes)
    yield Words("")
    yield Grid(_HEAD, tuple(_row(line) for line in minutes.lines), _WIDTHS)
    if drawn:
        yield Words("")
        yield Signatures(_PEOPLE)


def _row(line: MinutesLine) -> tuple[str, ...]:
    name = f"{line.name} ({line.left})" if line.left else line.name
    return (line.zone, "" if line.lot is None else str(line.lot), line.code, name, line.booth)


def _facts(minutes: Minutes) -> list[tuple[str, str]]:
    facts = [
        ("Địa điểm sự kiện", minutes.venue),
        ("Cách bốc", minutes.mode),
        ("Chốt danh sách lúc", vn_datetime(minutes.closed_at)),
        ("Nguồn con số", minutes.source),
        ("Mã danh sách (SHA-256)", minutes.list_hash),
    ]
    if minutes.public and minutes.drawn_at:
        facts += [
            ("Con số công khai", minutes.public),
            ("Mầm (SHA-256)", minutes.seed),
            ("Bốc lúc", vn_datetime(minutes.drawn_at)),
            ("Hai người ghi con số", ", ".join(minutes.typed_by)),
        ]
    return facts
