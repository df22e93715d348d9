"""The workbench by forms alone: seek, look, change, compare, rules, publish, minutes."""

from __future__ import annotations

import re
import sys

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.support import booth_world
from tests.support.builders import (
    csrf_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_user,
    sign_in,
)
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.models import Fair, Role
from tgfair.services import jobs


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app, client: FlaskClient):
    with app.app_context():
        fair = make_fair()
        install_plan(fair)
        sign_in(client, make_user(Role.ORGANISER))
        yield fair


def plans(fair: Fair, path: str = "") -> str:
    return f"/ql/{fair.slug}/xep/phuong-an{path}"


def post(client: FlaskClient, url: str, **data: str | list[str]) -> str:
    data["csrf_token"] = csrf_of(client)
    return client.post(url, data=data, follow_redirects=True).text


def act(client: FlaskClient, page: str, address: str, **data: str) -> str:
    """Send a form of a page with the version that it shows."""
    version = re.search(r'name="version" value="(\d+)"', client.get(page).text)
    assert version
    return post(client, address, version=version[1], **data)


def seek(client: FlaskClient, fair: Fair, **data: str) -> str:
    asked = {"mode": "optimise", "keep": "all", "parent": "", "seconds": "60", "seed": "1"}
    post(client, plans(fair), **(asked | data))
    jobs.run_due("test", kinds=["allocation"])
    return client.get(plans(fair, "/PA1")).text


def test_from_nothing_to_a_published_plan_with_minutes(fair, client):
    one = make_application(fair, make_exhibitor("Cơ sở Một"), State.APPROVED)
    two = make_application(fair, make_exhibitor("Cơ sở Hai"), State.APPROVED)
    rules = client.get(plans(fair)).text
    assert "Trước hết: nhiều cơ sở có gian nhất." in rules

    page = seek(client, fair)
    assert "Không thể tốt hơn, đã chứng minh" in page
    why = client.get(plans(fair, f"/PA1?hs={one.code}")).text
    assert "Được nguyện vọng 1." in why
    free = act(
        client,
        plans(fair, f"/PA1?hs={one.code}"),
        plans(fair, "/PA1/doi-cho"),
        hs=one.code,
        gian="A40",
    )
    assert "Đã lưu thành PA1.1." in free
    compared = client.get(plans(fair, "/PA1/so-sanh?voi=PA1.1")).text
    assert "Cơ sở Một" in compared
    assert "Cơ sở Hai" not in compared

    check = client.get(plans(fair, "/PA1.1/cong-bo")).text
    assert "Đã kiểm tra lại" in check
    publish = plans(fair, "/PA1.1/cong-bo")
    refused = act(client, publish, publish, typed="PA1")
    assert "Hãy ghi đúng tên phương án: PA1.1." in refused
    told = act(client, publish, publish, typed="PA1.1")
    assert "Đã công bố PA1.1 thành bản số 1." in told

    pdf = client.get(f"/ql/{fair.slug}/xep/bien-ban-1.pdf")
    word = client.get(f"/ql/{fair.slug}/xep/bien-ban-1.docx")
    assert (pdf.data[:5], word.data[:2]) == (b"%PDF-", b"PK")
    assert client.get(f"/ql/{fair.slug}/xep/bien-ban-2.pdf").status_code == 404
    assert two.code in client.get(f"/ql/{fair.slug}/xep/phuong-an/PA1.1?q={two.code}").text


def test_a_change_after_publishing_is_on_the_public_list(fair, client):
    one = make_application(fair, make_exhibitor("Cơ sở Một"), State.APPROVED)
    seek(client, fair)
    publish = plans(fair, "/PA1/cong-bo")
    act(client, publish, publish, typed="PA1")
    assert "Thay đổi sau khi công bố" not in client.get(f"/{fair.slug}/ket-qua/").text
    moves = f"/ql/{fair.slug}/xep"
    here = client.get(plans(fair, f"/PA1?q={one.code}")).text.split('class="plate s"')[1]
    label = here.split("</span>")[1].split("<")[0].strip()
    post(client, f"{moves}/chuyen", hs=one.code, tu=label, gian="A40", reason="Gốc cây đổ")
    check = client.get(f"{moves}/cong-bo").text
    seen = re.search(r'name="seen" value="(\w+)"', check)[1]
    post(client, f"{moves}/cong-bo", note="Gốc cây đổ vào gian cũ", seen=seen)

    public = client.get(f"/{fair.slug}/ket-qua/").text
    assert "Lý do: Gốc cây đổ vào gian cũ" in public
    assert f"Cơ sở Một: gian {label} đổi thành A40" in public


def ticked(page: str) -> set[tuple[str, str]]:
    """The name and value of every ticked box that says what a type of booth takes."""
    boxes = [tag for tag in re.findall(r"<input[^>]*>", page) if " checked" in tag]
    pairs = [dict(re.findall(r'(name|value)="([^"]*)"', tag)) for tag in boxes]
    return {(one["name"], one["value"]) for one in pairs if one["name"].startswith("kind_")}


def test_rules_are_typed_checked_and_shown_to_everybody(fair, client):
    codes = booth_world.fill(fair, 2)
    url = f"/ql/{fair.slug}/xep/the-le"
    numbers = {
        "wish1": "100",
        "wish2": "50",
        "wish3": "20",
        "same_group": "4",
        "cooperative": "10",
        "same_product": "12",
        "magnets": "3",
        "communes": "2",
        "last_year": "6",
        "corner": "5",
        "many_products": "4",
        "magnet_stars": "4",
        "cap_per_owner": "2",
    }
    page = client.get(url).text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
    assert "Gian tiêu chuẩn (124 gian)" in page
    assert "Gian ẩm thực (20 gian)" in page
    assert "kind_table" not in page  # the plan has none
    kinds = {"kind_food": ["food", "drink"], "kind_raw": ["ornamental"]}
    wrong = post(client, url, **numbers, **kinds, version=version, apart=f"{codes[0]}, HS-KHONG-CO")
    assert "Sự kiện này không có hồ sơ HS-KHONG-CO." in wrong
    assert ticked(wrong) == {
        ("kind_food", "food"),
        ("kind_food", "drink"),
        ("kind_raw", "ornamental"),
    }
    unknown = post(client, url, **numbers, kind_food="iron", version=version)
    assert "Đã lưu" not in unknown
    later = post(client, url, **(numbers | {"wish1": "10"}), version=version)
    assert "Nguyện vọng trước phải có điểm không thấp hơn nguyện vọng sau." in later
    saved = post(
        client,
        url,
        **numbers,
        **kinds,
        version=version,
        apart=", ".join(codes),
        owners=f"Ông Ba: {', '.join(codes)}",
        good="A01, A02",
    )
    assert "Đã lưu thể lệ xếp gian." in saved
    assert "<li>Gian ẩm thực chỉ nhận nhóm Thực phẩm, Đồ uống.</li>" in saved
    assert ticked(saved) == ticked(wrong)
    public = client.get(f"/{fair.slug}/the-le-xep-gian/").text
    assert "nguyện vọng 2 được 50" in public
    assert "<li>Đất trống chỉ nhận nhóm Sinh vật cảnh.</li>" in public
    assert "Các cơ sở cùng một chủ có nhiều nhất 2 gian tất cả." in public
    assert "1 cặp cơ sở có lý do thì không đứng cạnh nhau." in public
    for other in ("1", "9" * 5000):
        assert "Có người vừa sửa mục này" in post(client, url, **numbers, version=other)


def test_a_plan_asks_the_database_as_often_for_many_as_for_few(app, fair, client):
    def asked(path: str) -> int:
        heard: list[int] = []
        with app.app_context():
            note = lambda *_: heard.append(1)  # noqa: E731 -- removed again below
            event.listen(db.engine, "before_cursor_execute", note)
            client.get(plans(fair, path))
            event.remove(db.engine, "before_cursor_execute", note)
        return len(heard)

    codes = booth_world.fill(fair, 2)
    seek(client, fair)
    asked("/PA1")
    few = asked(f"/PA1?hs={codes[0]}"), asked("/PA1/cong-bo")
    booth_world.fill(fair, 12, first=2)
    post(client, plans(fair), mode="optimise", keep="all", parent="", seconds="60", seed="1")
    jobs.run_due("test", kinds=["allocation"])

    asked("/PA2")
    assert (asked(f"/PA2?hs={codes[0]}"), asked("/PA2/cong-bo")) == few


def test_without_the_solver_the_page_says_what_to_do(fair, client, monkeypatch):
    booth_world.fill(fair, 2)
    monkeypatch.setitem(sys.modules, "highspy", None)

    page = client.get(plans(fair)).text
    assert "Trong lúc chờ vẫn xếp tay hoặc bốc thăm được." in page
    assert "Tìm cách xếp" not in page
