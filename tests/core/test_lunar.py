"""The lunar calendar against the published table of dates."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.errors import InvalidError
from tgfair.core.lunar import (
    LunarDate,
    doan_ngo,
    lunar_from_solar,
    lunar_label,
    solar_from_lunar,
    tet,
    year_name,
)

TABLE = Path(__file__).parent.parent / "data" / "am-lich.csv"


def table():
    return list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))


def lunar_of(row):
    return LunarDate(int(row["year"]), int(row["month"]), int(row["day"]), row["leap"] == "1")


def solar_or_refusal(lunar):
    try:
        return solar_from_lunar(lunar.year, lunar.month, lunar.day, leap=lunar.leap).isoformat()
    except InvalidError:
        return ""


def test_solar_from_lunar_on_every_row_of_the_table():
    rows = table()

    assert len(rows) == 332
    assert [solar_or_refusal(lunar_of(row)) for row in rows] == [row["solar"] for row in rows]
    assert [year_name(int(row["year"])) for row in rows] == [row["year_name"] for row in rows]


def test_lunar_from_solar_on_every_row_of_the_table():
    rows = [row for row in table() if row["solar"]]

    found = [lunar_from_solar(date.fromisoformat(row["solar"])) for row in rows]

    assert found == [lunar_of(row) for row in rows]


@given(st.dates(date(1968, 1, 1), date(2060, 12, 31)))
def test_lunar_from_solar_and_back_is_the_same_day(day):
    lunar = lunar_from_solar(day)

    assert solar_from_lunar(lunar.year, lunar.month, lunar.day, leap=lunar.leap) == day


@given(st.dates(date(1968, 1, 1), date(2060, 12, 31)))
def test_next_solar_day_is_the_next_lunar_day_or_the_first_of_a_month(day):
    today, tomorrow = lunar_from_solar(day), lunar_from_solar(day + timedelta(days=1))

    assert tomorrow.day == today.day + 1 or (tomorrow.day == 1 and today.day in {29, 30})


def test_tet_and_doan_ngo_of_known_years():
    assert [tet(year) for year in (1985, 2007, 2026, 2030)] == [
        date(1985, 1, 21),
        date(2007, 2, 17),
        date(2026, 2, 17),
        date(2030, 2, 2),
    ]
    assert doan_ngo(2026) == date(2026, 6, 19)
    assert doan_ngo(2028) == date(2028, 5, 28)


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2026, 6, 19), "mùng 5 tháng 5 năm Bính Ngọ"),
        (date(2026, 6, 25), "ngày 11 tháng 5 năm Bính Ngọ"),
        (date(2026, 6, 29), "rằm tháng 5 năm Bính Ngọ"),
        (date(2025, 7, 25), "mùng 1 tháng 6 nhuận năm Ất Tỵ"),
        (date(2026, 2, 16), "ngày 29 tháng 12 năm Ất Tỵ"),
    ],
)
def test_lunar_label_in_words(day, label):
    assert lunar_label(day) == label


@pytest.mark.parametrize(
    ("lunar", "sentence"),
    [
        ((2026, 2, 30, False), "Tháng 2 năm Bính Ngọ (2026) âm lịch có 29 ngày, không có ngày 30."),
        ((2026, 5, 1, True), "Năm Bính Ngọ (2026) không có tháng 5 nhuận."),
        ((2026, 13, 1, False), "Năm âm lịch không có tháng 13. Hãy chọn tháng từ 1 đến 12."),
        ((1, 1, 1, False), "Chỉ đổi được ngày âm lịch của các năm 1900-2199."),
    ],
)
def test_impossible_lunar_date_gets_its_sentence(lunar, sentence):
    year, month, day, leap = lunar

    with pytest.raises(InvalidError) as refused:
        solar_from_lunar(year, month, day, leap=leap)

    assert refused.value.message() == sentence


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1900, 1, 1), date(9999, 12, 31)])
def test_solar_day_out_of_range_is_refused(day):
    with pytest.raises(InvalidError):
        lunar_from_solar(day)
