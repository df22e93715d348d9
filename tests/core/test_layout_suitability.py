"""Why a booth does not suit an application."""

from dataclasses import replace

import pytest

from tgfair.core.layout.booth_types import type_of, with_type
from tgfair.core.layout.plan import Kind, PlanObject
from tgfair.core.layout.suitability import (
    BoothFacts,
    Needs,
    Reason,
    ZoneFacts,
    unsuitable_reasons,
)

PLAIN = BoothFacts("A01", 500, water=False, tags=frozenset({"standard"}), area=9)
FOOD = BoothFacts("E01", 3000, water=True, tags=frozenset({"food", "cooking", "cooling"}), area=9)
EVERYBODY = ZoneFacts("Ẩm thực")


def test_booth_that_offers_everything_suits():
    needs = Needs(frozenset({"food"}), 3000, water=True, cooling=True, cooking=True, min_area=9)

    assert unsuitable_reasons(needs, FOOD, EVERYBODY) == []


def test_application_without_needs_suits_every_booth():
    assert unsuitable_reasons(Needs(), PLAIN, ZoneFacts("A", frozenset())) == []


def test_every_missing_thing_has_its_reason():
    needs = Needs(
        frozenset({"food", "drink", "craft"}), 1500, water=True, cooling=True, cooking=True,
        min_area=13.5, exhibitor_kind="company",
    )  # fmt: skip
    zone = ZoneFacts("Trái cây", frozenset({"food"}), frozenset({"province_delegation"}))

    assert unsuitable_reasons(needs, PLAIN, zone) == [
        Reason("zone_kind", "Khu Trái cây không dành cho loại cơ sở này."),
        Reason("product_group", "Khu Trái cây không nhận nhóm Đồ uống, Thủ công mỹ nghệ."),
        Reason("power", "Gian chỉ có 500 W, cơ sở cần 1.500 W."),
        Reason("water", "Gian không có nước."),
        Reason("cooling", "Gian không có chỗ cho tủ mát, tủ đông."),
        Reason("cooking", "Gian không được đun nấu."),
        Reason("size", "Gian rộng 9 m², cơ sở cần ít nhất 13,5 m²."),
    ]


def test_booth_facts_of_a_plan_object():
    item = PlanObject("1", Kind.BOOTH, 0, 0, 6, 4.5, label="F01", power_w=2000, tags=("raw",))

    assert BoothFacts.of(item) == BoothFacts("F01", 2000, False, frozenset({"raw"}), 27, "raw")


@pytest.mark.parametrize(
    ("groups", "sentences"),
    [
        ({"food"}, []),
        (set(), []),
        ({"craft"}, ["Gian E01 là gian ẩm thực, không nhận nhóm Thủ công mỹ nghệ."]),
        (
            {"tourism", "food", "herbal"},
            ["Gian E01 là gian ẩm thực, không nhận nhóm Dược liệu, Du lịch cộng đồng."],
        ),
    ],
)
def test_booth_of_a_type_takes_the_groups_of_its_type(groups, sentences):
    booth = replace(FOOD, type="food", accepted_groups=frozenset({"food", "drink"}))

    found = unsuitable_reasons(Needs(frozenset(groups)), booth, EVERYBODY)

    assert found == [Reason("booth_kind", sentence) for sentence in sentences]


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        (("food", "cooking"), "food"),
        (("cooling", "raw"), "raw"),
        (("cooling",), "standard"),
        ((), "standard"),
        (("shady", "table", "food"), "table"),
    ],
)
def test_type_of_a_booth_is_one_of_its_tags(tags, kind):
    assert type_of(tags) == kind
    assert with_type(tags, kind) == tags


def test_another_type_replaces_every_type_and_keeps_the_other_tags():
    assert with_type(("cooling", "food", "shady", "raw"), "raw") == ("raw", "cooling", "shady")
    assert with_type((), "table") == ("table",)
