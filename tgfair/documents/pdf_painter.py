"""Drawing on a PDF page."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tgfair.documents.fonts import register_fonts
from tgfair.documents.painting import Box, Painter
from tgfair.documents.qr import Matrix, packed

OVER: Final = 2000


class PdfPainter:
    """A `Painter` on a reportlab canvas; `page` starts the next sheet, `finish` gives the file."""

    def __init__(self, title: str, *, width: float, height: float) -> None:
        register_fonts()
        self._stream = BytesIO()
        self.canvas = Canvas(self._stream, pagesize=(width, height), invariant=1, pageCompression=1)
        self.canvas.setTitle(title)
        self._stamps: set[str] = set()
        self._pictures: dict[str, ImageReader] = {}

    def page(self) -> None:
        """End this sheet and begin the next."""
        self.canvas.showPage()

    def finish(self) -> bytes:
        """Return the PDF; equal drawings give equal bytes."""
        self.canvas.save()
        return self._stream.getvalue()

    def rect(self, box: Box, colour: str, *, radius: float = 0) -> None:
        """Fill a rectangle."""
        self.canvas.setFillColor(HexColor(colour))
        if radius:
            self.canvas.roundRect(box.x, box.y, box.width, box.height, radius, stroke=0, fill=1)
        else:
            self.canvas.rect(box.x, box.y, box.width, box.height, stroke=0, fill=1)

    def frame(self, box: Box, colour: str, *, width: float, radius: float = 0) -> None:
        """Draw the outline of a rectangle."""
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.setLineWidth(width)
        self.canvas.roundRect(box.x, box.y, box.width, box.height, radius, stroke=1, fill=0)

    def line(self, start: tuple[float, float], end: tuple[float, float], *, width: float) -> None:
        """Draw a black line."""
        self.canvas.setStrokeGray(0)
        self.canvas.setLineWidth(width)
        self.canvas.line(*start, *end)

    def text(self, text: str, x: float, y: float, font: str, size: float, colour: str) -> None:
        """Write one line."""
        self.canvas.setFillColor(HexColor(colour))
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, y, text)

    @property
    def _operators(self) -> list[str]:
        """The page so far: reportlab has no method for an image inside the page."""
        canvas: Any = self.canvas
        operators: list[str] = canvas._code  # noqa: SLF001 -- see above
        return operators

    def code(self, matrix: Matrix, x: float, y: float, side: float) -> None:
        """Draw the modules as a mask of one bit each: a quarter of the bytes of a path.

        A canvas writes text, so the bits go as hexadecimal; the page is compressed anyway.
        """
        count, bits = len(matrix), packed(matrix).hex()
        self._operators.append(
            f"q 0 g {side:.3f} 0 0 {side:.3f} {x:.3f} {y:.3f} cm BI /W {count} /H {count} /IM true"
            f" /D [1 0] /F /AHx ID {bits}> EI Q"
        )

    def picture(self, data: bytes, box: Box) -> None:
        """Draw a JPEG; the same bytes are kept once in the file."""
        key = sha256(data).hexdigest()
        if key not in self._pictures:
            self._pictures[key] = ImageReader(BytesIO(data))
        self.canvas.drawImage(
            self._pictures[key],
            box.x,
            box.y,
            box.width,
            box.height,
            preserveAspectRatio=True,
            anchor="c",
        )

    def stamp(self, key: str, draw: Callable[[Painter], None], x: float, y: float) -> None:
        """Keep the drawing as a form of the file and refer to it."""
        if key not in self._stamps:
            self._stamps.add(key)
            # A form is cut off at its box, and colour reaches over the edge of a card.
            self.canvas.beginForm(key, -OVER, -OVER, OVER, OVER)
            draw(self)
            self.canvas.endForm()
        self.canvas.saveState()
        self.canvas.translate(x, y)
        self.canvas.doForm(key)
        self.canvas.restoreState()
