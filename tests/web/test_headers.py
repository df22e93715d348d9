"""Headers and cookies on every answer, over http on this machine and over https."""

from __future__ import annotations

import pytest

from tests.support.builders import csrf_of, make_user, sign_in
from tests.support.databases import make_config
from tgfair.app import create_app
from tgfair.extensions import db
from tgfair.models import Role
from tgfair.web.guards import Audience, UndeclaredAudienceError, check_audiences, declaration_of

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
}
STRICT = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
HOST = "fair.example.vn"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def secure_client(sqlite_url, tmp_path):
    """A browser of an installation behind TLS."""
    config = make_config(sqlite_url, tmp_path / "secure", base_url=f"https://{HOST}")
    app = create_app(config)
    yield app.test_client()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def plain_pages(app):
    """Every address without parameters, and one that does not exist."""
    rules = app.url_map.iter_rules()
    found = {r.rule for r in rules if not r.arguments and "GET" in (r.methods or ())}
    return [*sorted(found), "/khong-co-trang-nay"]


def policy_of(answer):
    return [part.strip() for part in answer.headers["Content-Security-Policy"].split(";")]


def test_every_page_carries_the_headers(app, client):
    with app.app_context():
        sign_in(client, make_user(Role.ADMIN))
    lacking = []
    for path in plain_pages(app):
        answer = client.get(path)
        policy = policy_of(answer)
        lacking += [
            f"{path} {name}"
            for name, value in EVERYWHERE.items()
            if answer.headers.get(name) != value
        ]
        if not path.startswith("/cong/"):
            lacking += [f"{path} {part}" for part in STRICT if part not in policy]
        if any("unsafe-inline" in part or "'unsafe-eval'" in part for part in policy):
            lacking.append(f"{path} {policy}")
        if "Strict-Transport-Security" in answer.headers:
            lacking.append(f"{path} HSTS over http")

    assert lacking == []


def test_only_the_gate_may_compile_webassembly(client):
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy_of(client.get("/cong/"))
    assert "script-src 'self'" in policy_of(client.get("/"))


def test_pages_of_somebody_are_not_kept_by_anybody(app, client):
    with app.app_context():
        sign_in(client, make_user())

    answer = client.get("/tai-khoan")

    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/m/1-abc", "/vao/abc", "/can-bo/abc", "/cong/ghep/abc"])
def test_addresses_that_are_secrets_are_sent_to_nobody(client, path):
    assert client.get(path).headers["Referrer-Policy"] == "no-referrer, strict-origin"


def test_cookies_over_https_are_bound_to_the_host(secure_client):
    page = secure_client.get("/dang-nhap", base_url=f"https://{HOST}")
    cookies = page.headers.getlist("Set-Cookie")

    assert cookies
    for cookie in cookies:
        name, attributes = cookie.split("=")[0], {part.strip() for part in cookie.split(";")[1:]}
        assert name.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= attributes
        assert not [part for part in attributes if part.startswith("Domain")]
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_flash_cookie_over_https_is_bound_to_the_host_too(secure_client):
    base = f"https://{HOST}"
    secure_client.get("/dang-nhap", base_url=base)
    token = secure_client.get_cookie("__Host-tgfair", domain=HOST).value
    with secure_client.application.app_context():
        secure_client.set_cookie("tgfair", token, domain="localhost")
        form_token = csrf_of(secure_client)

    answer = secure_client.post(
        "/dang-nhap", data={"csrf_token": form_token, "address": "a@example.vn"}, base_url=base
    )

    assert answer.status_code == 303
    assert answer.headers["Set-Cookie"].startswith("__Host-tgfair-note=")
    assert "Secure" in answer.headers["Set-Cookie"]


def test_session_cookie_lives_in_the_browser_only_for_this_host(app, client):
    cookies = client.get("/dang-nhap").headers.getlist("Set-Cookie")

    assert [cookie.split("=")[0] for cookie in cookies] == ["tgfair"]
    assert "HttpOnly" in cookies[0]
    assert "SameSite=Lax" in cookies[0]


def test_front_page_sets_no_cookie(client):
    assert "Set-Cookie" not in client.get("/").headers


def test_every_route_declares_its_audience(app):
    rules = list(app.url_map.iter_rules())

    assert all(declaration_of(app, rule.endpoint) is not None for rule in rules)


def test_route_without_an_audience_stops_the_start(app):
    app.view_functions["forgotten"] = lambda: "open to all"
    app.url_map.add(app.url_rule_class("/quen", endpoint="forgotten"))

    with pytest.raises(UndeclaredAudienceError, match="forgotten"):
        check_audiences(app)


def test_staff_pages_are_for_staff(app):
    lax = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/ql/")
        and declaration_of(app, rule.endpoint).audience is not Audience.STAFF
    ]

    assert lax == []


def test_parts_of_a_page_carry_only_what_a_browser_heeds_on_them(client):
    part = client.get("/static/css/base.css")
    page = client.get("/static/draw/kiem-tra-boc-tham.txt")

    assert part.headers["X-Content-Type-Options"] == "nosniff"
    assert part.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Content-Security-Policy" not in part.headers
    assert "frame-ancestors 'none'" in policy_of(page)
    part.close()
    page.close()
