"""Public pages are shared for a second between visitors without a cookie, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from tests.support.builders import make_fair
from tgfair.app import create_app
from tgfair.extensions import db
from tgfair.models import Fair
from tgfair.services.uow import transaction
from tgfair.web import shared_pages


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def site(config):
    """The application as it runs in earnest."""
    app = create_app(replace(config, testing=False))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def path(site) -> str:
    """The page of a fair with an A in its name."""
    with site.app_context():
        return f"/{make_fair(name='Hội chợ A').slug}/"


def rename(site) -> None:
    """Give it a B, as another process might."""
    with site.app_context(), transaction() as session:
        session.execute(update(Fair).values(name="Hội chợ B"))


def seen(client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return "B" if "Hội chợ B" in answer.get_data(as_text=True) else "A"


@pytest.mark.parametrize(("seconds", "second_look"), [(1000, "A"), (0, "B")])
def test_visitors_without_a_cookie_share_a_page_for_a_while(
    site, path, monkeypatch, seconds, second_look
):
    monkeypatch.setattr(shared_pages, "SECONDS", seconds)
    client = site.test_client(use_cookies=False)
    first = seen(client, path)
    rename(site)

    assert (first, seen(client, path)) == ("A", second_look)


@pytest.mark.parametrize("asked", [{"Cookie": "tgfair=x"}, {"Cookie": "tgfair-note=x"}])
def test_a_visitor_with_a_cookie_gets_a_page_of_his_own(site, path, asked):
    client = site.test_client(use_cookies=False)
    seen(client, path)
    rename(site)

    assert seen(client, path, **asked) == "B"


def test_a_page_with_a_query_is_not_shared(site, path):
    client = site.test_client(use_cookies=False)
    path = f"{path}?x=1"
    seen(client, path)
    rename(site)

    assert seen(client, path) == "B"


def test_a_shared_page_has_all_headers_and_comes_packed_or_plain_as_asked(site, path):
    client = site.test_client(use_cookies=False)
    plain = [client.get(path) for _ in range(2)]
    packed = [client.get(path, headers={"Accept-Encoding": "gzip"}) for _ in range(2)]

    assert plain[0].data == plain[1].data
    assert packed[0].data == packed[1].data
    assert dict(plain[0].headers) == dict(plain[1].headers)
    assert dict(packed[0].headers) == dict(packed[1].headers)
    assert packed[1].headers["Content-Encoding"] == "gzip"
    assert plain[1].headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_form_token_is_never_shared(site):
    client = site.test_client(use_cookies=False)
    tokens = {client.get("/dang-nhap").headers["Set-Cookie"] for _ in range(2)}

    assert len(tokens) == 2
