"""The account pages on a phone and at a desk: no violation, no sideways scroll, signing in."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.support import builders
from tests.support.browser import axe_violations, scrolls_sideways
from tgfair.models import OneTimeCode, Role
from tgfair.services import accounts, contact, staff_sign_in
from tgfair.services.one_time_codes import secrets_of
from tgfair.services.uow import reader, transaction

pytestmark = pytest.mark.browser
EMAIL = "ut.hanh@example.vn"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


def last_code():
    row = reader().scalars(select(OneTimeCode).order_by(OneTimeCode.id.desc())).first()
    return secrets_of(row.id, row.nonce)


def enter(page, live_server, **whose):
    token = builders.session_token(**whose)
    page.context.add_cookies([{"name": "tgfair", "value": token, "url": live_server}])


@pytest.fixture
def pages(app):
    """Addresses by who looks at them."""
    with app.app_context():
        exhibitor = builders.make_exhibitor(email="cu@example.vn")
        owner = builders.make_member(exhibitor)
        admin = builders.make_user(Role.ADMIN, email="quan-tri@example.vn")
        invitation = builders.make_invitation(builders.lengthen(builders.make_fair()), exhibitor)
        accounts.request_sign_in(EMAIL, now=builders.NOW)
        link = f"/vao/{last_code()[0]}"
        with transaction() as session:
            setup = staff_sign_in.invite_staff(session, session.merge(admin), now=builders.NOW)
        acting = builders.actor_of(owner, owns=(exhibitor,))
        contact.request_phone_change(acting, exhibitor.public_id, "0912 345 678", now=builders.NOW)
        mine, call = f"/tai-khoan/{exhibitor.public_id}", f"/ql/chu-the/{exhibitor.public_id}"
        yield [
            ({}, ["/dang-nhap", "/dang-nhap/can-bo", link, "/vao/het", f"/can-bo/{setup}"]),
            (
                {"user": owner},
                ["/tai-khoan", f"{mine}/nguoi", f"{mine}/lien-he", f"{mine}/lien-he/ma"],
            ),
            ({"invitation": invitation, "verified": False}, ["/tai-khoan", "/ho-so/xac-nhan"]),
            ({"user": admin}, ["/ql/tai-khoan", "/ql/tai-khoan/moi", f"{call}/doc-ma"]),
        ]


@pytest.mark.expects_console(r"the server responded with a status of 410")
@pytest.mark.parametrize("width", [360, 1280])
def test_account_pages_have_no_violation_and_fit(pages, open_page, live_server, width, tmp_path):
    wrong = []
    for whose, addresses in pages:
        page = open_page(width)
        if whose:
            enter(page, live_server, **whose)
        for address in addresses:
            page.goto(address)
            page.screenshot(path=tmp_path / f"{address.replace('/', '_')}.png", full_page=True)
            wrong += [f"{address}: {found}" for found in axe_violations(page)]
            if scrolls_sideways(page):
                wrong.append(f"{address}: scrolls sideways")

    assert wrong == []


@pytest.mark.parametrize("java_script", [True, False])
def test_producer_signs_in_on_a_phone(app, open_page, java_script):
    page = open_page(360, java_script=java_script)
    page.goto("/tai-khoan")
    page.get_by_label("Thư điện tử hoặc số điện thoại").fill(EMAIL)
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_label("Mã 6 số")).to_be_visible()
    with app.app_context():
        code = last_code()[1]
    page.get_by_label("Mã 6 số").fill(f"{code[:3]} {code[3:]}")
    page.get_by_role("button", name="Đăng nhập").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Tài khoản của tôi")
