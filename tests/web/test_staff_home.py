"""The staff's first page, the list of fairs, and the demo clock."""

from __future__ import annotations

import pytest

from tests.support.builders import csrf_of, make_conference, make_fair, make_user, sign_in
from tgfair.models import Role


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
