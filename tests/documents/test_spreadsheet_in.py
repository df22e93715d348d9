"""Files as they really arrive: every encoding, every lie about a type, every bomb."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tgfair.core.errors import TgfairError
from tgfair.core.register.sheet import Cell, Merge
from tgfair.documents.spreadsheet_in import read_spreadsheet
from tgfair.documents.spreadsheet_limits import SpreadsheetError

DATA = Path(__file__).parents[1] / "data"
SAMPLE = (DATA / "so-chu-the-ocop.xlsx").read_bytes()
TEXT = "STT;Tên chủ thể;Sản phẩm\r\n1;HTX Bến Sen;Gạo\r\n"
CELLS = {
    (1, 1): "STT",
    (1, 2): "Tên chủ thể",
    (1, 3): "Sản phẩm",
    (2, 1): "1",
    (2, 2): "HTX Bến Sen",
    (2, 3): "Gạo",
}


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data, change):
    """Rewrite the parts of a workbook: `change(name, content)` gives the new content."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def in_sheet(data, old, new):
    return repacked(data, lambda n, c: c.replace(old, new) if n.endswith("sheet1.xml") else c)


def refusal(data, name="so.xlsx"):
    with pytest.raises(SpreadsheetError) as error:
        read_spreadsheet(data, name)
    return error.value.message()


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
    ],
)
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_csv_is_read_in_each_encoding_with_each_separator(encoding, named, separator):
    data = TEXT.replace(";", separator).encode(encoding)

    (sheet,) = read_spreadsheet(data, "so.csv")

    assert {place: cell.text for place, cell in sheet.cells.items()} == CELLS
    assert (sheet.name, sheet.encoding, sheet.separator) == ("so.csv", named, separator)


def test_csv_in_windows_1258_comes_out_composed():
    (sheet,) = read_spreadsheet((DATA / "so-chu-the-cp1258.csv").read_bytes(), "a.csv")
    (other,) = read_spreadsheet((DATA / "so-chu-the-utf8-bom.csv").read_bytes(), "b.csv")

    assert {k: c.text for k, c in sheet.cells.items()} == {
        k: c.text for k, c in other.cells.items()
    }
    assert sheet.encoding == "cp1258"


def test_csv_with_commas_inside_the_cells_keeps_its_semicolons():
    (sheet,) = read_spreadsheet("Tên;Địa chỉ\nA;ấp 1, xã B, huyện C, tỉnh D\n".encode(), "a.csv")

    assert sheet.cell(2, 2).text == "ấp 1, xã B, huyện C, tỉnh D"


def test_csv_with_quotes_and_line_breaks_in_a_cell():
    (sheet,) = read_spreadsheet('sep=,\nTên,SĐT\n"A ""B""","09\n10"\n'.encode(), "a.csv")

    assert (sheet.separator, sheet.cell(3, 1).value, sheet.cell(3, 2).value) == (
        ",",
        'A "B"',
        "09\n10",
    )


def test_workbook_keeps_types_merges_hidden_parts_and_formulas():
    book = Workbook()
    sheet = book.active
    sheet.title = "Sổ"
    sheet.append(["A", 1299000012.0, 2.5, date(2025, 3, 4), "=B1+1", True, "=1"])
    sheet["G1"].data_type = "s"
    sheet.append([None, "x"])
    sheet.merge_cells("A1:A2")
    sheet.column_dimensions["C"].hidden = True
    sheet.row_dimensions[2].hidden = True
    book.create_sheet("Ẩn").sheet_state = "hidden"
    book["Ẩn"].append(["y"])

    first, hidden = read_spreadsheet(saved(book), "so.xlsx")

    assert dict(first.cells) == {
        (1, 1): Cell("A"),
        (1, 2): Cell(1299000012),
        (1, 3): Cell(2.5),
        (1, 4): Cell(date(2025, 3, 4)),
        (1, 5): Cell(None, "=B1+1"),
        (1, 6): Cell(value=True),
        (1, 7): Cell("=1"),
        (2, 2): Cell("x"),
    }
    assert first.merges == (Merge(1, 1, 2, 1),)
    assert (first.hidden_columns, first.hidden_rows) == (frozenset({3}), frozenset({2}))
    assert (first.hidden, hidden.hidden, hidden.name) == (False, True, "Ẩn")


def test_formula_keeps_the_value_excel_stored():
    (first, *_) = read_spreadsheet(SAMPLE, "so.xlsx")

    assert first.cell(98, 15) == Cell(date(2029, 8, 18), "=EDATE(N98,36)")


def test_name_of_the_file_does_not_matter():
    assert read_spreadsheet(SAMPLE, "so.csv")[0].name == "Danh sách"
    assert read_spreadsheet(TEXT.encode(), "so.xlsx")[0].encoding == "utf-8"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Tệp trống. Hãy chọn lại tệp sổ chủ thể."),
        (b" \r\n ", "Tệp trống. Hãy chọn lại tệp sổ chủ thể."),
        (b";;\r\n;;\r\n", "Tệp trống. Hãy chọn lại tệp sổ chủ thể."),
        (
            b"x" * (10 * 1024 * 1024 + 1),
            "Tệp lớn hơn 10 MB. Hãy xóa ảnh trong tệp hoặc chia nhỏ tệp.",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "Tệp .xls đời cũ chưa đọc được. Hãy lưu lại thành .xlsx.",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "Tệp có mật khẩu. Hãy bỏ mật khẩu trong Excel rồi tải lên.",
        ),
        (b"%PDF-1.7", "Đây là tệp PDF, không phải bảng tính. Hãy tải tệp .xlsx, .csv."),
        (b"\xff\xd8\xff\xe0", "Đây là ảnh, không phải bảng tính. Hãy tải tệp .xlsx, .csv."),
        (
            b"\r\n<HTML><table>",
            "Đây là trang web, không phải bảng tính. Hãy tải tệp .xlsx, .csv.",
        ),
        (b"PK\x03\x04 broken", "Tệp Excel bị hỏng. Hãy mở bằng Excel, lưu lại rồi tải lên."),
        (b"MZ\x90\x00\x03\x00\x00", "Đây không phải bảng tính. Hãy tải tệp .xlsx hoặc .csv."),
    ],
)
def test_file_of_another_kind_is_refused_with_what_to_do(data, sentence):
    assert refusal(data) == sentence


def test_zip_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")

    assert refusal(out.getvalue()) == "Đây không phải tệp Excel. Hãy lưu lại thành .xlsx."


@pytest.mark.parametrize("cut", [100, 5_000, len(SAMPLE) - 30])
def test_workbook_cut_short_is_refused(cut):
    assert refusal(SAMPLE[:cut]).startswith("Tệp Excel bị hỏng")


def test_workbook_with_a_damaged_part_is_refused():
    assert refusal(in_sheet(SAMPLE, b"</sheetData>", b"")).startswith("Tệp Excel bị hỏng")


def test_zip_bomb_is_refused():
    def bomb(name, content):
        return content + b" " * (60 * 1024 * 1024) if name.endswith("sheet1.xml") else content

    assert refusal(repacked(SAMPLE, bomb)).startswith("Nội dung trong tệp quá lớn")


def test_zip_with_thousands_of_parts_is_refused():
    out = io.BytesIO(SAMPLE)
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(2_100):
            archive.writestr(f"x/{number}", "")

    assert refusal(out.getvalue()).startswith("Nội dung trong tệp quá lớn")


def test_zip_that_lies_about_its_sizes_is_refused():
    data = bytearray(repacked(SAMPLE, lambda n, c: c + b" " * 1_000_000 if "sheet1" in n else c))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lied = bytes(data).replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))

    assert refusal(lied).startswith("Tệp Excel bị hỏng")


def test_merged_range_over_the_whole_sheet_is_refused():
    data = in_sheet(SAMPLE, b'ref="C232:C236"', b'ref="A1:XFD1048576"')

    assert refusal(data).startswith("Nội dung trong tệp quá lớn")


def test_merged_range_in_a_part_of_another_name_is_refused():
    def elsewhere(name, content):
        content = content.replace(b"sheet1.xml", b"sheet1.dat")
        return content.replace(b'ref="C232:C236"', b'ref="A1:ZZ1500"')

    out = io.BytesIO()
    data = repacked(SAMPLE, elsewhere)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name.replace("sheet1.xml", "sheet1.dat"), old.read(name))

    assert refusal(out.getvalue()).startswith("Nội dung trong tệp quá lớn")


def test_merged_ranges_of_all_sheets_together_are_counted():
    book = Workbook()
    for number in range(3):
        sheet = book.create_sheet(str(number))
        sheet["A1"] = "Tên"
        sheet.merged_cells.add("A1:CV900")

    assert refusal(saved(book)).startswith("Nội dung trong tệp quá lớn")


def test_entities_in_a_part_are_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet>'

    data = repacked(SAMPLE, lambda n, c: bomb + c if n.endswith("sheet1.xml") else c)

    assert refusal(data).startswith("Tệp Excel bị hỏng")


def test_cell_in_the_farthest_corner_costs_nothing():
    book = Workbook()
    book.active["A1"] = "a"
    book.active.cell(20_000, 16_384).value = "z"

    (sheet,) = read_spreadsheet(saved(book), "so.xlsx")

    assert dict(sheet.cells) == {(1, 1): Cell("a")}


def test_more_rows_than_a_register_has_are_refused():
    book = Workbook()
    book.active.cell(20_001, 1).value = "z"

    assert refusal(saved(book)) == "Tệp có hơn 20.000 hàng. Hãy chia thành nhiều tệp nhỏ hơn."
    assert refusal(b"a;b\n" * 20_001) == "Tệp có hơn 20.000 hàng. Hãy chia thành nhiều tệp nhỏ hơn."


def test_csv_with_a_cell_of_megabytes_is_refused():
    assert refusal(b'a;b\n"' + b"x" * 200_000 + b'";1\n').startswith("Tệp CSV có ô không đọc được")


@settings(max_examples=60)
@given(st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe"]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_sentence(start, data):
    assert sentence_or_sheets(start + data).endswith((".", "sheets"))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255))
def test_workbook_with_one_wrong_byte_is_read_or_refused(place, byte):
    damaged = SAMPLE[:place] + bytes([byte]) + SAMPLE[place + 1 :]

    assert sentence_or_sheets(damaged).endswith((".", "sheets"))


def sentence_or_sheets(data):
    try:
        return f"{len(read_spreadsheet(data, 'x'))} sheets"
    except TgfairError as error:
        return error.message()
