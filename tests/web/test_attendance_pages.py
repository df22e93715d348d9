"""Attendance, inspection and the report after the fair, at the desk and from a phone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support import builders
from tests.support.builders import csrf_of, sign_in
from tests.support.gate_world import make_gate, pair_phone, phone_actor, sent_scan, token_of
from tgfair import clock
from tgfair.clock import day_in_vietnam
from tgfair.core.workflow import State
from tgfair.models import Application, ApplicationPerson, Badge, Fair, Inspection, Role
from tgfair.policy import SYSTEM
from tgfair.services import allocations, badge_rows, badges, publications, scans
from tgfair.services.uow import reader, transaction

GATE = {"X-Tgfair": "gate"}


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app):
    today = day_in_vietnam(clock.real_now())
    with app.app_context():
        fair = builders.make_fair(
            first_day=today - timedelta(days=1), last_day=today + timedelta(days=2)
        )
        make_gate(fair)
        builders.install_plan(fair)
        yield fair


@pytest.fixture
def placed(fair):
    """Two exhibitors at C12 and C13; somebody of the first one has walked in today."""
    for label, name in (("C12", "Cơ sở Mắm Út Hạnh"), ("C13", "Hợp tác xã Vú Sữa")):
        application = builders.make_application(fair, builders.make_exhibitor(name), State.APPROVED)
        allocations.assign_booth(
            SYSTEM, fair.id, label, application.code, reason="Hợp nhất", now=builders.NOW
        )
    publications.publish(SYSTEM, fair.id, note=None, now=builders.NOW)
    with transaction() as session:
        first = session.scalars(select(Application).order_by(Application.id)).first()
        first.state = State.CONFIRMED
        first.people = [ApplicationPerson(name="Nguyễn Thị Út Hạnh")]
        code, number = first.code, first.id
    badges.issue_to_application(SYSTEM, code, now=builders.NOW)
    (badge,) = badge_rows.valid_badges(reader(), number)
    now = clock.real_now()
    phone = phone_actor(pair_phone(fair, now=now), now=now)
    item = sent_scan(token_of(badge), at=now)
    scans.record_scans(phone, [item], now=now, clock_shift=timedelta(0))
    return fair


def test_desk_sees_who_came_and_notes_what_it_found(client, placed):
    sign_in(client, builders.make_user(Role.ORGANISER, fair=placed))
    path = f"/ql/{placed.slug}/cong/co-mat"

    before = client.get(path).text
    csrf = {"csrf_token": csrf_of(client)}
    wrong = client.post(path, data=csrf | {"booth": "Z99", "status": "present"})
    looked = {"booth": "c13", "status": "empty", "note": "Khóa cửa, gọi không nghe"}
    for _ in range(2):  # pressed twice
        noted = client.post(path, data=csrf | looked | {"idempotency_key": "k1"})
    report = client.get(f"/ql/{placed.slug}/cong/bao-cao").text

    absent = before.split("Hôm nay chưa thấy ai")[1].split("Các gian")[0]
    assert ("C13" in absent, "C12" in absent) == (True, False)
    assert wrong.status_code == 400
    assert "Không có gian nào mang mã này" in wrong.text
    assert noted.status_code == 303
    assert "Gian trống</b>: 1 gian (C13)" in " ".join(report.split())
    assert "Khóa cửa, gọi không nghe" in report
    row = reader().scalars(select(Inspection)).one()
    assert (row.status, row.booth.label) == ("empty", "C13")


def test_phone_notes_booths_once(client, placed):
    token = pair_phone(placed, now=clock.real_now()).token
    look = {
        "id": "a" * 32,
        "booth": "C13",
        "status": "present",
        "note": "",
        "wall": clock.real_now().isoformat(),
        "offset": 0,
    }

    def send(*items):
        headers = GATE | {"Authorization": f"Bearer {token}"}
        body = {"inspections": list(items)}
        answer = client.post("/api/v1/gate/inspections", headers=headers, json=body)
        return [result["status"] for result in answer.json["results"]]

    assert send(look) == ["accepted"]
    assert send(look, look | {"id": "b" * 32, "booth": "Z99"}, None, {"id": "x"}) == [
        "duplicate",
        "rejected",
        "rejected",
        "rejected",
    ]
    sign_in(client, builders.make_user(Role.ORGANISER, fair=placed))
    page = client.get(f"/ql/{placed.slug}/cong/co-mat").text
    assert "Hôm nay chưa thấy ai" not in page
    assert "Có mặt, " in page


def test_report_before_the_fair_counts_nobody_as_absent(client, fair):
    with transaction() as session:
        row = session.get_one(Fair, fair.id)
        row.first_day += timedelta(days=9)
        row.last_day += timedelta(days=9)
    application = builders.make_application(fair, builders.make_exhibitor(), State.APPROVED)
    allocations.assign_booth(
        SYSTEM, fair.id, "C12", application.code, reason="Hợp nhất", now=builders.NOW
    )
    publications.publish(SYSTEM, fair.id, note=None, now=builders.NOW)
    sign_in(client, builders.make_user(Role.ORGANISER, fair=fair))

    page = client.get(f"/ql/{fair.slug}/cong/bao-cao").text

    said = re.findall(
        r"(\d+) (gian [a-zđ]\w* \w+)", " ".join(re.sub(r"<[^>]+>", " ", page).split())
    )
    assert said == [("1", "gian đã xếp"), ("0", "gian có tham"), ("0", "gian không đến")]


def test_capacity_is_set_and_shown(client, fair):
    sign_in(client, builders.make_user(Role.ORGANISER, fair=fair))
    path = f"/ql/{fair.slug}/cong"
    csrf = {"csrf_token": csrf_of(client)}

    assert client.post(f"{path}/suc-chua", data=csrf | {"capacity": "0"}).status_code == 400
    assert client.post(f"{path}/suc-chua", data=csrf | {"capacity": "1200"}).status_code == 303
    assert "tối đa 1.200" in client.get(path).text
    assert client.post(f"{path}/suc-chua", data=csrf | {"capacity": ""}).status_code == 303
    assert "tối đa" not in client.get(path).text


def test_live_page_names_who_was_let_in_against_the_list(client, placed):
    sign_in(client, builders.make_user(Role.ORGANISER, fair=placed))
    badge = reader().scalars(select(Badge)).first()
    token = token_of(badge)
    badges.revoke_badge(SYSTEM, badge.public_id, reason="Mất thẻ", now=clock.real_now())
    now = clock.real_now()
    phone = phone_actor(pair_phone(placed, now=now), now=now)
    told = sent_scan(token, at=now, shown={"code": "in", "detail": ""})
    scans.record_scans(phone, [told], now=now, clock_shift=timedelta(0))

    page = client.get(f"/ql/{placed.slug}/cong").text

    assert "Đã cho vào trước khi máy biết" in page
    assert "thẻ đã hủy" in page
