"""Fixtures: both databases, the app, a real server, a real mailbox, a real browser.

The application is imported inside the fixtures, so that a test of `core` does not wait for it.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.support import browser as browsers
from tests.support.mailbox import Mailbox
from tests.support.postgres import PostgresServer
from tests.support.server import loopback_socket, served
from tgfair.config import Config, MailConfig

BOTH = [pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a browser test try once more: a machine that stalls cuts off Chromium, not our code.

    The summary names every second try, so that a test which needs one is mended.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for each worker of the run."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.support import databases

    return databases.sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def _postgres_template(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> str:
    from tests.support import databases

    return databases.postgres_template(postgres_server, tmp_path_factory.mktemp("postgres"))


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    from tests.support import databases

    return databases.sqlite_copy(_sqlite_template, tmp_path)


@pytest.fixture(scope="session")
def _as_new(
    postgres_server: PostgresServer, _postgres_template: str
) -> tuple[list[str], list[tuple[object, ...]]]:
    """Names of empty migrated databases, and their shape; to empty one is quicker than a copy."""
    name = postgres_server.create(template=_postgres_template)
    return [name], postgres_server.shape(name)


@pytest.fixture
def postgres_url(
    postgres_server: PostgresServer,
    _postgres_template: str,
    _as_new: tuple[list[str], list[tuple[object, ...]]],
) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own."""
    names, shape = _as_new
    name = names.pop() if names else postgres_server.create(template=_postgres_template)
    yield postgres_server.url(name)
    if postgres_server.shape(name) == shape:
        postgres_server.empty(name)
        names.append(name)
    else:
        postgres_server.drop(name)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database: the test runs once on SQLite and once on PostgreSQL.

    A folder or file whose subject is not the database overrides this with `sqlite_url`.
    """
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def live_socket() -> Iterator[socket.socket]:
    """A bound loopback port, known before the app is built."""
    with loopback_socket() as bound:
        yield bound


@pytest.fixture
def smtp_sink() -> Iterator[Mailbox]:
    """A real SMTP server; the app of the same test sends there."""
    mailbox = Mailbox()
    yield mailbox
    mailbox.close()


@pytest.fixture
def config(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Config:
    """The configuration, with the test's own SMTP sink and live address when it asks for them."""
    from tests.support import databases

    changes: dict[str, object] = {}
    if "smtp_sink" in request.fixturenames:
        sink: Mailbox = request.getfixturevalue("smtp_sink")
        changes["mail"] = MailConfig(server=sink.host, port=sink.port)
    if "live_socket" in request.fixturenames:
        port = request.getfixturevalue("live_socket").getsockname()[1]
        changes["base_url"] = f"http://127.0.0.1:{port}"
    return databases.make_config(database_url, tmp_path / "instance", **changes)


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The whole application on a database of this test's own."""
    from tgfair.app import create_app
    from tgfair.extensions import db

    config.instance_dir.mkdir(parents=True, exist_ok=True)
    app = create_app(config)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript, inside the process."""
    return app.test_client()


@pytest.fixture
def live_server(app: Flask, live_socket: socket.socket) -> Iterator[str]:
    """The site on a real port; the value is its base address."""
    with served(app, live_socket) as address:
        yield address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of the browser."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for each worker of the run."""
    browser = browsers.launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def open_page(
    browser: Browser, live_server: str, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open a page in a fresh profile: `open_page(width=360, java_script=True)`.

    At the end the test fails for any console message or foreign host that its marker
    `expects_console` does not name.
    """
    watch, contexts = browsers.Watch(), []

    def opened(width: int = 360, *, java_script: bool = True) -> Page:
        context = browsers.new_context(
            browser, width=width, base_url=live_server, java_script=java_script
        )
        watch.follow(context)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    marker = request.node.get_closest_marker("expects_console")
    assert watch.unexpected(marker.args if marker else ()) == []


@pytest.fixture
def page360(open_page: Callable[..., Page]) -> Page:
    """A phone."""
    return open_page(360)


@pytest.fixture
def page1280(open_page: Callable[..., Page]) -> Page:
    """A desk."""
    return open_page(1280)
