"""Deadlines proposed backwards from the opening, and the rules of their order."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.errors import InvalidError
from tgfair.core.timetable import (
    Timetable,
    TimetableProblem,
    check_timetable,
    propose_conference_timetable,
    propose_timetable,
)

OPENING = date(2026, 6, 18)
CLOSING = date(2026, 6, 21)
FAIR = Timetable(
    opening=OPENING,
    closing=CLOSING,
    invite_on=date(2026, 5, 9),
    registration_opens=date(2026, 5, 14),
    fair_file_due=date(2026, 5, 19),
    registration_closes=date(2026, 5, 31),
    supplement_deadline=date(2026, 6, 2),
    decision_on=date(2026, 6, 4),
    plan_published_on=date(2026, 6, 6),
    confirm_deadline=date(2026, 6, 9),
    waitlist_filled_by=date(2026, 6, 11),
    badges_on=date(2026, 6, 13),
    setup_from=date(2026, 6, 16),
    setup_to=date(2026, 6, 17),
)


def test_propose_timetable_with_enough_time():
    assert propose_timetable(OPENING, CLOSING, today=date(2026, 5, 1)) == FAIR
    assert check_timetable(FAIR) == []


def test_propose_conference_timetable_has_fewer_steps():
    assert propose_conference_timetable(date(2026, 2, 5), today=date(2026, 1, 1)) == Timetable(
        opening=date(2026, 2, 5),
        closing=date(2026, 2, 5),
        invite_on=date(2026, 1, 15),
        registration_opens=date(2026, 1, 15),
        registration_closes=date(2026, 1, 28),
        plan_published_on=date(2026, 1, 30),
        confirm_deadline=date(2026, 2, 1),
        badges_on=date(2026, 2, 2),
        setup_from=date(2026, 2, 4),
        setup_to=date(2026, 2, 4),
    )


@given(left=st.integers(8, 400), run=st.integers(0, 59))
def test_proposal_is_in_order_and_never_in_the_past(left, run):
    today = OPENING - timedelta(days=left)

    timetable = propose_timetable(OPENING, OPENING + timedelta(days=run), today=today)

    assert check_timetable(timetable) == []
    assert timetable.invite_on >= today


@given(left=st.integers(3, 100))
def test_conference_proposal_is_in_order_and_never_in_the_past(left):
    timetable = propose_conference_timetable(OPENING, today=OPENING - timedelta(days=left))

    assert check_timetable(timetable) == []
    assert timetable.invite_on >= OPENING - timedelta(days=left)


@pytest.mark.parametrize(
    ("opening", "closing", "field", "sentence"),
    [
        (
            OPENING,
            date(2026, 6, 17),
            "closing",
            "Ngày kết thúc 17/06/2026 phải từ ngày khai mạc 18/06/2026 trở đi.",
        ),
        (
            OPENING,
            date(2026, 8, 17),
            "closing",
            "Sự kiện dài quá 60 ngày. Hãy kiểm tra ngày kết thúc.",
        ),
        (
            date(2026, 4, 30),
            CLOSING,
            "opening",
            "Ngày khai mạc 30/04/2026 đã qua. Hãy chọn ngày khác.",
        ),
    ],
)
def test_propose_timetable_refuses_with_a_sentence(opening, closing, field, sentence):
    with pytest.raises(InvalidError) as refused:
        propose_timetable(opening, closing, today=date(2026, 5, 1))

    assert (refused.value.field, refused.value.message()) == (field, sentence)


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        (
            {"registration_closes": date(2026, 6, 5)},
            [
                TimetableProblem(
                    "supplement_deadline",
                    "Hạn bổ sung hồ sơ (02/06/2026) không được sớm hơn “Hết hạn đăng ký” (05/06/2026).",
                ),
                TimetableProblem(
                    "decision_on",
                    "Trả lời kết quả duyệt (04/06/2026) không được sớm hơn “Hết hạn đăng ký” (05/06/2026).",
                ),
            ],
        ),
        (
            {"closing": date(2026, 6, 17)},
            [
                TimetableProblem(
                    "closing", "Kết thúc (17/06/2026) không được sớm hơn “Khai mạc” (18/06/2026)."
                )
            ],
        ),
        (
            {"fair_file_due": date(2026, 6, 19)},
            [
                TimetableProblem(
                    "opening",
                    "Khai mạc (18/06/2026) không được sớm hơn “Nộp hồ sơ đăng ký tổ chức hội chợ” (19/06/2026).",
                )
            ],
        ),
        (
            {"closing": date(2026, 8, 17)},
            [TimetableProblem("closing", "Sự kiện dài quá 60 ngày. Hãy kiểm tra ngày kết thúc.")],
        ),
        ({"fair_file_due": None, "waitlist_filled_by": None}, []),
    ],
)
def test_check_timetable_names_the_field(changes, problems):
    assert check_timetable(replace(FAIR, **changes)) == problems


def test_check_timetable_wants_registration_closed_before_build_up():
    same = Timetable(OPENING, CLOSING, registration_closes=OPENING, setup_from=OPENING)

    assert check_timetable(same) == [
        TimetableProblem(
            "registration_closes",
            "Hết hạn đăng ký phải trước ngày bắt đầu dựng gian (18/06/2026).",
        )
    ]


@pytest.mark.parametrize("year", [1999, 2101])
def test_a_fair_of_another_century_is_a_slip(year):
    day = date(year, 6, 18)

    assert [problem.field for problem in check_timetable(Timetable(day, day))] == ["opening"]
