"""The demo clock: shown, settable, and only in the demo."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.support import databases
from tests.support.builders import csrf_of, make_conference, make_fair, make_user, sign_in
from tests.support.gate_world import make_gate
from tgfair import clock
from tgfair.models import Role
from tgfair.services.settings import demo_clock_offset

NOON = datetime.fromisoformat("2026-05-05T12:00:00+07:00")


@pytest.fixture
def config(sqlite_url, tmp_path):
    return databases.make_config(sqlite_url, tmp_path / "instance", demo=True)


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOON)


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


@pytest.fixture
def staff(client):
    sign_in(client, make_user(Role.REVIEWER))


def move(client, day: str):
    return client.post("/ql/dong-ho", data={"csrf_token": csrf_of(client), "day": day})


def test_moments_of_both_fairs_are_offered(staff, client):
    make_fair(decision_on=date(2026, 6, 4))
    make_conference(first_day=date(2027, 1, 30), last_day=date(2027, 1, 30))

    page = client.get("/ql/dong-ho").text

    words = ("Giữa đợt xét duyệt: ", "Ngày khai mạc: ", "Giữa hội nghị: ")
    assert [word in page for word in words] == [True, True, True]
    assert 'value="30/01/2027"' in page


def test_the_clock_stands_where_it_was_set(staff, client):
    answer = move(client, "18/06/2026")

    page = client.get("/ql/").text
    assert answer.status_code == 303
    assert "Bây giờ bản trình diễn là 09:00 ngày 18/06/2026." in page
    assert "hôm nay là 09:00 ngày 18/06/2026" in page


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("30/2/2027", "Không có ngày 30/2/2027"),
        ("", "Hãy ghi ngày theo mẫu"),
        ("01/01/2150", "Hãy chọn năm từ 2000 đến 2099"),
    ],
)
def test_impossible_days_leave_the_clock_alone(staff, client, day, sentence):
    answer = move(client, day)

    assert (answer.status_code, sentence in answer.text) == (400, True)
    assert demo_clock_offset() == 0


def test_pairing_code_ends_by_the_clock_that_the_page_shows(client):
    fair = make_fair()
    number = make_gate(fair)
    sign_in(client, make_user(Role.ORGANISER))
    move(client, "18/06/2026")
    csrf = {"csrf_token": csrf_of(client)}

    page = client.post(f"/ql/{fair.slug}/cong/{number}/ghep", data=csrf, follow_redirects=True).text

    assert "đến 09:10 ngày 18/06/2026" in page


def test_visitors_do_not_move_the_clock(client):
    client.get("/")

    assert move(client, "18/06/2026").status_code == 302
    assert demo_clock_offset() == 0
