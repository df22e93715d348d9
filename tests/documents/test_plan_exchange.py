"""Floor plans out to other programs and back, and on paper."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.errors import InvalidError
from tgfair.core.layout.draft import empty_plan
from tgfair.core.layout.grid import GridRequest, grid_plan
from tgfair.core.layout.plan import Group, Kind, Plan, PlanObject
from tgfair.documents.plan_file import plan_templates, read_plan_file, write_plan_file
from tgfair.documents.plan_geojson import plan_geojson
from tgfair.documents.plan_pdf import PlanSheet, plan_pdf
from tgfair.documents.plan_svg_file import plan_svg_file

WRITERS = {"json": write_plan_file, "geojson": plan_geojson, "svg": plan_svg_file}
SQUARE = read_plan_file(
    (Path(__file__).parents[1] / "data/quang-truong-hung-vuong.json").read_bytes()
)
SHEET = PlanSheet("Hội chợ OCOP", "Quảng trường Hùng Vương", "Bản 3", "in ngày 05/05/2026")
TURNED = PlanObject("b1", Kind.BOOTH, 10, 10, 4, 2, rot=30, label="A01", group="A", front="S")
PLAN = replace(empty_plan("Thử"), objects=(TURNED,))


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_every_format_reads_back_the_same(write):
    plans = [SQUARE, *plan_templates().values(), PLAN]

    assert [read_plan_file(write(plan)) for plan in plans] == plans


metres = st.floats(-50, 100, allow_nan=False).map(lambda x: round(x, 3))
objects = st.builds(
    PlanObject,
    id=st.uuids().map(str),
    kind=st.sampled_from([kind for kind in Kind if kind is not Kind.BOOTH]),
    x=metres,
    y=metres,
    w=st.floats(0.1, 50).map(lambda x: round(x, 3)),
    h=st.floats(0.1, 50).map(lambda x: round(x, 3)),
    rot=st.floats(-360, 360).map(lambda x: round(x, 3)),
    label=st.sampled_from(["", "Lối “giữa” <&>", "Đường 30/4", "'\"]]>"]),
)


@given(st.lists(objects, min_size=1, max_size=5, unique_by=lambda item: item.id))
def test_any_object_survives_every_format(items):
    plan = Plan("Thử & <kiểm>", 60.5, 40, empty_plan("x").groups, tuple(items), north=12.5)

    assert [read_plan_file(write(plan)) for write in WRITERS.values()] == [plan] * 3


def test_shape_moved_in_a_drawing_program_comes_back_moved():
    text = plan_svg_file(PLAN).decode()
    moved = text.replace('id="o-b1"', 'id="o-b1" transform="translate(5,-2.5)"')
    turned = text.replace('id="o-b1"', 'id="o-b1" transform="rotate(60 12 11)"')
    matrix = text.replace("rotate(30 12.0 11.0)", "matrix(0 1 -1 0 23 -1)")

    assert read_plan_file(moved.encode()).objects == (replace(TURNED, x=15, y=7.5),)
    assert read_plan_file(turned.encode()).objects == (replace(TURNED, rot=90),)
    assert read_plan_file(matrix.encode()).objects == (replace(TURNED, rot=90),)


def test_feature_moved_and_rewound_in_a_map_program_comes_back_moved():
    document = json.loads(plan_geojson(PLAN))
    (feature,) = document["features"]
    ring = feature["geometry"]["coordinates"][0]
    feature["geometry"]["coordinates"] = [[[x + 1, y + 2, 0] for x, y in ring[::-1]]]

    (found,) = read_plan_file(json.dumps(document).encode()).objects

    assert found == replace(TURNED, x=11, y=8)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Tệp SVG này không phải sơ đồ"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><svg>&a;</svg>", "Tệp SVG này không phải sơ đồ"),
        (b"<svg", "Tệp SVG này không phải sơ đồ"),
        (b"<svg data-plan='[]'/>", "Tệp SVG này không phải sơ đồ"),
        (b'<svg data-plan="{}"/>', "Tệp này không phải sơ đồ theo mẫu"),
        (b'{"type": "FeatureCollection", "features": []}', "Tệp GeoJSON này không có mục"),
        (re.sub(rb'"coordinates": \[.*?\]\s*\}', b'"coordinates": []}', plan_geojson(PLAN), flags=16), "có đối tượng thiếu mã"),
        (plan_svg_file(PLAN).replace(b"rotate(30 12.0 11.0)", b"rotate(1 2)"), "Tệp SVG này không"),
        (plan_svg_file(PLAN).replace(b"rotate(30", b"matrix(1 1 0 1 0 0) rotate(30"), "Có hình không phải hình chữ nhật"),
        (plan_svg_file(PLAN).replace(b'x="10"', b'x="nan"'), "vị trí x phải là một số"),
    ],
)  # fmt: skip
def test_file_of_another_kind_is_refused(data, sentence):
    with pytest.raises(InvalidError) as error:
        read_plan_file(data)

    assert sentence in error.value.message()


def test_deep_nesting_does_not_break_the_reader():
    depth = 20_000
    data = b"<svg data-plan='{}'>" + b"<g>" * depth + b"</g>" * depth + b"</svg>"

    with pytest.raises(InvalidError):
        read_plan_file(data)


def test_pdf_is_one_a3_page_with_every_label_and_its_scale():
    document = pypdfium2.PdfDocument(plan_pdf(SQUARE, SHEET))
    text = document[0].get_textpage().get_text_range()

    assert len(document) == 1
    assert [round(side / 72 * 25.4) for side in document[0].get_size()] == [420, 297]
    assert [b.label for b in SQUARE.booths if b.label not in text] == []
    assert [
        words
        for words in ("Tỷ lệ 1:250", "Hội chợ OCOP", "Bản 3", "OCOP tỉnh", "Cổng chính", "10 m")
        if words not in text
    ] == []


def test_pdf_has_no_colour_that_carries_meaning_alone():
    """In grey the zones still differ: booths of two zones are not drawn the same."""
    page = pypdfium2.PdfDocument(plan_pdf(SQUARE, SHEET))[0]
    picture = page.render(scale=4).to_pil().convert("1")
    metre = 4 * 72 / 25.4 * 1000 / 250
    left = (picture.width - SQUARE.width * metre) / 2
    top = (10 * 72 / 25.4 * 4) + 2 * metre

    def ink(label):
        booth = next(b for b in SQUARE.booths if b.label == label)
        corner = (left + (booth.x + 0.2) * metre, top + (booth.y + 0.2) * metre)
        box = (*corner, corner[0] + 2.6 * metre, corner[1] + 0.5 * metre)
        return picture.crop(tuple(map(round, box))).tobytes()

    samples = [ink(label) for label in ("A02", "B02", "C02", "D02", "E02", "F02")]
    assert len(set(samples)) == len(samples)


def test_pdf_of_a_sheet_with_nothing_on_it_is_made_too():
    assert plan_pdf(empty_plan("Trống"), SHEET).startswith(b"%PDF-")
    assert plan_pdf(PLAN, SHEET) == plan_pdf(PLAN, SHEET)


def test_a_tall_plan_stands_on_the_sheet_where_that_makes_it_larger():
    zone = Group("A", "Khu chung", "#F6C65B")
    tall = grid_plan(GridRequest("Năm trăm gian", zone, 20, 25))

    page = pypdfium2.PdfDocument(plan_pdf(tall, SHEET))[0]
    text = page.get_textpage().get_text_bounded()

    assert page.get_height() > page.get_width()
    assert "Tỷ lệ 1:400" in text
    assert [booth.label for booth in tall.booths if booth.label not in text] == []


def test_emergency_exits_are_in_the_legend_beside_the_gates():
    plan = grid_plan(GridRequest("Năm trăm gian", Group("A", "Khu chung", "#F6C65B"), 20, 25))

    text = pypdfium2.PdfDocument(plan_pdf(plan, SHEET))[0].get_textpage().get_text_bounded()
    without = pypdfium2.PdfDocument(plan_pdf(SQUARE, SHEET))[0].get_textpage().get_text_bounded()

    exits = [any("emergency" in gate.tags for gate in one.of(Kind.GATE)) for one in (plan, SQUARE)]
    assert exits == ["Cửa thoát hiểm" in text, "Cửa thoát hiểm" in without]
    assert "Cửa thoát hiểm" in text
