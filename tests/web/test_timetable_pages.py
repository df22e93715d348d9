"""The timetable of a fair on its pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from tests.support.builders import (
    csrf_of,
    make_application,
    make_exhibitor,
    make_fair,
    make_user,
    sign_in,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import FairStatus, Role
from tgfair.services.notice_runs import run_notices

NOW = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOW)


@pytest.fixture
def fair(app, client):
    with app.app_context():
        fair = make_fair(
            status=FairStatus.OPEN, confirm_until=datetime(2026, 6, 9, 16, 59, tzinfo=UTC)
        )
        sign_in(client, make_user(Role.ORGANISER, name="Cô Hạnh"))
        yield fair


def send(client, fair, path, **typed):
    data = {"csrf_token": csrf_of(client)} | typed
    return client.post(f"/ql/{fair.slug}/lich{path}", data=data, follow_redirects=True)


def lines(client, fair):
    """What stands in the table: name of the mark and status, day by day."""
    page = client.get(f"/ql/{fair.slug}/lich").text
    rows = page.split("<tbody")[1].split("</tbody>")[0].split("<tr")[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()).lstrip("> ") for row in rows]


def test_the_usual_reminders_stand_between_the_steps_with_their_days(client, fair):
    page = send(client, fair, "/thuong-dung").text

    assert "Đã thêm 6 lời nhắc." in page
    said = "Thứ Bảy, 06/06/2026 (ngày 21 tháng 4 năm Bính Ngọ) 8:00 Nhắc xác nhận gian hàng"
    (line,) = [one for one in lines(client, fair) if said in one]
    assert "3 ngày trước “Hạn xác nhận gian hàng”" in line
    assert "Sẽ tự gửi" in line


def test_a_notice_on_a_lunar_day_is_added_told_and_reported(client, fair):
    make_application(fair, make_exhibitor(), State.CONFIRMED)

    page = send(
        client,
        fair,
        "/them",
        label="Họp mặt rằm tháng 4",
        anchor_on="moon",
        moon_day="15",
        moon_month="4",
        days="1",
        side="before",
        kind="notice",
        audience="confirmed",
        at_hour="9",
        text="Mời dự họp.",
    ).text
    run_notices(datetime(2026, 5, 30, 2, 0, tzinfo=UTC))

    assert "Đã thêm mốc vào lịch." in page
    (line,) = [one for one in lines(client, fair) if "Họp mặt" in one]
    assert "Thứ Bảy, 30/05/2026" in line
    assert "1 ngày trước rằm tháng 4 (âm lịch)" in line
    assert "Đã gửi 1 người" in line


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"label": ""}, "Hãy ghi tên mốc."),
        ({"anchor_on": "day"}, "Hãy ghi ngày."),
        ({"anchor_on": "day", "day": "30/2/2026"}, "Không có ngày 30/2/2026"),
        ({"anchor_on": "moon", "moon_day": "31", "moon_month": "2"}, "Ngày âm lịch phải từ 1"),
        ({"days": "1,5"}, "Hãy ghi một số nguyên."),
        ({"kind": "notice", "audience": "confirmed"}, "Hãy ghi nội dung thông báo."),
        ({"kind": "notice", "text": "Mời"}, "Hãy chọn gửi cho ai."),
    ],
)
def test_what_cannot_be_a_mark_is_said_beside_the_field(client, fair, typed, sentence):
    filled = {
        "label": "Họp",
        "anchor_on": "step",
        "step": "opening",
        "days": "3",
        "side": "before",
        "at_hour": "8",
        "kind": "",
    }

    answer = send(client, fair, "/them", **(filled | typed))

    assert (answer.status_code, sentence in answer.text) == (400, True)


def test_a_notice_is_switched_off_on_and_taken_away(client, fair):
    send(client, fair, "/thuong-dung")
    page = client.get(f"/ql/{fair.slug}/lich").text
    name = re.search(r'name="moc" value="([^"]+)"', page)[1]

    off = send(client, fair, "/moc", moc=name, act="off").text
    on = send(client, fair, "/moc", moc=name, act="on").text
    gone = send(client, fair, "/moc", moc=name, act="remove").text

    assert ("Đang tắt" in off, "Đang tắt" in on, f'value="{name}"' in gone) == (True, False, False)


def test_a_step_is_hung_on_another_and_let_go(client, fair):
    seen = re.search(r'name="version" value="(\d+)"', client.get(f"/ql/{fair.slug}/lich/neo").text)
    typed = {"target": "badges_on", "anchor_on": "step", "step": "opening", "side": "before"}

    page = send(client, fair, "/neo", version=seen[1], days="4", **typed).text
    stale = send(client, fair, "/neo", version=seen[1], days="5", **typed)

    assert "4 ngày trước “Khai mạc”" in page
    assert (stale.status_code, "Có người vừa sửa" in stale.text) == (400, True)
