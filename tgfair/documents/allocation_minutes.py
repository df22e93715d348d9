"""Minutes of assigning booths: what was decided, by which rules, who stands where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tgfair.core.calendar_text import vn_datetime, vn_number
from tgfair.documents.minutes import (
    Block,
    Grid,
    Signatures,
    Words,
    minutes_docx,
    minutes_pdf,
    state_heading,
)

TITLE = "BIÊN BẢN XẾP GIAN HÀNG"


@dataclass(frozen=True, slots=True)
class MinutesLine:
    """One application with its booths."""

    code: str
    name: str
    zone: str
    booths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Minutes:
    """Everything the minutes say.

    `plan` is the plan's name, empty when it was no plan of the machine, and then `ways` say how the
    booths were found; `scores` are goal, what was
    reached and the most thinkable; `changes` were made by hand; `without` are code and name.
    """

    fair: str
    venue: str
    number: int
    published_at: datetime
    published_by: str
    plan: str
    note: str
    scores: tuple[tuple[str, int, int | None], ...]
    changes: tuple[str, ...]
    rules: tuple[str, ...]
    goals: tuple[str, ...]
    lines: tuple[MinutesLine, ...]
    without: tuple[tuple[str, str], ...]
    ways: tuple[str, ...] = ()


def allocation_minutes(minutes: Minutes) -> bytes:
    """Return the minutes as a PDF."""
    return minutes_pdf(f"{TITLE} – {minutes.fair}", [*_blocks(minutes)])


def allocation_minutes_docx(minutes: Minutes) -> bytes:
    """Return the minutes as a Word document."""
    return minutes_docx([*_blocks(minutes)])


def _blocks(minutes: Minutes) -> Iterator[Block]:
    yield from state_heading(TITLE)
    yield Words(minutes.fair, bold=True, centred=True)
    yield Words("")
    yield Words(f"Địa điểm sự kiện: {minutes.venue}")
    yield Words(f"Bản công bố số {minutes.number}, lúc {vn_datetime(minutes.published_at)}")
    if minutes.published_by:
        yield Words(f"Người công bố: {minutes.published_by}")
    ways = ", ".join(minutes.ways) or "xếp tay"
    how = f"Theo phương án {minutes.plan}, máy tìm" if minutes.plan else ways.capitalize()
    yield Words(f"Cách xếp: {how}" + (", có sửa tay" if minutes.changes else ""))
    if minutes.note:
        yield Words(f"Lý do thay đổi, ghi chú: {minutes.note}")
    yield from _results(minutes)
    yield Words("Thể lệ đã công khai trước khi xếp:", bold=True)
    yield from (Words(f"– {line}", size=11.5) for line in minutes.rules)
    yield Words("Ưu tiên theo thứ tự:", bold=True)
    yield from (Words(f"– {line}", size=11.5) for line in minutes.goals)
    yield Words("")
    yield Grid(
        ("TT", "Hồ sơ", "Chủ thể", "Khu", "Gian"),
        tuple(
            (str(place), line.code, line.name, line.zone, ", ".join(line.booths))
            for place, line in enumerate(minutes.lines, start=1)
        ),
        (0.07, 0.2, 0.47, 0.08, 0.18),
    )
    yield from _rest(minutes)
    yield Words("")
    yield Signatures(("ĐẠI DIỆN CÁC CƠ SỞ", "NGƯỜI LẬP", "ĐẠI DIỆN BAN TỔ CHỨC"))


def _results(minutes: Minutes) -> Iterator[Block]:
    for goal, value, bound in minutes.scores:
        most = f"; cao nhất có thể {vn_number(bound)}" if bound is not None else ""
        yield Words(f"{goal}: {vn_number(value)}{most}")


def _rest(minutes: Minutes) -> Iterator[Block]:
    if minutes.changes:
        yield Words("")
        yield Words("Những chỗ sửa tay:", bold=True)
        yield from (Words(f"– {line}", size=11.5) for line in minutes.changes)
    if minutes.without:
        yield Words("")
        yield Words("Hồ sơ đã duyệt chưa có gian:", bold=True)
        yield from (Words(f"– {name} ({code})", size=11.5) for code, name in minutes.without)
