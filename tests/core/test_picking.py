"""When producers pick, and which booths a loser is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.picking import ALTERNATIVES, Spot, Window, nearest, window_at, window_sentence

NOW = datetime(2026, 5, 5, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPOTS = st.lists(
    st.builds(
        Spot,
        label=st.text("ABCD0123456789", min_size=1, max_size=4),
        zone=st.sampled_from("AB"),
        x=st.floats(0, 100),
        y=st.floats(0, 100),
    ),
    unique_by=lambda spot: spot.label,
    max_size=12,
)
LOST = Spot("LOST", "A", 50, 50)


def test_window_without_limits_is_open():
    assert window_at(None, None, NOW) is Window.OPEN
    assert window_sentence(Window.OPEN, None, None) == ""


def test_window_opens_and_ends_with_its_last_minute():
    opens, closes = NOW, NOW + HOUR

    found = [
        window_at(opens, closes, at)
        for at in (
            NOW - timedelta(seconds=1),
            NOW,
            closes + timedelta(seconds=59),
            closes + timedelta(minutes=1),
        )
    ]

    assert found == [Window.BEFORE, Window.OPEN, Window.OPEN, Window.OVER]
    assert (
        window_sentence(Window.BEFORE, opens, closes) == "Mở chọn gian lúc 09:00 ngày 05/05/2026."
    )
    assert window_sentence(Window.OPEN, opens, closes) == "Chọn gian đến 10:00 ngày 05/05/2026."
    assert window_sentence(Window.OVER, opens, closes).startswith("Đã hết giờ tự chọn gian")


@given(SPOTS, st.randoms(use_true_random=False))
def test_nearest_does_not_depend_on_the_order_of_the_free(spots, chance):
    shuffled = [*spots]
    chance.shuffle(shuffled)

    assert nearest(LOST, shuffled) == nearest(LOST, spots)


@given(SPOTS)
def test_nearest_shows_the_same_zone_first_and_then_what_is_closer(spots):
    def far(spot: Spot) -> tuple[bool, float]:
        return (spot.zone != LOST.zone, (spot.x - LOST.x) ** 2 + (spot.y - LOST.y) ** 2)

    by_label = {spot.label: spot for spot in spots}

    shown = [far(by_label[label]) for label in nearest(LOST, spots)]

    left = [far(spot) for label, spot in by_label.items() if label not in nearest(LOST, spots)]
    assert len(shown) == min(ALTERNATIVES, len(spots))
    assert shown == sorted(shown)
    assert all(max(shown) <= other for other in left if shown)
