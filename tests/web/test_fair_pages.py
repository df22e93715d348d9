"""Creating, looking at and setting up fairs in the browser without JavaScript."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    csrf_of,
    install_plan,
    make_application,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_user,
    sign_in,
)
from tgfair import clock
from tgfair.core.lunar import doan_ngo
from tgfair.core.workflow import State
from tgfair.models import Booth, Fair, FairStatus, Role, Zone
from tgfair.policy import SYSTEM
from tgfair.services.allocations import assign_booth
from tgfair.services.uow import reader, transaction


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOW)


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


@pytest.fixture
def organiser(client):
    user = make_user(Role.ORGANISER)
    sign_in(client, user)
    return user


@pytest.fixture
def fair(organiser):
    return make_fair()


def post(client, url, **data):
    return client.post(url, data={"csrf_token": csrf_of(client), **data})


def fresh(fair) -> Fair:
    reader().rollback()
    return reader().get_one(Fair, fair.id)


def fields_of(page) -> dict[str, str]:
    """The form as a browser would send it back unchanged."""
    from html.parser import HTMLParser

    class Form(HTMLParser):
        values: dict[str, str] = {}
        select = ""

        def handle_starttag(self, tag, attrs):
            a = dict(attrs)
            if tag == "select":
                self.select = a.get("name", "")
            if tag == "option" and "selected" in a:
                self.values[self.select] = a["value"]
            if tag == "input" and a.get("type") not in {"checkbox", "radio", "file"}:
                self.values[a.get("name", "")] = a.get("value", "")

    form = Form()
    form.values = {}
    form.feed(page)
    return form.values


def start_page(client, **arguments):
    return client.get("/ql/su-kien/moi", query_string=arguments)


def test_the_feast_button_fills_in_the_day(organiser, client):
    page = start_page(client, buoc="le", le="doan-ngo-2026", truoc="1", mau="hoi-cho").text

    assert 'value="18/06/2026"' in page
    assert "Thứ Năm, 18/06/2026 (mùng 4 tháng 5 năm Bính Ngọ)" in page


def test_the_lunar_button_fills_in_the_day(organiser, client):
    page = start_page(client, buoc="am", al_ngay="5", al_thang="5", al_nam="2028").text

    assert 'value="28/05/2028"' in page


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"buoc": "tiep", "khai_mac": "30/2/2027"}, "Không có ngày 30/2/2027"),
        ({"buoc": "tiep", "khai_mac": ""}, "Hãy ghi ngày khai mạc."),
        ({"buoc": "tiep", "khai_mac": "01/01/2020"}, "đã qua"),
        ({"buoc": "tiep", "khai_mac": "18/06/2026", "so_ngay": "99"}, "số ngày từ 1 đến 60"),
        ({"buoc": "am", "al_ngay": "31", "al_thang": "2", "al_nam": "2027"}, "không có ngày 31"),
        (
            {"buoc": "am", "al_ngay": "1", "al_thang": "1", "al_nhuan": "y"},
            "không có tháng 1 nhuận",
        ),
        ({"buoc": "le", "le": ""}, "Hãy chọn một ngày lễ."),
    ],
)
def test_impossible_days_get_their_sentence_and_keep_what_was_typed(
    organiser, client, arguments, sentence
):
    page = start_page(client, mau="hoi-cho", **arguments)

    assert sentence in page.text
    assert f'value="{arguments.get("khai_mac", "")}"' in page.text


def test_a_fair_is_made_from_the_proposed_form(organiser, client):
    page = start_page(client, buoc="tiep", khai_mac="18/06/2026", mau="hoi-cho").text
    form = fields_of(page)
    assert (form["closing"], form["confirm_deadline"], form["code"]) == (
        "21/06/2026",
        "09/06/2026",
        "HC26",
    )

    answer = client.post("/ql/su-kien/moi", data={**form, "venue": "Quảng trường Hùng Vương"})

    made = reader().scalars(select(Fair)).one()
    assert answer.headers["Location"] == f"/ql/{made.slug}/"
    assert (made.first_day, made.status) == (date(2026, 6, 18), FairStatus.DRAFT)
    assert len(reader().scalars(select(Booth.id)).all()) == 150
    assert client.get(answer.headers["Location"]).status_code == 200


def test_a_wrong_form_says_what_and_keeps_what_was_typed(organiser, client):
    make_fair(code="HC26")
    form = fields_of(start_page(client, buoc="tiep", khai_mac="18/06/2026", mau="hoi-cho").text)
    wrong = {**form, "venue": "Mỹ Tho", "code": "HC26", "slug": "static", "setup_to": "31/6/2026"}

    first = client.post("/ql/su-kien/moi", data=wrong)
    second = client.post("/ql/su-kien/moi", data={**wrong, "setup_to": "17/06/2026"})

    assert first.status_code == second.status_code == 400
    assert "Không có ngày 31/6/2026. Tháng 6/2026 có 30 ngày." in first.text
    assert "Mã HC26 đã dùng cho sự kiện khác" in second.text
    assert "của hệ thống" in second.text
    assert 'value="Mỹ Tho"' in second.text


def test_an_earlier_fair_is_copied_to_new_days(fair, client):
    install_plan(fair)

    page = start_page(client, buoc="tiep", khai_mac="09/06/2027", mau=f"sao-chep:{fair.slug}").text
    form = fields_of(page)
    answer = client.post("/ql/su-kien/moi", data=form)

    assert (form["closing"], form["plan"]) == ("12/06/2027", "copy")
    assert answer.status_code == 303
    new = reader().scalars(select(Fair).order_by(Fair.id.desc())).first()
    count = select(Booth.id).where(Booth.fair_id == new.id)
    assert len(reader().scalars(count).all()) == 150


def test_overview_shows_counts_and_what_waits(fair, client):
    make_application(fair, make_exhibitor(), State.SUBMITTED)
    make_invitation(fair, make_exhibitor(), opened_at=NOW)

    page = client.get(f"/ql/{fair.slug}/").text

    assert "hồ sơ chờ xét" in page
    assert "Từ giấy mời đến xác nhận" in page
    assert "Hết hạn đăng ký" in page


def test_settings_are_saved_and_a_stale_page_keeps_its_text(fair, client):
    url = f"/ql/{fair.slug}/cai-dat"
    form = fields_of(client.get(url).text)

    saved = client.post(url, data={**form, "name": "Hội chợ mới"})
    stale = client.post(url, data={**form, "name": "Tên khác"})
    again = client.post(url, data=fields_of(stale.text))

    assert (saved.status_code, stale.status_code, again.status_code) == (303, 400, 303)
    assert "Có người vừa sửa mục này" in stale.text
    assert fresh(fair).name == "Tên khác"


def test_texts_are_saved(fair, client):
    url = f"/ql/{fair.slug}/cai-dat/van-ban"
    form = fields_of(client.get(url).text)

    client.post(url, data={**form, "parent": "UBND TỈNH", "papers": ["attp"], "rules": "Sạch"})

    texts = fresh(fair).texts
    assert (texts["letterhead"]["parent"], texts["papers"], texts["rules"]) == (
        "UBND TỈNH",
        ["attp"],
        "Sạch",
    )


def test_zone_rules_are_saved(fair, client):
    install_plan(fair)
    url = f"/ql/{fair.slug}/cai-dat/khu/E"
    form = fields_of(client.get(url).text)

    client.post(url, data={**form, "groups": ["food"], "exhibitor_kinds": ["cooperative"]})

    zone = reader().scalars(select(Zone).where(Zone.code == "E")).one()
    assert (zone.groups, zone.exhibitor_kinds) == (["food"], ["cooperative"])


def test_new_days_are_previewed_then_changed(fair, client):
    make_application(fair, make_exhibitor(), State.CONFIRMED)
    url = f"/ql/{fair.slug}/cai-dat/doi-ngay"
    preview = client.get(url, query_string={"opening": "11/06/2026", "closing": "14/06/2026"})
    form = fields_of(preview.text)

    silent = client.post(url, data={**form, "reason": ""})
    done = client.post(url, data={**form, "reason": "Tránh mưa"})

    assert "1 cơ sở đã xác nhận gian phải xác nhận lại" in preview.text
    assert (silent.status_code, done.status_code) == (400, 303)
    assert "Hãy ghi lý do đổi ngày" in silent.text
    assert fresh(fair).first_day == date(2026, 6, 11)
    assert "Tránh mưa" in client.get(f"/ql/{fair.slug}/").text


def test_new_days_sent_twice_are_changed_once(fair, client):
    make_application(fair, make_exhibitor(), State.CONFIRMED)
    url = f"/ql/{fair.slug}/cai-dat/doi-ngay"
    preview = client.get(url, query_string={"opening": "11/06/2026", "closing": "14/06/2026"})
    form = {**fields_of(preview.text), "reason": "Tránh mưa"}

    answers = [client.post(url, data=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    history = client.get(f"/ql/{fair.slug}/").text
    assert history.count("Tránh mưa") == 1
    assert "1 cơ sở cần xác nhận lại gian" in history


def test_impossible_new_days_get_their_sentence(fair, client):
    url = f"/ql/{fair.slug}/cai-dat/doi-ngay"

    answers = [
        client.get(url, query_string={"opening": first, "closing": last})
        for first, last in (("30/2/2027", "1/3/2027"), ("18/06/2026", "17/06/2026"))
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert "Không có ngày 30/2/2027" in answers[0].text
    assert "phải từ ngày khai mạc" in answers[1].text


def test_cancelling_asks_first_and_needs_a_reason(fair, client):
    url = f"/ql/{fair.slug}/cai-dat/trang-thai"
    asked = client.get(url, query_string={"den": "cancelled"})
    form = fields_of(asked.text)

    refused = client.post(url, data={**form, "reason": ""})
    done = client.post(url, data={**form, "reason": "Bão số 3"})

    assert "Hủy sự kiện này?" in asked.text
    assert (refused.status_code, done.status_code) == (400, 303)
    assert fresh(fair).status is FairStatus.CANCELLED


def test_status_pages_for_impossible_moves_say_so(fair, client):
    url = f"/ql/{fair.slug}/cai-dat/trang-thai"

    answers = [client.get(url, query_string={"den": to}) for to in ("draft", "nonsense", "")]

    assert [answer.status_code for answer in answers] == [409, 409, 409]


def test_plan_page_without_a_plan_offers_three_ways(fair, client):
    page = client.get(f"/ql/{fair.slug}/so-do").text

    assert all(words in page for words in ("Dùng sơ đồ mẫu", "Tải tệp lên", "Lập nhanh"))


def test_shipped_plan_is_installed_and_its_booths_listed(fair, client):
    answer = post(client, f"/ql/{fair.slug}/so-do/mau", plan="square-150")
    one = make_application(fair, make_exhibitor(), State.APPROVED, fascia_name="Mắm Út Hạnh")
    assign_booth(SYSTEM, fair.id, "A01", one.code, now=NOW)

    page = client.get(f"/ql/{fair.slug}/so-do").text

    assert answer.status_code == 303
    assert page.count('id="gian-') == 150
    assert "Mắm Út Hạnh" in page
    assert client.get(f"/ql/{fair.slug}/so-do?in=1").text.count("data-booth") == 150


def test_plan_file_goes_round(fair, client):
    install_plan(fair, "hoi-nghi-truoc-tet.json")

    down = client.get(f"/ql/{fair.slug}/so-do/so-do.json")
    up = post(client, f"/ql/{fair.slug}/so-do/tep", file=(io.BytesIO(down.data), "so-do.json"))

    assert json.loads(down.data)["format"] == "tgfair-plan/1"
    assert up.status_code == 303


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Tệp tải lên bị trống"),
        (b"\xff\xfe\x00", "không phải sơ đồ JSON"),
        (b'{"format": "x"}', "không phải sơ đồ theo mẫu"),
        (b"[" * 100_000, "không phải sơ đồ JSON"),
    ],
)
def test_broken_plan_files_get_a_sentence_and_change_nothing(fair, client, data, sentence):
    install_plan(fair)

    answer = post(client, f"/ql/{fair.slug}/so-do/tep", file=(io.BytesIO(data), "so-do.json"))

    assert (answer.status_code, sentence in answer.text) == (400, True)
    assert len(reader().scalars(select(Booth.id)).all()) == 150


def test_plan_that_drops_an_occupied_booth_is_refused(fair, client):
    install_plan(fair)
    one = make_application(fair, make_exhibitor(), State.APPROVED)
    assign_booth(SYSTEM, fair.id, "A01", one.code, now=NOW)

    answer = post(client, f"/ql/{fair.slug}/so-do/mau", plan="hall-60")
    page = client.get(answer.headers["Location"]).text

    assert "không còn các gian đang có người: A01" in page
    assert len(reader().scalars(select(Booth.id)).all()) == 150


def test_quick_grid_makes_rows_of_booths(fair, client):
    url = f"/ql/{fair.slug}/so-do/luoi"
    form = {"zone": "Khu A", "rows": "2", "columns": "5", "booth_w": "1,2", "booth_d": "0,6"}
    form |= {"gap": "2", "labels": "@##", "power_w": "500"}

    bad = post(client, url, **{**form, "rows": "99"})
    good = post(client, url, **form)

    labels = reader().scalars(select(Booth.label).order_by(Booth.label)).all()
    assert (bad.status_code, good.status_code) == (400, 303)
    assert labels == [f"{row}{n:02}" for row in "AB" for n in range(1, 6)]


def test_booth_is_blocked_with_a_reason_and_given_back(fair, client):
    install_plan(fair)
    url = f"/ql/{fair.slug}/so-do/gian/A01"
    form = fields_of(client.get(url).text)

    client.post(url, data={**form, "blocked_reason": "Gốc cây", "funding": "Khuyến công"})
    blocked = reader().scalars(select(Booth).where(Booth.label == "A01")).one()
    assert (blocked.blocked_reason, blocked.funding) == ("Gốc cây", "Khuyến công")

    client.post(url, data={**fields_of(client.get(url).text), "blocked_reason": ""})
    reader().rollback()
    assert reader().scalars(select(Booth).where(Booth.label == "A01")).one().blocked_reason is None


def test_reviewers_see_but_do_not_edit(client):
    fair = make_fair()
    install_plan(fair)
    sign_in(client, make_user(Role.REVIEWER))

    seen = [client.get(f"/ql/{fair.slug}/{path}").status_code for path in ("", "so-do")]
    refused = [
        client.get(f"/ql/{fair.slug}/{path}").status_code
        for path in ("cai-dat", "cai-dat/van-ban", "cai-dat/doi-ngay", "so-do/gian/A01")
    ]

    assert (seen, refused) == ([200, 200], [403, 403, 403, 403])
    assert client.get("/ql/su-kien/moi").status_code == 403


def test_home_says_what_waits_and_prints(fair, client):
    make_application(fair, make_exhibitor(), State.SUBMITTED)

    assert "hồ sơ chờ xét" in client.get("/ql/").text
    assert "hồ sơ chờ xét" in client.get("/ql/?in=1").text


def test_home_without_any_fair_says_what_to_do_first(organiser, client):
    page = client.get("/ql/").text

    assert ("Nhập sổ chủ thể" in page, "Lập sự kiện" in page) == (True, True)


@pytest.fixture
def of_the_eve(organiser, client):
    """A fair that opens on the eve of Tết Đoan Ngọ, made with the feast's button."""
    page = start_page(
        client, buoc="tiep", khai_mac="18/06/2026", le="doan-ngo-2026", truoc="1", mau="le-hoi"
    ).text
    client.post("/ql/su-kien/moi", data={**fields_of(page), "venue": "Quảng trường"})
    return reader().scalars(select(Fair)).one()


@pytest.mark.parametrize("year", range(2027, 2036))
def test_a_fair_on_the_eve_of_doan_ngo_is_copied_to_each_year(of_the_eve, client, year):
    source = f"sao-chep:{of_the_eve.slug}"

    day = start_page(client, buoc="nam", nam=str(year), mau=source).text
    filled = fields_of(day)["khai_mac"]
    form = fields_of(start_page(client, buoc="tiep", khai_mac=filled, mau=source).text)
    client.post("/ql/su-kien/moi", data=form)

    new = reader().scalars(select(Fair).order_by(Fair.id.desc())).first()
    eve = doan_ngo(year) - timedelta(days=1)
    assert (new.first_day, new.last_day - new.first_day) == (
        eve,
        of_the_eve.last_day - of_the_eve.first_day,
    )
    assert new.anchors["opening"] == {"on": "moon", "month": 5, "day": 5, "leap": False, "days": -1}


def test_the_forms_say_what_a_day_hangs_on(of_the_eve, client):
    hung = "Neo: 1 ngày trước mùng 5 tháng 5 (âm lịch)"
    source = f"sao-chep:{of_the_eve.slug}"
    base = f"/ql/{of_the_eve.slug}/cai-dat"
    with transaction() as session:
        fair = session.get_one(Fair, of_the_eve.id)
        fair.anchors = {**fair.anchors, "badges_on": {"on": "step", "step": "opening", "days": -5}}

    settings, dates = (client.get(path).text for path in (base, f"{base}/doi-ngay"))
    copied = start_page(client, buoc="tiep", khai_mac="08/06/2027", mau=source).text

    assert hung in settings
    assert hung in copied
    for page in (settings, copied):
        assert "Neo: 5 ngày trước “Khai mạc”" in page
    assert "Khai mạc đang neo theo 1 ngày trước mùng 5 tháng 5" in dates
    for page in (settings, dates):
        assert f'href="/ql/{of_the_eve.slug}/lich"' in page


def test_a_day_chosen_by_hand_lets_go_of_the_moon(of_the_eve, client):
    source = f"sao-chep:{of_the_eve.slug}"
    form = fields_of(start_page(client, buoc="tiep", khai_mac="01/07/2027", mau=source).text)

    client.post("/ql/su-kien/moi", data=form)

    new = reader().scalars(select(Fair).order_by(Fair.id.desc())).first()
    assert (new.first_day, new.anchors) == (date(2027, 7, 1), {})


def test_a_year_for_a_fair_without_the_moon_gets_a_sentence(fair, client):
    page = start_page(client, buoc="nam", nam="2028", mau=f"sao-chep:{fair.slug}")

    assert (page.status_code, "không khai mạc theo ngày âm lịch" in page.text) == (400, True)
