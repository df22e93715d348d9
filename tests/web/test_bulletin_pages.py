"""The bulletin on its pages: staff post, subjects answer, others subscribe."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from icalendar import Calendar
from openpyxl import load_workbook

from tests.support.builders import csrf_of, make_exhibitor, make_member, make_user, sign_in
from tgfair import clock
from tgfair.models import Role

NOW = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
CLASS = {
    "kind": "class",
    "title": "Lớp bán hàng <trực tuyến> & chụp ảnh",
    "place": "Mỹ Tho",
    "area": "province",
    "first_day": "01/06/2026",
    "last_day": "02/06/2026",
    "answer_until": "25/05/2026",
    "groups": ["food"],
    "places": "1",
    "costs": "Tỉnh lo tài liệu, cơ sở tự lo đi lại",
    "contact_phone": "0273 3872 222",
}


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOW)


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def post(client, url, **typed):
    data = {"csrf_token": csrf_of(client)} | typed
    return client.post(url, data=data, follow_redirects=True)


@pytest.fixture
def item(client):
    """The address of a published class with one place."""
    sign_in(client, make_user(Role.ORGANISER, name="Cô Hạnh"))
    page = post(client, "/ql/tin/moi", **(CLASS | {"contact_phone": "0912 345 678"}))
    name = re.search(r"/ql/tin/([0-9a-zA-Z_-]+)/cong-bo", page.text)[1]
    assert client.get(f"/tin/{name}").status_code == 404
    post(client, f"/ql/tin/{name}/cong-bo")
    return name


def enter(client, name):
    exhibitor = make_exhibitor(name, email=f"{len(name)}@example.vn")
    sign_in(client, make_member(exhibitor))
    return exhibitor


def test_everybody_reads_what_is_posted_and_filters_it(client, item):
    assert "Lớp bán hàng" in client.get("/tin/").text
    assert "Lớp bán hàng" in client.get("/tin/?loai=class&nhom=food&noi=province").text
    assert "Lớp bán hàng" not in client.get("/tin/?nhom=craft").text
    page = client.get(f"/tin/{item}").text
    for said in ("Tỉnh lo tài liệu", "Thứ Hai, 25/05/2026", "1 chỗ, còn 1", "0912 345 678"):
        assert said in page


def test_a_wrong_form_says_what_and_keeps_what_was_typed(client):
    sign_in(client, make_user(Role.ORGANISER))

    page = post(client, "/ql/tin/moi", **(CLASS | {"last_day": "30/2/2026"}))

    assert page.status_code == 400
    assert "Không có ngày 30/2/2026" in page.text
    assert 'value="Mỹ Tho"' in page.text


def test_a_subject_takes_the_place_and_the_next_one_waits_and_moves_up(client, item):
    first = enter(client, "Cơ sở Một")
    page = post(client, f"/tin/{item}/dang-ky", exhibitor=first.public_id, person="Lan").text
    assert "Đã giữ một chỗ cho cơ sở." in page
    assert "Mã điểm danh" in page
    second = enter(client, "Cơ sở Hai Hai")
    page = post(client, f"/tin/{item}/dang-ky", exhibitor=second.public_id, person="Út").text
    assert "danh sách chờ" in page

    sign_in(client, make_user(Role.COMMUNE_OFFICER))
    post(client, f"/tin/{item}/rut", exhibitor=first.public_id)

    sign_in(client, make_user(Role.ORGANISER))
    rows = client.get(f"/ql/tin/{item}").text
    assert ("Cơ sở Một" in rows, "Cơ sở Hai Hai" in rows, "Có chỗ" in rows) == (False, True, True)


def test_who_opens_the_mail_of_a_place_signs_in_and_finds_the_code(app, client, item, monkeypatch):
    exhibitor = enter(client, "Cơ sở Một")
    post(client, f"/tin/{item}/dang-ky", exhibitor=exhibitor.public_id, person="Lan")
    own = client.get("/ho-so/").text
    monkeypatch.setattr(clock, "real_now", lambda: datetime(2026, 5, 31, 3, 0, tzinfo=UTC))
    with app.app_context():
        stranger = app.test_client().get(f"/tin/{item}").text

    assert f'href="/tin/{item}"' in own
    assert "đăng nhập để xem chỗ và mã điểm danh" in stranger
    assert f'href="/dang-nhap?next=/tin/{item}"' in stranger


def test_staff_see_all_days_and_hours_of_an_item(client):
    sign_in(client, make_user(Role.ORGANISER))

    page = post(
        client, "/ql/tin/moi", **(CLASS | {"hours": "8:00–11:00", "contact_phone": ""})
    ).text

    assert " – 02/06/2026, 8:00–11:00, Mỹ Tho" in page


def test_a_refused_answer_keeps_what_was_typed(client, item):
    first = enter(client, "Cơ sở Một")
    typed = {"person": "Lan <3", "phone": "12", "note": "Hai người ăn chay"}

    page = post(client, f"/tin/{item}/dang-ky", exhibitor=first.public_id, **typed)

    n = first.public_id
    values = re.findall(r'name="(person|phone|note)"[^>]*? value="([^"]*)"', page.text)
    assert (page.status_code, dict(values)) == (400, typed | {"person": "Lan &lt;3"})
    assert f'<a href="#phone-{n}">Số điện thoại' in page.text
    assert f'aria-describedby="phone-{n}-error"' in page.text


def test_attendance_is_marked_by_the_code_and_exported(client, item, monkeypatch):
    exhibitor = enter(client, "Cơ sở Một")
    post(client, f"/tin/{item}/dang-ky", exhibitor=exhibitor.public_id, person="Lan", note="Chay")
    sign_in(client, make_user(Role.ORGANISER))
    door = re.search(r"/ql/tin/co-mat/[0-9a-zA-Z_-]+", client.get(f"/ql/tin/{item}").text)[0]

    early = post(client, door).text
    monkeypatch.setattr(clock, "real_now", lambda: datetime(2026, 6, 2, 3, 0, tzinfo=UTC))
    sign_in(client, make_user(Role.ORGANISER))
    looked = client.get(door).text
    marked = post(client, door).text

    assert "Điểm danh được từ ngày 01/06/2026" in early
    assert ("Có mặt" in looked, "Đã có mặt" in looked) == (True, False)
    assert "Đã điểm danh Lan." in marked
    data = client.get(f"/ql/tin/{item}/danh-sach.xlsx").data
    cells = [
        cell.value for row in load_workbook(io.BytesIO(data)).active.iter_rows() for cell in row
    ]
    assert {"Cơ sở Một", "Lan", "Có chỗ", "Chay", "có"} <= set(cells)


def test_feeds_are_read_by_other_programs(client, item):
    feed = ET.fromstring(client.get("/tin/rss.xml").data)  # noqa: S314 -- our own file
    (event,) = Calendar.from_ical(client.get("/tin/lich.ics").data).walk("VEVENT")

    assert feed.findtext("channel/item/title") == CLASS["title"]
    assert feed.findtext("channel/item/link").endswith(f"/tin/{item}")
    assert (str(event["SUMMARY"]), event["DTSTART"].dt.isoformat(), str(event["STATUS"])) == (
        CLASS["title"],
        "2026-06-01",
        "CONFIRMED",
    )


def test_a_class_called_off_says_so_in_page_and_calendar(client, item):
    post(client, f"/ql/tin/{item}/huy", reason="Giảng viên bận")

    (event,) = Calendar.from_ical(client.get("/tin/lich.ics").data).walk("VEVENT")
    assert "Giảng viên bận" in client.get(f"/tin/{item}").text
    assert str(event["STATUS"]) == "CANCELLED"


def test_a_subject_follows_groups_and_stops(client):
    exhibitor = enter(client, "Cơ sở Một")

    on = post(
        client,
        "/ho-so/theo-doi-tin",
        exhibitor=exhibitor.public_id,
        groups=["food", "no such"],
        areas=["region"],
    ).text
    off = post(client, "/ho-so/theo-doi-tin", exhibitor=exhibitor.public_id, act="stop").text

    assert "Đang nhận" in on
    assert on.count(" checked") == 2
    assert "Chưa nhận" in off


def test_a_file_is_put_beside_an_item_and_fetched_by_anybody(client, item):
    pdf = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF"
    sent = {"file": (io.BytesIO(pdf), "thư mời.pdf")}

    page = post(client, f"/ql/tin/{item}/tep", **sent).text
    answer = client.get(f"/tin/{item}/tep")

    assert "Đã đính kèm tệp." in page
    assert "Tải tệp: thư mời.pdf" in client.get(f"/tin/{item}").text
    assert (answer.mimetype, answer.data) == ("application/pdf", pdf)
    assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_a_file_that_is_none_gets_a_sentence(client, item):
    page = post(client, f"/ql/tin/{item}/tep", file=(io.BytesIO(b"hello"), "anh.jpg")).text

    assert "Đã đính kèm tệp." not in page
    assert client.get(f"/tin/{item}/tep").status_code == 404
