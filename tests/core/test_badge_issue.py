"""Which badges the named people need, and for which days."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.badge import BadgeKind
from tgfair.core.badge_issue import BadgeChanges, badge_changes, badge_days

NAMES = st.lists(st.sampled_from(["Hạnh", "Đức", "Ở", "Lan"]), max_size=5)


@pytest.mark.parametrize(
    ("names", "holders", "withheld", "changes"),
    [
        ([], [], [], BadgeChanges()),
        (["Hạnh"], [], [], BadgeChanges(added=("Hạnh",))),
        (["Hạnh"], ["Hạnh"], [], BadgeChanges()),
        (["Hạnh"], ["Hanh"], [], BadgeChanges(renamed=((0, "Hạnh"),))),
        (["Đức"], ["Hạnh", "Đức"], [], BadgeChanges(dropped=(0,))),
        (["Lan", "Lan"], ["Lan"], [], BadgeChanges(added=("Lan",))),
        (["Hạnh", "Đức"], ["Đức"], ["Hạnh"], BadgeChanges()),
        (["Hạnh"], ["Hạnh"], ["Hạnh"], BadgeChanges()),
    ],
)
def test_badge_changes(names, holders, withheld, changes):
    assert badge_changes(names, holders, withheld) == changes


@given(NAMES, NAMES)
def test_after_the_changes_everybody_named_has_one_badge(names, holders):
    changes = badge_changes(names, holders)

    after = dict(enumerate(holders)) | dict(changes.renamed)
    kept = [name for place, name in after.items() if place not in changes.dropped]
    assert Counter([*kept, *changes.added]) == Counter(names)


@given(NAMES)
def test_who_has_a_badge_needs_nothing(names):
    assert badge_changes(names, list(reversed(names))) == BadgeChanges()


FIRST, LAST, SETUP = date(2026, 6, 18), date(2026, 6, 21), date(2026, 6, 16)


@pytest.mark.parametrize(
    ("kind", "setup", "expected"),
    [
        (BadgeKind.EXHIBITOR, SETUP, (SETUP, 6)),
        (BadgeKind.BUILDER, SETUP, (SETUP, 6)),
        (BadgeKind.EXHIBITOR, None, (FIRST, 4)),
        (BadgeKind.EXHIBITOR, LAST, (FIRST, 4)),
        (BadgeKind.PRESS, SETUP, (FIRST, 4)),
    ],
)
def test_badge_days(kind, setup, expected):
    assert badge_days(kind, FIRST, LAST, setup) == expected


def test_badge_days_fit_into_one_byte():
    first, days = badge_days(BadgeKind.EXHIBITOR, FIRST, LAST, date(2020, 1, 1))

    assert (days, (LAST - first).days) == (255, 254)
