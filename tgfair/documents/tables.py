"""A printable table: call lists, results, gate lists."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from html import escape
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from tgfair.documents.fonts import SANS, SANS_BOLD, register_fonts

_INK = HexColor("#13261F")
_HAIRLINE = HexColor("#9AA8A1")
_MIST = HexColor("#EFF4F1")
_MARGIN = 15 * mm


def simple_table_pdf(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    subtitle: str = "",
    shares: Sequence[float] | None = None,
    is_landscape: bool = False,
) -> bytes:
    """Return an A4 table with its head repeated on every page and long cells wrapped.

    `shares` are the relative widths of the columns; without them all are equal.
    """
    register_fonts()
    page = landscape(A4) if is_landscape else A4
    stream = BytesIO()
    document = SimpleDocTemplate(
        stream,
        pagesize=page,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=title,
        invariant=1,
    )
    flow = [_cell(title, _TITLE)]
    if subtitle:
        flow.append(_cell(subtitle, _BODY))
    table = _table(columns, rows, page[0] - 2 * _MARGIN, shares or [1.0] * len(columns))
    document.build(
        [*flow, Spacer(0, 4 * mm), table], onFirstPage=_draw_number, onLaterPages=_draw_number
    )
    return stream.getvalue()


_BODY = ParagraphStyle("cell", fontName=SANS, fontSize=9, leading=12.5, textColor=_INK)
_HEAD = ParagraphStyle("head", parent=_BODY, fontName=SANS_BOLD)
_TITLE = ParagraphStyle("title", parent=_HEAD, fontSize=15, leading=21)


def _table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: float,
    shares: Sequence[float],
) -> LongTable:
    cells = [[_cell(words, _HEAD) for words in columns]]
    cells += [[_cell(words, _BODY) for words in row] for row in rows]
    return LongTable(
        cells,
        colWidths=[width * share / sum(shares) for share in shares],
        repeatRows=1,
        splitInRow=1,
        style=TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, _HAIRLINE),
                ("BACKGROUND", (0, 0), (-1, 0), _MIST),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 4),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        ),
    )


def _cell(words: str, style: ParagraphStyle) -> Paragraph:
    lines = escape(unicodedata.normalize("NFC", words), quote=False).splitlines()
    return Paragraph("<br/>".join(lines), style)


def _draw_number(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont(SANS, 8)
    canvas.setFillColor(_INK)
    canvas.drawCentredString(document.pagesize[0] / 2, 8 * mm, f"Trang {canvas.getPageNumber()}")
