"""Dates, times and numbers as they stand on the screen."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.calendar_text import (
    full_date,
    parse_vn_date,
    vn_date,
    vn_datetime,
    vn_money,
    vn_number,
    vn_time,
    vn_weekday,
)
from tgfair.core.errors import InvalidError


def test_dates_in_words():
    day = date(2026, 6, 19)

    assert vn_date(day) == "19/06/2026"
    assert vn_weekday(day) == "Thứ Sáu"
    assert vn_weekday(date(2026, 6, 21)) == "Chủ nhật"
    assert full_date(day) == "Thứ Sáu, 19/06/2026 (mùng 5 tháng 5 năm Bính Ngọ)"


def test_instants_are_shown_by_the_clock_of_viet_nam():
    instant = datetime(2026, 6, 17, 20, 30, tzinfo=UTC)

    assert vn_time(instant) == "03:30"
    assert vn_datetime(datetime(2026, 6, 18, 0, 30, tzinfo=UTC)) == "07:30 ngày 18/06/2026"
    assert vn_datetime(instant) == "03:30 ngày 18/06/2026"


def test_naive_instant_is_a_programming_error():
    with pytest.raises(ValueError, match="naive"):
        vn_datetime(datetime(2026, 6, 18, 7, 30))  # noqa: DTZ001 -- the naive value is the case


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_parse_vn_date_reads_what_vn_date_writes(day):
    assert parse_vn_date(vn_date(day)) == day
    assert parse_vn_date(day.isoformat()) == day


@pytest.mark.parametrize("typed", ["9/6/2026", " 09.06.2026 ", "9-6-2026", "09/6/2026"])
def test_parse_vn_date_reads_usual_spellings(typed):
    assert parse_vn_date(typed) == date(2026, 6, 9)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("30/2/2026", "Không có ngày 30/2/2026. Tháng 2/2026 có 28 ngày."),
        ("0/2/2026", "Không có ngày 0/2/2026. Tháng 2/2026 có 28 ngày."),
        ("2026-02-30", "Không có ngày 30/2/2026. Tháng 2/2026 có 28 ngày."),
        ("1/13/2026", "Không có tháng 13. Tháng phải từ 1 đến 12."),
        ("1/1/1899", "Năm phải từ 1900 đến 2199. Hãy xem lại năm."),
        ("31/12/9999", "Năm phải từ 1900 đến 2199. Hãy xem lại năm."),
        ("1/1/26", "Hãy ghi đủ bốn chữ số của năm, ví dụ 19/06/2026."),
        ("1/1.2026", "Hãy ghi ngày theo mẫu ngày/tháng/năm, ví dụ 19/06/2026."),
        ("hôm nay", "Hãy ghi ngày theo mẫu ngày/tháng/năm, ví dụ 19/06/2026."),
        ("", "Hãy ghi ngày theo mẫu ngày/tháng/năm, ví dụ 19/06/2026."),
        ("²/1/2026", "Hãy ghi ngày theo mẫu ngày/tháng/năm, ví dụ 19/06/2026."),
    ],
)
def test_parse_vn_date_refuses_with_a_sentence(typed, sentence):
    with pytest.raises(InvalidError) as refused:
        parse_vn_date(typed, field="opening")

    assert (refused.value.message(), refused.value.field) == (sentence, "opening")


def test_numbers_and_money():
    assert vn_number(1056) == "1.056"
    assert vn_number(-12) == "-12"
    assert vn_number(Decimal("1234.5")) == "1.234,5"
    assert vn_money(1_500_000) == "1.500.000 ₫"
