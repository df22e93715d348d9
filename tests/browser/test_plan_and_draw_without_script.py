"""Every page of plan and draw with JavaScript off: it shows the truth, and the table's way (B8)."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import scrolls_sideways
from tests.support.builders import (
    actor_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_user,
    session_token,
)
from tgfair import clock
from tgfair.core.draw.sources import SourceKind
from tgfair.core.workflow import State
from tgfair.models import DrawMode, Role
from tgfair.services import plan_drafts
from tgfair.services.allocations import assign_booth
from tgfair.services.draw_numbers import type_number
from tgfair.services.draws import DrawPlan, freeze_list
from tgfair.services.publications import publish

pytestmark = pytest.mark.browser
PUBLIC, STAFF, MINE = "/hoi-cho", "/ql/hoi-cho", "/ho-so/HC-1"
DRAWN = r"HC-1 Trà Mỹ Tho 1 Gian A\d\d"

# Page, the link to its table (None: it is there at once), what can be read (a regular expression).
VISITORS = [
    (f"{PUBLIC}/so-do/", "Xem dạng danh sách", "B03 Mắm Út Hạnh"),
    (f"{PUBLIC}/gian-hang/B03", None, "Mắm Út Hạnh"),
    (f"{PUBLIC}/ket-qua/", None, "Mắm Út Hạnh"),
    (f"{PUBLIC}/boc-tham/", None, "Chờ con số công khai"),
    (f"{PUBLIC}/boc-tham/1/", None, DRAWN),
    (f"{PUBLIC}/boc-tham/2/", None, "HC-2 Khóm Tân Phước"),
    (f"{PUBLIC}/boc-tham/2/co-hoi?hs=HC-2", None, "HC-2"),
    (f"{PUBLIC}/boc-tham/1/tinh-lai", "Xem kết quả dạng bảng", DRAWN),
    (f"{PUBLIC}/boc-tham/1/chieu", None, r"1 Trà Mỹ Tho Gian A\d\d"),
    (f"{PUBLIC}/boc-tham/2/chieu", None, "Chưa bốc thăm"),
]
ORGANISERS = [
    (f"{STAFF}/so-do", "Xem dạng danh sách", r"B03 B – Trái cây"),
    (f"{STAFF}/so-do/sua", "Bảng số liệu làm được mọi việc của bảng vẽ", "B03"),
    (f"{STAFF}/so-do/bang", None, "B03"),
    (f"{STAFF}/so-do/dung", None, "Chưa có thay đổi nào."),
    (f"{STAFF}/so-do/nhap/bo", None, "bản nháp"),
    (f"{STAFF}/so-do/cac-ban", None, "Bản 1"),
    (f"{STAFF}/so-do/ban/1", "Xem dạng danh sách", "Mắm Út Hạnh"),
    (f"{STAFF}/so-do/gian/B03", None, "Mắm Út Hạnh"),
    (f"{STAFF}/boc-tham", None, "Số 1"),
    (f"{STAFF}/boc-tham/1", None, DRAWN),
    (f"{STAFF}/boc-tham/2", None, "HC-2 Khóm Tân Phước"),
]
PRODUCERS = [(f"{MINE}/boc-tham", "Danh sách, con số và kết quả", DRAWN)]


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def keys(app) -> dict[str, str]:
    """A fair with a published booth, a draft, a finished draw and a list that waits."""
    now = clock.real_now()
    with app.app_context():
        fair = make_fair(slug="hoi-cho", code="HC", last_day=(now + timedelta(days=90)).date())
        install_plan(fair)
        people = [make_user(Role.ORGANISER), make_user(Role.ADMIN)]
        actors = [actor_of(person) for person in people]
        placed = make_application(
            fair, make_exhibitor("Mắm Út Hạnh"), State.APPROVED, code="HC-0", wishes=["B"]
        )
        assign_booth(actors[0], fair.id, "B03", placed.code, now=now)
        publish(actors[0], fair.id, note=None, now=now)
        drawn = make_exhibitor("Trà Mỹ Tho")
        make_application(fair, drawn, State.APPROVED, code="HC-1")
        _freeze(actors[0], fair, "A", now)
        for actor in actors:
            type_number(actor, fair.id, 1, "07 45 12 93 21 60", now=now + timedelta(hours=2))
        waits = make_exhibitor("Khóm Tân Phước")
        make_application(fair, waits, State.APPROVED, code="HC-2", wishes=["B"])
        _freeze(actors[0], fair, "B", now)
        plan_drafts.start_draft(actors[0], fair.id, now=now)
        link = make_invitation(fair, drawn)
        return {"staff": session_token(people[0]), "mine": session_token(invitation=link)}


def _freeze(actor, fair, zone, now):
    plan = DrawPlan(
        DrawMode.BOOTHS,
        (zone,),
        SourceKind.HALL,
        "Hội trường",
        now + timedelta(hours=1),
        0,
        leaves_aside=True,
    )
    freeze_list(actor, fair.id, plan, now=now)


def look(page: Page, address: str, way: str | None, truth: str) -> None:
    page.goto(address)
    if way is not None:
        link = page.get_by_role("link", name=way, exact=True).first
        expect(link).to_be_visible()
        page.goto(urljoin(page.url, link.get_attribute("href")))
    assert re.search(truth, " ".join(page.inner_text("main").split())), (address, truth)
    assert not scrolls_sideways(page), address


@pytest.mark.parametrize(
    ("key", "pages"),
    [("", VISITORS), ("staff", ORGANISERS), ("mine", PRODUCERS)],
    ids=["visitors", "organisers", "producers"],
)
def test_every_page_shows_the_truth(open_page, live_server, keys, key, pages):
    page = open_page(360, java_script=False)
    if key:
        page.context.add_cookies([{"name": "tgfair", "value": keys[key], "url": live_server}])
    for address, way, truth in pages:
        look(page, address, way, truth)
