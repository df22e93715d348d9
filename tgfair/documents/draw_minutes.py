"""Minutes of a public draw, A4, for print, signature and the notice board."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from html import escape
from io import BytesIO

from reportlab.lib.colors import HexColor, black
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from tgfair.core.calendar_text import vn_datetime
from tgfair.documents.fonts import LINE_HEIGHT, SERIF, SERIF_BOLD, SERIF_ITALIC, register_fonts

_MARGIN = 20 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_COLUMNS = (12 * mm, 13 * mm, 34 * mm, _WIDTH - 84 * mm, 25 * mm)


@dataclass(frozen=True, slots=True)
class MinutesLine:
    """One application: zone, lot (None before the draw), name, what the lot gave, why given up."""

    zone: str
    lot: int | None
    code: str
    name: str
    booth: str
    left: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """Everything the minutes say; empty `public` and `seed` before the draw."""

    fair: str
    venue: str
    number: int
    mode: str
    closed_at: datetime
    source: str
    rules: tuple[str, ...]
    list_hash: str
    public: str
    seed: str
    drawn_at: datetime | None
    typed_by: tuple[str, ...]
    notes: tuple[str, ...]
    lines: tuple[MinutesLine, ...]


def draw_minutes(minutes: Minutes) -> bytes:
    """Return the minutes as a PDF; before the draw it is the list for the notice board."""
    register_fonts()
    stream = BytesIO()
    title = f"Bốc thăm số {minutes.number} – {minutes.fair}"
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

    def foot(canvas: Canvas, _page: SimpleDocTemplate) -> None:
        canvas.setFont(SERIF, 9)
        canvas.drawString(_MARGIN, 10 * mm, f"Mã danh sách {minutes.list_hash[:16]}…")
        canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, f"Trang {canvas.getPageNumber()}")

    page.build(_flow(minutes), onFirstPage=foot, onLaterPages=foot)
    return stream.getvalue()


def _flow(minutes: Minutes) -> list[Flowable]:
    drawn = bool(minutes.public)
    title = "BIÊN BẢN BỐC THĂM GIAN HÀNG" if drawn else "DANH SÁCH BỐC THĂM GIAN HÀNG"
    flow: list[Flowable] = [
        _words("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", SERIF_BOLD, 12, centred=True),
        _words("Độc lập - Tự do - Hạnh phúc", SERIF_BOLD, 13, centred=True),
        Spacer(1, 5 * mm),
        _words(title, SERIF_BOLD, 14, centred=True),
        _words(minutes.fair, SERIF_BOLD, 12, centred=True),
        Spacer(1, 4 * mm),
        *(_fact(label, value) for label, value in _facts(minutes)),
        _words("Quy tắc đã công bố cùng danh sách:", SERIF_BOLD, 12),
        *(_words(f"– {line}", SERIF, 11.5) for line in minutes.rules),
        *(_words(f"Ghi chú: {note}", SERIF_ITALIC, 11.5) for note in minutes.notes),
        Spacer(1, 4 * mm),
        _table(minutes),
        Spacer(1, 6 * mm),
    ]
    return [*flow, _signatures()] if drawn else flow


def _facts(minutes: Minutes) -> list[tuple[str, str]]:
    facts = [
        ("Địa điểm sự kiện", minutes.venue),
        ("Cách bốc", minutes.mode),
        ("Chốt danh sách lúc", vn_datetime(minutes.closed_at)),
        ("Nguồn con số", minutes.source),
        ("Mã danh sách (SHA-256)", minutes.list_hash),
    ]
    if minutes.public and minutes.drawn_at:
        facts += [
            ("Con số công khai", minutes.public),
            ("Mầm (SHA-256)", minutes.seed),
            ("Bốc lúc", vn_datetime(minutes.drawn_at)),
            ("Hai người ghi con số", ", ".join(minutes.typed_by)),
        ]
    return facts


def _table(minutes: Minutes) -> Table:
    head = ("Khu", "Thăm", "Hồ sơ", "Chủ thể", "Gian")
    rows: list[list[object]] = [
        [
            line.zone,
            "" if line.lot is None else str(line.lot),
            line.code,
            _words(f"{line.name} ({line.left})" if line.left else line.name, SERIF, 10.5),
            line.booth,
        ]
        for line in minutes.lines
    ]
    everything: list[list[object]] = [list(head), *rows]
    table = Table(everything, colWidths=_COLUMNS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, 0), SERIF_BOLD, 10.5),
                ("FONT", (0, 1), (-1, -1), SERIF, 10.5),
                ("GRID", (0, 0), (-1, -1), 0.4, HexColor(0x888888)),
                ("BACKGROUND", (0, 0), (-1, 0), HexColor(0xEEEEEE)),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("ALIGN", (1, 0), (1, -1), "CENTER"),
            ]
        )
    )
    return table


def _signatures() -> Table:
    people = ("ĐẠI DIỆN CÁC CƠ SỞ", "NGƯỜI GHI CON SỐ", "ĐẠI DIỆN BAN TỔ CHỨC")
    cells: list[list[object]] = [
        [_words(head, SERIF_BOLD, 11.5, centred=True) for head in people],
        [_words("(ký, ghi rõ họ tên)", SERIF_ITALIC, 10.5, centred=True) for _ in people],
        ["", "", ""],
    ]
    return Table(cells, colWidths=[_WIDTH / 3] * 3, rowHeights=[None, None, 26 * mm])


def _fact(label: str, value: str) -> Paragraph:
    style = _style(SERIF, 12, centred=False)
    # Hashes have no place to break but anywhere.
    style.splitLongWords = 1
    return Paragraph(f"<b>{_escaped(label)}:</b> {_escaped(value)}", style)


def _words(text: str, font: str, size: float, *, centred: bool = False) -> Paragraph:
    return Paragraph(_escaped(text), _style(font, size, centred=centred))


def _style(font: str, size: float, *, centred: bool) -> ParagraphStyle:
    style = ParagraphStyle(
        "minutes",
        fontName=font,
        fontSize=size,
        leading=size * LINE_HEIGHT,
        textColor=black,
        spaceAfter=2,
    )
    if centred:
        style.alignment = TA_CENTER
    return style


def _escaped(words: str) -> str:
    return escape(unicodedata.normalize("NFC", words), quote=False)
