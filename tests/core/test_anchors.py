"""Days that hang on a solar day, on a lunar one, or on each other."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.anchors import (
    OnDay,
    OnMoon,
    OnStep,
    anchor_as_json,
    anchor_from_json,
    check_anchor,
    day_of,
    hang,
    moon_day,
    words,
)
from tgfair.core.errors import InvalidError
from tgfair.core.lunar import doan_ngo
from tgfair.core.timetable import Timetable

DATA = Path(__file__).parent.parent / "data"
EVE = OnMoon(5, 5, days=-1)
FAIR = Timetable(
    date(2027, 6, 8),
    date(2027, 6, 11),
    registration_closes=date(2027, 5, 21),
    confirm_deadline=date(2027, 5, 30),
)


@pytest.mark.parametrize("year", range(2027, 2036))
def test_the_eve_of_doan_ngo_in_each_year(year):
    assert moon_day(EVE, year) == doan_ngo(year) - timedelta(days=1)


def solar(row):
    """What an anchor makes of a line of the file: the day as written there, empty for none."""
    anchor = OnMoon(int(row["month"]), int(row["day"]), row["leap"] == "1")
    try:
        return moon_day(anchor, int(row["year"])).isoformat()
    except InvalidError:
        return ""


def test_lunar_anchors_are_exact_on_the_reference_days():
    with (DATA / "am-lich.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) > 300
    assert [row for row in rows if solar(row) != row["solar"]] == []


@pytest.mark.parametrize(
    ("anchor", "year"), [(OnMoon(2, 30), 2026), (OnMoon(5, 1, leap=True), 2026)]
)
def test_a_lunar_day_that_the_year_has_not_is_refused(anchor, year):
    with pytest.raises(InvalidError):
        moon_day(anchor, year)


@pytest.mark.parametrize(
    ("anchor", "day", "said"),
    [
        (OnDay(date(2027, 6, 1)), date(2027, 6, 1), "01/06/2027"),
        (OnStep("opening", -7), date(2027, 6, 1), "7 ngày trước “Khai mạc”"),
        (OnStep("closing", 2), date(2027, 6, 13), "2 ngày sau “Kết thúc”"),
        (OnStep("opening", 0), date(2027, 6, 8), "đúng “Khai mạc”"),
        (EVE, date(2027, 6, 8), "1 ngày trước mùng 5 tháng 5 (âm lịch)"),
        (OnMoon(4, 15), date(2027, 5, 20), "rằm tháng 4 (âm lịch)"),
        (OnMoon(12, 15), date(2027, 1, 22), "rằm tháng Chạp (âm lịch)"),
    ],
)
def test_day_and_words_of_an_anchor(anchor, day, said):
    assert (day_of(anchor, FAIR), words(anchor)) == (day, said)


def test_a_step_without_a_day_carries_nothing():
    with pytest.raises(InvalidError, match="chưa có ngày"):
        day_of(OnStep("plan_published_on", -1), FAIR)


def test_steps_hang_on_steps_in_any_order():
    anchors = {
        "confirm_deadline": OnStep("decision_on", 5),
        "decision_on": OnStep("registration_closes", 4),
        "badges_on": OnStep("opening", -5),
    }

    hung = hang(FAIR, anchors)

    assert (hung.decision_on, hung.confirm_deadline, hung.badges_on) == (
        date(2027, 5, 25),
        date(2027, 5, 30),
        date(2027, 6, 3),
    )


def test_steps_in_a_circle_are_refused():
    with pytest.raises(InvalidError, match="neo vòng"):
        hang(
            FAIR,
            {
                "decision_on": OnStep("badges_on", 1),
                "badges_on": OnStep("decision_on", 1),
            },
        )


@pytest.mark.parametrize(
    "anchor", [OnMoon(13, 1), OnMoon(1, 31), OnStep("nothing", 1), OnStep("opening", 9999)]
)
def test_impossible_anchors_are_refused(anchor):
    with pytest.raises(InvalidError):
        check_anchor(anchor)


anchors = st.one_of(
    st.builds(OnDay, st.dates(date(2000, 1, 1), date(2100, 1, 1))),
    st.builds(
        OnMoon, st.integers(1, 12), st.integers(1, 30), st.booleans(), st.integers(-400, 400)
    ),
    st.builds(OnStep, st.sampled_from(["opening", "closing"]), st.integers(-400, 400)),
)


@given(anchors)
def test_anchors_are_read_back_as_written(anchor):
    assert anchor_from_json(anchor_as_json(anchor)) == anchor


@pytest.mark.parametrize(
    "data", [{}, {"on": "day"}, {"on": "day", "day": "x"}, {"on": "moon", "month": "a"}]
)
def test_what_is_no_anchor_is_refused(data):
    with pytest.raises(InvalidError):
        anchor_from_json(data)
