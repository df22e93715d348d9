"""Every route x every role x own, foreign and missing object, from the application's own url_map."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule

from tests.policy.table import BODIES, CONSTANTS, TABLE
from tests.policy.world import RELATIONS, ROLES, World
from tgfair.core.errors import ForbiddenError, NotFoundError
from tgfair.web.guards import Audience, declaration_of

REFUSALS = (ForbiddenError().message(), NotFoundError().message(), "trong sự kiện này")
MISSING_NUMBER, MISSING_TEXT = 99_999_999, "0" * 32


@pytest.fixture(scope="module")
def world(_sqlite_template, tmp_path_factory):
    return World(_sqlite_template, tmp_path_factory.mktemp("world"))


@dataclass(frozen=True)
class Knock:
    """One request: a rule, a method, and whose object."""

    rule: Rule
    method: str
    # own | foreign | missing (in the own place) | nowhere (its place neither) | mixed (foreign
    # thing, own place)
    side: str
    url: str

    def __str__(self) -> str:
        return f"{self.method} {self.url} ({self.rule.endpoint}, {self.side})"


def rules(world: World) -> list[Rule]:
    """The rules that stand in the table; a test of its own names those that do not."""
    known = [rule for rule in world.app.url_map.iter_rules() if rule.endpoint in TABLE]
    return sorted(known, key=lambda rule: (rule.rule, rule.endpoint))


def methods_of(rule: Rule) -> list[str]:
    return [method for method in ("GET", "POST") if method in (rule.methods or ())]


def value(world: World, side: str, rule: Rule, name: str) -> Any:
    values = world.sides[side].values
    prefix = rule.endpoint.partition(".")[0]
    for key in (f"{rule.endpoint}:{name}", f"{prefix}:{name}", name):
        if key in values:
            return values[key]
    raise AssertionError(f"tests/policy/objects.py: no value for {name} of {rule.endpoint}")


def missing(rule: Rule, name: str) -> Any:
    return MISSING_NUMBER if isinstance(rule._converters[name], IntegerConverter) else MISSING_TEXT


def url(world: World, rule: Rule, values: dict[str, Any]) -> str:
    with world.app.test_request_context():
        built = rule.build(values)
    assert built is not None, (rule, values)
    return built[1]


def knocks(world: World) -> list[Knock]:
    """Own and foreign objects, one that does not exist, and a foreign one under the own fair."""
    found = []
    for rule in rules(world):
        keys = {name: f"{rule.endpoint}:{name}" for name in rule.arguments}
        constants = {
            name: CONSTANTS.get(key, CONSTANTS.get(name))
            for name, key in keys.items()
            if key in CONSTANTS or name in CONSTANTS
        }
        names = rule.rule.replace(">", "<").split("<")[1::2]
        names = [n.split(":")[-1] for n in names if n.split(":")[-1] not in constants]
        sides = {
            side: {name: value(world, side, rule, name) for name in names}
            for side in ("own", "foreign")
        }
        if names:
            sides["missing"] = {**sides["own"], names[-1]: missing(rule, names[-1])}
            if len(names) > 1:
                sides["nowhere"] = {name: missing(rule, name) for name in names}
        else:
            del sides["foreign"]
        if len(names) > 1:
            sides["mixed"] = {**sides["own"], names[-1]: sides["foreign"][names[-1]]}
        found += [
            Knock(rule, method, side, url(world, rule, {**constants, **values}))
            for side, values in sides.items()
            for method in methods_of(rule)
        ]
    return found


def sent(world: World, client: FlaskClient, knock: Knock) -> Any:
    if knock.method == "GET":
        return client.get(knock.url, buffered=True)
    body = body_of(world, knock)
    declared = declaration_of(world.app, knock.rule.endpoint)
    if declared is not None and declared.audience is Audience.DEVICE:
        return client.post(knock.url, json=body, headers={"X-Tgfair": "gate"})
    files = {
        name: (BytesIO(value[0]), value[1])
        for name, value in body.items()
        if isinstance(value, tuple)
    }
    return client.post(knock.url, data={"csrf_token": world.csrf(client), **body, **files})


def body_of(world: World, knock: Knock) -> dict[str, Any]:
    """What the form carries; "$name" is the side's own object (for mixed: the foreign one)."""
    side = "foreign" if knock.side in {"foreign", "mixed"} else "own"
    values = world.sides[side].values
    return {
        name: values[text[1:]] if isinstance(text, str) and text.startswith("$") else text
        for name, text in BODIES.get(knock.rule.endpoint, {}).items()
    }


def is_refused(client: FlaskClient, answer: Any) -> bool:
    """Refused by status, by being sent to sign in, or by the sentence of the policy."""
    to = answer.headers.get("Location", "")
    if answer.status_code in {302, 303} and to.startswith(("/dang-nhap?", "/ho-so/xac-nhan?")):
        return True
    if answer.status_code in {401, 403, 404, 410}:
        return True
    with client.session_transaction() as kept:
        flashed = " ".join(text for _, text in kept.get("_flashes", []))
    said = flashed if answer.status_code < 400 else answer.text
    return any(sentence in said for sentence in REFUSALS)


def is_expected_in(role: str, knock: Knock) -> bool | None:
    """Return what the table says; None where it leaves both open.

    A foreign object under an own address is refused to whoever may not have it anyway.
    """
    may = TABLE[knock.rule.endpoint]
    if knock.side == "missing":
        return False
    if knock.side == "mixed":
        return None if RELATIONS["foreign"][role] in may else False
    return RELATIONS[knock.side][role] in may


def outcome(answer: Any) -> str:
    return f"{answer.status_code} {answer.headers.get('Location', '')}".strip()


def test_every_route_stands_in_the_table(world):
    endpoints = {rule.endpoint for rule in world.app.url_map.iter_rules()}

    assert sorted(endpoints ^ set(TABLE)) == []


@pytest.mark.parametrize("role", ROLES)
def test_role_gets_where_the_table_says_and_nowhere_else(world, role):
    wrong = []
    for knock in knocks(world):
        if knock.side == "nowhere":
            continue
        client = world.client(role)
        answer = sent(world, client, knock)
        expected = is_expected_in(role, knock)
        if expected is is_refused(client, answer) or answer.status_code >= 500:
            wrong.append(f"{knock}: {outcome(answer)}")
        if knock.method == "POST" and answer.status_code < 400:
            world.put_back()

    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_foreign_object_looks_like_a_missing_one(world, role):
    client = world.client(role)
    different = []
    by_rule: dict[tuple[str, str], dict[str, Any]] = {}
    for knock in knocks(world):
        if knock.method == "GET" and knock.side in {"foreign", "missing", "nowhere"}:
            by_rule.setdefault((knock.rule.rule, knock.rule.endpoint), {})[knock.side] = knock
    for pair in by_rule.values():
        if is_expected_in(role, pair["foreign"]) is not False:
            continue
        gone_url = pair.get("nowhere", pair["missing"]).url
        # Twice, since the demo's banner shows the time and a minute may pass in between.
        pages = [
            [client.get(url, buffered=True) for url in (pair["foreign"].url, gone_url)]
            for _ in range(2)
        ]
        if all(f.status_code == 404 and f.data != gone.data for f, gone in pages):
            different.append(str(pair["foreign"]))

    assert different == []


def test_post_without_form_token_is_refused_everywhere(world):
    passed = []
    for knock in knocks(world):
        declared = declaration_of(world.app, knock.rule.endpoint)
        if knock.method == "GET" or declared is None or declared.link_is_proof:
            continue
        role = "owner A" if declared.audience is Audience.SESSION else "admin"
        answer = world.client(role).post(knock.url, data=body_of(world, knock))
        if answer.status_code != 403:
            passed.append(f"{knock}: {outcome(answer)}")

    assert passed == []


def test_post_from_another_site_is_refused_everywhere(world):
    passed = []
    for knock in knocks(world):
        declared = declaration_of(world.app, knock.rule.endpoint)
        if knock.method == "GET" or declared is None or declared.audience is Audience.DEVICE:
            continue
        if declared.link_is_proof:
            continue
        role = "owner A" if declared.audience is Audience.SESSION else "admin"
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
        ):
            client = world.client(role)
            body = {"csrf_token": world.csrf(client)}
            answer = client.post(knock.url, data=body, headers=headers)
            if answer.status_code != 403:
                passed.append(f"{knock} {headers}: {outcome(answer)}")

    assert passed == []


def test_foreign_host_name_is_refused_everywhere(world):
    client = world.client("admin")
    passed = []
    for knock in knocks(world):
        answer = client.open(
            knock.url, method=knock.method, headers={"Host": "evil.example"}, buffered=True
        )
        if answer.status_code != 400 or "evil" in answer.text:
            passed.append(f"{knock}: {outcome(answer)}")

    assert passed == []
