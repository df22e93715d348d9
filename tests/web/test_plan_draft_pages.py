"""The draft of a plan in the browser without JavaScript, and what the drawing board sends."""

from __future__ import annotations

import io
import json
import re

import pytest

from tests.support.builders import (
    NOW,
    csrf_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_user,
    sign_in,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.documents.plan_file import plan_templates
from tgfair.documents.plan_svg_file import plan_svg_file
from tgfair.models import Role
from tgfair.policy import SYSTEM
from tgfair.services import plan_drafts
from tgfair.services.allocations import assign_booth
from tgfair.services.queries.booths import newest_drawing
from tgfair.services.uow import reader


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOW)


@pytest.fixture
def organiser(app, client):
    with app.app_context():
        user = make_user(Role.ORGANISER)
        sign_in(client, user)
        yield user


@pytest.fixture
def fair(organiser):
    fair = make_fair()
    install_plan(fair)
    return fair


@pytest.fixture
def drawing(fair, client):
    """The fair's address below which one draws."""
    url = f"/ql/{fair.slug}/so-do"
    assert post(client, f"{url}/nhap", den="bang").location == f"{url}/bang"
    return url


def post(client, url, **data):
    return client.post(url, data={"csrf_token": csrf_of(client), **data})


def draft(fair):
    reader().rollback()
    view = plan_drafts.draft_of(SYSTEM, fair.id)
    assert view is not None
    return view


def version(client, url):
    page = client.get(f"{url}/bang").text
    found = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert found is not None
    return found[1]


def save(client, url, document, seen):
    file = (io.BytesIO(json.dumps(document).encode()), "so-do.json")
    return post(client, f"{url}/nhap/luu", version=seen, document=file)


ROW = {
    "group": "F", "count": "4", "x": "60", "y": "10,5", "w": "3", "d": "3", "gap": "0", "rot": "0",
    "pattern": "Z##", "first": "1", "numbering": "straight", "power_w": "500", "double": "y",
    "type": "raw",
}  # fmt: skip
THING = {"x": "1", "y": "2", "w": "1,5", "h": "1.5", "rot": "0", "power_w": "0", "label": "Cây đa"}


def test_everything_is_drawn_in_forms_and_used(fair, drawing, client):
    row = post(client, f"{drawing}/bang/day", version=version(client, drawing), **ROW)
    zone = post(client, f"{drawing}/bang/khu", version=version(client, drawing), id="G", label="Khu mới", color="#aabbcc")  # fmt: skip
    tree = post(client, f"{drawing}/bang/them?loai=tree", version=version(client, drawing), **THING)
    booth = next(b for b in draft(fair).plan.booths if b.label == "Z08")
    assert booth.tags == ("raw",)
    assert "Đất trống" in client.get(f"{drawing}/bang").text
    edited = post(
        client,
        f"{drawing}/bang/vat/{booth.id}",
        version=version(client, drawing),
        **THING
        | {"label": "Z99", "group": "G", "w": "3", "h": "3", "cooking": "y", "type": "food"},
    )
    moved = post(client, f"{drawing}/bang/chon", version=version(client, drawing), id=[booth.id], right="1", down="-0,5", act="move")  # fmt: skip
    gone = post(client, f"{drawing}/bang/chon", version=version(client, drawing), id=[draft(fair).plan.objects[-1].id], act="delete")  # fmt: skip
    sheet = post(client, f"{drawing}/bang/mat-bang", version=version(client, drawing), name="Sân", width="90", height="60", north="10", note="")  # fmt: skip
    assert [a.status_code for a in (row, zone, tree, edited, moved, gone, sheet)] == [303] * 7
    found = next(b for b in draft(fair).plan.booths if b.label == "Z99")
    assert (found.x, found.y, found.group, found.tags) == (2, 1.5, "G", ("food", "cooking"))
    assert newest_drawing(fair.id).name != "Sân"  # visitors see nothing of it yet

    page = client.get(f"{drawing}/dung").text
    endless = post(client, f"{drawing}/dung", version=version(client, drawing), over="9" * 5000)
    assert endless.status_code == 409
    used = post(client, f"{drawing}/dung", version=version(client, drawing), over="1")

    reader().rollback()
    plan = newest_drawing(fair.id)
    assert "Thêm Gian Z01." in page
    assert used.location == drawing
    assert (plan.name, plan.width, len(plan.booths)) == ("Sân", 90, 158)
    assert client.get(f"{drawing}/bang").location == f"{drawing}/sua"


def test_saving_things_as_they_are_changes_nothing_that_a_file_said(fair, drawing, client):
    before = draft(fair).plan.objects
    marks = {("corner",), ("food", "cooking"), ("entrance", "vehicles", "gate:2")}
    for item in {one.tags: one for one in before if one.tags in marks}.values():
        url = f"{drawing}/bang/vat/{item.id}"
        page = client.get(url).text
        typed = re.findall(r'name="(x|y|w|h|rot|power_w|label)"[^>]*? value="([^"]*)"', page)
        chosen = re.findall(r'<select[^>]*name="(\w+)".*?selected value="([^"]*)"', page, re.DOTALL)
        ticked = [(name, "y") for name in re.findall(r'<input checked[^>]*name="(\w+)"', page)]
        sent = dict([*typed, *chosen, *ticked, ("version", version(client, drawing))])
        assert post(client, url, **sent).status_code == 303

    assert draft(fair).plan.objects == before


@pytest.mark.parametrize(
    ("path", "data", "sentence"),
    [
        ("day", ROW | {"type": "castle"}, "Hãy chọn một trong các mục có sẵn."),
        ("day", ROW | {"count": "0"}, "Số gian phải từ 1 đến 100."),
        ("day", ROW | {"pattern": "Á#"}, "Cách đánh số gồm chữ không dấu"),
        ("day", ROW | {"x": "abc"}, "Hãy ghi một số."),
        ("khu", {"id": "Khu G", "label": "G", "color": "#aabbcc"}, "Mã khu có 1–8 chữ"),
        ("khu", {"drop": "A"}, "Khu A còn"),
        ("mat-bang", {"name": "S", "width": "-1", "height": "5", "north": "0"}, "phải lớn hơn 0"),
        ("chon", {"act": "delete"}, "Chưa chọn dòng nào."),
    ],
)
def test_form_that_cannot_be_used_says_why_and_keeps_what_was_typed(
    drawing, client, path, data, sentence
):
    answer = post(client, f"{drawing}/bang/{path}", version=version(client, drawing), **data)

    assert answer.status_code == 400
    assert sentence in answer.text


def test_drawing_board_saves_and_the_second_one_is_told(fair, drawing, client, app, organiser):
    document = client.get(f"{drawing}/so-do.json").json
    seen = version(client, drawing)
    document["objects"][-1]["x"] = 77

    first = save(client, drawing, document, seen)
    second = save(client, drawing, document | {"name": "Khác"}, seen)
    third = save(client, drawing, document | {"name": "Khác"}, first.json["version"])

    assert (first.status_code, first.json["saved"]) == (200, "Đã lưu nháp lúc 09:00")
    assert (second.status_code, second.json) == (
        409,
        {
            "conflict": True,
            "version": first.json["version"],
            "message": f"{organiser.name} vừa sửa bản vẽ này. "
            "Tên, ghi chú hoặc hướng bắc của sơ đồ thay đổi.",
        },
    )
    assert third.status_code == 200
    assert draft(fair).plan.name == "Khác"


@pytest.mark.parametrize("body", [b"", b"[", b"\xff", b"{}", b'{"format": "tgfair-plan/1"}'])
def test_drawing_board_that_sends_rubbish_is_refused(drawing, client, body):
    file = (io.BytesIO(body), "so-do.json")

    answer = post(client, f"{drawing}/nhap/luu", version="1", document=file)

    assert answer.status_code == 400
    assert answer.json["message"].endswith(".")


def test_held_booth_needs_consent_on_the_check_page(fair, drawing, client):
    application = make_application(fair, make_exhibitor(), State.APPROVED)
    assign_booth(SYSTEM, fair.id, "A01", application.code, now=NOW)
    booth = next(b for b in draft(fair).plan.booths if b.label == "A01")
    post(client, f"{drawing}/bang/chon", version=version(client, drawing), id=[booth.id], right="0,5", act="move")  # fmt: skip

    page = client.get(f"{drawing}/dung").text
    refused = post(client, f"{drawing}/dung", version=version(client, drawing), over="1")
    used = post(client, f"{drawing}/dung", version=version(client, drawing), over="1", agreed="y")

    assert "Gian đang có người bị thay đổi" in page
    assert (refused.status_code, used.status_code) == (409, 303)
    assert "Gian đang có người bị thay đổi: A01." in refused.text


def test_a_drawing_without_a_held_booth_has_no_button_to_use_it(fair, drawing, client):
    application = make_application(fair, make_exhibitor(), State.APPROVED)
    assign_booth(SYSTEM, fair.id, "A01", application.code, now=NOW)
    booth = next(b for b in draft(fair).plan.booths if b.label == "A01")
    use = "Dùng bản vẽ này làm sơ đồ</button>"
    before = client.get(f"{drawing}/dung").text
    post(client, f"{drawing}/bang/chon", version=version(client, drawing), id=[booth.id], act="delete")  # fmt: skip

    page = client.get(f"{drawing}/dung").text

    assert "Không thể bỏ các gian đang có người" in page
    assert (use in before, use in page) == (True, False)


@pytest.mark.parametrize(
    ("ending", "starts"),
    [("json", b"{"), ("geojson", b"{"), ("svg", b"<?xml"), ("pdf", b"%PDF-")],
)
def test_plan_is_taken_away_in_four_formats(drawing, client, ending, starts):
    now, nhap = (client.get(f"{drawing}/so-do.{ending}{q}") for q in ("", "?nhap=1"))

    assert now.data.startswith(starts)
    assert nhap.data.startswith(starts)
    assert f".{ending}" in now.headers["Content-Disposition"]


def test_file_is_loaded_into_the_draft_only(fair, drawing, client):
    file = (io.BytesIO(plan_svg_file(plan_templates()["hall-60"])), "so-do.svg")

    answer = post(client, f"{drawing}/nhap/tep", version=version(client, drawing), file=file)

    assert answer.location == f"{drawing}/bang"
    assert (len(draft(fair).plan.booths), len(newest_drawing(fair.id).booths)) == (60, 150)


def test_draft_is_thrown_away_after_a_question(fair, drawing, client):
    page = client.get(f"{drawing}/nhap/bo")
    answer = post(client, f"{drawing}/nhap/bo", version=version(client, drawing))

    assert (page.status_code, answer.location) == (200, drawing)
    reader().rollback()
    assert plan_drafts.draft_of(SYSTEM, fair.id) is None


def test_fair_without_a_plan_begins_on_an_empty_sheet(organiser, client):
    fair = make_fair()
    url = f"/ql/{fair.slug}/so-do"

    missing = client.get(f"{url}/so-do.pdf")
    start = client.get(f"{url}/sua").text
    post(client, f"{url}/nhap", den="bang")
    table = client.get(f"{url}/bang")

    assert missing.status_code == 404
    assert "Bắt đầu bằng bảng số liệu" in start
    assert (table.status_code, draft(fair).plan.booths) == (200, ())
