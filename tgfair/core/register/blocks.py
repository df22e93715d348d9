"""Tell rows of products from titles, totals and signatures, and group them by subject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tgfair.core.register.columns import Header
from tgfair.core.register.sheet import Sheet
from tgfair.core.vietnamese import fold

_TOTAL = re.compile(
    r"(?:[ivx]+\W+)?(?:tong cong|tong so|tong|cong)(?: toan tinh| chung)?\W*"
    r"(?:\d+\W*(?:chu the|san pham|co so)?\W*)*"
)
_SECTION = re.compile(
    r"(?:(?:[ivxlc]+|[a-h]|\d+)\s*[.):/-]\s*)?"
    r"(?:huyen|thi xa|tx|thanh pho|tp|xa|phuong|thi tran|dia ban|nhom)\b[\s.].*"
)
_SIGNATURE = re.compile(
    r".*\b(?:nguoi lap|nguoi tong hop|truong phong|thu truong|giam doc|chu tich|lanh dao|ky ten"
    r"|ghi ro ho ten|noi nhan|xac nhan|ke toan|thu ky|chanh van phong)\b.*|(?:tm|kt|tl)\. .*"
    r"|.*\bngay\b.*\bthang\b.*\bnam\b.*"
)
_OF_A_PRODUCT = ("position", "product", "group", "stars", "issued_on", "expires_on")
_STRONG_CELLS = 3


@dataclass(slots=True)
class Block:
    """The rows of one subject; `section` is the district heading above it, if any."""

    section: str
    rows: list[int] = field(default_factory=list)


class RowReader:
    """The rows of one sheet, looked at through the mapping of its columns."""

    def __init__(self, sheet: Sheet, header: Header, columns: Mapping[str, int]) -> None:
        self._sheet = sheet
        self._header = header
        self._columns = columns
        self._mapped = {c for f, c in columns.items() if f != "position"}
        self._headings = {
            (column, fold(cell.text))
            for row in header.rows
            for column, cell in sheet.rows.get(row, {}).items()
        }

    def classify(self) -> dict[int, str]:
        """Return what each row is: `data`, or the reason it is skipped."""
        kinds = {row: self._kind(row) for row in range(1, self._sheet.last_row + 1)}
        start = self._header.rows[-1]
        strong = [row for row, kind in kinds.items() if kind == "data" and self._is_strong(row)]
        last = max(strong, default=start)
        # After the last full row, only rows of a product that follow without a gap are data.
        for row in range(last + 1, self._sheet.last_row + 1):
            follows = kinds[row - 1] == "data" and self._is_of_a_product(row)
            if kinds[row] == "section" or (kinds[row] == "data" and not follows):
                kinds[row] = "footer"
        return kinds

    def blocks(self, kinds: Mapping[int, str]) -> list[Block]:
        """Group the data rows by subject.

        A row with a name begins a subject, unless it repeats the one above (registers that fill
        every cell). Rows without a name belong to the subject above them.
        """
        found: list[Block] = []
        section, fresh = "", True
        for row, kind in kinds.items():
            if kind == "section":
                section, fresh = self._first_text(row), True
            elif kind == "data":
                if fresh or self._begins(row, found[-1].rows[0]):
                    found.append(Block(section))
                found[-1].rows.append(row)
                fresh = False
        return found

    def text(self, row: int, name: str) -> str:
        """Return the text of a field in its own row."""
        return self._sheet.cell(row, self._columns[name]).text if name in self._columns else ""

    def _kind(self, row: int) -> str:
        cells = self._sheet.rows.get(row, {})
        if row in self._header.rows:
            return "header"
        if not cells:
            return "blank"
        if row < self._header.rows[0]:
            return "title"
        texts = {column: fold(cell.text) for column, cell in cells.items()}
        return self._kind_below(row, texts)

    def _kind_below(self, row: int, columns: Mapping[int, str]) -> str:
        texts = list(columns.values())
        if len(texts) > 1 and set(columns.items()) <= self._headings:
            return "header_again"
        if any(_TOTAL.fullmatch(text) for text in texts[:2]) and not self._is_strong(row):
            return "total"
        if len([t for t in texts if not re.fullmatch(r"[ivxlc\d.]+", t)]) == 1 and any(
            _SECTION.fullmatch(text) for text in texts
        ):
            return "section"
        return "data"

    def _is_strong(self, row: int) -> bool:
        filled = self._mapped & set(self._sheet.rows[row])
        return len(filled) >= min(_STRONG_CELLS, len(self._mapped)) and not any(
            _TOTAL.fullmatch(fold(self.text(row, name))) for name in ("name", "product", "position")
        )

    def _is_of_a_product(self, row: int) -> bool:
        texts = [fold(cell.text) for cell in self._sheet.rows.get(row, {}).values()]
        signed = any(_SIGNATURE.fullmatch(text) for text in texts)
        return not signed and any(self.text(row, name) for name in _OF_A_PRODUCT)

    def _first_text(self, row: int) -> str:
        texts = [cell.text for cell in self._sheet.rows[row].values()]
        text = next((text for text in texts if _SECTION.fullmatch(fold(text))), "")
        return re.sub(r"^(?:[IVXLC]+|[A-H]|\d+)\s*[.):/-]\s*", "", text)

    def _begins(self, row: int, first: int) -> bool:
        name = self.text(row, "name")
        if not name:
            subject = [f for f in ("tax_code", "phones", "address") if self.text(row, f)]
            return bool(self.text(row, "position")) and len(subject) > 1
        if fold(name) != fold(self.text(first, "name")):
            return True
        code = self.text(row, "tax_code")
        return bool(code) and code != self.text(first, "tax_code")
