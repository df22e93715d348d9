"""Tables as .xlsx and .csv, read back."""

import unicodedata
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tgfair.documents.spreadsheet_out import Column, table_xlsx

MARKED = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
LETTERS = MARKED + MARKED.upper()
FORMULAS = [
    "=cmd|' /C calc'!A0",
    "=1+1",
    "+84900000001",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "=HYPERLINK(1)",
]


def sheet_of(data):
    return load_workbook(BytesIO(data)).active


def cells_of(data):
    return [[cell.value for cell in row] for row in sheet_of(data).iter_rows(min_row=4)]


def test_workbook_has_a_title_a_header_in_sight_and_the_rows():
    data = table_xlsx(
        "Danh sách", [Column("Mã"), Column("Chủ thể", 40)], [("TG-0001", "HTX Hòa Lộc")]
    )

    sheet = sheet_of(data)
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Danh sách", None],
        [None, None],
        ["Mã", "Chủ thể"],
        ["TG-0001", "HTX Hòa Lộc"],
    ]
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("Danh sách", "A4", "A3:B4")
    assert sheet["A3"].font.bold
    assert [sheet.column_dimensions[letter].width for letter in "AB"] == [10, 40]


def test_values_keep_their_types():
    instant = datetime(2026, 6, 17, 20, 30, tzinfo=UTC)
    row = (date(2026, 6, 18), instant, 1056, 12.5, Decimal("3.5"), True, None, "0012")

    data = table_xlsx("Kiểu", [Column(str(n)) for n in range(8)], [row])

    assert cells_of(data) == [
        [
            datetime(2026, 6, 18),  # noqa: DTZ001 -- a spreadsheet knows no zones
            datetime(2026, 6, 18, 3, 30),  # noqa: DTZ001 -- as above
            1056,
            12.5,
            3.5,
            "Có",
            None,
            "0012",
        ]
    ]
    assert [sheet_of(data).cell(4, n).number_format for n in (1, 2)] == [
        "dd/mm/yyyy",
        "dd/mm/yyyy hh:mm",
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_looks_like_a_formula_stays_text(text):
    data = table_xlsx(text, [Column(text)], [(text,)])

    sheet = sheet_of(data)
    assert [(sheet[name].data_type, sheet[name].value) for name in ("A1", "A3", "A4")] == [
        ("s", text)
    ] * 3
    assert b"<f>" not in zipfile.ZipFile(BytesIO(data)).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_letter_of_vietnamese_comes_back_in_nfc(form):
    text = unicodedata.normalize(form, LETTERS)

    assert cells_of(table_xlsx(text, [Column(text)], [(text,)])) == [[LETTERS]]


def test_control_characters_are_dropped_and_lines_stay():
    assert cells_of(table_xlsx("\0[a]*?", [Column("b")], [("x\x00\x07y\nz",)])) == [["xy\nz"]]


def test_title_without_a_usable_letter_still_names_the_sheet():
    assert sheet_of(table_xlsx("[]:*?/\\", [Column("a")], [])).title == "1"


def test_long_text_is_cut_at_what_a_cell_holds():
    assert [len(row[0]) for row in cells_of(table_xlsx("a", [Column("b")], [("x" * 40_000,)]))] == [
        32_767
    ]


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_can_be_written(text):
    data = table_xlsx(text, [Column(text)], [(text,)])

    assert sheet_of(data).cell(4, 1).data_type in {"s", "inlineStr"}  # the latter when empty
