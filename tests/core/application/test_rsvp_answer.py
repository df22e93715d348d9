"""The typed answer to an invitation."""

from __future__ import annotations

import pytest

from tgfair.core.application.rsvp import RsvpAnswer, check_rsvp
from tgfair.core.errors import InvalidError

OFFERED = frozenset({"p1", "p2"})


@pytest.mark.parametrize(
    ("answer", "headcount", "expected"),
    [
        ("yes", " 3 ", RsvpAnswer("yes", 3, ("p1",), "Đi xe khách")),
        ("attend_only", "1", RsvpAnswer("attend_only", 1, (), "Đi xe khách")),
        ("no", "nhiều", RsvpAnswer("no", 0, (), "Đi xe khách")),
    ],
)
def test_check_rsvp(answer, headcount, expected):
    assert check_rsvp(answer, headcount, ("p1", "x"), OFFERED, " Đi xe  khách") == expected


@pytest.mark.parametrize("headcount", ["", "0", "11", "-1", "²", "2,5", "00019999", "9" * 5000])
def test_check_rsvp_with_a_headcount_that_is_none(headcount):
    with pytest.raises(InvalidError) as caught:
        check_rsvp("attend_only", headcount, (), OFFERED, "")

    assert caught.value.field == "headcount"
