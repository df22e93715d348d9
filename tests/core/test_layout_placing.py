"""Sentences about a booth for its producer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tgfair.core.layout.placing import Asked, Place, how_to_find, why_here
from tgfair.core.layout.reading import parse_plan

PLAN = parse_plan(
    json.loads((Path(__file__).parents[1] / "data/quang-truong-hung-vuong.json").read_text("utf-8"))
)
PLACE = Place("C12", "C", "Công nghiệp nông thôn", 40, 54, 3, 3, 500, True, False, False, True)
ASKED = Asked(["A", "C"], 300, water=True, cooling=True, cooking=False)


def test_why_here_names_the_wish_the_needs_and_the_corner():
    assert why_here(PLACE, ASKED) == [
        "Đúng khu cơ sở chọn, nguyện vọng 2: Công nghiệp nông thôn.",
        "Đủ điện: cần 300 W, gian có 500 W.",
        "Đáp ứng yêu cầu: có nước.",
        "Gian góc, hai mặt thoáng.",
    ]


def test_why_here_promises_nothing_that_is_not_so():
    place = replace(PLACE, zone_code="B", zone_label="Trái cây", power_w=100, corner=False)

    assert why_here(place, Asked(["A"], 300, water=False, cooling=False, cooking=False)) == [
        "Khu Trái cây."
    ]


def test_how_to_find_names_the_nearest_entrance_but_no_emergency_exit():
    assert how_to_find(PLACE, PLAN) == (
        "Công nghiệp nông thôn, cách Cổng phụ, xe hàng khoảng 10 m."
    )


def test_how_to_find_without_gates_names_the_zone():
    assert how_to_find(PLACE, replace(PLAN, objects=())) == "Công nghiệp nông thôn."
