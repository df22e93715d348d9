"""Who is offered a freed booth: rules that hold for every list and every set of free booths."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.layout.suitability import BoothFacts, Needs, ZoneFacts
from tgfair.core.waitlist import (
    DRAWS,
    FreeBooth,
    Rule,
    Waiting,
    choose,
    objections,
    offer_round,
)

WATER = Needs(
    product_groups=frozenset({"food"}),
    power_w=0,
    water=True,
    cooling=False,
    cooking=False,
    exhibitor_kind="cooperative",
)
DRY = Needs(
    product_groups=frozenset({"food"}),
    power_w=0,
    water=False,
    cooling=False,
    cooking=False,
    exhibitor_kind="cooperative",
)


def booth(number: int, *, zone: str = "A", water: bool = True) -> FreeBooth:
    """A booth of 3 × 3 m in a row along x; every tenth number begins a row of its own."""
    return FreeBooth(
        id=number,
        zone=zone,
        facts=BoothFacts(f"{zone}{number:02d}", 500, water, frozenset(), 9.0),
        zone_facts=ZoneFacts(f"Khu {zone}", None, None),
        x=3.0 * (number % 10),
        y=20.0 * (number // 10) + (0 if zone == "A" else 1000),
        width=3,
        depth=3,
    )


@st.composite
def rows_of_booths(draw: st.DrawFn) -> list[FreeBooth]:
    numbers = draw(st.lists(st.integers(0, 25), unique=True, max_size=10))
    return [
        booth(number, zone=draw(st.sampled_from("AB")), water=draw(st.booleans()))
        for number in numbers
    ]


@st.composite
def lines(draw: st.DrawFn) -> list[Waiting]:
    return [
        Waiting(
            id=number,
            code=f"HS-{number}",
            zones=draw(st.sampled_from([(), ("A",), ("B",), ("A", "B"), ("B", "A")])),
            units=draw(st.sampled_from([1, 1, 1, 2, 3])),
            needs=draw(st.sampled_from([WATER, DRY])),
            refused=frozenset(draw(st.sets(st.integers(0, 25), max_size=4))),
            has_offer=draw(st.integers(0, 5)) == 0,
            draws=draw(st.integers(0, 5)) == 0,
        )
        for number in range(draw(st.integers(0, 6)))
    ]


RULES = st.sampled_from(list(Rule))


@given(lines(), rows_of_booths(), RULES)
def test_every_booth_goes_to_one_entry_whom_it_suits_and_every_entry_gets_all_or_nothing(
    entries, free, rule
):
    by_id, booths = {one.id: one for one in entries}, {one.id: one for one in free}

    found = offer_round(entries, free, rule)

    given_away = [number for match in found.matches for number in match.booths]
    assert len(given_away) == len(set(given_away))
    assert len({match.entry for match in found.matches}) == len(found.matches)
    for match in found.matches:
        entry, kept = by_id[match.entry], [booths[number] for number in match.booths]
        assert len(kept) == entry.units
        assert len({one.zone for one in kept}) == 1
        assert not entry.has_offer
        assert not entry.draws
        assert [objections(entry, one) for one in kept] == [[]] * len(kept)


@given(lines(), rows_of_booths(), RULES)
def test_everybody_who_is_not_asked_is_told_why(entries, free, rule):
    found = offer_round(entries, free, rule)

    asked = {match.entry for match in found.matches}
    assert found.why_not.keys() == {
        one.id for one in entries if not one.has_offer and one.id not in asked
    }
    assert all(sentence.endswith(".") for sentence in found.why_not.values())
    assert {found.why_not.get(one.id) for one in entries if one.draws and not one.has_offer} <= {
        DRAWS
    }


@given(lines(), rows_of_booths(), RULES, st.randoms(use_true_random=False))
def test_order_in_which_booths_are_read_changes_nothing(entries, free, rule, chance):
    shuffled = [*free]
    chance.shuffle(shuffled)

    assert offer_round(entries, shuffled, rule) == offer_round(entries, free, rule)


@given(lines(), rows_of_booths())
def test_skipping_leaves_nobody_without_who_could_be_served(entries, free):
    found = offer_round(entries, free, Rule.SKIP)

    gone = {number for match in found.matches for number in match.booths}
    left = [one for one in free if one.id not in gone]
    unserved = [one for one in entries if one.id in found.why_not and not one.draws]
    assert [choose(one, left) for one in unserved] == [[]] * len(unserved)


@given(lines(), rows_of_booths())
def test_strict_order_serves_nobody_in_a_zone_that_somebody_in_front_waits_for(entries, free):
    found = offer_round(entries, free, Rule.STRICT)

    booths, places = {one.id: one for one in free}, {one.id: n for n, one in enumerate(entries)}
    for match in found.matches:
        in_front = [
            one
            for one in entries[: places[match.entry]]
            if one.id in found.why_not and not one.draws
        ]
        for number in match.booths:
            zone = booths[number].zone
            assert [
                one.code
                for one in in_front
                if (not one.zones or zone in one.zones) and number not in one.refused
            ] == []


def test_who_stands_behind_is_told_for_whom_the_booth_is_not_that_they_were_asked():
    first, second = (Waiting(n, f"HS-{n}", (), 1, DRY) for n in (1, 2))

    found = offer_round([first, second], [booth(1)], Rule.STRICT)

    assert found.why_not == {2: "Gian trống A01: dành cho hồ sơ đứng trước (HS-1)."}


@given(lines(), rows_of_booths(), RULES)
def test_first_in_line_gets_the_best_that_there_is(entries, free, rule):
    first = next((one for one in entries if not one.has_offer and not one.draws), None)
    if first is None:
        return

    found = offer_round(entries, free, rule)

    wanted = tuple(one.id for one in choose(first, free))
    got = [match.booths for match in found.matches if match.entry == first.id]
    assert got == ([wanted] if wanted else [])


def test_booths_that_only_touch_at_a_corner_are_not_together():
    corner = [booth(1), replace(booth(2), y=3.0)]
    aside = [booth(1), booth(2)]
    one = Waiting(1, "HS-1", (), 2, DRY)

    assert choose(one, corner) == []
    assert choose(one, aside) == aside
