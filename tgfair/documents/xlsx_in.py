"""Read a workbook: typed cells, merged ranges, hidden columns, formulas with stored values."""

from __future__ import annotations

import io
import math
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tgfair.core.register.sheet import Cell, CellValue, Merge, Sheet
from tgfair.documents.spreadsheet_limits import (
    LARGEST_INFLATED_BYTES,
    MOST_COLUMNS,
    MOST_MERGED_CELLS,
    MOST_ROWS,
    MOST_ZIP_MEMBERS,
    SpreadsheetError,
    broken,
    too_large_inside,
    too_many_rows,
)

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_CHUNK = 1 << 16
_MERGE = re.compile(rb'mergeCell\s[^>]*?ref\s*=\s*["\']([A-Z]+)(\d+):([A-Z]+)(\d+)["\']')
_MERGE_LIKE = re.compile(rb"mergeCell[\s/>]")
# Byte order marks, the zeros of wider encodings, white space.
_BEFORE_MARKUP = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)|encoding\s*=\s*[\"'](?!utf-8)", re.IGNORECASE)


def read_xlsx(data: bytes) -> list[Sheet]:
    """Return the sheets of a workbook in their order, hidden ones marked.

    Whole numbers are `int` however they are stored, days without a time are `date`. A formula
    keeps its text beside the value Excel stored, which is None if it was never computed.

    Raises:
        SpreadsheetError: not a workbook, broken, or larger inside than a register can be.
    """
    _check_archive(data)
    formulas = _load(data, values=False)
    worksheets = [sheet for sheet in formulas.worksheets if sheet.max_row]
    computed = _load(data, values=True) if any(map(_has_formula, worksheets)) else formulas
    return [_sheet(sheet, computed[sheet.title]) for sheet in worksheets]


def _load(data: bytes, *, values: bool) -> Workbook:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # features of the file that do not matter here
            return load_workbook(io.BytesIO(data), data_only=values, keep_links=False)
    except Exception as error:  # openpyxl fails in any way on a damaged file
        raise broken() from error


def _check_archive(data: bytes) -> None:
    """Unpack every part once, counting, before a parser that trusts the file sees it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if "xl/workbook.xml" not in names:
                raise SpreadsheetError("Đây không phải tệp Excel. Hãy lưu lại thành .xlsx.")
            if len(members) > MOST_ZIP_MEMBERS:
                raise too_large_inside()
            budget, merged = LARGEST_INFLATED_BYTES, 0
            for member in members:
                content = _inflate(archive, member, budget)
                budget -= len(content)
                # The workbook names its sheets as it likes: what can be parsed is what begins so.
                if content[:64].lstrip(_BEFORE_MARKUP).startswith(b"<"):
                    merged += _merged_cells(content)
                if merged > MOST_MERGED_CELLS:
                    raise too_large_inside()
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError) as error:
        raise broken() from error


def _inflate(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: int) -> bytes:
    chunks: list[bytes] = []
    with archive.open(member) as part:
        while chunk := part.read(_CHUNK):
            chunks.append(chunk)
            budget -= len(chunk)  # the size in the directory is only a claim
            if budget < 0:
                raise too_large_inside()
    return b"".join(chunks)


def _merged_cells(content: bytes) -> int:
    """Return how many cells are merged; refuse entities, other encodings, ranges hidden from us."""
    if b"\0" in content[:64] or _DECLARATION.search(content[:4096]):
        raise broken()
    area = 0
    merges = list(_MERGE.finditer(content))
    for merge in merges:
        width = _column(merge[3]) - _column(merge[1]) + 1
        area += width * (int(merge[4]) - int(merge[2]) + 1)
    if len(merges) < len(_MERGE_LIKE.findall(content)):
        raise too_large_inside()
    return area


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _cells(sheet: Worksheet) -> Iterator[Any]:
    # iter_rows would create every empty cell up to the farthest one.
    return (cell for cell in sheet._cells.values() if cell.value is not None)  # noqa: SLF001 -- the only sparse access


def _has_formula(sheet: Worksheet) -> bool:
    return any(cell.data_type == "f" for cell in _cells(sheet))


def _sheet(sheet: Worksheet, computed: Worksheet) -> Sheet:
    cells: dict[tuple[int, int], Cell] = {}
    stored = {(cell.row, cell.column): cell.value for cell in _cells(computed)}
    for cell in _cells(sheet):
        if cell.row > MOST_ROWS and str(cell.value).strip():
            raise too_many_rows()
        if cell.column > MOST_COLUMNS:
            continue
        formula = _formula_text(cell.value) if cell.data_type == "f" else None
        value = stored.get((cell.row, cell.column)) if formula else cell.value
        cells[cell.row, cell.column] = Cell(_value(value), formula)
    return Sheet(
        name=sheet.title,
        cells=cells,
        merges=tuple(
            Merge(r.min_row, r.min_col, r.max_row, min(r.max_col, MOST_COLUMNS))
            for r in sheet.merged_cells.ranges
            if r.min_row <= MOST_ROWS
        ),
        hidden_columns=frozenset(
            column
            for dimension in sheet.column_dimensions.values()
            if dimension.hidden and dimension.min and dimension.max
            for column in range(dimension.min, min(dimension.max, MOST_COLUMNS) + 1)
        ),
        hidden_rows=frozenset(
            row for row, dimension in sheet.row_dimensions.items() if dimension.hidden
        ),
        hidden=sheet.sheet_state != "visible",
    )


def _formula_text(value: Any) -> str:
    return str(getattr(value, "text", None) or value)  # array formulas are objects


def _value(value: Any) -> CellValue:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value.is_integer() else value
    if value is None or isinstance(value, str | int | float | date):
        return value
    return str(value)
