"""Minutes as a list of blocks, written as A4 PDF for signature and as DOCX for changing words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from reportlab.lib.colors import HexColor, black
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from tgfair.core.vietnamese import drop_unsafe
from tgfair.documents.fonts import LINE_HEIGHT, SERIF, SERIF_BOLD, SERIF_ITALIC, register_fonts

_MARGIN: Final = 20 * mm
_WIDTH: Final = A4[0] - 2 * _MARGIN
_EMPTY_LINES: Final = 4  # room for a signature, in DOCX
_SIGN: Final = "(ký, ghi rõ họ tên)"


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; `label` stands before it in bold, with a colon."""

    text: str
    bold: bool = False
    italic: bool = False
    centred: bool = False
    size: float = 12
    label: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; `widths` are shares of the page's width."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who signs, side by side."""

    people: tuple[str, ...]


Block = Words | Grid | Signatures


def state_heading(title: str) -> tuple[Words, ...]:
    """Return the heading of official papers (Decree 30/2020/ND-CP) above a title."""
    return (
        Words("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True, centred=True),
        Words("Độc lập - Tự do - Hạnh phúc", bold=True, centred=True, size=13),
        Words(title, bold=True, centred=True, size=14),
    )


def minutes_pdf(title: str, blocks: Sequence[Block], *, foot: str = "") -> bytes:
    """Return the blocks as a PDF; every page ends with `foot` and its number."""
    register_fonts()
    stream = BytesIO()
    page = SimpleDocTemplate(
        stream,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=title,
        invariant=1,
    )

    def paint_foot(canvas: Canvas, _page: SimpleDocTemplate) -> None:
        canvas.setFont(SERIF, 9)
        canvas.drawString(_MARGIN, 10 * mm, foot)
        canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, f"Trang {canvas.getPageNumber()}")

    flow = [_flowable(block) for block in blocks]
    page.build(flow, onFirstPage=paint_foot, onLaterPages=paint_foot)
    return stream.getvalue()


def _flowable(block: Block) -> Flowable:
    if isinstance(block, Words):
        return _paragraph(block) if block.text else Spacer(1, 4 * mm)
    return _signed(block) if isinstance(block, Signatures) else _table(block)


def _paragraph(words: Words) -> Paragraph:
    style = ParagraphStyle(
        "minutes",
        fontName=SERIF_BOLD if words.bold else SERIF_ITALIC if words.italic else SERIF,
        fontSize=words.size,
        leading=words.size * LINE_HEIGHT,
        textColor=black,
        spaceAfter=2,
    )
    if words.centred:
        style.alignment = TA_CENTER
    label = f"<b>{_escaped(words.label)}:</b> " if words.label else ""
    return Paragraph(label + _escaped(words.text), style)


def _table(grid: Grid) -> Table:
    rows = [[_paragraph(Words(cell, bold=True, size=10.5)) for cell in grid.head]]
    rows += [[_paragraph(Words(cell, size=10.5)) for cell in row] for row in grid.rows]
    table = Table(rows, colWidths=[share * _WIDTH for share in grid.widths], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, HexColor(0x888888)),
                ("BACKGROUND", (0, 0), (-1, 0), HexColor(0xEEEEEE)),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ]
        )
    )
    return table


def _signed(block: Signatures) -> Table:
    cells: list[list[object]] = [
        [_paragraph(Words(who, bold=True, centred=True, size=11.5)) for who in block.people],
        [_paragraph(Words(_SIGN, italic=True, centred=True, size=10.5)) for _ in block.people],
        ["" for _ in block.people],
    ]
    count = len(block.people)
    return Table(cells, colWidths=[_WIDTH / count] * count, rowHeights=[None, None, 26 * mm])


def _escaped(text: str) -> str:
    return escape(drop_unsafe(unicodedata.normalize("NFC", text)), quote=False)


# DOCX: the three parts that every word processor asks for, written as they are.
_TYPES: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
_OPEN: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
)
# A4 in twentieths of a point, margins of 20 mm.
_CLOSE: Final = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134"'
    ' w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    "</w:body></w:document>"
)
_TEXT_WIDTH: Final = 9638  # twentieths of a point between the margins
_BORDERS: Final = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:color="888888"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def minutes_docx(blocks: Sequence[Block]) -> bytes:
    """Return the blocks as a Word document."""
    body = "".join(_part(block) for block in blocks)
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": f"{_OPEN}{body}{_CLOSE}",
    }
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            # A fixed day, so that the same minutes are the same bytes.
            archive.writestr(ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text.encode())
    return stream.getvalue()


def _part(block: Block) -> str:
    if isinstance(block, Words):
        return _word_paragraph(block)
    if isinstance(block, Grid):
        head = tuple(Words(cell, bold=True, size=10.5) for cell in block.head)
        rows = [tuple(Words(cell, size=10.5) for cell in row) for row in block.rows]
        return _word_table([head, *rows], block.widths, _BORDERS)
    share = 1 / len(block.people)
    names = tuple(Words(who, bold=True, centred=True, size=11.5) for who in block.people)
    how = tuple(Words(_SIGN, italic=True, centred=True, size=10.5) for _ in block.people)
    empty = [tuple(Words("") for _ in block.people)] * _EMPTY_LINES
    return _word_table([names, how, *empty], [share] * len(block.people), "")


def _word_paragraph(words: Words) -> str:
    centred = '<w:jc w:val="center"/>' if words.centred else ""
    label = _run(f"{words.label}: ", words.size, "<w:b/>") if words.label else ""
    marks = ("<w:b/>" if words.bold else "") + ("<w:i/>" if words.italic else "")
    return (
        f'<w:p><w:pPr><w:spacing w:after="60"/>{centred}</w:pPr>'
        f"{label}{_run(words.text, words.size, marks)}</w:p>"
    )


def _run(text: str, size: float, marks: str) -> str:
    half_points = round(size * 2)
    return (
        '<w:r><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman"/>'
        f'{marks}<w:sz w:val="{half_points}"/></w:rPr>'
        f'<w:t xml:space="preserve">{_escaped(text)}</w:t></w:r>'
    )


def _word_table(rows: Iterable[tuple[Words, ...]], widths: Sequence[float], borders: str) -> str:
    columns = [round(share * _TEXT_WIDTH) for share in widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in columns)
    lines = "".join(
        "<w:tr>"
        + "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
            f"{_word_paragraph(cell)}</w:tc>"
            for cell, width in zip(row, columns, strict=True)
        )
        + "</w:tr>"
        for row in rows
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{_TEXT_WIDTH}" w:type="dxa"/>'
        f"<w:tblBorders>{borders}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{lines}"
        "</w:tbl>"
    )
