"""The row tool: equal booths side by side or back to back, and how they are numbered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import cos, radians, sin
from typing import Final

from tgfair.core.errors import InvalidError
from tgfair.core.layout.booth_types import STANDARD
from tgfair.core.layout.plan import Kind, PlanObject

MOST_IN_ROW: Final = 100
LONGEST_LABEL: Final = 12
_PATTERN: Final = re.compile(r"[A-Za-z0-9-]*#{1,4}[A-Za-z0-9-]*")


class Numbering(StrEnum):
    """How the numbers run over a double row; single rows count straight on."""

    STRAIGHT = "straight"  # 1 2 3 over 4 5 6
    SNAKE = "snake"  # 1 2 3 over 6 5 4
    SIDES = "sides"  # odd 1 3 5 over even 2 4 6


NUMBERING_NAMES: Final[dict[Numbering, str]] = {
    Numbering.STRAIGHT: "Lần lượt: 1 2 3, rồi 4 5 6",
    Numbering.SNAKE: "Vòng lại: 1 2 3, rồi 6 5 4",
    Numbering.SIDES: "Số lẻ, số chẵn: 1 3 5, rồi 2 4 6",
}


@dataclass(frozen=True, slots=True)
class RowRequest:
    """What the row tool asks for: metres, (x, y) the top left corner before turning.

    `pattern` holds a run of `#` for the number (A## gives A01); `gap` is left between neighbours;
    a `double` row has a second one behind its back. `rot` turns all clockwise about the middle.
    """

    group: str
    x: float
    y: float
    count: int
    w: float = 3
    d: float = 3
    gap: float = 0
    double: bool = False
    rot: float = 0
    pattern: str = "A##"
    first: int = 1
    backwards: bool = False
    numbering: Numbering = Numbering.STRAIGHT
    power_w: int = 500
    type: str = STANDARD


def row_of_booths(request: RowRequest, ids: Iterator[str]) -> list[PlanObject]:
    """Return the booths of a row, the front one (open to the south) first; `ids` names them.

    Raises:
        InvalidError: a number is out of range, or the pattern is unusable.
    """
    _check(request)
    width = request.count * request.w + (request.count - 1) * request.gap
    height = request.d * (2 if request.double else 1)
    middle = (request.x + width / 2, request.y + height / 2)
    booths = []
    for place, number in enumerate(_numbers(request)):
        back, column = divmod(place, request.count)
        x = request.x + column * (request.w + request.gap)
        y = request.y + (request.d if request.double and not back else 0)
        x, y = _turned(x + request.w / 2, y + request.d / 2, middle, request.rot)
        booths.append(
            PlanObject(
                id=next(ids),
                kind=Kind.BOOTH,
                x=round(x - request.w / 2, 3),
                y=round(y - request.d / 2, 3),
                w=request.w,
                h=request.d,
                rot=request.rot,
                label=label_of(request.pattern, number),
                group=request.group,
                power_w=request.power_w,
                front="N" if back else "S",
                corner=column in (0, request.count - 1),
                tags=(request.type,),
            )
        )
    return booths


def label_of(pattern: str, number: int) -> str:
    """Return the label that the pattern makes of a number: A## and 7 give A07."""
    digits = pattern.count("#")
    return pattern.replace("#" * digits, f"{number:0{digits}}")


def _numbers(request: RowRequest) -> list[int]:
    """Return the numbers, front row from left to right, then the back one."""
    count, first = request.count, request.first
    both = 2 * count if request.double else count
    if request.double and request.numbering is Numbering.SIDES:
        front = [first + 2 * place for place in range(count)]
        back = [number + 1 for number in front]
    else:
        front = list(range(first, first + count))
        back = list(range(first + count, first + both))
    if request.backwards:
        front, back = front[::-1], back[::-1]
    if request.double and request.numbering is Numbering.SNAKE:
        back.reverse()
    return front + back if request.double else front


def _turned(x: float, y: float, middle: tuple[float, float], rot: float) -> tuple[float, float]:
    dx, dy = x - middle[0], y - middle[1]
    turn = radians(rot)
    return (
        middle[0] + dx * cos(turn) - dy * sin(turn),
        middle[1] + dx * sin(turn) + dy * cos(turn),
    )


def _check(request: RowRequest) -> None:
    for field, value, least, most, what in (
        ("count", request.count, 1, MOST_IN_ROW, "Số gian"),
        ("w", request.w, 0.5, 50, "Chiều rộng gian (m)"),
        ("d", request.d, 0.5, 50, "Chiều sâu gian (m)"),
        ("gap", request.gap, 0, 50, "Khoảng hở (m)"),
        ("first", request.first, 0, 9999, "Số đầu"),
        ("x", request.x, -2000, 2000, "Vị trí x (m)"),
        ("y", request.y, -2000, 2000, "Vị trí y (m)"),
        ("rot", request.rot, -360, 360, "Góc xoay (độ)"),
    ):
        if not least <= value <= most:
            raise InvalidError(f"{what} phải từ {least} đến {most}.", field=field)
    if not _PATTERN.fullmatch(request.pattern):
        raise InvalidError(
            "Cách đánh số gồm chữ không dấu, số và một dãy dấu #, ví dụ A## cho A01, A02.",
            field="pattern",
        )
    if len(label_of(request.pattern, max(_numbers(request)))) > LONGEST_LABEL:
        raise InvalidError(f"Mã gian dài quá {LONGEST_LABEL} ký tự.", field="pattern")
