from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.support.builders import (
    NOW,
    actor_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_member,
    make_user,
    sign_in,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import FairStatus, Role
from tgfair.services import allocations, publications


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def here(app):
    with app.app_context():
        yield app


def published_fair(*names: str):
    """A published fair with these exhibitors at A01, A02 …"""
    fair, organiser = make_fair(), actor_of(make_user(Role.ORGANISER))
    install_plan(fair)
    for n, name in enumerate(names, start=1):
        application = make_application(
            fair, make_exhibitor(name, phone=f"+849000099{n:02}"), State.APPROVED
        )
        allocations.assign_booth(organiser, fair.id, f"A{n:02}", application.code, now=NOW)
    publications.publish(organiser, fair.id, note=None, now=NOW)
    return fair


def test_the_front_page_lists_open_fairs_only(here, client):
    make_fair(name="Hội chợ mở")
    make_fair(name="Hội chợ nháp", status=FairStatus.DRAFT)

    page = client.get("/").text

    assert "Hội chợ mở" in page
    assert "Hội chợ nháp" not in page


def test_the_front_page_puts_fairs_that_are_over_last(here, client):
    over = make_fair(name="Hội chợ đã qua", first_day=date(2020, 6, 1), last_day=date(2020, 6, 4))
    coming = make_fair(
        name="Hội chợ sắp tới", first_day=date(2090, 6, 1), last_day=date(2090, 6, 4)
    )

    page = client.get("/").text

    order = [page.index(words) for words in (coming.name, "Đã diễn ra", over.name)]
    assert order == sorted(order)


def test_the_list_of_stands_has_pages_that_keep_the_search(here, client):
    fair = published_fair(*(f"Mắm {n:02}" for n in range(42)))
    url = f"/{fair.slug}/gian-hang/"

    assert 'href="?q=mam&amp;trang=2"' in client.get(url, query_string={"q": "mam"}).text
    last = client.get(url, query_string={"trang": "9"}).text
    assert "Trang 2/2" in last
    assert "A42" in last
    assert "A40" not in last


def test_a_draft_fair_is_404_everywhere(here, client):
    fair = make_fair(status=FairStatus.DRAFT)

    for path in ("", "gian-hang/", "gian-hang/A01", "so-do/", "ket-qua/", "lich.ics"):
        assert client.get(f"/{fair.slug}/{path}").status_code == 404


def test_the_fair_page_shows_both_calendars(here, client):
    fair = make_fair()

    page = client.get(f"/{fair.slug}/").text

    assert "Thứ Năm, 18/06/2026 (mùng 4 tháng 5 năm Bính Ngọ)" in page


def test_before_publication_nobody_is_shown(here, client):
    fair, organiser = make_fair(), actor_of(make_user(Role.ORGANISER))
    install_plan(fair)
    application = make_application(fair, make_exhibitor("Cơ sở Kín"), State.APPROVED)
    allocations.assign_booth(organiser, fair.id, "A01", application.code, now=NOW)

    for path in ("", "gian-hang/", "so-do/", "ket-qua/"):
        assert "Cơ sở Kín" not in client.get(f"/{fair.slug}/{path}").text


def test_a_product_is_found_without_diacritics(here, client):
    fair = published_fair("Mắm Út Hạnh", "Tủ thờ Gò Công")
    url = f"/{fair.slug}/gian-hang/"

    found = client.get(url, query_string={"q": "ut hanh"}).text
    assert "Mắm Út Hạnh" in found
    assert "Tủ thờ Gò Công" not in found
    assert "2 gian có bán" in client.get(url, query_string={"q": "MAM TOM cha"}).text


def test_nothing_found_suggests_something_near(here, client):
    fair = published_fair("Mắm Út Hạnh")

    page = client.get(f"/{fair.slug}/gian-hang/", query_string={"q": "tu tho go con"}).text
    assert "Không thấy “tu tho go con”" in page
    page = client.get(f"/{fair.slug}/gian-hang/", query_string={"q": "man tom cha"}).text
    assert "Thử:" in page


def test_a_free_booth_and_a_missing_one(here, client):
    fair = published_fair("Mắm Út Hạnh")

    assert "Mắm Út Hạnh" in client.get(f"/{fair.slug}/gian-hang/A01").text
    assert "còn trống" in client.get(f"/{fair.slug}/gian-hang/B01").text
    assert client.get(f"/{fair.slug}/gian-hang/Z99").status_code == 404


def test_no_contact_data_is_public_unless_it_was_allowed(here, client):
    fair = published_fair("Mắm Út Hạnh")

    for path in ("", "gian-hang/", "gian-hang/A01", "so-do/", "ket-qua/"):
        page = client.get(f"/{fair.slug}/{path}").text
        assert "0900 009 901" not in page
        assert "900009901" not in page
        assert "example.vn" not in page
        assert "Nguyễn Thị Út Hạnh" not in page


def test_odd_queries_are_pages_too(here, client):
    fair = published_fair("Mắm Út Hạnh")

    for query in ("%", "_", "a" * 5000, "💥", "'; DROP TABLE booth"):
        for path in ("gian-hang/", "so-do/"):
            assert client.get(f"/{fair.slug}/{path}", query_string={"q": query}).status_code == 200
    assert client.get(f"/{fair.slug}/gian-hang/", query_string={"q": "a\0b"}).status_code == 400


def test_the_calendar_file_is_one(here, client):
    fair = make_fair()

    answer = client.get(f"/{fair.slug}/lich.ics")

    assert answer.mimetype == "text/calendar"
    assert "BEGIN:VEVENT" in answer.text


def test_number_to_call_is_that_of_the_fair_shown_or_of_the_next_one(here, client):
    today = clock.day_in_vietnam(clock.real_now())
    fairs = {
        name: make_fair(
            first_day=today + timedelta(days=ahead),
            last_day=today + timedelta(days=ahead),
            hotline=f"+8490000000{abs(ahead)}",
        )
        for name, ahead in (("over", -5), ("next", 3), ("later", 8))
    }
    exhibitor = make_exhibitor()
    code = make_application(fairs["later"], exhibitor, State.SUBMITTED).code
    sign_in(client, make_member(exhibitor))
    slugs = [fairs[name].slug for name in ("over", "later")]

    pages = ["/", "/khong-co/gi/ca", *(f"/{slug}/" for slug in slugs), f"/ho-so/{code}/"]
    shown = [re.findall(r'class="help" href="tel:([+0-9]+)"', client.get(p).text) for p in pages]

    assert shown == [[fairs[name].hotline] for name in ("next", "next", "over", "later", "later")]
