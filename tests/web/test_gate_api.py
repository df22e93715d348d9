"""The API of the gate phones, as the phone's script calls it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from tests.support import builders
from tests.support.builders import csrf_of, sign_in
from tests.support.gate_films import film_of, record
from tests.support.gate_world import make_badges, make_gate, pair_phone, sent_scan, token_of
from tgfair import clock
from tgfair.clock import day_in_vietnam
from tgfair.models import Role
from tgfair.policy import SYSTEM
from tgfair.services import gates
from tgfair.services.uow import reader

PAIR, SCANS = "/api/v1/gate/pair", "/api/v1/gate/scans"
FILMS = "/api/v1/gate/films"
GATE = {"X-Tgfair": "gate"}


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def fair(app):
    """A fair of these days: the API asks the real clock."""
    today = day_in_vietnam(clock.real_now())
    with app.app_context():
        fair = builders.make_fair(first_day=today, last_day=today + timedelta(days=3))
        make_gate(fair)
        yield fair


@pytest.fixture
def token(fair):
    return pair_phone(fair, now=clock.real_now()).token


def call(client, path, token=None, body=None):
    headers = GATE | ({"Authorization": f"Bearer {token}"} if token else {})
    if body is None:
        return client.get(path, headers=headers)
    return client.post(path, headers=headers, json=body)


def now_scan(text, **fields):
    return sent_scan(text, at=clock.real_now(), **fields)


def test_pairing_by_code(client, fair):
    gates.create_pairing(SYSTEM, fair.id, 1, now=clock.real_now())
    code = gates.newest_pairing(SYSTEM, fair.id, 1).code

    for _ in range(2):  # a preview of the link uses nothing up
        page = client.get(f"/cong/ghep/{code}")
        assert f'data-pairing-code="{code}"' in page.text
    answer = call(client, PAIR, body={"code": code, "name": "Máy của Lan"})
    again = call(client, PAIR, body={"code": code, "name": "Máy của Tư"})

    assert answer.status_code == 200
    assert sorted(answer.json) == [
        "day_label",
        "device",
        "event",
        "fair_code",
        "fair_name",
        "gate",
        "gate_label",
        "server_time",
        "shift",
        "token",
    ]
    assert (answer.json["gate_label"], answer.json["event"]) == ("Cổng chính", fair.number)
    assert (again.status_code, again.json["error"]) == (400, "pairing_code")
    assert again.json["message"] == "Mã ghép đã dùng hoặc hết hạn. Xin mã mới ở bàn Ban Tổ chức."


@pytest.mark.parametrize(
    "body", [{}, [], {"code": 7, "name": "x"}, {"code": "x"}, {"code": "x", "name": ""}]
)
def test_bad_pairing_is_a_sentence(client, fair, body):
    answer = call(client, PAIR, body=body)

    assert (answer.status_code, bool(answer.json["message"])) == (400, True)


def test_verdict_has_the_shape_that_the_phone_was_built_for(client, fair, token):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    scan = now_scan(token_of(badge))

    answer = call(client, SCANS, token, {"scans": [scan]}).json

    (result,) = answer["results"]
    assert (result["id"], result["status"]) == (scan["id"], "accepted")
    assert result["verdict"] == {
        "colour": "green",
        "code": "in",
        "title": "MỜI VÀO",
        "detail": "",
        "attention": "",
        "name": "Nguyễn Thị Út Hạnh",
        "organisation": "Cơ sở Mắm Út Hạnh",
        "booth": "",
        "kind_label": "Thẻ gian hàng",
        "badge_no": "1/1",
    }
    assert sorted(answer) == ["results", "server_time"]
    health = call(client, "/api/v1/gate/health", token).json
    assert (health["inside"], health["expected"]) == (1, 1)
    again = call(client, SCANS, token, {"scans": [scan]}).json
    assert again["results"] == [{**result, "status": "duplicate"}]


def test_bad_items_do_no_harm_to_good_ones(client, fair, token):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    good = now_scan(token_of(badge))

    answer = call(client, SCANS, token, {"scans": [None, {"id": "x"}, good]})

    shown = [(r["id"], r["status"], r["verdict"]["colour"]) for r in answer.json["results"]]
    assert shown == [
        (None, "rejected", "red"),
        ("x", "rejected", "red"),
        (good["id"], "accepted", "green"),
    ]


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"scans": {}}', "nonsense", "[" * 100_000, '"\\ud800"']
)
def test_bodies_that_no_phone_sends_are_refused(client, token, body):
    headers = GATE | {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    answer = client.post(SCANS, data=body, headers=headers)

    assert (answer.status_code, answer.json["error"]) == (400, "invalid")


def test_film_of_another_phone(client, fair, token):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    other = pair_phone(fair, name="Máy của Tư", now=clock.real_now())
    film = film_of(other, record(badge.number, at=clock.real_now()))

    answers = [
        call(client, FILMS, token, {"film": one}).json
        for one in (film.hex(), film.hex(), "é", "00")
    ]

    assert [(one.get("taken"), one.get("known"), one.get("error")) for one in answers] == [
        (1, 0, None),
        (0, 1, None),
        (None, None, "invalid"),
        (None, None, "bad_film"),
    ]


def test_huge_body_is_refused(client, token):
    headers = GATE | {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    assert client.post(SCANS, data=b" " * 1_100_000, headers=headers).status_code == 413


def test_only_the_token_of_a_paired_phone_opens(client, fair, token):
    for wrong in (None, "x", "x" * 5000, token + "x", "é"):
        for path, body in ((SCANS, {"scans": []}), ("/api/v1/gate/health", None)):
            answer = call(client, path, wrong.encode().decode("latin-1") if wrong else None, body)
            assert (answer.status_code, answer.json["error"]) == (401, "unauthorised")
    assert client.post(SCANS, json={"scans": []}).status_code == 403
    sign_in(client, builders.make_user(Role.ADMIN))
    assert call(client, "/api/v1/gate/search?q=ut").status_code == 401


def test_revoked_phone_is_shut_out_at_once(client, fair, token):
    organiser = builders.make_user(Role.ORGANISER, fair=fair)
    sign_in(client, organiser)
    page = client.get(f"/ql/{fair.slug}/cong").text
    assert "Máy của Lan" in page
    assert call(client, "/api/v1/gate/health", token).status_code == 200

    answer = client.post(
        f"/ql/{fair.slug}/cong/may/1/thu-hoi", data={"csrf_token": csrf_of(client)}
    )

    assert answer.status_code == 303
    assert call(client, SCANS, token, {"scans": []}).status_code == 401
    assert "Đã thu hồi" in client.get(f"/ql/{fair.slug}/cong").text


def test_phone_of_another_fair_is_not_revoked_from_here(client, fair, token):
    other = builders.make_fair()
    sign_in(client, builders.make_user(Role.ORGANISER, fair=other))

    path = f"/ql/{other.slug}/cong/may/1/thu-hoi"
    assert client.post(path, data={"csrf_token": csrf_of(client)}).status_code == 404
    assert call(client, "/api/v1/gate/health", token).status_code == 200


def test_search_and_health(client, fair, token):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")

    found = call(client, "/api/v1/gate/search?q=%C3%BAt%20hanh", token).json

    assert found == {
        "results": [
            {
                "short_code": badge.short_code,
                "name": "Nguyễn Thị Út Hạnh",
                "organisation": "Cơ sở Mắm Út Hạnh",
                "booth": "",
                "kind_label": "Thẻ gian hàng",
            }
        ]
    }
    health = call(client, "/api/v1/gate/health", token).json
    assert {**health, "server_time": ""} == {
        "fair_name": fair.name,
        "gate_label": "Cổng chính",
        "inside": 0,
        "expected": 1,
        "server_time": "",
    }


def test_officer_adds_a_gate_and_shows_the_code(client, fair):
    sign_in(client, builders.make_user(Role.ORGANISER, fair=fair))
    path = f"/ql/{fair.slug}/cong"
    csrf = {"csrf_token": csrf_of(client)}

    assert client.post(path, data=csrf | {"label": ""}).status_code == 400
    assert client.post(path, data=csrf | {"label": "Cổng chính"}).status_code == 400
    assert client.post(path, data=csrf | {"label": "Cổng xe"}).status_code == 303
    assert client.post(f"{path}/9/ghep", data=csrf).status_code == 404
    shown = client.get(client.post(f"{path}/2/ghep", data=csrf).location).text

    code = gates.newest_pairing(SYSTEM, fair.id, 2).code
    assert f"{code[:5]}-{code[5:]}" in shown
    assert 'aria-label="Mã QR ghép máy"' in shown
    gates.pair(code, "Máy của Lan", now=clock.real_now())
    reader().rollback()
    assert "Đã ghép" in client.get(f"{path}/2/ghep").text


def test_live_page_shows_what_happened(client, fair, token):
    (badge,) = make_badges(fair, "Nguyễn Thị Út Hạnh")
    call(client, SCANS, token, {"scans": [now_scan(token_of(badge)), now_scan("TG1:x")]})
    sign_in(client, builders.make_user(Role.ORGANISER, fair=fair))

    page = client.get(f"/ql/{fair.slug}/cong").text

    assert "MỜI VÀO" in page
    assert "DỪNG LẠI" in page
    assert "Lượt vào mỗi 15 phút" in page
    assert '<meta http-equiv="refresh" content="10" />' in page


def test_service_worker_keeps_every_file_that_the_page_needs(client, fair):
    answer = client.get("/cong/sw.js")
    shell = json.loads(answer.text.partition("\n")[0].removeprefix("const SHELL = ").rstrip(";"))
    page = client.get("/cong/").text

    found = {name: client.get(name, buffered=True).status_code for name in shell["files"]}
    wanted = re.findall(r'(?:href|src|data-decoder)="(/(?:static|cong/tep)/[^"]+)"', page)

    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert set(found.values()) == {200}
    assert set(wanted) <= set(found)
    assert {"/cong/", "/cong/huong-dan"} <= set(found)
