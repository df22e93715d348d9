"""Who is inside, from scans that arrive in any order and more than once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.gate_mutants import random_passages
from tgfair.clock import VIETNAM
from tgfair.core.gate import Direction, EarlierScan
from tgfair.core.gate_passages import Book, History, Passage, TwoEntries, merge

NINE = datetime(2027, 6, 9, 9, tzinfo=VIETNAM)
DAY = date(2027, 6, 9)


def passage(number, minutes, direction=Direction.IN, device=1, **more):
    at = NINE + timedelta(minutes=minutes)
    scan_id = more.pop("scan_id", f"{device}-{minutes}")
    return Passage(number, scan_id, device, direction, at, device, **{"admitted": True, **more})


def test_two_phones_that_did_not_know_are_a_conflict_and_one_person():
    first, second = passage(7, 0), passage(7, 5, device=2)

    assert merge([second, first]) == Book(
        inside=frozenset({7}),
        entered=frozenset({7}),
        conflicts=(TwoEntries(7, first, second),),
        counted=(first, second),
    )


def test_letting_in_again_knowingly_is_no_conflict():
    again = [
        passage(7, 5, device=2, knowing=True),
        passage(7, 9, Direction.BACK, device=2),
    ]

    assert merge([passage(7, 0), *again]).conflicts == ()


def test_going_out_between_is_no_conflict():
    book = merge([passage(7, 0), passage(7, 5, Direction.OUT), passage(7, 9, device=2)])

    assert (book.conflicts, book.inside) == ((), {7})


def test_what_was_not_admitted_or_was_undone_counts_for_nothing():
    undone = passage(8, 1)
    undo = passage(8, 2, cancels=undone.scan_id)
    foreign_undo = passage(9, 4, device=2, cancels="1-3")

    book = merge([passage(7, 0, admitted=False), undone, undo, passage(9, 3), foreign_undo])

    assert (book.inside, book.entered) == ({9}, {9})


def test_a_day_counts_by_itself():
    yesterday = passage(7, -24 * 60)

    book = merge([yesterday, passage(8, 0)], DAY)

    assert (book.inside, book.entered, book.conflicts) == ({8}, {8}, ())
    assert merge([yesterday, passage(7, 0, device=2)]).conflicts == ()


def test_history_tells_the_same_day_and_a_little_later():
    history = History([passage(7, -24 * 60), passage(7, 0), passage(7, 9, Direction.OUT, device=2)])

    assert history.before(7, NINE) == [
        EarlierScan(Direction.IN, "09:00", 1),
        EarlierScan(Direction.OUT, "09:09", 2),
    ]
    assert history.before(7, NINE - timedelta(minutes=11)) == []
    assert history.before(8, NINE) == []


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(chance=st.randoms(use_true_random=True))
def test_merge_is_the_same_for_every_order_and_any_repetition(chance):
    told = random_passages(chance, 40)
    book = merge(told)

    for _ in range(200):
        chance.shuffle(told)
        assert merge(told + told[:11]) == book


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(chance=st.randoms(use_true_random=True))
def test_history_is_the_same_for_every_order(chance):
    told = random_passages(chance, 40)
    asked = [(number, one.at) for one in told for number in range(1, 6)]
    expected = [History(told).before(*question) for question in asked]

    chance.shuffle(told)

    history = History(told + told[:7])
    assert [history.before(*question) for question in asked] == expected
