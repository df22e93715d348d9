from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pypdfium2

from tgfair.documents.allocation_minutes import (
    Minutes,
    MinutesLine,
    allocation_minutes,
    allocation_minutes_docx,
)

MINUTES = Minutes(
    fair="Hội chợ OCOP & trái cây",
    venue="Quảng trường Hùng Vương",
    number=2,
    published_at=datetime(2026, 6, 1, 2, 0, tzinfo=UTC),
    published_by="Lê Thị Hạnh",
    plan="PA2.1",
    note="Gốc cây đổ <vào gian>",
    scores=(("Số hồ sơ có gian", 148, 148), ("Điểm hàng xóm", 343, None)),
    changes=("Đổi chỗ Cơ sở Một (gian A01) với Cơ sở Hai (gian A02); Lê Thị Hạnh",),
    rules=("Mỗi gian chỉ có một cơ sở.",),
    goals=("Trước hết: nhiều cơ sở có gian nhất.",),
    lines=tuple(
        MinutesLine(f"TGF-{n:03d}", f"Cơ sở số {n}", "A", (f"A{n:02d}",)) for n in range(1, 60)
    ),
    without=(("TGF-900", "Cơ sở Chờ"),),
)


def test_pdf_says_everything_on_numbered_pages():
    document = pypdfium2.PdfDocument(allocation_minutes(MINUTES))
    text = "".join(page.get_textpage().get_text_range() for page in document)

    for words in (
        "BIÊN BẢN XẾP GIAN HÀNG",
        "Bản công bố số 2",
        "Theo phương án PA2.1, máy tìm, có sửa tay",
        "Gốc cây đổ <vào gian>",
        "Số hồ sơ có gian: 148; cao nhất có thể 148",
        "Cơ sở số 59",
        "Cơ sở Chờ (TGF-900)",
        f"Trang {len(document)}",
    ):
        assert words in text


def test_word_file_is_whole_and_the_same_for_the_same_minutes():
    data = allocation_minutes_docx(MINUTES)
    with ZipFile(BytesIO(data)) as archive:
        assert archive.namelist() == ["[Content_Types].xml", "_rels/.rels", "word/document.xml"]
        parts = [ET.fromstring(archive.read(name)) for name in archive.namelist()]  # noqa: S314 -- our own file
    text = "".join(parts[2].itertext())

    assert "Gốc cây đổ <vào gian>" in text
    assert "ĐẠI DIỆN BAN TỔ CHỨC" in text
    assert data == allocation_minutes_docx(MINUTES)


def test_word_file_opens_whatever_was_pasted_into_a_note():
    minutes = replace(MINUTES, note="Gốc cây\x0b đổ\x01\uffff")
    with ZipFile(BytesIO(allocation_minutes_docx(minutes))) as archive:
        body = ET.fromstring(archive.read("word/document.xml"))  # noqa: S314 -- our own file

    assert "Gốc cây đổ" in "".join(body.itertext())
