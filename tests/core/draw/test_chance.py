"""Trial draws tell a participant the chance, the same to everybody who asks."""

from __future__ import annotations

from tgfair.core.draw.chance import TRIALS, zone_chances
from tgfair.core.draw.lots import ZoneLots, closed_list


def listed(applications: int, booths: int):
    zone = ZoneLots(
        "A",
        tuple(f"HS-{n}" for n in range(applications)),
        tuple(f"A{n}" for n in range(booths)),
    )
    return closed_list(event="e", closed_at="t", source="s", rules="", zones=[zone])


def test_chance_is_near_to_booths_over_applications():
    chances = zone_chances(listed(10, 8), "A")

    assert {c.trials for c in chances.values()} == {TRIALS}
    assert sum(c.won for c in chances.values()) == 8 * TRIALS
    assert all(abs(c.won / TRIALS - c.exact) < 0.02 for c in chances.values())
    assert all(abs(c.early / TRIALS - 0.4) < 0.02 for c in chances.values())


def test_chance_is_the_same_every_time():
    assert zone_chances(listed(7, 3), "A", trials=200) == zone_chances(
        listed(7, 3), "A", trials=200
    )


def test_everybody_wins_where_booths_are_enough():
    chances = zone_chances(listed(3, 5), "A", trials=50)

    assert [(c.won, c.exact) for c in chances.values()] == [(50, 1.0)] * 3


def test_order_of_choosing_gives_no_booth_but_a_place():
    chances = zone_chances(listed(6, 0), "A", trials=300)

    assert {c.won for c in chances.values()} == {0}
    assert sum(c.early for c in chances.values()) == 2 * 300
