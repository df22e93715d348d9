"""Read CSV text as Vietnamese offices write it: any of four encodings, any of three separators."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator

from tgfair.core.register.sheet import Cell, Sheet
from tgfair.documents.spreadsheet_limits import (
    MOST_COLUMNS,
    MOST_ROWS,
    SpreadsheetError,
    too_large_inside,
    too_many_rows,
)

_SEPARATORS = (";", ",", "\t")
_SAMPLE_ROWS = 50


def read_csv(data: bytes, filename: str) -> Sheet:
    """Return the one sheet of a CSV file, all cells as text.

    `Sheet.encoding` is `utf-8-sig`, `utf-8`, `utf-16` or `cp1258`. In Windows-1258 tone marks
    are bytes of their own; they come out as combining marks that cleaning puts together.

    Raises:
        SpreadsheetError: not text, or more rows or columns than a register has.
    """
    text, encoding = _decode(data)
    cells: dict[tuple[int, int], Cell] = {}
    try:
        separator = _separator(text)
        for row, values in enumerate(_rows(text, separator), start=1):
            if row > MOST_ROWS and any(values):
                raise too_many_rows()
            if len(values) > MOST_COLUMNS:
                raise too_large_inside()
            cells |= {(row, c): Cell(value) for c, value in enumerate(values, 1) if value.strip()}
    except csv.Error as error:
        raise SpreadsheetError("Tệp CSV có ô không đọc được. Hãy lưu lại bằng Excel.") from error
    if not cells:
        raise SpreadsheetError("Tệp trống. Hãy chọn lại tệp sổ chủ thể.")
    return Sheet(filename, cells, encoding=encoding, separator=separator)


def _decode(data: bytes) -> tuple[str, str]:
    if data.startswith(codecs.BOM_UTF8):
        order = ["utf-8-sig"]
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        order = ["utf-16"]
    elif b"\0" in data[:400]:  # every other byte of a Latin letter in UTF-16
        order = ["utf-16-le" if data[1:2] == b"\0" else "utf-16-be"]
    else:
        order = ["utf-8", "cp1258"]
    for encoding in order:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, "utf-16" if encoding.startswith("utf-16") else encoding
    raise SpreadsheetError("Đây không phải bảng tính. Hãy tải tệp .xlsx hoặc .csv.")


def _separator(text: str) -> str:
    """Return the separator that cuts most of the first rows into equally many cells.

    Addresses hold commas, but not the same number in each row.
    """
    if text.lower().startswith("sep=") and text[4:5] in _SEPARATORS:
        return text[4]

    def regularity(separator: str) -> tuple[int, int]:
        rows = itertools.islice(_rows(text, separator), _SAMPLE_ROWS)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        return max(((count, width) for width, count in widths.items()), default=(0, 0))

    return max(_SEPARATORS, key=regularity)


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)
