"""Badges on a phone and at a desk: look, names, portrait, lost badge, without a script too."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.support.builders import (
    NOW,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_member,
    make_user,
    session_token,
)
from tests.support.gate_world import make_badges, make_confirmed
from tests.support.steps import arrive, page_problems
from tgfair import clock
from tgfair.models import Invitation, Role, Rsvp
from tgfair.policy import SYSTEM
from tgfair.services.delegates import issue_to_delegates
from tgfair.services.uow import transaction

OWN = (
    ("/ho-so/{code}/the", "Thẻ ra vào"),
    ("/ho-so/{code}/the/{badge}/anh", "Ảnh trên thẻ"),
    ("/ho-so/{code}/the/them/thi-cong", "Người dựng gian, thi công"),
    ("/ho-so/{code}/the/them/xe", "Xe chở hàng của cơ sở"),
    ("/moi/{slug}/{exhibitor}/the", "Thẻ đại biểu"),
)
STAFF = (
    ("/ql/{slug}/the", "Thẻ"),
    ("/ql/{slug}/the/mau", "Mẫu thẻ"),
    ("/ql/{slug}/the/mat?q=ut", "Mất thẻ"),
    ("/ql/{slug}/the/thieu-ten", "Chưa ghi tên người trực"),
    ("/ql/{slug}/the/them", "Thêm thẻ"),
    ("/ql/{slug}/the/{badge}", "Nguyễn Thị Út Hạnh"),
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOW + timedelta(days=1))


@pytest.fixture
def names(app) -> dict[str, str]:
    """A confirmed application with two badges, one that names nobody, two guests."""
    with app.app_context():
        fair = make_fair()
        exhibitor = make_exhibitor("Cơ sở Mắm Út Hạnh")
        badges = make_badges(fair, "Nguyễn Thị Út Hạnh", "Trần Văn Đức", exhibitor=exhibitor)
        make_confirmed(fair, exhibitor=make_exhibitor("Cơ sở Quên Tên"))
        invitation = make_invitation(fair, exhibitor)
        with transaction() as session:
            row = session.get_one(Invitation, invitation.id)
            row.rsvp, row.headcount = Rsvp.ATTEND_ONLY, 2
        issue_to_delegates(SYSTEM, invitation.id, now=NOW)
        return {
            "code": badges[0].application.code,
            "badge": badges[0].public_id,
            "slug": fair.slug,
            "exhibitor": exhibitor.public_id,
            "owner": session_token(make_member(exhibitor)),
            "staff": session_token(make_user(Role.ORGANISER)),
        }


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_badge_pages_are_accessible_and_fit(names, open_page, live_server, width):
    page = open_page(width)

    visits = {"owner": OWN, "staff": STAFF}
    assert page_problems(page, live_server, names, visits) == {}


@pytest.mark.browser
@pytest.mark.parametrize("java_script", [True, False])
def test_producer_adds_a_portrait_and_a_vehicle(names, open_page, live_server, java_script):
    page = open_page(360, java_script=java_script)
    portrait = BytesIO()
    Image.new("RGB", (300, 400), "#336699").save(portrait, "PNG")
    arrive(page, live_server, names, "owner", *OWN[1])

    picture = {"name": "anh.png", "mimeType": "image/png", "buffer": portrait.getvalue()}
    page.get_by_label("Ảnh chân dung").set_input_files(picture)
    page.get_by_role("button", name="Lưu ảnh").click()
    expect(page.get_by_text("Đã nhận ảnh.")).to_be_visible()
    page.get_by_role("link", name="Xe chở hàng").click()
    page.get_by_label("Biển số xe thứ 1").fill("63c-123.45")
    page.get_by_role("button", name="Lưu").click()

    expect(page.get_by_role("heading", name="63C-123.45")).to_be_visible()
    expect(page.get_by_role("link", name="Đổi ảnh chân dung")).to_have_count(1)


@pytest.mark.browser
def test_desk_replaces_a_lost_badge(names, page1280, live_server):
    page = page1280
    arrive(page, live_server, names, "staff", *STAFF[2])

    row = page.get_by_role("row", name="Nguyễn Thị Út Hạnh")
    row.get_by_role("button", name="Chặn thẻ cũ, cấp thẻ mới").click()
    expect(page.get_by_text("Đã chặn thẻ cũ, đã có thẻ mới")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="In thẻ mới").click()

    assert download.value.suggested_filename.startswith("the-")
