"""Find the header of a register and guess which column holds what.

Clerks name and order their columns as they like, over one to three header rows with merged
cells. The guess is data (column -> field or None) that a person can edit before the import.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tgfair.core.register.sheet import Sheet
from tgfair.core.vietnamese import fold

# Field -> label on the mapping page. The order breaks ties between equally good guesses.
FIELDS: Mapping[str, str] = {
    "position": "Số thứ tự",
    "email": "Thư điện tử",
    "phones": "Điện thoại",
    "tax_code": "Mã số thuế",
    "kind": "Loại hình",
    "representative": "Người đại diện",
    "address": "Địa chỉ",
    "commune": "Xã, phường",
    "district": "Huyện",
    "expires_on": "Ngày hết hạn",
    "issued_on": "Ngày cấp",
    "issuer": "Cơ quan cấp",
    "decision_no": "Số quyết định",
    "stars": "Hạng sao",
    "set": "Phân nhóm sản phẩm",
    "group": "Nhóm sản phẩm",
    "product": "Tên sản phẩm",
    "name": "Tên chủ thể",
    "note": "Ghi chú",
}
REQUIRED_FIELDS = ("name", "product")

_PATTERNS = {
    "position": r"stt|tt|so (?:tt|thu tu)|no",
    "email": r"(?:dia chi )?e ?mail|(?:dia chi )?thu dien tu|hop thu",
    "phones": r"(?:so )?(?:dien thoai|dt|sdt|di dong|dtdd|phone|zalo|hotline)\b|lien he",
    "tax_code": r"ma so (?:thue|doanh nghiep|htx|hop tac xa|hkd|ho kinh doanh)|mst|msdn|msthue"
    r"|(?:so )?dinh danh|cccd|can cuoc",
    "kind": r"loai (?:hinh|chu the|co so)|hinh thuc(?: to chuc)?|loai",
    "representative": r"(?:ten )?(?:nguoi )?(?:dai dien|dung dau)|nguoi lien he"
    r"|(?:ten )?chu (?:co so|ho)\b|giam doc|ho (?:va )?ten(?!.*chu the)",
    "address": r"dia chi|noi (?:san xuat|dat)|tru so|dia diem(?: san xuat)?",
    "commune": r"(?:ten )?(?:xa|phuong)(?: (?:xa|phuong|thi tran|tt))*",
    "district": r"(?:ten )?(?:quan |thi xa |tp )?(?:huyen|dia ban)(?: (?:thi xa|thanh pho|tx|tp))*",
    "expires_on": r"(?:ngay |thoi gian |thoi diem )?(?:het han|het hieu luc)"
    r"|(?:co )?(?:gia tri|hieu luc)(?: den)?|thoi han|den ngay|han (?:su dung|gcn)",
    "issued_on": r"ngay (?:thang nam )?(?:cap|ban hanh|ky|cong nhan|qd|quyet dinh|gcn)"
    r"|(?:thoi gian|thoi diem) (?:cap|cong nhan)|(?:quyet dinh|qd|chung nhan|gcn) .*ngay",
    "issuer": r"(?:co quan|don vi|noi) (?:cap|ban hanh|cong nhan)|cap (?:cong nhan|ban hanh)",
    "decision_no": r"(?:so )?(?:quyet dinh|qd)\b|so (?:giay|gcn|chung nhan)"
    r"|(?:chung nhan|gcn) .*so",
    "stars": r"(?:so|hang|xep hang|dat)? ?sao\b|(?:phan|xep|ket qua (?:phan|xep)) hang"
    r"|hang(?: san pham)?",
    "set": r"phan nhom|bo san pham",
    "group": r"(?:thuoc )?nhom(?: (?:san pham|sp|nganh))?|nganh hang|loai san pham|linh vuc",
    "product": r"(?:ten )?(?:san pham|sp|mat hang)(?: ocop)?",
    "name": r"(?:ten )?(?:chu the|co so|doanh nghiep|dn|don vi|htx|hop tac xa|to chuc)"
    r"(?: (?:ocop|san xuat|co so|htx|doanh nghiep|kinh doanh))*",
    "note": r"ghi chu|luu y",
}
_COMPILED = {field: re.compile(pattern) for field, pattern in _PATTERNS.items()}
# A summary sheet counts subjects and products; it is not a register.
_COUNTS = re.compile(r"(?:tong|so luong|tong so|so) (?:so )?(?:chu the|san pham|sp|co so|htx|dn)\b")
_NUMBERING = re.compile(r"\(?(?:\d{1,2}|[a-z])\)?")
_HEADER_SEARCH_ROWS = 60
_LONGEST_HEADING = 80
_LEAST_FIELDS = 3
_LEAST_NUMBERS = 3


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands and what it says.

    `headings` are the words over each column, `columns` the guessed field of each or None.
    """

    rows: tuple[int, ...]
    headings: Mapping[int, str]
    columns: Mapping[int, str | None]

    @property
    def is_register(self) -> bool:
        """True if the columns without which nothing can be read were found."""
        return set(REQUIRED_FIELDS) <= set(self.columns.values())


def find_header(sheet: Sheet) -> Header | None:
    """Return the header of a sheet that looks like a register, or None.

    The header is the row with the most known headings, with the parent row above it and the
    child and numbering rows below. Hidden columns are never guessed.
    """
    scores = {
        row: len({field for cell in cells.values() for field in _candidates(cell.text)[:1]})
        for row, cells in sheet.rows.items()
        if row <= _HEADER_SEARCH_ROWS
    }
    best = max(scores, key=lambda row: (scores[row], -row), default=None)
    if best is None or scores[best] < _LEAST_FIELDS:
        return None
    rows = _header_rows(sheet, best)
    headings = _headings(sheet, rows)
    return Header(rows, {c: " ".join(t) for c, t in headings.items()}, _guess(sheet, headings))


def _guess(sheet: Sheet, headings: Mapping[int, list[str]]) -> dict[int, str | None]:
    """Give each field to the column whose words fit best, each column one field."""
    ranked = sorted(
        (-score, order, column, field)
        for column, texts in headings.items()
        if column not in sheet.hidden_columns
        for order, (score, field) in enumerate(_ranked(texts))
    )
    columns: dict[int, str | None] = dict.fromkeys(sorted(headings))
    for _, _, column, field in ranked:
        if columns[column] is None and field not in columns.values():
            columns[column] = field
    return columns


def _ranked(texts: list[str]) -> list[tuple[float, str]]:
    """Rank the fields of a column by its lowest heading, then by all of them together."""
    leaf = [(float(_score(f, texts[-1])), f) for f in _candidates(texts[-1])]
    if leaf or len(texts) == 1:
        return leaf
    whole = " ".join(texts)
    return [(_score(f, whole) - 0.5, f) for f in _candidates(whole)]


def _candidates(text: str) -> list[str]:
    if not text or len(text) > _LONGEST_HEADING or _COUNTS.match(_words(text)):
        return []
    found = [field for field in FIELDS if _score(field, text)]
    return sorted(found, key=lambda field: -_score(field, text))


def _score(field: str, text: str) -> int:
    """Rate 3 for exactly the words of a field, 2 for beginning with them, 1 for holding them."""
    pattern, words = _COMPILED[field], _words(text)
    if pattern.fullmatch(words):
        return 3
    if pattern.match(words):
        return 2
    # One short word somewhere in a heading says nothing.
    weak = field in {"position", "commune", "district", "kind"}
    return 0 if weak or not re.search(rf"\b(?:{pattern.pattern})", words) else 1


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def _header_rows(sheet: Sheet, best: int) -> tuple[int, ...]:
    rows = [best]
    above = sheet.rows.get(best - 1, {})
    if len(above) > 1 and any(_candidates(cell.text) for cell in above.values()):
        rows.insert(0, best - 1)
    if _is_child_row(sheet, best):
        rows.append(best + 1)
    if _is_numbering(cell.text for cell in sheet.rows.get(rows[-1] + 1, {}).values()):
        rows.append(rows[-1] + 1)
    return tuple(rows)


def _is_child_row(sheet: Sheet, parent: int) -> bool:
    """Tell whether each cell of the next row stands below a heading merged over columns."""
    wide = {
        column
        for merge in sheet.merges
        if merge.first_row == merge.last_row == parent
        for column in range(merge.first_column, merge.last_column + 1)
    }
    child = sheet.rows.get(parent + 1, {})
    return (
        bool(child) and wide >= set(child) and all(isinstance(c.value, str) for c in child.values())
    )


def _is_numbering(texts: Iterable[str]) -> bool:
    """Tell whether a row only numbers the columns: (1) (2) (3)."""
    words = [fold(text) for text in texts]
    return len(words) >= _LEAST_NUMBERS and all(_NUMBERING.fullmatch(word) for word in words)


def _headings(sheet: Sheet, rows: tuple[int, ...]) -> dict[int, list[str]]:
    """Return the words over each column from top to bottom, merged ones over all they cover."""
    spread = {
        (row, column): sheet.cell(merge.first_row, merge.first_column).text
        for merge in sheet.merges
        if rows[0] <= merge.first_row <= rows[-1]
        for row in range(merge.first_row, min(merge.last_row, rows[-1]) + 1)
        for column in range(merge.first_column, merge.last_column + 1)
    }
    last = max(column for row in rows for column in sheet.rows.get(row, {}))
    headings: dict[int, list[str]] = {}
    for column in range(1, last + 1):
        texts = [spread.get((row, column)) or sheet.cell(row, column).text for row in rows]
        texts = [text for text in dict.fromkeys(texts) if text and not _is_number(text)]
        if texts:
            headings[column] = texts
    return headings


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\(?\d{1,2}\)?", text))
