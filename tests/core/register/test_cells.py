from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.register.cells import (
    DateReading,
    Decision,
    Person,
    read_date,
    read_decision,
    read_email,
    read_kind,
    read_person,
    read_stars,
)
from tgfair.core.register.identity import expand_name
from tgfair.core.register.sheet import Cell

DAYS = st.dates(date(2000, 1, 1), date(2089, 12, 31))


@pytest.mark.parametrize(
    ("value", "reading"),
    [
        (date(2025, 3, 4), DateReading(date(2025, 3, 4), "day")),
        (45932, DateReading(date(2025, 10, 2), "day")),
        ("45932", DateReading(date(2025, 10, 2), "day")),
        ("4/3/2025", DateReading(date(2025, 3, 4), "day")),
        ("04.03.2025", DateReading(date(2025, 3, 4), "day")),
        ("04-03-25", DateReading(date(2025, 3, 4), "day")),
        ("2025-03-04", DateReading(date(2025, 3, 4), "day")),
        ("ngày 04 tháng 3 năm 2025", DateReading(date(2025, 3, 4), "day")),
        ("T3/2026", DateReading(date(2026, 3, 1), "month")),
        ("tháng 3 năm 2026", DateReading(date(2026, 3, 1), "month")),
        ("03/2026", DateReading(date(2026, 3, 1), "month")),
        ("Quý III/2025", DateReading(date(2025, 7, 1), "quarter")),
        ("Q4 năm 2025", DateReading(date(2025, 10, 1), "quarter")),
        ("30/02/2025", None),
        ("13/13/2025", None),
        ("29/02/2025", None),
        ("2025", None),
        ("01/02-2025", None),
        ("1/1/1850", None),
        (date(1900, 1, 1), None),
        (12, None),
        ("hôm qua", None),
        (10**30, None),
    ],
)
def test_date_cell_is_read_day_first(value, reading):
    assert read_date(Cell(value)) == reading


@given(
    DAYS,
    st.sampled_from(
        ["{d}/{m}/{y}", "{d:02}.{m:02}.{y}", "{d}-{m}-{y}", "ngày {d} tháng {m} năm {y}"]
    ),
)
def test_every_day_is_read_from_every_form(day, form):
    text = form.format(d=day.day, m=day.month, y=day.year)

    assert read_date(Cell(text)) == DateReading(day, "day")


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_none(text):
    assert read_date(Cell(text)) is None or isinstance(read_date(Cell(text)).day, date)


@pytest.mark.parametrize(
    ("value", "stars"),
    [
        (3, 3),
        (4.0, 4),
        ("03 sao", 3),
        ("Hạng 4 sao", 4),
        ("5★", 5),
        ("★★★★☆", 4),
        ("***", 3),
        ("bốn sao", 4),
        ("★★", None),
        ("2 sao", None),
        ("3-4 sao", None),
        ("4,5", None),
        ("đạt", None),
        (6, None),
    ],
)
def test_stars_are_read_from_figures_and_signs(value, stars):
    assert read_stars(Cell(value)) == stars


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("3425/qđ-ubnd", Decision("3425/QĐ-UBND", None, None, None)),
        ("QĐ số 1852 / QÐ - UBND", Decision("1852/QĐ-UBND", None, None, None)),
        ("Số: 22/QĐ-UBND (UBND tỉnh)", Decision("22/QĐ-UBND", "UBND tỉnh", "province", None)),
        (
            "22/QĐ-UBND của UBND TP Gò Công",
            Decision("22/QĐ-UBND", "UBND TP Gò Công", "district", None),
        ),
        (
            "Quyết định số 22/QĐ-UBND ngày 9/6/2025 của UBND huyện Cái Bè",
            Decision("22/QĐ-UBND", "UBND huyện Cái Bè", "district", "9/6/2025"),
        ),
        ("22/QĐ-BNN (Bộ Nông nghiệp)", Decision("22/QĐ-BNN", "Bộ Nông nghiệp", "central", None)),
        ("22/QĐ-UBND, ngày 09/6/2025", Decision("22/QĐ-UBND", None, None, "09/6/2025")),
        ("", Decision(None, None, None, None)),
    ],
)
def test_decision_cell_is_taken_apart(text, decision):
    assert read_decision(Cell(text)) == decision


@pytest.mark.parametrize(
    ("cell", "name", "kind"),
    [
        ("HTX NN", "x", "cooperative"),
        ("Hộ KD cá thể", "x", "household_business"),
        ("DN", "x", "company"),
        ("Cơ sở SX", "x", "producer_household"),
        ("THT", "x", "coop_group"),
        ("Hội", "x", "association"),
        ("Đơn vị sự nghiệp", "x", "public_unit"),
        ("Liên hiệp HTX", "x", "coop_union"),
        ("Trang trại", "x", "farm"),
        ("", "Cty TNHH A", "company"),
        (None, "DNTN A", "company"),
        (None, "Hội Du lịch", "association"),
        ("?", "Hộ kinh doanh B", "household_business"),
        (None, "Sáu Lài", "other"),
    ],
)
def test_kind_comes_from_its_cell_or_the_name(cell, name, kind):
    assert read_kind(Cell(cell), name) == kind


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("Ông Phạm Minh\nTâm", Person("Phạm Minh Tâm", "Ông", None)),
        ("BÀ LÝ MỸ OANH", Person("LÝ MỸ OANH", "Bà", None)),
        ("Đặng Thị Lụa (Giám đốc)", Person("Đặng Thị Lụa", None, "Giám đốc")),
        ("Trần Tấn Đức\nGiám đốc", Person("Trần Tấn Đức", None, "Giám đốc")),
        ("Nguyễn Thanh Sáng - Chủ cơ sở", Person("Nguyễn Thanh Sáng", None, "Chủ cơ sở")),
        ("Giám đốc: Ông Lê An", Person("Lê An", "Ông", "Giám đốc")),
        ("Bàng Văn Ông", Person("Bàng Văn Ông", None, None)),
        (None, Person(None, None, None)),
    ],
)
def test_representative_is_taken_apart(text, person):
    assert read_person(Cell(text)) == person


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Email: HTX.A@Example.vn ", "htx.a@example.vn"),
        ("mailto:a@example.org", "a@example.org"),
        ("a@example,vn", None),
        ("a@b", None),
        ("a b@example.vn", None),
        ("@example.vn", None),
        (None, None),
    ],
)
def test_email_is_cleaned_or_refused(text, email):
    assert read_email(Cell(text)) == email


def test_names_are_compared_with_abbreviations_undone():
    assert expand_name("Cty TNHH SX-TM Láng Bằng Lăng") == expand_name(
        "CÔNG TY TNHH Sản xuất Thương mại Láng Bằng Lăng"
    )
    assert expand_name("HTX DV NN A") == "hop tac xa dich vu nong nghiep a"
