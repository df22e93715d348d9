"""QR codes as modules, SVG, PNG and PDF paths.

A badge is always version 7, level Q (45 modules a side): that version has six alignment
patterns instead of one, which is what survives a bent or smudged card.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from io import BytesIO
from typing import Any, Final

from markupsafe import Markup
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.main import QRCode
from qrcode.util import QRData
from reportlab.pdfgen.canvas import Canvas

QUIET_ZONE = 4
BADGE_VERSION = 7

# Choosing the best of eight masks costs eight times the work; any mask decodes alike here.
_BADGE_MASK = 2

# qrcode.util.MODE_ALPHA_NUM, whose stub hides that it is one of the allowed numbers.
_ALPHANUMERIC: Final = 2

Matrix = Sequence[Sequence[bool]]


def badge_matrix(token: str) -> Matrix:
    """Return the 45 by 45 modules of a badge token, without a quiet zone.

    Raises:
        qrcode.exceptions.DataOverflowError: the text is longer than a token.
    """
    code = QRCode(
        version=BADGE_VERSION,
        error_correction=ERROR_CORRECT_Q,
        border=0,
        mask_pattern=_BADGE_MASK,
    )
    code.add_data(QRData(token, mode=_ALPHANUMERIC), optimize=0)
    code.make(fit=False)
    return _modules(code)


def qr_matrix(text: str) -> Matrix:
    """Return the modules of any text at level M, without a quiet zone."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return _modules(code)


def qr_svg(text: str, *, label: str) -> Markup:
    """Return an inline `<svg>` without style or script, ready for a template.

    `label` is what a screen reader says in place of the picture.
    """
    return matrix_svg(qr_matrix(text), label=label)


def matrix_svg(matrix: Matrix, *, label: str) -> Markup:
    """Return modules as an inline `<svg>` with the quiet zone that decoders need."""
    side = len(matrix) + 2 * QUIET_ZONE
    path = "".join(
        f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{width}v1h-{width}z" for x, y, width in runs(matrix)
    )
    return Markup(  # noqa: S704 -- the label is escaped, everything else is numbers
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img"'
        f' aria-label="{escape(label)}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path d="{path}"/></svg>'
    )


def badge_png(token: str, *, scale: int = 12) -> bytes:
    """Return the PNG of a badge token, for saving on a phone."""
    return matrix_png(badge_matrix(token), scale=scale)


def matrix_png(matrix: Matrix, *, scale: int) -> bytes:
    """Return modules as a black and white PNG with quiet zone."""
    side = len(matrix) + 2 * QUIET_ZONE
    picture = Image.new("1", (side, side), 1)
    for x, y, width in runs(matrix):
        picture.paste(
            0, (x + QUIET_ZONE, y + QUIET_ZONE, x + QUIET_ZONE + width, y + QUIET_ZONE + 1)
        )
    stream = BytesIO()
    picture.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(stream, "PNG")
    return stream.getvalue()


def draw_qr(canvas: Canvas, matrix: Matrix, *, x: float, y: float, side: float) -> None:
    """Fill the modules as one path; (`x`, `y`) is the lower left corner without quiet zone."""
    module = side / len(matrix)
    canvas.saveState()
    canvas.translate(x, y + side)
    canvas.scale(module, -module)
    path = canvas.beginPath()
    for left, top, width in runs(matrix):
        path.rect(left, top, width, 1)
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def runs(matrix: Matrix) -> Iterator[tuple[int, int, int]]:
    """Yield dark runs as (left, top, width), row by row."""
    for y, row in enumerate(matrix):
        left = 0
        while left < len(row):
            width = 0
            while left + width < len(row) and row[left + width]:
                width += 1
            if width:
                yield left, y, width
            left += width + 1


def packed(matrix: Matrix) -> bytes:
    """Return the modules as bits, dark ones set, each row filled up to whole bytes."""
    width = len(matrix)
    filling = -width % 8
    return b"".join(
        (int("".join("1" if dark else "0" for dark in row), 2) << filling).to_bytes(
            (width + filling) // 8
        )
        for row in matrix
    )


def _modules(code: QRCode[Any]) -> Matrix:
    return [[bool(module) for module in row] for row in code.get_matrix()]
