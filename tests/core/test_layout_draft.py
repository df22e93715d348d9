"""A plan while it is drawn: edits, the row tool, problems by shared vectors, differences."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.errors import InvalidError, NotFoundError
from tgfair.core.layout.checks import check_plan
from tgfair.core.layout.difference import plan_changes
from tgfair.core.layout.draft import (
    Background,
    Draft,
    draft_as_json,
    empty_plan,
    moved,
    object_of,
    parse_draft,
    with_group,
    with_objects,
    without_group,
    without_objects,
)
from tgfair.core.layout.plan import Group, Kind, Plan, PlanObject, plan_as_json
from tgfair.core.layout.reading import parse_plan
from tgfair.core.layout.rows import Numbering, RowRequest, row_of_booths

DATA = Path(__file__).parent.parent / "data"
PROBLEMS = json.loads((DATA / "so-do-loi.json").read_text("utf-8"))
ROWS = json.loads((DATA / "so-do-day.json").read_text("utf-8"))
SQUARE = parse_plan(json.loads((DATA / "quang-truong-hung-vuong.json").read_text("utf-8")))


def numbered():
    return (f"new-{number}" for number in itertools.count(1))


def booth(label="A01", x=5.0, y=5.0, **more):
    values = {"group": "A", "front": "S", "w": 3, "h": 3} | more
    return PlanObject(f"id-{label}", Kind.BOOTH, x, y, label=label, **values)


def sheet(*objects):
    return replace(empty_plan("Thử"), objects=objects)


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case["name"])
def test_problems_of_the_shared_vectors(case):
    found = check_plan(parse_plan(case["plan"], unfinished=True))

    assert [
        {"code": one.code, "objects": list(one.objects), "sentence": one.sentence} for one in found
    ] == case["problems"]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case["request"]["pattern"])
def test_rows_of_the_shared_vectors(case):
    request = RowRequest(**case["request"] | {"numbering": Numbering(case["request"]["numbering"])})
    booths = tuple(row_of_booths(request, numbered()))
    plan = Plan("Thử", 60, 40, (Group("A", "Khu A", "#F6C65B"),), booths)

    assert plan_as_json(plan)["objects"] == case["booths"]


@given(
    request=st.builds(
        RowRequest,
        group=st.just("A"),
        x=st.integers(10, 30).map(float),
        y=st.integers(10, 30).map(float),
        count=st.integers(1, 20),
        gap=st.sampled_from([0, 0.5]),
        double=st.booleans(),
        backwards=st.booleans(),
        rot=st.sampled_from([0, 30, 90, 180]),
        numbering=st.sampled_from(list(Numbering)),
    )
)
def test_row_never_overlaps_itself_and_numbers_each_booth_once(request):
    booths = row_of_booths(request, numbered())
    plan = replace(empty_plan("Thử"), width=500, height=500, objects=tuple(booths))
    count = request.count * (2 if request.double else 1)

    codes = {problem.code for problem in check_plan(plan)}
    assert {booth.label for booth in booths} == {f"A{n:02}" for n in range(1, count + 1)}
    assert "overlap" not in codes


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"count": 0}, "count", "Số gian phải từ 1 đến 100."),
        ({"w": 0.2}, "w", "Chiều rộng gian (m) phải từ 0.5 đến 50."),
        (
            {"pattern": "A"},
            "pattern",
            "Cách đánh số gồm chữ không dấu, số và một dãy dấu #, ví dụ A## cho A01, A02.",
        ),
        ({"pattern": "KHU-AM-THUC-#"}, "pattern", "Mã gian dài quá 12 ký tự."),
    ],
)
def test_row_out_of_range_is_refused(change, field, sentence):
    with pytest.raises(InvalidError) as error:
        row_of_booths(replace(RowRequest("A", 0, 0, 4), **change), numbered())

    assert (error.value.field, error.value.message()) == (field, sentence)


def test_draft_is_written_and_read_back_with_its_picture():
    draft = Draft(SQUARE, Background(1600, 900, x=-2, scale=0.055, rot=-3.5))

    assert parse_draft(json.loads(json.dumps(draft_as_json(draft)))) == draft
    assert parse_draft(draft_as_json(Draft(empty_plan("Trống")))) == Draft(empty_plan("Trống"))


@pytest.mark.parametrize(
    "background", [[], {"width": 10}, {"width": 10, "height": 10, "scale": float("nan")}]
)
def test_picture_without_figures_is_refused(background):
    with pytest.raises(InvalidError, match=r"^Ảnh nền của sơ đồ"):
        parse_draft(plan_as_json(SQUARE) | {"background": background})


def test_edits_of_a_draft():
    one, two = booth(), booth("A02", x=8)
    plan = with_objects(sheet(one), [two, replace(one, label="A09")])

    assert [item.label for item in plan.objects] == ["A09", "A02"]
    assert moved(plan, ["id-A02"], 0.5, -1).objects[1] == replace(two, x=8.5, y=4)
    assert without_objects(plan, ["id-A01"]).objects == (two,)
    assert object_of(plan, "id-A02") == two
    with pytest.raises(NotFoundError):
        object_of(plan, "id-A03")


def test_moving_takes_the_outline_of_a_zone_along():
    zone = PlanObject("z", Kind.ZONE, 1, 1, 3, 3, poly=((1, 1), (4, 1), (4, 4)))

    (found,) = moved(sheet(zone), ["z"], 2, 0.5).objects

    assert (found.x, found.poly) == (3, ((3, 1.5), (6, 1.5), (6, 4.5)))


def test_edit_that_no_file_may_hold_is_refused():
    with pytest.raises(InvalidError, match="mã gian phải có 1–12 ký tự"):
        with_objects(sheet(), [booth("Gian số một")])


def test_zone_in_use_stays():
    plan = with_group(sheet(booth()), Group("B", "Ẩm thực", "#E0A97E"))

    assert [group.id for group in without_group(plan, "B").groups] == ["A"]
    with pytest.raises(InvalidError, match=r"Khu A còn 1 đối tượng \(ví dụ Gian A01\)"):
        without_group(plan, "A")


def test_changes_between_two_plans():
    tree = PlanObject("t", Kind.TREE, 1, 1, 1, 1, label="Cây đa")
    old = sheet(booth(), booth("A02", x=8), tree)
    new = replace(
        sheet(replace(booth(), x=6, power_w=500), booth("A03", x=20), replace(tree, label="Đa")),
        width=80,
    )

    assert [(one.code, one.id, one.sentence) for one in plan_changes(old, new)] == [
        ("edited", "", "Mặt bằng đổi thành 80 × 40 m."),
        ("moved", "id-A01", "Gian A01: dời chỗ, điện 500 W."),
        ("added", "id-A03", "Thêm Gian A03."),
        ("edited", "t", "Cây “Cây đa”: đổi mã thành Đa."),
        ("removed", "id-A02", "Bỏ Gian A02."),
    ]
    assert plan_changes(SQUARE, SQUARE) == []
