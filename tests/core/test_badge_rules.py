"""Numbers a booth, conditions, looks, and the names a producer types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.badge import BadgeKind
from tgfair.core.badge_design import BadgeDesign, Block, Sheet, keep_design, read_design
from tgfair.core.badge_rules import (
    BadgeRules,
    Condition,
    check_holders,
    condition_of,
    keep_rules,
    read_rules,
)
from tgfair.core.errors import InvalidError

DESIGNS = st.builds(
    BadgeDesign,
    sheet=st.sampled_from(Sheet),
    blocks=st.frozensets(st.sampled_from(Block)),
    qr_mm=st.integers(35, 40),
    crop_marks=st.booleans(),
    logos=st.lists(st.text("0123456789abcdef", min_size=64, max_size=64), max_size=4).map(tuple),
)


@given(DESIGNS)
def test_design_comes_back_as_it_was_kept(design):
    assert read_design(keep_design(design)) == design


@given(st.integers(0, 20), st.integers(0, 20), DESIGNS)
def test_rules_come_back_as_they_were_kept(builders, vehicles, design):
    rules = BadgeRules({BadgeKind.BUILDER: builders, BadgeKind.VEHICLE: vehicles}, design)

    assert read_rules(keep_rules(rules)) == rules


def test_rules_of_a_fair_that_decided_nothing():
    assert read_rules({}) == BadgeRules()
    assert read_rules({}).design.qr_mm >= 35


def test_design_of_a_later_version_falls_back():
    assert read_design({"sheet": "a3-99", "qr_mm": 12, "blocks": ["event", "hologram"]}) == (
        BadgeDesign(qr_mm=35, blocks=frozenset({Block.EVENT}))
    )


@pytest.mark.parametrize(("booths", "most"), [(0, 4), (1, 4), (3, 12)])
def test_badges_are_counted_by_booth(booths, most):
    assert BadgeRules().most(BadgeKind.BUILDER, booths) == most


def test_condition_of_each_kind():
    assert {kind.name: condition_of(kind) for kind in BadgeKind} == {
        "EXHIBITOR": Condition.CONFIRMED,
        "BUILDER": Condition.CONFIRMED,
        "ORGANIZER": Condition.ORGANISER,
        "DELEGATE": Condition.RSVP,
        "PRESS": Condition.ORGANISER,
        "SECURITY": Condition.ORGANISER,
        "MEDICAL": Condition.ORGANISER,
        "VOLUNTEER": Condition.ORGANISER,
        "VEHICLE": Condition.CONFIRMED,
    }


def test_holders_are_cleaned_and_empty_lines_left_out():
    found = check_holders(BadgeKind.BUILDER, ["  Trần  Văn Đức ", "", "Lê Thị Bé"], 3)

    assert found == ("Trần Văn Đức", "Lê Thị Bé")


def test_plates_are_written_large():
    assert check_holders(BadgeKind.VEHICLE, ["63c-123.45"], 1) == ("63C-123.45",)


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        (BadgeKind.BUILDER, ["A", "B", "C"], "name1"),
        (BadgeKind.BUILDER, ["A", "x" * 121], "name2"),
        (BadgeKind.VEHICLE, ["63C-123.45", "63c-123.45"], "name2"),
        (BadgeKind.VEHICLE, ["xe của tôi"], "name1"),
    ],
)
def test_wrong_holders_name_the_field(kind, typed, field):
    with pytest.raises(InvalidError) as caught:
        check_holders(kind, typed, 2)

    assert caught.value.field == field
