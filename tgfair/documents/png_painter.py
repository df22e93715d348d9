"""Drawing on a picture, for a screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps

from tgfair.documents.fonts import font_bytes, register_fonts
from tgfair.documents.painting import MM, Box, Painter
from tgfair.documents.qr import Matrix, runs

# 10 points a millimetre: a badge's modules of 0.8 mm are then exactly 8 points wide.
PER_MM = 10


class PngPainter:
    """A `Painter` on a white picture of `width` by `height` points."""

    def __init__(self, *, width: float, height: float) -> None:
        register_fonts()
        self._scale = PER_MM / MM
        size = (round(width * self._scale), round(height * self._scale))
        self._picture = Image.new("RGB", size, "white")
        self._draw = ImageDraw.Draw(self._picture)
        self._height = height
        self._origin = (0.0, 0.0)

    def finish(self) -> bytes:
        """Return the PNG."""
        stream = BytesIO()
        few = self._picture.quantize(128, dither=Image.Dither.NONE)
        few.save(stream, "PNG", optimize=True)
        return stream.getvalue()

    def _at(self, x: float, y: float) -> tuple[float, float]:
        left, below = self._origin
        return (x + left) * self._scale, (self._height - y - below) * self._scale

    def _corners(self, box: Box) -> tuple[float, float, float, float]:
        left, top = self._at(box.x, box.top)
        right, bottom = self._at(box.right, box.y)
        return left, top, right, bottom

    def rect(self, box: Box, colour: str, *, radius: float = 0) -> None:
        """Fill a rectangle."""
        self._draw.rounded_rectangle(self._corners(box), radius * self._scale, fill=colour)

    def frame(self, box: Box, colour: str, *, width: float, radius: float = 0) -> None:
        """Draw the outline of a rectangle."""
        self._draw.rounded_rectangle(
            self._corners(box),
            radius * self._scale,
            outline=colour,
            width=max(1, round(width * self._scale)),
        )

    def line(self, start: tuple[float, float], end: tuple[float, float], *, width: float) -> None:
        """Draw a black line."""
        self._draw.line(
            (self._at(*start), self._at(*end)), fill=0, width=max(1, round(width * self._scale))
        )

    def text(self, text: str, x: float, y: float, font: str, size: float, colour: str) -> None:
        """Write one line."""
        face = _face(font, size * self._scale)
        self._draw.text(self._at(x, y), text, fill=colour, font=face, anchor="ls")

    def code(self, matrix: Matrix, x: float, y: float, side: float) -> None:
        """Draw the modules in whole points, so that all are equally large."""
        module = max(1, round(side * self._scale / len(matrix)))
        left, top = (round(value) for value in self._at(x, y + side))
        for column, row, width in runs(matrix):
            corner = (left + column * module, top + row * module)
            end = (corner[0] + width * module - 1, corner[1] + module - 1)
            self._draw.rectangle((corner, end), fill=0)

    def picture(self, data: bytes, box: Box) -> None:
        """Draw a JPEG."""
        left, top, right, bottom = (round(value) for value in self._corners(box))
        with Image.open(BytesIO(data)) as found:
            fitted = ImageOps.contain(found.convert("RGB"), (right - left, bottom - top))
        over = ((right - left - fitted.width) // 2, (bottom - top - fitted.height) // 2)
        self._picture.paste(fitted, (left + over[0], top + over[1]))

    def stamp(self, key: str, draw: Callable[[Painter], None], x: float, y: float) -> None:
        """Draw it in its place."""
        del key
        before, self._origin = self._origin, (self._origin[0] + x, self._origin[1] + y)
        draw(self)
        self._origin = before


@lru_cache(maxsize=64)
def _face(font: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BytesIO(font_bytes(font)), size, layout_engine=ImageFont.Layout.BASIC)
