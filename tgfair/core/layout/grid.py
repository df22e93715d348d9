"""The quick form: a whole plan from rows, columns and one size of booth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tgfair.core.calendar_text import vn_number
from tgfair.core.errors import InvalidError
from tgfair.core.layout.booth_types import STANDARD
from tgfair.core.layout.plan import MOST_OBJECTS, Group, Kind, Plan, PlanObject

_PATTERN: Final = re.compile(r"[A-Za-z0-9-]*@?[A-Za-z0-9-]*#{1,4}")
_LONGEST_LABEL: Final = 12
_MOST_ROWS: Final = 26
_MOST_COLUMNS: Final = 200
_GATE_M: Final = 3.0
_GATE_DEPTH_M: Final = 0.5
_EXITS_EVERY_M: Final = 20


@dataclass(frozen=True, slots=True)
class GridRequest:
    """What the quick form asks for; lengths in metres.

    `labels` is a pattern: `@` is the row's letter, a run of `#` the number ("@##" gives A01, A02
    … B01); without `@` the number runs through all rows ("G-###": G-001 …).
    """

    name: str
    zone: Group
    rows: int
    columns: int
    booth_w: float = 3
    booth_d: float = 3
    gap: float = 3
    labels: str = "@##"
    power_w: int = 500


def grid_plan(request: GridRequest) -> Plan:
    """Return rows of equal booths with an aisle before each, gates and ways out on the edges.

    Every row faces south; an aisle of `gap` metres runs around and between the rows.

    Raises:
        InvalidError: a number is out of range, the booths are too many, or the pattern of labels
            is unusable.
    """
    _check(request)
    width = request.columns * request.booth_w + 2 * request.gap
    height = request.rows * (request.booth_d + request.gap) + request.gap
    return Plan(
        name=request.name,
        width=round(width, 2),
        height=round(height, 2),
        groups=(request.zone,),
        objects=(*_gates(request, width, height), *_rows(request)),
    )


def _check(request: GridRequest) -> None:
    for field, value, least, most, what in (
        ("rows", request.rows, 1, _MOST_ROWS, "Số dãy"),
        ("columns", request.columns, 1, _MOST_COLUMNS, "Số gian mỗi dãy"),
        ("booth_w", request.booth_w, 0.5, 50, "Chiều rộng gian (m)"),
        ("booth_d", request.booth_d, 0.5, 50, "Chiều sâu gian (m)"),
        ("gap", request.gap, 1, 50, "Lối đi giữa các dãy (m)"),
        ("power_w", request.power_w, 0, 100_000, "Công suất điện mỗi gian (W)"),
    ):
        if not least <= value <= most:
            raise InvalidError(
                f"{what} phải từ {vn_number(least)} đến {vn_number(most)}.", field=field
            )
    if request.rows * request.columns > MOST_OBJECTS // 2:
        raise InvalidError(
            f"Sơ đồ nhanh có tối đa {vn_number(MOST_OBJECTS // 2)} gian. "
            "Hãy giảm số dãy hoặc số gian.",
            field="rows",
        )
    labels = [_label(request, row, column) for row, column in _cells(request)]
    if not _PATTERN.fullmatch(request.labels) or len(labels[-1]) > _LONGEST_LABEL:
        raise InvalidError(
            "Mẫu mã gian gồm chữ không dấu, số, @ (chữ của dãy) và # (chữ số), ví dụ @## cho A01.",
            field="labels",
        )


def _cells(request: GridRequest) -> list[tuple[int, int]]:
    return [(row, column) for row in range(request.rows) for column in range(request.columns)]


def _label(request: GridRequest, row: int, column: int) -> str:
    pattern = request.labels
    number = column + 1 if "@" in pattern else row * request.columns + column + 1
    digits = pattern.count("#")
    return pattern.replace("@", chr(ord("A") + row)).replace("#" * digits, f"{number:0{digits}}")


def _rows(request: GridRequest) -> list[PlanObject]:
    objects = []
    for row in range(request.rows):
        y = request.gap + row * (request.booth_d + request.gap)
        objects.append(
            PlanObject(
                id=f"aisle-{row + 1}",
                kind=Kind.AISLE,
                x=request.gap,
                y=round(y + request.booth_d, 2),
                w=round(request.columns * request.booth_w, 2),
                h=request.gap,
                label=f"Lối {row + 1}",
            )
        )
        objects += [_booth(request, row, column, y) for column in range(request.columns)]
    return objects


def _booth(request: GridRequest, row: int, column: int, y: float) -> PlanObject:
    label = _label(request, row, column)
    return PlanObject(
        id=f"booth-{label}",
        kind=Kind.BOOTH,
        x=round(request.gap + column * request.booth_w, 2),
        y=round(y, 2),
        w=request.booth_w,
        h=request.booth_d,
        label=label,
        group=request.zone.id,
        power_w=request.power_w,
        front="S",
        corner=column in (0, request.columns - 1),
        tags=(STANDARD,),
    )


def _gates(request: GridRequest, width: float, height: float) -> list[PlanObject]:
    """Return the main gate in the south and ways out west and east, at least every 20 m."""
    size = min(_GATE_M, request.gap)
    step = max(1, int(_EXITS_EVERY_M // (request.booth_d + request.gap)))
    main = PlanObject(
        id="gate-1",
        kind=Kind.GATE,
        x=round((width - size) / 2, 2),
        y=round(height - _GATE_DEPTH_M, 2),
        w=size,
        h=_GATE_DEPTH_M,
        label="Cổng chính",
        tags=("entrance", "gate:1"),
    )
    sides = [("tây", 0.0), ("đông", round(width - _GATE_DEPTH_M, 2))]
    return [main] + [
        PlanObject(
            id=f"exit-{row}-{number}",
            kind=Kind.GATE,
            x=x,
            y=round(row * (request.booth_d + request.gap) + (request.gap - size) / 2, 2),
            w=_GATE_DEPTH_M,
            h=size,
            label=f"Thoát hiểm {side} {row + 1}",
            tags=("emergency",),
        )
        for row in range(0, request.rows + 1, step)
        for number, (side, x) in enumerate(sides, 1)
    ]
