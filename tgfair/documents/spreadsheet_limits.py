"""What an uploaded table may be at most, and the error when it is more."""

from __future__ import annotations

from tgfair.core.errors import InvalidError

LARGEST_BYTES = 10 * 1024 * 1024
LARGEST_INFLATED_BYTES = 48 * 1024 * 1024
MOST_ZIP_MEMBERS = 2_000
MOST_ROWS = 20_000
MOST_COLUMNS = 200
# In the whole file: the reader makes an object of each, about half a kilobyte.
MOST_MERGED_CELLS = 200_000


class SpreadsheetError(InvalidError):
    """A file that cannot be read as a table; the sentence says what to do."""

    code = "spreadsheet"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, field="file")


def too_many_rows() -> SpreadsheetError:
    """Return the error for a table longer than any register."""
    return SpreadsheetError("Tệp có hơn 20.000 hàng. Hãy chia thành nhiều tệp nhỏ hơn.")


def too_large_inside() -> SpreadsheetError:
    """Return the error for a small file that unpacks to a huge one."""
    return SpreadsheetError("Nội dung trong tệp quá lớn. Hãy chép các hàng cần dùng sang tệp mới.")


def broken() -> SpreadsheetError:
    """Return the error for a workbook that cannot be opened."""
    return SpreadsheetError("Tệp Excel bị hỏng. Hãy mở bằng Excel, lưu lại rồi tải lên.")
