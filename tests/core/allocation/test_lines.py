"""Which booths of the sample plan stand side by side."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tgfair.core.allocation.lines import find_lines
from tgfair.core.layout.plan import Kind, PlanObject
from tgfair.core.layout.reading import parse_plan

DATA = Path(__file__).parents[2] / "data"


def booth(label, x, y=0.0, *, rot=0.0, front="N", group="A"):
    return PlanObject(label, Kind.BOOTH, x, y, 3, 3, rot, label, group, front=front)


def test_touching_booths_of_one_front_are_a_row():
    rows = find_lines([booth("2", 3), booth("1", 0), booth("3", 9)])

    assert rows == {"1": ("1", 0), "2": ("1", 1), "3": ("3", 0)}


def test_booths_back_to_back_are_two_rows():
    rows = find_lines([booth("1", 0), booth("2", 0, 3, front="S")])

    assert rows == {"1": ("1", 0), "2": ("2", 0)}


def test_a_column_of_booths_that_face_east_is_a_row():
    rows = find_lines([booth("1", 0, 0, front="E"), booth("2", 0, 3, front="E")])

    assert rows == {"1": ("1", 0), "2": ("1", 1)}


def test_turned_booths_in_line_are_a_row():
    rows = find_lines([booth("1", 0, 0, rot=90), booth("2", 0, 3, rot=90)])

    assert rows == {"1": ("1", 0), "2": ("1", 1)}


def test_square_has_rows_in_every_zone():
    plan = parse_plan(json.loads((DATA / "quang-truong-hung-vuong.json").read_text("utf-8")))

    rows = find_lines(plan.booths)

    lengths = Counter(row for row, _ in rows.values())
    zones = {item.id: item.group for item in plan.booths}
    assert Counter((zones[row], length) for row, length in lengths.items()) == {
        ("A", 12): 4,
        ("B", 16): 2,
        ("C", 7): 1,
        ("C", 13): 1,
        ("D", 12): 2,
        ("E", 10): 2,
        ("F", 1): 6,
    }
