"""The transforms of SVG, as far as drawing programs write them when a shape is moved or turned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import cos, radians, sin
from typing import Final

from tgfair.core.layout.geometry import Point

_STEP: Final = re.compile(r"(matrix|translate|rotate|scale)\s*\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Matrix:
    """An affine map: x' = ax + cy + e, y' = bx + dy + f."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 1
    e: float = 0
    f: float = 0

    def __matmul__(self, inner: Matrix) -> Matrix:
        """Return the map that does `inner` first."""
        return Matrix(
            self.a * inner.a + self.c * inner.b,
            self.b * inner.a + self.d * inner.b,
            self.a * inner.c + self.c * inner.d,
            self.b * inner.c + self.d * inner.d,
            *self.of((inner.e, inner.f)),
        )

    def of(self, point: Point) -> Point:
        """Return where the map takes a point."""
        x, y = point
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f


IDENTITY: Final = Matrix()


def matrix_of(transform: str) -> Matrix:
    """Return the map that a `transform` attribute describes.

    Raises:
        ValueError: one of its steps has no numbers, or not as many as it needs.
    """
    whole = IDENTITY
    for name, inside in _STEP.findall(transform):
        whole = whole @ _step(name, [float(n) for n in inside.replace(",", " ").split()])
    return whole


def _step(name: str, n: list[float]) -> Matrix:
    match name, n:
        case "matrix", [a, b, c, d, e, f]:
            return Matrix(a, b, c, d, e, f)
        case "translate", [x, *y]:
            return Matrix(e=x, f=y[0] if y else 0)
        case "scale", [x, *y]:
            return Matrix(a=x, d=y[0] if y else x)
        case "rotate", [angle]:
            turn = radians(angle)
            return Matrix(cos(turn), sin(turn), -sin(turn), cos(turn))
        case "rotate", [angle, x, y]:
            return Matrix(e=x, f=y) @ _step("rotate", [angle]) @ Matrix(e=-x, f=-y)
        case _:
            raise ValueError(name)
