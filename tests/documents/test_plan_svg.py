"""The floor plan as inline SVG."""

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tgfair.core.layout.grid import GridRequest, grid_plan
from tgfair.core.layout.plan import Group, Kind, Plan, PlanObject
from tgfair.core.layout.reading import parse_plan
from tgfair.documents.plan_svg import (
    GROUP_LETTERS,
    BoothView,
    group_swatch,
    plan_svg,
    print_scale,
)

DATA = Path(__file__).parent.parent / "data"
SQUARE = parse_plan(json.loads((DATA / "quang-truong-hung-vuong.json").read_text("utf-8")))
HALL = parse_plan(json.loads((DATA / "hoi-nghi-truoc-tet.json").read_text("utf-8")))
SVG = "{http://www.w3.org/2000/svg}"
NASTY = "\"'><script>alert(1)</script>&amp; Mắm"


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314 -- our own output


def booth_of(svg, label):
    return next(e for e in parsed(svg).iter() if e.get("data-booth") == label)


def title_of(svg, label):
    return booth_of(svg, label).find(f"{SVG}title").text


@pytest.mark.parametrize("plan", [SQUARE, HALL])
def test_every_booth_is_drawn_once_with_its_label(plan):
    root = parsed(plan_svg(plan))

    booths = [e for e in root.iter() if e.get("data-booth")]
    assert [e.get("data-booth") for e in booths] == [booth.label for booth in plan.booths]
    assert [e.find(f"{SVG}text").text for e in booths] == [booth.label for booth in plan.booths]
    assert root.find(f"{SVG}title").text == plan.name


def test_titles_say_who_and_in_which_state():
    svg = plan_svg(
        SQUARE,
        {
            "C12": BoothView("taken", "Mắm Út Hạnh", href="/hoi-cho/gian/C12"),
            "C13": BoothView("held", "HTX Hòa Lộc"),
            "C14": BoothView(marks=("unsuitable",), note="Gian không có nước."),
            "C15": BoothView("taken", "HTX Mỹ Tịnh An", marks=("mine",)),
        },
    )

    assert [title_of(svg, label) for label in ("C11", "C12", "C13", "C14", "C15")] == [
        "Gian C11, còn trống",
        "Gian C12, Mắm Út Hạnh, đã có người",
        "Gian C13, HTX Hòa Lộc, đang giữ chỗ",
        "Gian C14, còn trống, không phù hợp, Gian không có nước.",
        "Gian C15, HTX Mỹ Tịnh An, đã có người, gian của cơ sở",
    ]


def test_state_marks_group_and_link_stand_on_the_booth():
    svg = plan_svg(
        SQUARE,
        {"A01": BoothView("taken", "X", "drink", "/g/A01", "b-7", marks=("mine", "found"))},
    )

    assert booth_of(svg, "A01").tag == f"{SVG}a"
    assert booth_of(svg, "A01").attrib == {
        "class": "booth taken mine found",
        "data-booth": "A01",
        "fill": "url(#plan-drink)",
        "data-id": "b-7",
        "href": "/g/A01",
    }
    assert booth_of(svg, "A02").attrib == {"class": "booth free", "data-booth": "A02"}


def test_role_is_img_without_links_and_group_with_them():
    without = parsed(plan_svg(HALL))
    with_links = parsed(plan_svg(HALL, {"T01": BoothView(href="/x")}))

    assert (without.get("role"), with_links.get("role")) == ("img", "group")
    assert without.find(f"{SVG}desc").text == "Mặt bằng 38 × 32 m, 60 gian, 60 gian còn trống."


def test_every_text_is_escaped():
    objects = (
        PlanObject("1", Kind.BOOTH, 1, 1, 3, 3, label=NASTY, group="A"),
        *(
            PlanObject(str(n), kind, 9, n + 2, 9, 3, label=NASTY, tags=("entrance",))
            for n, kind in enumerate(Kind)
            if kind is not Kind.BOOTH
        ),
    )
    plan = Plan(NASTY, 30, 20, (Group("A", NASTY, "#F6C65B"),), objects)

    svg = plan_svg(plan, {NASTY: BoothView("taken", NASTY, href="/?q=" + NASTY, note=NASTY)})

    assert "<script" not in svg
    assert parsed(svg).find(f"{SVG}title").text == NASTY
    assert NASTY in title_of(svg, NASTY)


@pytest.mark.parametrize("plan", [SQUARE, HALL])
def test_nothing_in_it_breaks_the_content_security_policy(plan):
    svg = plan_svg(plan, {plan.booths[0].label: BoothView("taken", "X", "food", "/x")}, scale=200)

    names = {name for element in parsed(svg).iter() for name in element.attrib}
    assert not [name for name in names if name == "style" or name.startswith("on")]
    assert not re.search(r"<(script|style|foreignObject|image)", svg)


def test_turned_booth_and_outline_are_drawn_as_polygons():
    booth = PlanObject("1", Kind.BOOTH, 0, 0, 4, 2, rot=90, label="A1", group="A")
    plan = Plan("Thử", 9, 9, (Group("A", "A", "#F6C65B"),), (booth,))

    path = booth_of(plan_svg(plan), "A1").find(f"{SVG}path")

    assert path.get("d") == "M3 -1L3 3L1 3L1 -1z"


def test_print_scale_and_true_size_on_paper():
    root = parsed(plan_svg(SQUARE, scale=250))

    assert (print_scale(SQUARE), print_scale(HALL)) == (250, 150)
    assert (root.get("width"), root.get("height")) == ("352mm", "252mm")


def test_five_hundred_booths_stay_small():
    plan = grid_plan(GridRequest("Lớn", Group("A", "A", "#F6C65B"), rows=20, columns=25))
    views = {
        booth.label: BoothView("taken", "Cơ sở Mắm Út Hạnh", "food", f"/hc/gian/{booth.label}")
        for booth in plan.booths
    }

    assert len(plan_svg(plan).encode()) <= 90_000
    assert len(gzip.compress(plan_svg(plan, views).encode())) <= 15_000


@pytest.mark.parametrize("group", GROUP_LETTERS)
def test_swatch_shows_the_letter_and_the_hatch_of_its_group(group):
    root = parsed(group_swatch(group))

    assert root.find(".//text").text == GROUP_LETTERS[group]
    assert f'<pattern id="plan-{group}"' in plan_svg(replace(SQUARE, objects=SQUARE.objects[-20:]))
