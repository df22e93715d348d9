"""The staff's first page, the list of fairs, and the demo clock."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import event

from tests.support.builders import (
    NOW,
    csrf_of,
    install_plan,
    make_application,
    make_conference,
    make_exhibitor,
    make_fair,
    make_user,
    sign_in,
)
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.models import Role, SlotKind
from tgfair.policy import SYSTEM
from tgfair.services.allocations import assign_booth
from tgfair.services.queries.slots import windows
from tgfair.services.slot_windows import Windows, create_slots
from tgfair.services.slots import book_slot


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def organiser(app, client):
    with app.app_context():
        user = make_user(Role.ORGANISER)
        sign_in(client, user)
    return user


def test_home_answers_staff(organiser, client):
    assert client.get("/ql/").status_code == 200


def test_of_a_fair_that_is_over_only_the_closing_waits(app, organiser, client):
    with app.app_context():
        over = make_fair(slug="da-qua", first_day=date(2020, 6, 1), last_day=date(2020, 6, 4))
        make_application(over, make_exhibitor())

    page = client.get("/ql/").text

    assert "hồ sơ chờ xét" not in page
    assert 'href="/ql/da-qua/cai-dat/trang-thai?den=ended"' in page


def test_fair_list_links_to_each_fair(app, organiser, client):
    with app.app_context():
        slugs = [make_fair().slug, make_conference().slug]

    text = client.get("/ql/su-kien").text

    assert [f'href="/ql/{slug}/"' in text for slug in slugs] == [True, True]


def test_demo_clock_is_not_found_outside_the_demo(app, organiser, client):
    with app.app_context():
        form = {"csrf_token": csrf_of(client), "day": "18/06/2026"}
    sent = client.post("/ql/dong-ho", data=form)

    assert (client.get("/ql/dong-ho").status_code, sent.status_code) == (404, 404)


def statements(client, url: str) -> int:
    """How many statements the database saw for one page."""
    asked: list[str] = []

    def note(*arguments) -> None:
        if not arguments[2].startswith("BEGIN"):
            asked.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert client.get(url).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)


@pytest.mark.parametrize("url", ["/ql/", "/ql/su-kien"])
def test_more_fairs_cost_no_more_statements(app, organiser, client, url):
    with app.app_context():
        make_application(make_fair(), make_exhibitor())
        one = statements(client, url)
        for _ in range(2):
            make_application(make_fair(), make_exhibitor())

        assert statements(client, url) == one


def test_more_bookings_and_booths_cost_no_more_statements(app, organiser, client):
    with app.app_context():
        fair = make_fair()
        install_plan(fair)
        wanted = Windows(SlotKind.STAGE, "Sân khấu", fair.first_day, time(7), time(9), 60, 9)
        create_slots(SYSTEM, fair.id, wanted, now=NOW)
        slot = windows(fair.id)[0][1][0].id

        def stand(label: str) -> None:
            one = make_application(fair, make_exhibitor(), State.APPROVED)
            assign_booth(SYSTEM, fair.id, label, one.code, now=NOW)
            book_slot(SYSTEM, one.code, slot, now=NOW)

        stand("A01")
        urls = [f"/ql/{fair.slug}/{room}" for room in ("", "so-do", "khung-gio")]
        one = [statements(client, url) for url in urls]
        stand("A02")
        stand("A03")

        assert [statements(client, url) for url in urls] == one
