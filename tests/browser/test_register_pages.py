"""The pages of the directory and of the import in a real browser, with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser import axe_violations, scrolls_sideways
from tests.support.builders import (
    DATA,
    NOW,
    make_application,
    make_fair,
    make_invitation,
    make_user,
    session_token,
)
from tgfair.models import Exhibitor, Role
from tgfair.policy import SYSTEM
from tgfair.services import import_uploads, imports
from tgfair.services.uow import reader

pytestmark = pytest.mark.browser
WORKBOOK = DATA / "so-chu-the-ocop.xlsx"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def site(app, live_server):
    """The sample register, one subject with a history, an import that waits; a way to sign in."""
    with app.app_context():
        user = make_user(Role.ORGANISER)
        data = WORKBOOK.read_bytes()
        imports.import_file(SYSTEM, WORKBOOK.name, data, on=NOW.date(), now=NOW)
        subject = reader().query(Exhibitor).filter_by(register_ref="S065").one()
        fair = make_fair()
        make_invitation(fair, subject)
        make_application(fair, subject)
        changed = "Tên chủ thể;MST;Sản phẩm;Hạng sao;Email\nHTX Mới;1299000012;Mắm;4;x@\n"
        changed += f"{subject.name};{subject.tax_code};Cốm nếp;4;moi@example.vn\n"
        waiting = import_uploads.upload_register(SYSTEM, "moi.csv", changed.encode(), now=NOW)
        token = session_token(user)
        exhibitor, product = subject.public_id, subject.products[0].public_id
        reader().rollback()
    here = f"/ql/chu-the/{exhibitor}"
    return token, {
        "directory": "/ql/chu-the",
        "exhibitor": here,
        "edit": f"{here}/sua",
        "product": f"{here}/san-pham/{product}",
        "certificate": f"{here}/san-pham/{product}/gcn/moi",
        "doubles": "/ql/chu-the/trung",
        "pair": "/ql/chu-the/trung/1",
        "imports": "/ql/nhap-excel",
        "preview": f"/ql/nhap-excel/{waiting}",
        "problems": f"/ql/nhap-excel/{waiting}?muc=van-de",
        "confirm": f"/ql/nhap-excel/{waiting}/nhap",
    }


def sign_in(page, live_server, token):
    page.context.add_cookies([{"name": "tgfair", "value": token, "url": live_server}])


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_accessible_and_fit(site, open_page, live_server, width):
    token, pages = site
    page = open_page(width)
    sign_in(page, live_server, token)
    found = {}
    for name, path in pages.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        found[name] = [*axe_violations(page), *(["sideways"] if scrolls_sideways(page) else [])]

    assert found == {name: [] for name in pages}


def test_register_is_imported_without_javascript(site, open_page, live_server):
    token, _ = site
    page = open_page(360, java_script=False)
    sign_in(page, live_server, token)
    page.goto("/ql/chu-the")
    page.get_by_role("link", name="Nhập Excel").click()
    text = "Tên chủ thể;MST;Sản phẩm\nHTX Bến Bông Súng Mới;1299000012;Mắm còng\n".encode()
    file = {"name": "so.csv", "mimeType": "text/csv", "buffer": text}
    page.get_by_label("Tệp sổ chủ thể").set_input_files(file)
    page.get_by_role("button", name="Tải lên và xem trước").click()
    page.get_by_role("link", name="Nhập vào danh sách…").click()
    page.get_by_role("button", name="Nhập", exact=True).click()
    page.get_by_text("Đã nhập xong sổ chủ thể.").wait_for()
    page.goto("/ql/chu-the?q=ben bong sung moi")

    expect(page.get_by_role("link", name="HTX Bến Bông Súng Mới")).to_be_visible()
