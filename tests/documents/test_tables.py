"""A printable table over several pages."""

from __future__ import annotations

import pypdfium2

from tgfair.documents.tables import simple_table_pdf


def texts(pdf):
    return [
        " ".join(page.get_textpage().get_text_range().split())
        for page in pypdfium2.PdfDocument(pdf)
    ]


def test_table_repeats_its_head_and_keeps_every_row():
    rows = [[str(n), f"Cơ sở Đặng Ế Ữ số {n} <b>"] for n in range(120)]

    found = texts(simple_table_pdf("Danh sách gọi điện", ["STT", "Cơ sở"], rows, shares=[1, 5]))

    assert len(found) > 1
    assert all("STT Cơ sở" in text for text in found)
    assert all(f"Cơ sở Đặng Ế Ữ số {n} <b>" in " ".join(found) for n in range(120))


def test_table_breaks_a_cell_longer_than_a_page():
    found = texts(simple_table_pdf("Bảng", ["Ghi chú"], [["Dòng\n" * 200 + "cuối"]]))

    assert len(found) > 1
    assert "cuối" in found[-1]


def test_table_without_rows_has_its_head():
    (page,) = texts(simple_table_pdf("Bảng", ["Cơ sở"], [], subtitle="Trống", is_landscape=True))

    assert page == "Trang 1 Bảng Trống Cơ sở"
