"""Changes of a plan by hand, and the fair's own rules as data."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.allocation.moves import Change, relocated, staying, taken_out
from tgfair.core.allocation.problem import Applicant, Booth, Pin, Problem, Weights, Zone
from tgfair.core.allocation.rulebook import (
    Circle,
    Rulebook,
    check_rulebook,
    lasting_rules,
    rulebook_as_json,
    rulebook_from_json,
    said_as_goals,
    said_as_rules,
)
from tgfair.core.errors import InvalidError
from tgfair.core.layout.booth_types import BOOTH_TYPES
from tgfair.core.names import GROUP_NAMES

PROBLEM = Problem(
    booths=tuple(Booth(f"b{n}", f"A{n:02d}", "A", row="r", position=n) for n in range(1, 7)),
    zones=(Zone("A", "Một"),),
    applicants=(
        Applicant("one", "Cơ sở Một"),
        Applicant("two", "Cơ sở Hai"),
        Applicant("pair", "Cơ sở Đôi", units=2),
    ),
)
PLACES = {"one": ("b1",), "two": ("b2",), "pair": ("b3", "b4")}
FREE = frozenset[str]()


def move(code: str, label: str, fixed: frozenset[str] = FREE) -> Change:
    return relocated(PROBLEM, PLACES, fixed, code, label)


def test_to_a_free_booth_is_a_move_and_to_an_equal_holder_a_swap():
    assert move("one", "a05") == Change(
        {"one": ("b5",)}, "Chuyển Cơ sở Một từ gian A01 sang gian A05"
    )
    assert move("one", "A02") == Change(
        {"one": ("b2",), "two": ("b1",)}, "Đổi chỗ Cơ sở Một (gian A01) với Cơ sở Hai (gian A02)"
    )
    assert move("pair", "A05") == Change(
        {"pair": ("b5", "b6")}, "Chuyển Cơ sở Đôi từ gian A03, A04 sang gian A05, A06"
    )
    assert taken_out(PROBLEM, PLACES, FREE, "two") == Change(
        {"two": ()}, "Bỏ gian A02 của Cơ sở Hai"
    )


def test_two_who_stand_on_the_wanted_booths_share_the_old_place():
    assert move("pair", "A01") == Change(
        {"pair": ("b1", "b2"), "one": ("b3",), "two": ("b4",)},
        "Đổi chỗ Cơ sở Đôi (gian A03, A04) với Cơ sở Một (gian A01) và Cơ sở Hai (gian A02)",
    )
    # One booth to the left: who stands there goes to the booth that is given up.
    assert move("pair", "A02").places == {"pair": ("b2", "b3"), "two": ("b4",)}


def test_a_pin_keeps_only_who_stands_there_and_is_taken_whole():
    pins = (Pin("one", ("b1",)), Pin("pair", ("b2", "b6")))
    pinned = replace(PROBLEM, pins=pins)

    assert staying(pinned, PLACES) == {"one"}
    assert relocated(pinned, PLACES, frozenset({"one"}), "pair", "A02") == Change(
        {"pair": ("b2", "b6"), "two": ("b3",)},
        "Đổi chỗ Cơ sở Đôi (gian A03, A04) với Cơ sở Hai (gian A02)",
    )


@pytest.mark.parametrize(
    ("own", "beside"), [("b5", ("b5", "b6")), ("b6", ("b5", "b6")), ("b1", ("b1", "b2"))]
)
def test_a_larger_one_gets_the_old_place_and_the_free_booth_beside_it(own, beside):
    places = {"one": (own,), "pair": ("b3", "b4")}

    change = relocated(PROBLEM, places, FREE, "one", "A04")

    assert change.places == {"one": ("b4",), "pair": beside}


@given(st.permutations(range(1, 7)), st.integers(1, 6), st.sampled_from(("one", "two", "pair")))
def test_a_change_takes_nobody_s_booths_and_keeps_their_number(order, label, code):
    pair = min(order[0], 5)
    rest = [f"b{n}" for n in order if n not in {pair, pair + 1}]
    places = {"pair": (f"b{pair}", f"b{pair + 1}"), "one": (rest[0],), "two": (rest[1],)}
    try:
        change = relocated(PROBLEM, places, FREE, code, f"A{label:02d}")
    except InvalidError:
        return

    after = {**places, **change.places}

    assert {one: len(booths) for one, booths in after.items()} == {"pair": 2, "one": 1, "two": 1}
    assert len({booth for booths in after.values() for booth in booths}) == 4
    assert int(after["pair"][1][1:]) == int(after["pair"][0][1:]) + 1


@pytest.mark.parametrize(
    ("code", "label", "words"),
    [
        ("one", "A01", "đang ở gian A01 rồi"),
        ("one", "A03", "chỗ cũ không đủ gian liền nhau"),
        ("pair", "A06", "cần 2 gian liền nhau"),
        ("one", "Z99", "Không có gian này"),
        ("gone", "A05", "không còn trong danh sách"),
    ],
)
def test_what_cannot_be_is_said_in_words(code, label, words):
    with pytest.raises(InvalidError, match=words):
        move(code, label)


def test_who_is_fixed_neither_moves_nor_makes_room():
    for code, label in (("one", "A05"), ("two", "A01")):
        with pytest.raises(InvalidError, match="Chỗ của Cơ sở Một giữ nguyên"):
            move(code, label, frozenset({"one"}))


POINTS = st.integers(0, 1000)


@given(
    wishes=st.lists(POINTS, min_size=3, max_size=3).map(lambda w: tuple(sorted(w, reverse=True))),
    points=POINTS,
    cap=st.none() | st.integers(1, 50),
    accepted=st.dictionaries(
        st.sampled_from([*BOOTH_TYPES]), st.frozensets(st.sampled_from([*GROUP_NAMES]), min_size=1)
    ),
)
def test_rules_survive_writing_and_reading_and_are_said_with_their_numbers(
    wishes, points, cap, accepted
):
    book = Rulebook(
        weights=Weights(wishes=wishes, same_group=points),
        cap_per_owner=cap,
        kind_groups=tuple(sorted(accepted.items())),
        apart=(("x", "y"),),
        owners=(Circle("Ông Ba", ("x", "y")),),
        good=("b1",),
    )
    check_rulebook(book)

    assert rulebook_from_json(json.loads(json.dumps(rulebook_as_json(book)))) == book
    assert f"nguyện vọng 3 được {wishes[2]}" in said_as_goals(book)[1]
    assert any(f"nhiều nhất {cap} gian tất cả" in line for line in said_as_rules(book)) == bool(cap)
    kept = rulebook_from_json(lasting_rules(rulebook_as_json(book)))
    assert (kept.weights, kept.good, kept.apart, kept.owners) == (book.weights, ("b1",), (), ())
    assert kept.kind_groups == book.kind_groups
    said = [line for line in said_as_rules(book) if " chỉ nhận nhóm " in line]
    assert len(said) == len(accepted)


def test_types_of_booths_are_said_by_their_names_and_those_of_the_groups():
    book = rulebook_from_json({"kind_groups": {"raw": ["craft", "ornamental"], "food": ["food"]}})

    assert said_as_rules(book)[2:4] == (
        "Gian ẩm thực chỉ nhận nhóm Thực phẩm.",
        "Đất trống chỉ nhận nhóm Thủ công mỹ nghệ, Sinh vật cảnh.",
    )


def test_rules_written_before_types_had_any_take_everybody():
    written = rulebook_as_json(Rulebook())
    del written["kind_groups"]

    assert rulebook_from_json(written) == Rulebook()


@pytest.mark.parametrize(
    "book",
    [
        Rulebook(weights=Weights(wishes=(10, 20, 5))),
        Rulebook(weights=Weights(corner=-1)),
        Rulebook(cap_per_subject=0),
        Rulebook(apart=(("x", "x"),)),
        Rulebook(kind_groups=(("food", frozenset()),)),
        Rulebook(kind_groups=(("food", frozenset({"iron"})),)),
        Rulebook(good=("b1", "b2"), bad=("b2",)),
        Rulebook(kind_groups=(("castle", frozenset({"food"})),)),
    ],
)
def test_rules_that_mean_nothing_are_refused(book):
    with pytest.raises(InvalidError):
        check_rulebook(book)
