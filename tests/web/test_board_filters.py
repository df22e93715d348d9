"""Filters of the board kept under a name."""

from __future__ import annotations

import pytest

from tests.support.builders import (
    csrf_of,
    make_application,
    make_exhibitor,
    make_fair,
    make_user,
    sign_in,
)
from tgfair.models import Role


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def url(app, client):
    with app.app_context():
        fair = make_fair()
        make_application(fair, make_exhibitor("Cơ sở Mắm Út Hạnh"))
        sign_in(client, make_user(Role.REVIEWER, name="Cô Hạnh"))
        yield f"/ql/{fair.slug}/ho-so"


def send(client, url, **typed):
    return client.post(
        f"{url}/bo-loc", data={"csrf_token": csrf_of(client)} | typed, follow_redirects=True
    )


def test_a_kept_filter_is_offered_to_its_keeper_only(app, client, url):
    page = send(client, url, name="Thiếu giấy của tôi", loc="tt=submitted&giay=thieu").text

    assert "Đã lưu bộ lọc “Thiếu giấy của tôi”." in page
    assert f'href="{url}?tt=submitted&amp;giay=thieu"' in client.get(url).text
    sign_in(client, make_user(Role.ORGANISER))
    assert "Thiếu giấy của tôi" not in client.get(url).text


def test_a_filter_of_the_same_name_is_replaced_and_can_be_dropped(client, url):
    send(client, url, name="Chờ duyệt", loc="tt=draft")
    send(client, url, name="Chờ duyệt", loc="tt=submitted")
    page = client.get(url).text
    assert ("tt=submitted" in page, page.count(">Chờ duyệt</a>")) == (True, 1)

    send(client, url, name="Chờ duyệt", loc="tt=submitted", action="drop")

    assert "Chờ duyệt</a>" not in client.get(url).text


@pytest.mark.parametrize(
    ("name", "loc", "sentence"),
    [
        ("", "tt=submitted", "Hãy đặt tên cho bộ lọc."),
        ("Tất cả", "", "Hãy lọc trước, rồi lưu bộ lọc."),
    ],
)
def test_what_cannot_be_kept_says_why(client, url, name, loc, sentence):
    assert sentence in send(client, url, name=name, loc=loc).text
