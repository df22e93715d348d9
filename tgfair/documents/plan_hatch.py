"""One hatch for each zone, told apart without any colour."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, hypot, radians, sin
from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from tgfair.core.layout.geometry import Point

_LINE: Final = HexColor("#4A5A53")
# Angles of the lines and points between them; the first zone stays plain.
_HATCHES: Final[tuple[tuple[tuple[int, ...], float], ...]] = (
    ((), 0),
    ((45,), 4),
    ((-45,), 4),
    ((0,), 3.2),
    ((90,), 3.2),
    ((45, -45), 5),
    ((0, 90), 4.4),
    ((45,), 1.9),
    ((-45,), 1.9),
    ((0, 45), 5),
    ((90, -45), 5),
    ((0,), 1.6),
)


def draw_hatch(canvas: Canvas, outline: Sequence[Point], zone: int) -> None:
    """Fill an outline, in points, with the lines of the zone of this number (from 0)."""
    angles, step = _HATCHES[zone % len(_HATCHES)]
    if not angles:
        return
    canvas.saveState()
    clip = canvas.beginPath()
    clip.moveTo(*outline[0])
    for point in outline[1:]:
        clip.lineTo(*point)
    clip.close()
    canvas.clipPath(clip, stroke=0, fill=0)
    canvas.setStrokeColor(_LINE)
    canvas.setLineWidth(0.3)
    for angle in angles:
        _draw_lines(canvas, outline, angle, step)
    canvas.restoreState()


def _draw_lines(canvas: Canvas, outline: Sequence[Point], angle: int, step: float) -> None:
    x = sum(x for x, _ in outline) / len(outline)
    y = sum(y for _, y in outline) / len(outline)
    reach = max(hypot(px - x, py - y) for px, py in outline)
    along, across = cos(radians(angle)), sin(radians(angle))
    count = int(reach / step) + 1
    for number in range(-count, count + 1):
        mx, my = x - across * number * step, y + along * number * step
        canvas.line(
            mx - along * reach, my - across * reach, mx + along * reach, my + across * reach
        )
