"""Tables as .xlsx that no spreadsheet program takes for formulas.

openpyxl turns a text that begins with `=` into a formula and refuses control characters; here every
text is a typed string cell and has lost its control characters before.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Final

from tgfair.core.calendar_text import VIETNAM, vn_date, vn_datetime

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | Decimal | date | datetime | bool | None
Row = Sequence[Value]

_LONGEST_CELL: Final = 32_767
_LONGEST_SHEET_NAME: Final = 31
_SHEET_NAME_FORBIDS: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_NARROWEST: Final = 8
_WIDEST: Final = 60
_HEADER_ROW: Final = 3
_DATE_FORMAT: Final = "dd/mm/yyyy"
_TIME_FORMAT: Final = "dd/mm/yyyy hh:mm"
_YES: Final = {True: "Có", False: "Không"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, and its width in letters when the contents should not decide."""

    title: str
    width: int | None = None


def table_xlsx(title: str, columns: Sequence[Column], rows: Iterable[Row]) -> bytes:
    """Return a workbook of one sheet: the title, a header that stays in sight, one row per row.

    Days and instants become real dates (instants by the clock of Việt Nam), numbers real numbers,
    everything else text; `True` and `False` are written as words.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    name = _clean(title).replace("\n", " ").translate(_SHEET_NAME_FORBIDS).strip()
    sheet: Worksheet = book.create_sheet(name[:_LONGEST_SHEET_NAME] or "1")
    table = [list(row) for row in rows]
    _write(sheet, 1, 1, title)
    for number, column in enumerate(columns, 1):
        _write(sheet, _HEADER_ROW, number, column.title)
    for line, row in enumerate(table, _HEADER_ROW + 1):
        for number, value in enumerate(row, 1):
            _write(sheet, line, number, value)
    _style(sheet, columns, table)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: Worksheet, row: int, column: int, value: Value) -> None:
    cell = sheet.cell(row, column)
    if isinstance(value, bool):
        value = _YES[value]
    if isinstance(value, datetime):
        cell.value = value.astimezone(VIETNAM).replace(tzinfo=None)  # a spreadsheet knows no zones
        cell.number_format = _TIME_FORMAT
    elif isinstance(value, date):
        cell.value = value
        cell.number_format = _DATE_FORMAT
    elif isinstance(value, str):
        cell.value = _clean(value)[:_LONGEST_CELL]
        cell.data_type = "s"  # a text stays a text, whatever it begins with
    elif value is not None:
        cell.value = value


def _style(sheet: Worksheet, columns: Sequence[Column], table: list[list[Value]]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet["A1"].font = Font(bold=True, size=14)
    for number, column in enumerate(columns, 1):
        head = sheet.cell(_HEADER_ROW, number)
        head.font = Font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor="0A6640")
        head.alignment = Alignment(wrap_text=True, vertical="center")
        longest = max(
            (len(_text(row[number - 1])) for row in table if len(row) >= number), default=0
        )
        width = column.width or min(_WIDEST, max(_NARROWEST, len(column.title), longest) + 2)
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = f"A{_HEADER_ROW + 1}"
    sheet.auto_filter.ref = (
        f"A{_HEADER_ROW}:{get_column_letter(len(columns))}{_HEADER_ROW + len(table)}"
    )
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES[value]
    if isinstance(value, datetime):
        return vn_datetime(value)
    if isinstance(value, date):
        return vn_date(value)
    return _clean(value) if isinstance(value, str) else str(value)


def _clean(text: str) -> str:
    """Return the text in NFC without what XML 1.0 and spreadsheets cannot hold; lines stay."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFC", text).replace("\r\n", "\n")
        if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cs", "Cn"}
    )
