"""Floor plans: reading, writing, checking, and the quick form."""

import copy
import json
from contextlib import suppress
from dataclasses import replace
from math import inf, nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.errors import InvalidError
from tgfair.core.layout.checks import HALL_LIMITS, Limits, Problem, check_plan, limits_for
from tgfair.core.layout.grid import GridRequest, grid_plan
from tgfair.core.layout.plan import Group, Kind, Plan, PlanObject, plan_as_json
from tgfair.core.layout.reading import parse_plan

DATA = Path(__file__).parent.parent / "data"
TEMPLATES = Path(__file__).parent.parent.parent / "tgfair" / "data" / "plans"
SQUARE = json.loads((DATA / "quang-truong-hung-vuong.json").read_text("utf-8"))
HALL = json.loads((DATA / "hoi-nghi-truoc-tet.json").read_text("utf-8"))
ZONE = Group("A", "OCOP tỉnh", "#F6C65B")


def booth(label, x, y, **more):
    return PlanObject(
        f"id-{label}", Kind.BOOTH, x, y, 3, 3, label=label, group="A", front="S", **more
    )


def small(*objects):
    """Return a clean plan of two booths side by side, with `objects` added."""
    gate = PlanObject("gate", Kind.GATE, 10, 19.5, 3, 0.5, label="Cổng chính")
    return Plan("Thử", 30, 20, (ZONE,), (gate, booth("A01", 5, 5), booth("A02", 8, 5), *objects))


def refused(document):
    with pytest.raises(InvalidError) as error:
        parse_plan(document)
    return error.value.message()


@pytest.mark.parametrize(("document", "booths"), [(SQUARE, 150), (HALL, 60)])
def test_sample_plan_is_read_clean_and_written_back_the_same(document, booths):
    plan = parse_plan(document)

    assert len(plan.booths) == booths
    assert check_plan(plan) == []
    assert plan_as_json(plan) == document


def test_shipped_templates_are_clean():
    plans = [
        parse_plan(json.loads(path.read_text("utf-8"))) for path in sorted(TEMPLATES.iterdir())
    ]

    assert [(len(plan.booths), check_plan(plan)) for plan in plans] == [(60, []), (150, [])]


def test_limits_of_a_hall_and_of_a_fair():
    assert limits_for(parse_plan(HALL)) == HALL_LIMITS
    assert limits_for(parse_plan(SQUARE)) == Limits(aisle_m=3, front_m=3, exit_m=30)


def test_text_of_a_plan_is_cleaned():
    document = copy.deepcopy(HALL)
    document["name"] = "  Hội\u00a0trường \n A "
    document["groups"][0]["label"] = "Ha\u0323 Long"

    plan = parse_plan(document)

    assert (plan.name, plan.groups[0].label) == ("Hội trường A", "Hạ Long")


FIRST_BOOTH = next(i for i, o in enumerate(SQUARE["objects"]) if o["kind"] == "booth")
LABEL = f"Đối tượng thứ {FIRST_BOOTH + 1} “D01”"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"x": nan}, f"{LABEL}: vị trí x phải là một số."),
        ({"x": inf}, f"{LABEL}: vị trí x phải là một số."),
        ({"x": 10**400}, f"{LABEL}: vị trí x phải từ -2000 đến 2000."),
        ({"x": True}, f"{LABEL}: vị trí x phải là một số."),
        ({"y": None}, f"{LABEL}: vị trí y phải là một số."),
        ({"w": 0}, f"{LABEL}: chiều rộng (w) phải lớn hơn 0 đến 2000."),
        ({"h": -3}, f"{LABEL}: chiều dài (h) phải lớn hơn 0 đến 2000."),
        ({"x": 99999}, f"{LABEL}: vị trí x phải từ -2000 đến 2000."),
        (
            {"power_w": 1.5},
            f"{LABEL}: công suất điện (power_w) phải là số nguyên từ 0 đến 1000000.",
        ),
        ({"water": "yes"}, f"{LABEL}: nước (water) phải là true hoặc false."),
        ({"kind": "tower"}, f"{LABEL}: loại (kind) không có trong mẫu tgfair-plan/1."),
        ({"kind": []}, f"{LABEL}: loại (kind) không có trong mẫu tgfair-plan/1."),
        ({"group": "Z"}, f"{LABEL}: khu (group) không có trong danh sách khu của sơ đồ."),
        ({"group": None}, f"{LABEL}: khu (group) không có trong danh sách khu của sơ đồ."),
        (
            {"front": "X"},
            f"{LABEL}: mặt thoáng (front: N, E, S hoặc W) bị thiếu hoặc không đúng mẫu.",
        ),
        ({"tags": ["<b>"]}, f"{LABEL}: đặc điểm (tags) bị thiếu hoặc không đúng mẫu."),
        ({"poly": [[1, 2], [3, 4]]}, f"{LABEL}: đường bao (poly) phải có từ 3 đến 200 điểm."),
        (
            {"poly": [[1, 2], [3, 4], [5]]},
            f"{LABEL}: mỗi điểm của đường bao (poly) phải có hai số.",
        ),
        ({"id": "a b"}, f"{LABEL}: mã (id) bị thiếu hoặc không đúng mẫu."),
        ({"label": "D02"}, "Mã gian “D02” có hai lần trong sơ đồ. Hãy đổi một mã."),
        ({"label": "d02"}, "Mã gian “D02” có hai lần trong sơ đồ. Hãy đổi một mã."),
        (
            {"label": "Gian 1"},
            f"Đối tượng thứ {FIRST_BOOTH + 1} “Gian 1”: mã gian phải có 1–12 ký tự, gồm chữ không dấu, số và dấu gạch ngang.",
        ),
        (
            {"label": "D\u202e01"},
            f"Đối tượng thứ {FIRST_BOOTH + 1}: nhãn (label) có ký tự không dùng được.",
        ),
        (
            {"id": SQUARE["objects"][0]["id"]},
            f"Mã đối tượng “{SQUARE['objects'][0]['id']}” có hai lần trong sơ đồ. Hãy đổi một mã.",
        ),
    ],
)
def test_broken_object_is_refused_by_its_label(changes, sentence):
    document = copy.deepcopy(SQUARE)
    document["objects"][FIRST_BOOTH] |= changes

    assert refused(document) == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"format": "tgfair-plan/2"},
            "Tệp này không phải sơ đồ theo mẫu tgfair-plan/1. Hãy chọn tệp khác.",
        ),
        ({"unit": "ft"}, "Sơ đồ phải dùng đơn vị mét (unit: “m”)."),
        ({"size": [84]}, "Sơ đồ thiếu kích thước mặt bằng (size: [rộng, dài] tính bằng mét)."),
        ({"name": " "}, "Sơ đồ: tên (name) phải có từ 1 đến 120 ký tự."),
        ({"name": 7}, "Sơ đồ: thiếu tên (name)."),
        ({"objects": []}, "Sơ đồ không có đối tượng nào (objects). Hãy chọn tệp khác."),
        ({"objects": [7]}, "Đối tượng thứ 1 (objects) không đọc được."),
        (
            {"objects": SQUARE["objects"] * 10},
            "Sơ đồ có 2110 đối tượng, nhiều nhất là 2000. Hãy chia thành nhiều tệp.",
        ),
        ({"groups": {}}, "Danh sách khu (groups) phải là danh sách tối đa 40 khu."),
        ({"groups": [7]}, "Khu thứ 1 trong danh sách khu (groups) không đọc được."),
        ({"groups": SQUARE["groups"] * 2}, "Mã khu “A” có hai lần trong sơ đồ. Hãy đổi một mã."),
        (
            {"groups": [{"id": "A", "label": "A", "color": 'red" onload="x'}]},
            "Khu thứ 1: màu (color, mẫu #F6C65B) bị thiếu hoặc không đúng mẫu.",
        ),
    ],
)
def test_broken_document_is_refused(changes, sentence):
    assert refused(SQUARE | changes) == sentence


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    where=st.sampled_from([*SQUARE]),
    key=st.sampled_from([*SQUARE["objects"][FIRST_BOOTH], "poly"]),
    value=JSON,
)
def test_any_other_value_is_read_or_refused_with_a_sentence(where, key, value):
    few = SQUARE["objects"][: FIRST_BOOTH + 1]
    for document in (
        value,
        SQUARE | {"objects": few, where: value},
        SQUARE | {"objects": [*few[:-1], few[-1] | {key: value}]},
    ):
        with suppress(InvalidError):
            parse_plan(document)


def test_small_plan_is_clean():
    assert check_plan(small()) == []


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        (
            small(booth("A03", 10.9, 5)),
            Problem("overlap", ("id-A02", "id-A03"), "Gian A02 chồng lên Gian A03."),
        ),
        (
            small(booth("A03", 27.1, 5)),
            Problem("outside", ("id-A03",), "Gian A03 nằm ngoài mặt bằng."),
        ),
        (
            small(booth("a01", 20, 5)),
            Problem("duplicate_label", ("id-A01", "id-a01"), "Có 2 gian cùng mang mã A01."),
        ),
        (
            small(PlanObject("way", Kind.AISLE, 5, 12, 9, 2.5, label="Lối 1")),
            Problem("aisle_narrow", ("way",), "Lối đi “Lối 1” rộng 2,5 m, cần ít nhất 3 m."),
        ),
        (
            small(PlanObject("way", Kind.AISLE, 5, 7, 9, 4, label="Lối 1")),
            Problem("aisle_blocked", ("way", "id-A01"), "Gian A01 lấn vào Lối đi “Lối 1”."),
        ),
        (
            small(PlanObject("tree", Kind.TREE, 6, 10.5, 1, 1)),
            Problem(
                "front_blocked",
                ("id-A01", "tree"),
                "Trước mặt Gian A01 cần trống 3 m: vướng Cây tại (6; 10,5).",
            ),
        ),
        (
            small(PlanObject("tent", Kind.ZONE, 5, 5, 2, 2, label="Y tế", tags=("service",))),
            Problem("overlap", ("id-A01", "tent"), "Gian A01 chồng lên Khu “Y tế”."),
        ),
        (
            replace(small(), objects=small().objects[1:2]),
            Problem("no_exit", ("id-A01",), "Gian A01 không có lối ra nào trong vòng 30 m."),
        ),
        (
            replace(small(booth("A03", 50, 5)), width=60),
            Problem(
                "no_exit",
                ("id-A03",),
                "Gian A03 không có lối ra nào trong vòng 30 m (gần nhất 40,6 m).",
            ),
        ),
        (
            small(
                PlanObject("feed", Kind.POWER, 1, 1, 1, 1, label="Tủ A", group="A", power_w=1000),
                booth("A03", 20, 5, power_w=1500),
            ),
            Problem(
                "feed_over", ("feed",), "Khu A (OCOP tỉnh) cần 1.500 W, tủ điện chỉ có 1.000 W."
            ),
        ),
        (
            small(
                PlanObject("feed", Kind.POWER, 1, 1, 1, 1, label="Tủ chung", power_w=1000),
                booth("A03", 20, 5, power_w=1500),
            ),
            Problem(
                "feed_over",
                ("feed",),
                "Các khu dùng tủ điện chung cần 1.500 W, tủ điện chỉ có 1.000 W.",
            ),
        ),
    ],
)
def test_check_plan_reports_what_is_wrong(plan, problem):
    assert problem in check_plan(plan)


def test_turned_booth_is_judged_by_its_turned_corners():
    beside = PlanObject("t", Kind.STAGE, 12, 5, 3, 3, rot=45, label="Sân khấu")

    assert [problem.code for problem in check_plan(small(beside))] == []
    assert [problem.code for problem in check_plan(small(replace(beside, x=11.4)))] == ["overlap"]


@given(dx=st.floats(-30, 30), dy=st.floats(-30, 30))
def test_overlap_does_not_depend_on_the_order(dx, dy):
    plan = Plan("Thử", 30, 20, (ZONE,), (booth("A01", 5, 5, rot=30), booth("A02", 5 + dx, 5 + dy)))
    other = replace(plan, objects=plan.objects[::-1])

    assert {frozenset(p.objects) for p in check_plan(plan) if p.code == "overlap"} == {
        frozenset(p.objects) for p in check_plan(other) if p.code == "overlap"
    }


def test_grid_plan_of_two_rows():
    plan = grid_plan(GridRequest("Hội chợ nhỏ", ZONE, rows=2, columns=3))

    assert [item.label for item in plan.booths] == ["A01", "A02", "A03", "B01", "B02", "B03"]
    assert [(item.x, item.y, item.corner) for item in plan.booths[:3]] == [
        (3, 3, True),
        (6, 3, False),
        (9, 3, True),
    ]
    assert (plan.width, plan.height) == (15, 15)
    assert check_plan(plan) == []


def test_grid_plan_counts_through_all_rows_without_a_row_letter():
    plan = grid_plan(GridRequest("Thử", ZONE, rows=2, columns=2, labels="G-###"))

    assert [item.label for item in plan.booths] == ["G-001", "G-002", "G-003", "G-004"]


@given(rows=st.integers(1, 9), columns=st.integers(1, 12), gap=st.floats(3, 6))
def test_grid_plan_reads_back_and_is_clean(rows, columns, gap):
    plan = grid_plan(GridRequest("Thử", ZONE, rows=rows, columns=columns, gap=round(gap, 1)))

    assert check_plan(plan) == []
    assert parse_plan(json.loads(json.dumps(plan_as_json(plan)))) == plan


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"rows": 0}, "rows", "Số dãy phải từ 1 đến 26."),
        ({"columns": 201}, "columns", "Số gian mỗi dãy phải từ 1 đến 200."),
        ({"booth_w": nan}, "booth_w", "Chiều rộng gian (m) phải từ 0,5 đến 50."),
        ({"gap": 0}, "gap", "Lối đi giữa các dãy (m) phải từ 1 đến 50."),
        (
            {"rows": 26, "columns": 100},
            "rows",
            "Sơ đồ nhanh có tối đa 1.000 gian. Hãy giảm số dãy hoặc số gian.",
        ),
        (
            {"labels": "Gian"},
            "labels",
            "Mẫu mã gian gồm chữ không dấu, số, @ (chữ của dãy) và # (chữ số), ví dụ @## cho A01.",
        ),
    ],
)
def test_grid_plan_refuses_with_the_field(changes, field, sentence):
    with pytest.raises(InvalidError) as error:
        grid_plan(replace(GridRequest("Thử", ZONE, rows=2, columns=2), **changes))

    assert (error.value.field, error.value.message()) == (field, sentence)
