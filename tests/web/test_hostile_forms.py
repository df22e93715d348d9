"""Every form with values that no page sends: never a server error, whoever sends them."""

from __future__ import annotations

import random
from datetime import timedelta
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from tests.policy.table import BODIES
from tests.policy.test_matrix import Knock, body_of, knocks
from tests.policy.world import World
from tests.support.builders import (
    csrf_of,
    make_application,
    make_exhibitor,
    make_fair,
    make_member,
    sign_in,
)
from tests.support.effort import rounds
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.web.guards import Audience, declaration_of

SEED = 20270608
HOSTILE = (
    "",
    " ",
    "\0",
    "Hòa\0Lộc",
    "x" * 100_000,
    "ố" * 5_000,
    "🍉" * 90,
    "\u202egian\u202c \ufeff\u200b",
    "\x1b[31m\x07\x7f\x85",
    "H\u01a1\u0323p ta\u0301c",
    "<script>alert(1)</script>{{ 7*7 }}",
    "=HYPERLINK(1)",
    "'; DROP TABLE booth; --",
    "../../etc/passwd",
    "9" * 400,
    "-1",
    "9223372036854775808",
    "1e999",
    "nan",
    "²",
    "٣",
    "30/02/2027",
    "00/00/0000",
    "25:61",
    "[]",
    "%s%n%00",
    "a@b@c",
    "+84" + "0" * 30,
)
JSON = (None, True, -1, 10**30, 1e308, "", "\0", "x" * 100_000, [], [[]], {}, {"": None}, ["\0"])

# What pages send in another state than the world's.
FAIR = ("name", "theme", "code", "slug", "kind", "intake", "venue", "opening", "closing", "opens")
MORE = {
    "organizer.create": (*FAIR, "mau", "plan", "registration_opens", "max_booths", "hotline"),
    "organizer.change_dates": ("opening", "closing", "reason", "version"),
    "organizer.change_status": ("den", "status", "reason", "version"),
    "organizer.publish": ("note",),
    "organizer.issue_badges": ("scope", "gates"),
    "exhibitor.name_people": ("name1", "phone1", "name2", "phone2"),
    "exhibitor.choose_slot": ("slot", "plate"),
    "account.sign_in_with_code": ("typed", "code"),
}
STEP_FIELDS = {
    1: ("name", "phone", "email", "seen", "action"),
    2: ("product", "description", "other1", "group1", "other2", "group2", "action"),
    3: ("booths", "wish1", "wish2", "wish3", "fascia", "power", "water", "cooking", "note"),
    4: ("name1", "phone1", "name2", "phone2", "later", "seen"),
    5: ("product_photo", "business_reg", "attp", "other", "action"),
}
STEP_NAMES = {1: "contact", 2: "products", 3: "booth", 4: "people"}
QUERY = [
    "q",
    "tt",
    "xa",
    "trang",
    "nhom",
    "sao",
    "khu",
    "gian",
    "hs",
    "muc",
    "loai",
    "thu",
    "kind",
    "sort",
    "loc",
    "ve",
    "next",
    "in",
    "nho",
    "tat-ca",
]
QUERY += [
    "buoc",
    "mau",
    "khai_mac",
    "so_ngay",
    "le",
    "truoc",
    "al_ngay",
    "al_thang",
    "al_nam",
    "opening",
    "closing",
    "den",
    "doi",
]


class Fields(HTMLParser):
    """The names of the fields of every POST form on a page, by the form's path."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.open = path, ""
        self.found: dict[str, set[str]] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form":
            posts = (given.get("method") or "").lower() == "post"
            self.open = urlsplit(given.get("action") or self.path).path if posts else ""
        elif self.open and (name := given.get("name")):
            self.found.setdefault(self.open, set()).add(name)


@pytest.fixture(scope="module")
def world(_sqlite_template, tmp_path_factory):
    return World(_sqlite_template, tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def fields(world: World) -> dict[str, list[str]]:
    """The fields that the pages' own forms send, by endpoint."""
    found: dict[str, set[str]] = {}
    routes = world.app.url_map.bind("localhost")
    for role in ("admin", "owner A", "anonymous"):
        client = world.client(role)
        for knock in knocks(world):
            if knock.method != "GET" or knock.side != "own":
                continue
            page = client.get(knock.url, buffered=True)
            parser = Fields(knock.url)
            parser.feed(page.text if page.mimetype == "text/html" else "")
            for path, names in parser.found.items():
                try:
                    endpoint, _ = routes.match(path, method="POST")
                except HTTPException:
                    continue
                found.setdefault(endpoint, set()).update(names - {"csrf_token"})
    for endpoint, body in [*BODIES.items(), *MORE.items()]:
        found.setdefault(endpoint, set()).update(body)
    return {endpoint: sorted(names) for endpoint, names in found.items()}


def hostile_form(
    chance: random.Random, names: list[str], usual: dict[str, Any]
) -> dict[str, list[Any]]:
    """Some fields as they should be, some hostile, some twice, some as files, some missing."""
    form: dict[str, list[Any]] = {}
    # A NUL anywhere is refused before the page sees the form, so most forms carry none.
    values = HOSTILE if chance.random() < 0.1 else [text for text in HOSTILE if "\0" not in text]
    for name in names:
        how = chance.random()
        if how < 0.15:
            continue
        if how < 0.35 and isinstance(usual.get(name), str):
            form[name] = [usual[name]]
        elif how < 0.4:
            form[name] = [(BytesIO(chance.randbytes(40)), "\u202egnp.a\n" + "ố" * 300)]
        else:
            form[name] = chance.choices(values, k=chance.choice((1, 1, 1, 3)))
    return form


def press(
    world: World, client: FlaskClient, knock: Knock, chance: random.Random, names: list[str]
) -> tuple[Any, object]:
    declared = declaration_of(world.app, knock.rule.endpoint)
    usual = body_of(world, knock)
    if declared is not None and declared.audience is Audience.DEVICE:
        body: Any = {name: chance.choice(JSON) for name in names}
        body = chance.choice((body, body, {**usual, **body}, chance.choice(JSON), [body]))
        return client.post(knock.url, json=body, headers={"X-Tgfair": "gate"}), body
    form = hostile_form(chance, names, usual)
    shown = {name: [str(value)[:40] for value in values] for name, values in form.items()}
    answer = client.post(knock.url, data={**form, "csrf_token": world.csrf(client)})
    answer.request.environ["wsgi.input"].close()  # the test client spools large bodies to disk
    return answer, shown


@pytest.mark.parametrize("role", ["admin", "link A", "device"])
def test_hostile_values_never_break_the_server(world, fields, role):
    chance = random.Random(SEED)  # noqa: S311 -- a test's dice, the same every time
    world.app.testing = False  # so that a failure is an answer, as people would get it
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    broken = []
    posts = [knock for knock in knocks(world) if knock.method == "POST" and knock.side == "own"]
    for _ in range(rounds(2, 30)):
        for knock in posts:
            names = fields.get(knock.rule.endpoint, [])
            answer, form = press(world, world.client(role), knock, chance, names)
            if answer.status_code >= 500:
                broken.append(f"{knock}: {answer.status_code} {form}")
            if answer.status_code < 400:
                world.put_back()

    assert broken == []


def test_hostile_queries_never_break_a_page(world):
    chance = random.Random(SEED)  # noqa: S311 -- as above
    broken = []
    for role in ("admin", "owner A", "anonymous"):
        client = world.client(role)
        for knock in knocks(world):
            if knock.method == "GET" and knock.side == "own":
                query = {name: chance.choice(HOSTILE)[:3000] for name in chance.sample(QUERY, 8)}
                answer = client.get(knock.url, query_string=query, buffered=True)
                if answer.status_code >= 500:
                    broken.append(f"{knock}: {answer.status_code} {query}")

    assert broken == []


def test_bytes_that_are_no_text_never_break_the_server(world):
    broken = []
    client = world.client("admin")
    for knock in knocks(world):
        if knock.method == "POST" and knock.side == "own":
            token = world.csrf(client).encode()
            answer = client.post(
                knock.url,
                data=b"csrf_token=" + token + b"&name=%ff%fe&%c3%28=%ed%a0%80&q=%00",
                content_type="application/x-www-form-urlencoded",
            )
            client = world.client("admin") if answer.status_code < 400 else client
            if answer.status_code >= 500:
                broken.append(f"{knock}: {answer.status_code}")
            world.put_back()

    assert broken == []


@pytest.fixture
def draft(world: World):
    """A draft that its owner is writing, and the owner's client."""
    with world.app.app_context():
        fair = make_fair(
            registration_opens_at=clock.real_now() - timedelta(days=1),
            registration_closes_at=clock.real_now() + timedelta(days=20),
            opens_at=clock.real_now() + timedelta(days=40),
        )
        exhibitor = make_exhibitor()
        client = world.app.test_client()
        sign_in(client, make_member(exhibitor))
        yield client, make_application(fair, exhibitor, State.DRAFT).code
    world.put_back()


def test_hostile_values_never_break_a_draft(world, draft):
    chance = random.Random(SEED)  # noqa: S311 -- as above
    client, code = draft
    broken = []
    for _ in range(rounds(6, 200)):
        for number, names in STEP_FIELDS.items():
            urls = [f"/ho-so/{code}/buoc/{number}", f"/ho-so/{code}/kiem-tra"]
            urls += [f"/ho-so/{code}/luu/{STEP_NAMES[number]}"] if number in STEP_NAMES else []
            for url in urls:
                form = hostile_form(chance, [*names, "consent"], {})
                shown = {name: [str(value)[:40] for value in sent] for name, sent in form.items()}
                answer = client.post(url, data={**form, "csrf_token": csrf_of(client)})
                answer.request.environ["wsgi.input"].close()
                page = client.get(urls[0])
                if max(answer.status_code, page.status_code) >= 500:
                    broken.append(f"{url}: {answer.status_code} {page.status_code} {shown}")

    assert broken == []
