"""The construction, exact on the published vectors; fair over thousands of draws."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.draws import IDS, random_closed
from tgfair.core.draw.lots import (
    APPLICATION,
    ZoneLots,
    closed_list,
    draw_file,
    draw_lots,
    file_text,
    in_lot_order,
    list_hash,
    seed_of,
)
from tgfair.core.draw.reading import check_draw
from tgfair.core.errors import InvalidError

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "boc-tham-vectors.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda v: v["name"])
def test_draw_of_published_vector(vector):
    file = vector["file"]

    assert draw_file(file["closed"], file["public"]) == file
    assert draw_lots(file["closed"], file["public"]).seed == vector["seed"]


def test_list_is_sorted_whatever_the_order_it_came_in():
    zones = [ZoneLots("B", ("HS-2",), ("B1",)), ZoneLots("A", ("HS-3", "HS-1"), ("A2", "A1"))]

    closed = closed_list(event="e", closed_at="t", source="s", rules="", zones=zones)

    assert closed["zones"] == [
        {"code": "A", "applications": ["HS-1", "HS-3"], "booths": ["A1", "A2"]},
        {"code": "B", "applications": ["HS-2"], "booths": ["B1"]},
    ]


@pytest.mark.parametrize(
    ("zones", "said"),
    [
        ([ZoneLots("A", ("a|b",), ())], "Mã “a|b” không dùng để bốc thăm được"),
        ([ZoneLots("Khu Á", ("a",), ())], "Mã “Khu Á”"),
        ([ZoneLots("A", ("a",), ("",))], "Mã “”"),
        ([ZoneLots("A", ("a" * 33,), ())], "Mã “aaa"),
        ([ZoneLots("A", ("a",), ()), ZoneLots("B", ("a",), ())], "Mã a có hai lần"),
        ([ZoneLots("A", ("a",), ("x", "x"))], "Mã x có hai lần"),
    ],
)
def test_list_with_an_unusable_identifier(zones, said):
    with pytest.raises(InvalidError) as refused:
        closed_list(event="e", closed_at="t", source="s", rules="", zones=zones)

    assert refused.value.message().startswith(said)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_every_own_file_is_true_and_gives_each_booth_once(data):
    closed = data.draw(random_closed())
    public = data.draw(st.text(st.characters(codec="utf-8"), max_size=60))

    file = draw_file(closed, public)

    assert check_draw(file_text(file)).seed == seed_of(list_hash(closed), public)
    assert len(set(file["result"].values())) == len(file["result"])
    for zone in closed["zones"]:
        got = [code for code in zone["applications"] if code in file["result"]]
        assert len(got) == min(len(zone["applications"]), len(zone["booths"]))
        assert sorted(got + file["waiting"][zone["code"]]) == zone["applications"]


@given(st.sets(IDS, min_size=2, max_size=20), st.data())
@settings(max_examples=50, deadline=None)
def test_somebody_more_changes_nobody_s_order_among_the_others(names, data):
    gone = data.draw(st.sampled_from(sorted(names)))
    seed = data.draw(st.text("0123456789abcdef", min_size=64, max_size=64))

    whole = in_lot_order(seed, "A", APPLICATION, names)

    assert [n for n in whole if n != gone] == in_lot_order(seed, "A", APPLICATION, names - {gone})


def test_three_thousand_draws_favour_nobody():
    """200 applications for 160 booths: who wins how often, and who gets which booth (B4)."""
    names = [f"HS-{n:04d}" for n in range(200)]
    booths = [f"A{n:03d}" for n in range(160)]
    closed = closed_list(
        event="e", closed_at="t", source="s", rules="", zones=[ZoneLots("A", names, booths)]
    )
    draws, won, first = 3000, Counter(), Counter()
    for number in range(draws):
        outcome = draw_lots(closed, f"{number:06d}")
        won.update(list(outcome.result))
        first.update([outcome.result.get(names[0])])

    chance = len(booths) / len(names)
    deviation = math.sqrt(draws * chance * (1 - chance))
    scores = [(won[name] - draws * chance) / deviation for name in names]
    spread = math.sqrt(sum(score**2 for score in scores) / len(scores))
    each = draws * chance / len(booths)
    chi2 = sum((first[booth] - each) ** 2 / each for booth in booths)

    assert max(abs(score) for score in scores) < 4
    assert 0.85 < spread < 1.15
    # 159 degrees of freedom: mean 159, deviation 17.8.
    assert 159 - 4 * 17.8 < chi2 < 159 + 4 * 17.8


def test_small_draw_gives_every_place_alike():
    """5 applications for 4 booths over 3,000 numbers: 16 degrees of freedom."""
    names = ["a", "b", "c", "d", "e"]
    zone = ZoneLots("A", tuple(names), ("1", "2", "3", "4"))
    closed = closed_list(event="e", closed_at="t", source="s", rules="", zones=[zone])
    seen = Counter(
        (name, booth)
        for number in range(3000)
        for outcome in [draw_lots(closed, str(number))]
        for name in names
        for booth in [outcome.result.get(name, "chờ")]
    )

    chi2 = sum((seen[n, b] - 600) ** 2 / 600 for n in names for b in ("1", "2", "3", "4", "chờ"))

    assert chi2 < 39.3  # one in a thousand
