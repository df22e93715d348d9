from __future__ import annotations

import re

import pytest
from sqlalchemy import select

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
from tgfair.models import AuditEntry, Role
from tgfair.services.uow import reader


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def here(app, client):
    with app.app_context():
        fair = make_fair()
        sign_in(client, make_user(Role.ORGANISER))
        yield fair, f"/ql/{fair.slug}/xep"


def post(client, url, **data):
    data["csrf_token"] = csrf_of(client)
    return client.post(url, data=data, follow_redirects=True).text


def test_without_plan_or_applications_the_page_says_what_comes_first(here, client):
    fair, url = here

    assert "Chưa có sơ đồ" in client.get(url).text
    install_plan(fair)
    assert "Chưa có hồ sơ nào được duyệt" in client.get(url).text


def test_pick_assign_move_swap_release_publish_by_forms_alone(here, client):
    fair, url = here
    install_plan(fair)
    one = make_application(fair, make_exhibitor("Cơ sở Một"), State.APPROVED)
    two = make_application(fair, make_exhibitor("Cơ sở Hai"), State.APPROVED)

    page = client.get(url, query_string={"hs": one.code, "gian": "A01"}).text
    assert "Xếp Cơ sở Một vào gian A01" in page

    assert "Đã xếp Cơ sở Một vào gian A01." in post(client, f"{url}/gan", hs=one.code, gian="A01")
    post(client, f"{url}/gan", hs=two.code, gian="A02")
    taken = post(client, f"{url}/gan", hs=two.code, gian="A01")
    assert "Gian A01 vừa là của Cơ sở Một. Hãy chọn gian khác." in taken

    moved = post(client, f"{url}/chuyen", hs=one.code, tu="A01", gian="A05")
    assert "Đã chuyển Cơ sở Một sang gian A05." in moved
    swapped = post(client, f"{url}/doi-cho", hs=one.code, tu="A05", gian="A02")
    assert "Cơ sở Một ở gian A02, Cơ sở Hai ở gian A05" in swapped
    released = post(client, f"{url}/thu-hoi", hs=two.code, gian="A05")
    assert "Đã thu hồi gian A05 của Cơ sở Hai." in released

    check = client.get(f"{url}/cong-bo").text
    assert "Cơ sở Một" in check
    assert "1 hồ sơ đã duyệt chưa có gian" in check
    assert "danh sách thay đổi đã khác" in post(client, f"{url}/cong-bo")
    seen = re.search(r'name="seen" value="(\w+)"', check)[1]
    assert "Đã công bố bản số 1." in post(client, f"{url}/cong-bo", seen=seen)


def test_the_table_shows_the_first_free_booths_until_asked_for_all(here, client):
    fair, url = here
    install_plan(fair)
    one = make_application(fair, make_exhibitor("Cơ sở Một"), State.APPROVED)
    post(client, f"{url}/gan", hs=one.code, gian="A01")

    short = client.get(url).text
    whole = client.get(url, query_string={"tat-ca": "1"}).text

    assert "Đang hiện 40 gian còn trống" in short
    assert [page.count(">Chọn gian ") for page in (short, whole)] == [40, 150]
    assert [">Chọn gian A01<" in page for page in (short, whole)] == [False, True]


def test_booths_that_do_not_suit_say_why_and_ask_for_a_reason(here, client):
    fair, url = here
    install_plan(fair)
    cook = make_application(
        fair, make_exhibitor("Bếp Quê"), State.APPROVED, cooking=True, power_w=3000
    )

    page = client.get(url, query_string={"hs": cook.code, "gian": "A01"}).text
    assert "Gian này chưa hợp" in page
    assert "Vì sao vẫn xếp" in page
    assert "hãy ghi lý do" in post(client, f"{url}/gan", hs=cook.code, gian="A01")
    placed = post(client, f"{url}/gan", hs=cook.code, gian="A01", reason="Có máy phát riêng")
    assert "Đã xếp Bếp Quê vào gian A01." in placed


def test_a_reason_pasted_from_word_is_one_line_without_control_characters(here, client):
    fair, url = here
    install_plan(fair)
    cook = make_application(fair, make_exhibitor("Bếp"), State.APPROVED, cooking=True, power_w=3000)

    post(client, f"{url}/gan", hs=cook.code, gian="A01", reason="Có máy\x0bphát\x01 riêng")

    entry = reader().scalars(select(AuditEntry).where(AuditEntry.action == "booth.assigned")).one()
    assert entry.data["reason"] == "Có máy phát riêng"


def test_an_unknown_booth_or_application_is_a_sentence_or_404_never_500(here, client):
    fair, url = here
    install_plan(fair)

    assert client.get(url, query_string={"hs": "không-có", "gian": "Z99"}).status_code == 200
    for path in ("gan", "thu-hoi", "chuyen", "doi-cho"):
        data = {"csrf_token": csrf_of(client), "hs": "x", "gian": "Z99", "tu": "Y1"}
        assert client.post(f"{url}/{path}", data=data).status_code in {303, 404}


def test_reviewers_do_not_assign(app, client):
    with app.app_context():
        fair = make_fair()
        sign_in(client, make_user(Role.REVIEWER))

        assert client.get(f"/ql/{fair.slug}/xep").status_code == 403
