"""The feasts that the date picker offers."""

from __future__ import annotations

from datetime import date

from tgfair.core.feasts import next_feasts


def test_the_next_five_of_each_feast_in_order():
    feasts = next_feasts(date(2026, 6, 19))

    assert [(feast.key, feast.day) for feast in feasts] == [
        ("doan-ngo-2026", date(2026, 6, 19)),
        ("tet-2027", date(2027, 2, 6)),
        ("doan-ngo-2027", date(2027, 6, 9)),
        ("tet-2028", date(2028, 1, 26)),
        ("doan-ngo-2028", date(2028, 5, 28)),
        ("tet-2029", date(2029, 2, 13)),
        ("doan-ngo-2029", date(2029, 6, 16)),
        ("tet-2030", date(2030, 2, 2)),
        ("doan-ngo-2030", date(2030, 6, 5)),
        ("tet-2031", date(2031, 1, 23)),
    ]


def test_label_names_weekday_and_day():
    assert next_feasts(date(2026, 6, 1))[0].label == "Tết Đoan Ngọ năm 2026 (Thứ Sáu, 19/06/2026)"
