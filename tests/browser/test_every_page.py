"""Every page that a person can reach by links, on the demo province, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.support import browser as browsers
from tests.support import demo
from tests.support.server import loopback_socket, served
from tgfair.app import create_app
from tgfair.extensions import db

pytestmark = pytest.mark.browser

# Who opens what first: a page that an earlier person was shown is not looked at again.
STARTS = {
    "admin": ["/ql/", "/tai-khoan"],
    "anonymous": ["/", "/dang-nhap", "/ho-so/", "/cong/"],
    "exhibitor": ["/ho-so/", "/tai-khoan"],
    "personal_link": ["/ho-so/"],
    "organiser": ["/ql/", "/tai-khoan"],
    "reviewer": ["/ql/"],
    "commune_officer": ["/ql/"],
}
PARTS = 2
# First load of a producer's page, compressed, empty cache (ux.md, section 8).
MOST_BYTES = 60 * 1024


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory) -> Path:
    return demo.load(tmp_path_factory.mktemp("demo") / "instance")


@pytest.fixture
def demo_site(demo_template, tmp_path):
    folder = demo.copy(demo_template, tmp_path / "instance")
    with loopback_socket() as bound:
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        app = create_app(demo.config_of(folder, address))
        with app.app_context():
            people = demo.tokens()
        with served(app, bound):
            yield app, address, people
        with app.app_context():
            db.engine.dispose()


def reachable(app: Flask, token: str | None, starts: list[str]) -> dict[str, str]:
    client = app.test_client()
    if token:
        client.set_cookie("tgfair", token, domain="127.0.0.1")
    return demo.pages(app, client, starts)


@pytest.fixture(scope="session")
def rounds(demo_template, tmp_path_factory) -> dict[str, list[str]]:
    """For each person the addresses of the pages that nobody before was shown."""
    folder = demo.copy(demo_template, tmp_path_factory.mktemp("crawl") / "instance")
    app = create_app(demo.config_of(folder, "http://127.0.0.1"))
    seen: set[str] = set()
    found: dict[str, list[str]] = {}
    with app.app_context():
        people = demo.tokens()
    for person, starts in STARTS.items():
        pages = reachable(app, people[person], starts)
        found[person] = [url for kind, url in sorted(pages.items()) if kind not in seen]
        found[person] = found[person] or starts
        seen |= pages.keys()
    with app.app_context():
        db.engine.dispose()
    return found


def look(page, url: str) -> list[str]:
    """Open a page at three widths; return everything that is wrong with it."""
    problems = []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(url, wait_until="load")
        page.locator("main:visible").wait_for()  # the gate's screens are shown by a script
        problems += [f"{url} at {width}: {found}" for found in browsers.axe_violations(page)]
    page.set_viewport_size({"width": 320, "height": 640})
    if browsers.scrolls_sideways(page):
        problems.append(f"{url} scrolls sideways at 320 px")
    return problems


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("person", STARTS)
def test_every_page_is_accessible_and_fits_a_small_phone(demo_site, rounds, browser, person, part):
    _, address, people = demo_site
    token = people[person]
    watch = browsers.Watch()
    context = browsers.new_context(browser, width=360, base_url=address)
    if token:
        context.add_cookies([{"name": "tgfair", "value": token, "url": address}])
    watch.follow(context)
    page = context.new_page()

    problems = [problem for url in rounds[person][part::PARTS] for problem in look(page, url)]
    context.close()

    assert problems == []
    assert watch.unexpected(()) == []


def test_producer_pages_are_light(demo_site, browser):
    app, address, people = demo_site
    heavy = []
    for url in reachable(app, people["personal_link"], ["/ho-so/"]).values():
        context = browsers.new_context(browser, width=360, base_url=address)
        context.add_cookies([{"name": "tgfair", "value": people["personal_link"], "url": address}])
        page = context.new_page()
        sizes: list[int] = []
        page.on("requestfinished", lambda request, sizes=sizes: sizes.append(weight(request)))
        page.goto(url, wait_until="networkidle")
        if sum(sizes) > MOST_BYTES:
            heavy.append((url, sum(sizes)))
        context.close()

    assert heavy == []


def weight(request) -> int:
    sizes = request.sizes()
    return int(sizes["responseBodySize"] + sizes["responseHeadersSize"])
