"""Every form that a page shows, sent as it stands: it is done, or says what is still missing.

A form that forgets a hidden field, or leads where its reader may not go, answers otherwise.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import demo
from tgfair.app import create_app
from tgfair.extensions import db

BASE = "http://127.0.0.1"
STARTS = {
    "admin": ["/ql/", "/tai-khoan"],
    "anonymous": ["/", "/dang-nhap", "/ho-so/"],
    "exhibitor": ["/ho-so/", "/tai-khoan"],
    "personal_link": ["/ho-so/"],
    "commune_officer": ["/ql/"],
}
DATABASE = "tgfair.sqlite3"
ANSWERED = frozenset({200, 302, 303, 400})  # 400: the page again, with what is to be mended
UNTYPED = frozenset({"submit", "file", "button", "reset"})


@dataclass
class Form:
    """A form of a page as a browser would send it untouched."""

    method: str
    action: str
    multipart: bool
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str] | None] = field(default_factory=list)


class Forms(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select: list[tuple[str, bool]] | None = None
        self._text: list[str] | None = None
        self._name = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            multipart = given.get("enctype") == "multipart/form-data"
            self._form = Form(given.get("method", "get"), given.get("action", ""), multipart)
            self.found.append(self._form)
        if self._form is None:
            return
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in UNTYPED:
            choice = given.get("type") in {"checkbox", "radio"}
            if not choice or "checked" in given:
                value = given.get("value", "on" if choice else "")
                self._form.fields.append((name, value))
        elif tag == "button":
            self._form.buttons.append((name, given.get("value", "")) if name else None)
        elif tag == "select":
            self._name, self._select = name, []
        elif tag == "option" and self._select is not None:
            self._select.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._name, self._text = name, []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._form is None:
            return
        if tag == "select" and self._select:
            chosen = [value for value, selected in self._select if selected]
            self._form.fields.append((self._name, (chosen or [self._select[0][0]])[0]))
            self._select = None
        elif tag == "textarea" and self._text is not None:
            self._form.fields.append((self._name, "".join(self._text).removeprefix("\n")))
            self._text = None
        elif tag == "form":
            self._form = None


class Site:
    """The demo, as new before every form."""

    def __init__(self, folder: Path) -> None:
        self.template = demo.load(folder / "template")
        app = create_app(demo.config_of(self.template, BASE))
        with app.app_context():
            self.people = demo.tokens()
            db.engine.dispose()
        self.folder = demo.copy(self.template, folder / "instance")
        self.app: Flask = create_app(demo.config_of(self.folder, BASE))

    def client(self, person: str) -> FlaskClient:
        """Put everything back and return somebody's browser."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        for file in self.folder.glob(f"{DATABASE}*"):
            file.unlink()
        shutil.copy(self.template / DATABASE, self.folder / DATABASE)
        client = self.app.test_client()
        token = self.people[person]
        if token:
            client.set_cookie("tgfair", token, domain="127.0.0.1")
        return client

    def endpoint(self, path: str) -> str:
        return str(self.app.url_map.bind("127.0.0.1").match(path, method="POST")[0])


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("forms"))
    yield made
    with made.app.app_context():
        db.engine.dispose()


def opened(client: FlaskClient, url: str) -> tuple[str, list[Form]]:
    """Return where a page stands in the end, and its forms that change something."""
    answer = client.get(url, base_url=BASE, follow_redirects=True)
    return answer.request.full_path, [
        form for form in Forms(answer.text).found if form.method.lower() == "post"
    ]


@pytest.mark.parametrize("person", STARTS)
def test_every_form_sent_as_it_stands_is_done_or_says_what_is_missing(site, person):
    wrong, seen = [], set()
    pages = demo.pages(site.app, site.client(person), STARTS[person])
    for url in sorted(pages.values()):
        if url.startswith("/m/"):
            continue  # a personal link signs its visitor in as somebody else
        where, forms = opened(site.client(person), url)
        for place, form in enumerate(forms):
            endpoint = site.endpoint(urlsplit(urljoin(f"{BASE}{where}", form.action)).path)
            for pressed in dict.fromkeys(form.buttons or [None]):
                kind = (
                    endpoint,
                    pressed and pressed[0],
                    tuple(sorted({name for name, _ in form.fields})),
                )
                if kind in seen:
                    continue
                seen.add(kind)
                status = sent(site.client(person), url, place, pressed)
                if status not in ANSWERED:
                    wrong.append((url, endpoint, pressed, status))

    assert wrong == []


def sent(client: FlaskClient, url: str, place: int, pressed: tuple[str, str] | None) -> int:
    """Open the page, press a button of one of its forms, and return the answer's status."""
    where, forms = opened(client, url)
    form = forms[place]
    data: dict[str, list[str]] = {}
    for name, value in [*form.fields, *([pressed] if pressed else [])]:
        data.setdefault(name, []).append(value)
    kind = "multipart/form-data" if form.multipart else "application/x-www-form-urlencoded"
    target = urljoin(f"{BASE}{where}", form.action).removeprefix(BASE)
    with client.post(target, data=data, base_url=BASE, content_type=kind) as answer:
        return answer.status_code
