"""Read an uploaded workbook or CSV file into sheets, whatever its name claims it to be."""

from __future__ import annotations

from tgfair.core.register.sheet import Sheet
from tgfair.documents.csv_in import read_csv
from tgfair.documents.spreadsheet_limits import LARGEST_BYTES, SpreadsheetError
from tgfair.documents.xlsx_in import read_xlsx

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The stream that holds a workbook with a password, named in UTF-16 in the OLE directory.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS = (
    (b"%PDF", "tệp PDF"),
    (b"\xff\xd8\xff", "ảnh"),
    (b"\x89PNG", "ảnh"),
    (b"GIF8", "ảnh"),
    (b"RIFF", "ảnh"),
    (b"Rar!", "tệp nén"),
    (b"7z\xbc\xaf", "tệp nén"),
    (b"\x1f\x8b", "tệp nén"),
    (b"{\\rtf", "tệp văn bản Word"),
    (b"<!doctype", "trang web"),
    (b"<html", "trang web"),
    (b"<table", "trang web"),
    (b"<?xml", "tệp XML"),
)


def read_spreadsheet(data: bytes, filename: str) -> list[Sheet]:
    """Return the sheets of an .xlsx or CSV file, told apart by content.

    A CSV file is one sheet named after the file. CSV may be UTF-8 (with or without BOM), UTF-16
    or Windows-1258, with `;`, `,` or tabs between the cells.

    Raises:
        SpreadsheetError: empty, over 10 MB, old .xls, locked by a password, broken, not a table,
            or more rows (20,000), cells or inflated bytes than a register can have.
    """
    if not data.strip():
        raise SpreadsheetError("Tệp trống. Hãy chọn lại tệp sổ chủ thể.")
    if len(data) > LARGEST_BYTES:
        raise SpreadsheetError("Tệp lớn hơn 10 MB. Hãy xóa ảnh trong tệp hoặc chia nhỏ tệp.")
    _refuse_other_kinds(data)
    return read_xlsx(data) if data.startswith(b"PK") else [read_csv(data, filename)]


def _refuse_other_kinds(data: bytes) -> None:
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise SpreadsheetError("Tệp có mật khẩu. Hãy bỏ mật khẩu trong Excel rồi tải lên.")
        raise SpreadsheetError("Tệp .xls đời cũ chưa đọc được. Hãy lưu lại thành .xlsx.")
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, kind in _OTHER_KINDS:
        if start.startswith(magic.lower()):
            raise SpreadsheetError(f"Đây là {kind}, không phải bảng tính. Hãy tải tệp .xlsx, .csv.")
