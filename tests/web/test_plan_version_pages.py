"""Old versions of the plan: seen, printed and drawn on, by forms and links only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.builders import (
    NOW,
    csrf_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_user,
    sign_in,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import Role
from tgfair.policy import SYSTEM
from tgfair.services import plan_drafts
from tgfair.services.allocations import assign_booth
from tgfair.services.publications import publish
from tgfair.services.queries.booths import newest_drawing


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOW)


@pytest.fixture
def url(app, client):
    """The plan pages of a fair whose published booth A01 is called A00 in the draft."""
    with app.app_context():
        user = make_user(Role.ORGANISER, name="Lê Thị Lan")
        sign_in(client, user)
        fair = make_fair()
        install_plan(fair)
        application = make_application(fair, make_exhibitor("Mắm Út Hạnh"), State.APPROVED)
        assign_booth(SYSTEM, fair.id, "A01", application.code, now=NOW)
        publish(SYSTEM, fair.id, note=None, now=NOW)
        plan_drafts.start_draft(SYSTEM, fair.id, now=NOW)
        plan = newest_drawing(fair.id)
        renamed = {"A01": "A00"}
        objects = tuple(replace(o, label=renamed.get(o.label, o.label)) for o in plan.objects)
        plan_drafts.replace_drawing(
            SYSTEM, fair.id, replace(plan, objects=objects), seen_version=1, now=NOW
        )
        yield f"/ql/{fair.slug}/so-do"


def post(client, url, **data):
    return client.post(url, data={"csrf_token": csrf_of(client), **data})


def text(client, url):
    return client.get(url).get_data(as_text=True)


def test_putting_to_use_says_who_is_to_be_told_and_keeps_the_old_one(client, url):
    asked = text(client, f"{url}/dung")
    answer = post(client, f"{url}/dung", version=2, over=1, agreed="y")
    said = text(client, url)
    listed, old = text(client, f"{url}/cac-ban"), text(client, f"{url}/ban/1")
    mails = text(client, url.replace("so-do", "thong-bao"))

    assert "hiện ngay cho cơ sở và khách" in asked
    assert answer.location == url
    assert "1 thư báo gian thay đổi đang chờ bấm gửi" in said
    assert ("Lê Thị Lan" in listed, "sửa 1" in listed) == (True, True)
    assert ("Mắm Út Hạnh" in old, "A01" in old, "A00" in old) == (True, True, False)
    assert "Gian đổi trên sơ đồ mới" in mails


def test_an_old_version_is_printed_as_it_was(client, url):
    post(client, f"{url}/dung", version=2, over=1, agreed="y")

    sheet = text(client, f"{url}/ban/1?in=1")
    files = [client.get(f"{url}/so-do.{kind}?ban=1") for kind in ("json", "pdf")]

    assert ("Sơ đồ bản 1" in sheet, 'data-booth="A01"' in sheet) == (True, True)
    assert '"A01"' in files[0].get_data(as_text=True)
    assert files[1].data.startswith(b"%PDF")
    assert [client.get(f"{url}/{one}").status_code for one in ("ban/9", "so-do.pdf?ban=9")] == [
        404,
        404,
    ]


def test_a_draft_is_made_of_an_old_version_once(client, url):
    post(client, f"{url}/dung", version=2, over=1, agreed="y")

    first = post(client, f"{url}/ban/1/nhap")
    again = post(client, f"{url}/ban/1/nhap")

    assert (first.location, again.location) == (f"{url}/bang", f"{url}/ban/1")
    assert "Hãy dùng hoặc bỏ bản nháp đó trước" in text(client, f"{url}/ban/1")
