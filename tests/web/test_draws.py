"""The pages of a draw, from preparing it to the minutes, without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.builders import (
    csrf_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_member,
    make_user,
    sign_in,
)
from tgfair import clock
from tgfair.core.calendar_text import vn_date
from tgfair.core.draw.lots import canonical
from tgfair.core.draw.reading import check_draw
from tgfair.core.workflow import State
from tgfair.models import Application, Booth, Draw, Role
from tgfair.services.uow import reader, transaction

NUMBER = "07 45 12 93 21 60"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app):
    with app.app_context():
        fair = make_fair(slug="hoi-cho", code="HC")
        install_plan(fair)
        for n in range(5):
            exhibitor = make_exhibitor(f"Hợp tác xã số {n}")
            make_application(fair, exhibitor, State.APPROVED, code=f"HC-{n}")
        with transaction() as session:
            for booth in session.scalars(select(Booth)):
                if booth.label not in {"A01", "A02", "A03"}:
                    booth.blocked_reason = "Thử"
        yield fair


@pytest.fixture
def office(app, client, fair):
    """The client signed in as an organiser; calling it signs another one in."""

    def enter():
        sign_in(client, make_user(Role.ORGANISER, name="Cô Hạnh"))
        return client

    return enter


def post(client, path, **fields):
    return client.post(path, data={"csrf_token": csrf_of(client), **fields})


def freeze(client, **changes):
    day = clock.day_in_vietnam(clock.real_now()) + timedelta(days=3)
    fields = {
        "mode": "booths",
        "zones": ["A"],
        "source_kind": "hall",
        "source_name": "Hội trường tỉnh",
        "source_day": vn_date(day),
        "source_hour": "14:00",
        "objection_hours": "24",
    }
    return post(client, "/ql/hoi-cho/boc-tham/moi", **{**fields, **changes})


def let_time_pass():
    with transaction() as session:
        session.scalars(select(Draw)).one().source_at = clock.real_now() - timedelta(minutes=1)


def test_whole_draw_on_the_pages(office, fair):
    client = office()
    assert "Nếu chốt bây giờ" in client.get("/ql/hoi-cho/boc-tham/moi").text
    tried = freeze(client, **{"try": "1", "mode": "order", "source_day": ""})
    assert reader().scalars(select(Draw)).all() == []
    assert "Nếu chốt bây giờ" in client.get(tried.location).text
    assert "mode=order&zones=A" in tried.location
    assert not re.search("csrf|idempotency", tried.location)
    answer = freeze(client)
    assert (answer.status_code, answer.location) == (303, "/ql/hoi-cho/boc-tham/1")

    page = client.get("/hoi-cho/boc-tham/1/").text
    draw = reader().scalars(select(Draw)).one()
    assert draw.list_hash in page
    assert client.get("/hoi-cho/boc-tham/1/danh-sach.json").text == canonical(draw.closed)
    assert client.get("/hoi-cho/boc-tham/1/draw.json").status_code == 404
    assert client.get("/hoi-cho/boc-tham/1/chieu").status_code == 200

    let_time_pass()
    post(client, "/ql/hoi-cho/boc-tham/1/con-so", public=NUMBER)
    assert "Lần hai phải do người khác ghi" in client.get("/ql/hoi-cho/boc-tham/1").text
    client = office()
    post(client, "/ql/hoi-cho/boc-tham/1/con-so", public=NUMBER)

    checked = check_draw(client.get("/hoi-cho/boc-tham/1/draw.json").text)
    assert (checked.booths, checked.waiting) == (3, 2)
    shown = client.get("/hoi-cho/boc-tham/1/").text
    assert checked.seed in shown
    assert "chờ thứ 2" in shown
    chance = client.get("/hoi-cho/boc-tham/1/co-hoi?hs=HC-1").text
    assert ("Đã bốc thăm" in chance, "Bốc thử" in chance) == (True, False)
    assert "Tính lại ngay" in client.get("/hoi-cho/boc-tham/1/tinh-lai").text
    projector = client.get("/hoi-cho/boc-tham/1/chieu").text
    assert "Hợp tác xã số 4" in projector
    minutes = client.get("/ql/hoi-cho/boc-tham/1/bien-ban.pdf")
    assert minutes.data.startswith(b"%PDF")
    assert "Bốc thăm công khai" in client.get("/hoi-cho/").text


def test_chance_of_an_application(office, fair):
    freeze(office())

    said = office().get("/hoi-cho/boc-tham/1/co-hoi?hs=hc-1").text

    assert "Bốc thử 10.000 lần" in said
    assert "3 gian cho 5 hồ sơ" in said
    assert "Không có hồ sơ HC-9" in office().get("/hoi-cho/boc-tham/1/co-hoi?hs=HC-9").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source_name": ""}, "Hãy ghi nơi bốc số."),
        ({"source_day": "32/01/2027"}, "Ngày"),
        ({"source_hour": "25:00"}, "Giờ chưa đúng"),
        ({"objection_hours": "200"}, "Con số phải có sau khi hết giờ nêu ý kiến"),
        ({"objection_hours": "x"}, "Hãy ghi một số nguyên."),
        ({"zones": []}, "Hãy chọn ít nhất một khu."),
        ({"zones": ["Z"]}, "Hãy chọn"),
        ({"mode": "x"}, "Hãy chọn"),
    ],
)
def test_form_that_cannot_be_frozen_says_why(office, fair, changes, said):
    answer = freeze(office(), **changes)

    assert answer.status_code == 400
    assert said in answer.text


def test_objection_by_telephone_and_its_answer(office, fair):
    client = office()
    freeze(client)
    post(client, "/ql/hoi-cho/boc-tham/1/y-kien", hs="hc-1", words="Cơ sở ở khu B")
    assert "Cơ sở ở khu B" in client.get("/ql/hoi-cho/boc-tham/1").text
    assert "Cơ sở ở khu B" not in client.get("/hoi-cho/boc-tham/1/").text

    objection = reader().scalars(select(Draw)).one().objections[0].id
    post(client, "/ql/hoi-cho/boc-tham/1/tra-loi", objection=objection, answer="Đã xem lại")

    assert "Đã xem lại" in client.get("/hoi-cho/boc-tham/1/").text


def test_list_corrected_postponed_and_called_off(office, fair):
    client = office()
    freeze(client)
    with_new = make_application(fair, make_exhibitor("Cơ sở đến sau"), State.APPROVED)
    answer = post(client, "/ql/hoi-cho/boc-tham/1/sua", reason="Sót một hồ sơ")
    assert answer.location == "/ql/hoi-cho/boc-tham/2"
    assert with_new.code in client.get("/hoi-cho/boc-tham/2/").text
    assert "Sót một hồ sơ" in client.get("/hoi-cho/boc-tham/1/").text

    post(client, "/ql/hoi-cho/boc-tham/2/huy", reason="Hoãn hội chợ")
    assert "Đã hủy trước khi có con số" in client.get("/hoi-cho/boc-tham/2/").text


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("con-so", {"public": NUMBER}, "Con số chỉ có từ"),
        ("ghi-lai", {}, "Chưa ai ghi con số."),
        ("ky-sau", {}, "Hãy ghi ngày như 18/06/2026 và giờ như 16:30."),
        ("sua", {}, "Hãy ghi lý do"),
        ("huy", {}, "Hãy ghi lý do"),
        ("y-kien", {"hs": "HC-1"}, "Hãy ghi điều chưa đúng"),
        ("tra-loi", {"objection": "x", "answer": "y"}, "Không tìm thấy"),
    ],
)
def test_step_that_is_not_possible_says_why(office, fair, path, fields, said):
    client = office()
    freeze(client)

    post(client, f"/ql/hoi-cho/boc-tham/1/{path}", **fields)

    assert said in client.get("/ql/hoi-cho/boc-tham/1").text


def test_participant_sees_the_chance_and_objects(office, app, client, fair):
    freeze(office())
    exhibitor = reader().scalars(select(Application)).first().exhibitor
    code = reader().scalars(select(Application.code)).first()
    sign_in(client, make_member(exhibitor))
    page = client.get(f"/ho-so/{code}/boc-tham").text
    assert "Bốc thử 10.000 lần" in page
    assert "Bốc thăm gian hàng" in client.get(f"/ho-so/{code}/").text

    post(client, f"/ho-so/{code}/boc-tham", words="Cơ sở bốc ở khu khác")
    assert "Cơ sở bốc ở khu khác" in client.get(f"/ho-so/{code}/boc-tham").text

    office()
    let_time_pass()
    for _ in range(2):
        post(office(), "/ql/hoi-cho/boc-tham/1/con-so", public=NUMBER)
    shown = office().get(f"/ho-so/{code}/boc-tham").text
    assert "Thăm số" in shown
    assert "Gửi ý kiến" not in shown


def test_who_is_not_on_the_list_reads_why_and_what_can_still_be_done(office, fair):
    late = make_application(fair, make_exhibitor(), State.APPROVED, code="HC-8", booths_wanted=9)
    freeze(office(), leaves_aside="y")
    make_application(fair, make_exhibitor(), State.APPROVED, code="HC-9")

    said = [office().get(f"/ho-so/{code}/boc-tham").text for code in (late.code, "HC-9")]
    with transaction() as session:
        session.scalars(select(Draw)).one().objections_until = clock.real_now()
    over = office().get("/ho-so/HC-9/boc-tham").text

    sentences = ("Ban Tổ chức xếp riêng", "hãy nêu ý kiến bên dưới", "Đã hết giờ nêu ý kiến")
    assert [[words in page for words in sentences] for page in (*said, over)] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
    assert "hãy nêu ý kiến" not in office().get("/hoi-cho/boc-tham/1/co-hoi?hs=HC-9").text


def test_participant_before_any_list(office, fair):
    assert "Chưa có danh sách bốc thăm" in office().get("/ho-so/HC-1/boc-tham").text
