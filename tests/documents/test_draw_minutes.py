"""Minutes read back from the PDF."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime

from tgfair.documents.draw_minutes import Minutes, MinutesLine, draw_minutes

AT = datetime(2027, 5, 21, 10, 0, tzinfo=UTC)


def minutes(**changes):
    values = {
        "fair": "Hội chợ OCOP",
        "venue": "Quảng trường",
        "number": 1,
        "mode": "Bốc gian",
        "closed_at": AT,
        "source": "Sáu quả bóng",
        "rules": ("Không bốc lại.",),
        "list_hash": "ab" * 32,
        "public": "07 45 12 93 21 60",
        "seed": "cd" * 32,
        "drawn_at": AT,
        "typed_by": ("Cô Hạnh", "Chú Tư"),
        "notes": ("Sót một hồ sơ",),
        "lines": tuple(
            MinutesLine("A", n, f"HC-{n:04d}", f"Cơ sở số {n} <b>&", f"A{n:02d}", "")
            for n in range(1, 121)
        ),
    }
    return Minutes(**{**values, **changes})


def text_of(pdf, tmp_path):
    file = tmp_path / "bien-ban.pdf"
    file.write_bytes(pdf)
    read = subprocess.run(
        ["pdftotext", "-layout", file, "-"], capture_output=True, check=True, text=True
    )
    return read.stdout


def test_minutes_say_everything(tmp_path):
    text = text_of(draw_minutes(minutes()), tmp_path)

    for words in (
        "BIÊN BẢN BỐC THĂM GIAN HÀNG",
        "ab" * 32,
        "cd" * 32,
        "07 45 12 93 21 60",
        "Cô Hạnh, Chú Tư",
        "Ghi chú: Sót một hồ sơ",
        "Cơ sở số 120 <b>&",
        "17:00 ngày 21/05/2027",
        "ĐẠI DIỆN CÁC CƠ SỞ",
    ):
        assert words in text


def test_before_the_draw_it_is_the_list_without_signatures(tmp_path):
    before = minutes(public="", seed="", drawn_at=None, typed_by=())

    text = text_of(draw_minutes(before), tmp_path)

    assert "DANH SÁCH BỐC THĂM GIAN HÀNG" in text
    assert "ĐẠI DIỆN CÁC CƠ SỞ" not in text


def test_same_minutes_same_bytes():
    assert draw_minutes(minutes()) == draw_minutes(minutes())
