"""The demo province for tests: loaded once for each worker of the run, copied for each use."""

from __future__ import annotations

import shutil
from collections import deque
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import RequestRedirect

from tests.support import databases
from tests.support.builders import session_token
from tgfair.app import create_app
from tgfair.cli.demo.story import tell
from tgfair.config import Config
from tgfair.extensions import db
from tgfair.models import Application, Invitation, Membership, Role, RoleGrant, User

PER_ENDPOINT = 1
MOST_PAGES = 400


def load(folder: Path) -> Path:
    """Build the demo in `folder` and return that folder: database, files and keys."""
    folder.mkdir(parents=True, exist_ok=True)
    app = create_app(config_of(folder, "http://127.0.0.1"))
    with app.app_context():
        flask_migrate.upgrade()
        tell(lambda _done: None)
        db.session.remove()
        db.engine.dispose()
    return folder


def config_of(folder: Path, base_url: str) -> Config:
    """Return the demo's configuration in a folder."""
    config = databases.make_config(f"sqlite:///{folder / 'tgfair.sqlite3'}", folder)
    return replace(config, demo=True, base_url=base_url)


def copy(template: Path, folder: Path) -> Path:
    """Return a copy of a loaded demo."""
    return Path(shutil.copytree(template, folder, dirs_exist_ok=True))


def tokens() -> dict[str, str | None]:
    """Return a session cookie for each kind of person, by name."""
    found: dict[str, str | None] = {"anonymous": None}
    for role in Role:
        user = db.session.scalars(
            select(User).join(RoleGrant).where(RoleGrant.role == role).order_by(User.id)
        ).first()
        found[role.value] = session_token(user)
    owner = db.session.scalars(select(User).join(Membership, Membership.user_id == User.id)).first()
    found["exhibitor"] = session_token(owner)
    invited = db.session.scalars(
        select(Invitation)
        .join(
            Application,
            (Application.fair_id == Invitation.fair_id)
            & (Application.exhibitor_id == Invitation.exhibitor_id),
        )
        .where(Application.state.in_(["draft", "changes_requested"]))
    ).first()
    found["personal_link"] = session_token(None, invited)
    db.session.rollback()
    return found


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attributes if name == "href" and value]


def endpoint_of(app: Flask, url: str) -> str | None:
    """Return the endpoint that answers GET `url`, or None."""
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(url).path, method="GET")[0])
    except (RequestRedirect, Exception):  # noqa: BLE001 -- anything else is no page of ours
        return None


def pages(app: Flask, client: FlaskClient, starts: list[str]) -> dict[str, str]:
    """Follow every link from `starts`; return one HTML page for each endpoint and kind of query.

    Also says what is broken: an internal link that does not answer 200 raises AssertionError.
    """
    seen: dict[str, str] = {}
    queue, queued = deque(starts), set(starts)
    while queue and len(seen) < MOST_PAGES:
        url = queue.popleft()
        answer = client.get(url, base_url=app.config["TGFAIR"].base_url, follow_redirects=True)
        assert answer.status_code == 200, f"{url}: {answer.status_code}"
        if answer.mimetype != "text/html":
            answer.close()  # a file would stay open until it is collected, in any other test
            continue
        seen[_kind(app, url)] = url
        parser = _Links()
        parser.feed(answer.text)
        for link in parser.found:
            target = urlsplit(urljoin(f"http://localhost{url}", link))
            if target.hostname not in {"localhost", "127.0.0.1"} or target.scheme != "http":
                continue
            path = target.path + (f"?{target.query}" if target.query else "")
            kind = _kind(app, path)
            if kind not in queued:
                queued.add(kind)
                queue.append(path)
    return seen


def _kind(app: Flask, url: str) -> str:
    """Return endpoint and names of the query's fields: pages of one kind look alike."""
    parts = urlsplit(url)
    names = sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair})
    return f"{endpoint_of(app, url)}?{','.join(names)}"
