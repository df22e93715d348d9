"""How a notice is spread over time."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.campaign.pacing import DOMAIN_GAP, DOMAIN_HOURLY, duration_text, offsets

SECOND = timedelta(seconds=1)


def test_mails_leave_at_the_rate_asked_for():
    addresses = [f"a@{n}.vn" for n in range(4)]
    assert offsets(addresses, per_minute=120) == [SECOND / 2 * n for n in range(4)]


def test_one_domain_gets_one_a_second():
    assert offsets(["a@x.vn", "b@X.VN", None, "c@y.vn"], per_minute=6000) == [
        timedelta(),
        SECOND,
        timedelta(),
        SECOND / 50,
    ]


def test_one_domain_gets_its_share_of_the_hour():
    found = offsets(["a@x.vn"] * (DOMAIN_HOURLY + 1), per_minute=6000)
    assert found[-2:] == [SECOND * (DOMAIN_HOURLY - 1), timedelta(hours=1)]


@given(st.lists(st.sampled_from(["a@x.vn", "b@y.vn", None]), max_size=700))
def test_no_domain_is_ever_hurried(addresses):
    found = offsets(addresses, per_minute=6000)
    for domain in ("a@x.vn", "b@y.vn"):
        times = [at for address, at in zip(addresses, found, strict=True) if address == domain]
        assert all(b - a >= DOMAIN_GAP for a, b in pairwise(times))
        hours = Counter(at // timedelta(hours=1) for at in times)
        assert all(count <= DOMAIN_HOURLY for count in hours.values())


def test_durations_are_said_in_words():
    said = [duration_text(timedelta(minutes=n)) for n in (0, 4, 60, 130)]
    assert said == ["khoảng 1 phút", "khoảng 4 phút", "khoảng 1 giờ", "khoảng 2 giờ 10 phút"]
