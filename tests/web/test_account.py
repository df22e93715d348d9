"""The account pages, as a browser without JavaScript sees them."""

from __future__ import annotations

import re

import pyotp
import pytest
from sqlalchemy import func, select

from tests.support.builders import (
    NOW,
    csrf_of,
    lengthen,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_member,
    make_user,
    open_link,
    session_token,
    sign_in,
)
from tests.support.databases import make_config
from tgfair import clock
from tgfair.app import create_app
from tgfair.extensions import db, limiter
from tgfair.models import AuthSession, MemberRole, OneTimeCode, Role
from tgfair.services import one_time_codes, users
from tgfair.services.one_time_codes import secrets_of
from tgfair.services.uow import reader

EMAIL = "ut.hanh@example.vn"
PASSWORD = "cá rô kho tộ miệt vườn"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


def fresh():
    db.session.rollback()
    return reader()


def token_on(page):
    return re.search(r'name="csrf_token"[^>]* value="([0-9a-f]+)"', page.text)[1]


def send(client, url, *, at=None, follow=True, **fields):
    """Open the page `at` (default `url`), then post its form."""
    page = client.get(at or url)
    return client.post(url, data={"csrf_token": token_on(page), **fields}, follow_redirects=follow)


def last_code():
    row = fresh().scalars(select(OneTimeCode).order_by(OneTimeCode.id.desc())).first()
    return secrets_of(row.id, row.nonce)


def sessions_open():
    return fresh().scalar(select(func.count()).select_from(AuthSession))


# --- mail ---


def test_form_sent_after_the_session_ended_leads_back_to_its_page(client):
    client.get("/dang-nhap")
    page = "http://localhost/ho-so/TGF1-T00001/"

    asked = client.post("/ho-so/TGF1-T00001/rut", headers={"Referer": page})
    foreign = client.post("/ho-so/TGF1-T00001/rut", headers={"Referer": "http://elsewhere.vn/x"})

    assert asked.headers["Location"] == "/dang-nhap?next=/ho-so/TGF1-T00001/"
    assert foreign.headers["Location"] == "/dang-nhap?next=/"


def test_code_typed_into_the_same_tab_signs_in_and_goes_where_one_wanted(client):
    asked = client.get("/tai-khoan?x=1")
    assert asked.headers["Location"] == "/dang-nhap?next=/tai-khoan%3Fx%3D1"
    send(client, asked.headers["Location"], address=EMAIL)

    answer = send(client, "/dang-nhap/ma", typed=last_code()[1], follow=False)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/tai-khoan?x=1")
    assert client.get("/tai-khoan").status_code == 200


def test_wrong_code_keeps_the_page_and_says_how_many_tries_are_left(client):
    send(client, "/dang-nhap", address=EMAIL)
    wrong = f"{(int(last_code()[1]) + 1) % 1_000_000:06d}"

    answer = send(client, "/dang-nhap/ma", typed=wrong)

    assert answer.status_code == 400
    assert "Còn 4 lần thử" in answer.text
    assert sessions_open() == 0


def test_page_is_the_same_for_known_and_unknown_addresses(app):
    make_user(email=EMAIL)
    pages = []
    for address in (EMAIL, "la@example.vn"):
        client = app.test_client()
        answer = send(client, "/dang-nhap", address=address)
        text = re.sub(r'value="[0-9a-f]+"', "", answer.text)
        pages.append((answer.status_code, text.replace(address, "")))

    assert pages[0] == pages[1]


def test_page_says_that_nothing_is_sent_any_more_to_known_and_unknown_addresses_alike(app):
    make_user(email=EMAIL)
    pages = []
    for address in (EMAIL, "la@example.vn"):
        client = app.test_client()
        for _ in range(one_time_codes.PER_QUARTER + 1):
            answer = send(client, "/dang-nhap", address=address)
        resent = send(client, "/dang-nhap/gui-lai", at="/dang-nhap/ma")
        pages.append([one.text.count("lần này không gửi thêm") for one in (answer, resent)])
        assert "Đã gửi lại" not in resent.text

    assert pages == [[1, 1], [1, 1]]


def test_code_page_without_an_address_sends_back_to_the_beginning(client):
    assert client.get("/dang-nhap/ma").headers["Location"] == "/dang-nhap"


@pytest.mark.parametrize("typed", ["", "   ", "không phải gì", "a@b", "09123", "0" * 300])
def test_address_that_is_none_gets_a_sentence(client, typed):
    answer = send(client, "/dang-nhap", address=typed)

    assert answer.status_code == 400
    assert "Lỗi:" in answer.text
    assert 'class="err"' in answer.text


def test_link_is_not_used_up_by_head_get_or_a_scanner(app, client):
    send(client, "/dang-nhap", address=EMAIL)
    path = f"/vao/{last_code()[0]}"
    scanner = app.test_client()

    assert [scanner.head(path).status_code, scanner.get(path).status_code] == [200, 200]
    assert sessions_open() == 0
    send(client, path, follow=False)

    assert sessions_open() == 1
    assert client.get(path).status_code == 410


def test_person_gets_in_with_the_code_after_a_scanner_pressed_the_button(app, client):
    send(client, "/dang-nhap", address=EMAIL)
    token, digits = last_code()
    send(app.test_client(), f"/vao/{token}", follow=False)

    answer = send(client, "/dang-nhap/ma", typed=digits, follow=False)

    assert answer.status_code == 303
    assert client.get("/tai-khoan").status_code == 200


@pytest.mark.parametrize("path", ["/vao/khong-co", "/vao/" + "0" * 64, "/can-bo/khong-co"])
def test_link_that_never_existed_says_what_to_do(client, path):
    answer = client.get(path)

    assert answer.status_code == 410
    assert "Xin mã mới" in answer.text


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "javascript:alert(1)",
        "ql/",
        "/x\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_next_never_leads_off_the_site(client, wanted):
    make_user(email=EMAIL)
    page = client.get("/dang-nhap")
    client.post(
        "/dang-nhap",
        query_string={"next": wanted},
        data={"csrf_token": token_on(page), "address": EMAIL},
    )

    answer = send(client, "/dang-nhap/ma", typed=last_code()[1], follow=False)

    assert answer.headers["Location"] in {
        "/",
        "/tai-khoan",
        "/%5Cevil.example",
        "/%09/evil.example",
    }


def test_sign_out_ends_the_session(client):
    sign_in(client, make_user())
    copied = client.get_cookie("tgfair", domain="localhost").value
    client.post("/dang-xuat", data={"csrf_token": csrf_of(client)})
    client.set_cookie("tgfair", copied, domain="localhost")

    assert client.get("/tai-khoan").status_code == 302


def test_new_session_gets_a_new_cookie(client):
    client.get("/dang-nhap")
    before = client.get_cookie("tgfair", domain="localhost").value
    send(client, "/dang-nhap", address=EMAIL)
    send(client, "/dang-nhap/ma", typed=last_code()[1])

    assert client.get_cookie("tgfair", domain="localhost").value != before


# --- telephone ---


def test_phone_with_the_code_that_an_officer_reads_out(app, client):
    exhibitor = make_exhibitor(phone="+84912345678", email=None)
    page = send(client, "/dang-nhap", address="0912 345 678")
    assert "0912 345 678" in page.text

    officer = app.test_client()
    sign_in(officer, make_user(Role.COMMUNE_OFFICER))
    path = f"/ql/chu-the/{exhibitor.public_id}/doc-ma"
    refused = send(officer, path)
    assert (refused.status_code, "gọi lại số trên hồ sơ" in refused.text) == (400, True)
    shown = send(officer, path, called="y")
    digits = "".join(re.search(r'read-out num">(\d{3}) (\d{3})<', shown.text).groups())

    assert send(client, "/dang-nhap/ma", typed=digits, follow=False).status_code == 303
    mine = client.get("/tai-khoan").text
    assert exhibitor.name in mine
    assert "Mã đăng nhập cán bộ đã đọc" in mine


# --- staff ---


def test_administrator_sets_up_and_signs_in_with_password_and_authenticator(client):
    token = users.create_first_admin(email=EMAIL, name="Trần Hạnh", now=NOW)
    page = client.get(f"/can-bo/{token}")
    secret = re.search(r"<code[^>]*>([A-Z2-7]{32})</code>", page.text)[1]
    assert '<svg class="qr"' in page.text

    late = pyotp.TOTP(secret).at(clock.real_now(), counter_offset=-1)
    done = send(
        client, f"/can-bo/{token}", password=PASSWORD, again=PASSWORD, totp=late, follow=False
    )
    assert (done.status_code, done.headers["Location"]) == (303, "/ql/")
    client.post("/dang-xuat", data={"csrf_token": csrf_of(client)})

    code = pyotp.TOTP(secret).at(clock.real_now())
    answer = send(
        client, "/dang-nhap/can-bo", email=EMAIL.upper(), password=PASSWORD, totp=code, follow=False
    )
    assert answer.headers["Location"] == "/ql/"


def test_setup_with_two_passwords_shows_the_field(client):
    token = users.create_first_admin(email=EMAIL, name="Trần Hạnh", now=NOW)

    answer = send(client, f"/can-bo/{token}", password=PASSWORD, again="khác", totp="1")

    assert answer.status_code == 400
    assert "Hai lần gõ chưa giống nhau" in answer.text
    assert PASSWORD not in answer.text


def test_wrong_password_gets_one_sentence(client):
    answer = send(client, "/dang-nhap/can-bo", email="la@example.vn", password="x", totp="")

    assert answer.status_code == 400
    assert "mật khẩu hoặc mã xác thực không đúng" in answer.text


# --- my account ---


def test_account_page_lists_sessions_and_ends_one(client):
    user = make_user()
    sign_in(client, user)
    session_token(user)
    page = client.get("/tai-khoan")
    other = re.search(r"/tai-khoan/phien/(\d+)/dung", page.text)[1]

    client.post(f"/tai-khoan/phien/{other}/dung", data={"csrf_token": csrf_of(client)})

    assert sessions_open() == 1


def test_sign_out_everywhere_leaves_no_session(client):
    user = make_user()
    sign_in(client, user)
    session_token(user)

    answer = client.post(
        "/tai-khoan/thoat-het", data={"csrf_token": csrf_of(client)}, follow_redirects=True
    )

    assert "2 thiết bị" in answer.text
    assert sessions_open() == 0


def test_owner_adds_and_removes_a_colleague(client):
    exhibitor = make_exhibitor()
    sign_in(client, make_member(exhibitor))
    path = f"/tai-khoan/{exhibitor.public_id}/nguoi"

    added = send(client, path, name="Lê Thị Sáu", email="sau@example.vn")
    assert "sau@example.vn" in added.text
    gone = re.search(rf"{path}/\d+/bo", added.text)[0]
    client.post(gone, data={"csrf_token": csrf_of(client)})

    assert "sau@example.vn" not in client.get(path).text


def test_colleague_sees_the_people_without_buttons(client):
    exhibitor = make_exhibitor()
    sign_in(client, make_member(exhibitor, MemberRole.STAFF))

    page = client.get(f"/tai-khoan/{exhibitor.public_id}/nguoi")

    assert (page.status_code, f"{page.request.path}/" in page.text) == (200, False)


def test_contact_changes_by_the_code_sent_to_the_new_address(client):
    exhibitor = make_exhibitor(email="cu@example.vn")
    sign_in(client, make_member(exhibitor))
    path = f"/tai-khoan/{exhibitor.public_id}/lien-he"
    send(client, path, address="moi@example.vn")

    done = send(client, f"{path}/ma", typed=last_code()[1])

    assert "Đã đổi thông tin liên hệ" in done.text
    assert "moi@example.vn" in done.text


def test_personal_link_is_asked_for_a_code_first_and_comes_back(client):
    exhibitor = make_exhibitor(email="cu@example.vn")
    open_link(client, make_invitation(lengthen(make_fair()), exhibitor))
    path = f"/tai-khoan/{exhibitor.public_id}/lien-he"

    asked = client.get(path)
    assert asked.headers["Location"] == f"/ho-so/xac-nhan?next={path}"
    step = asked.headers["Location"]
    page = send(client, step.replace("xac-nhan", "xac-nhan/gui-ma"), at=step)
    assert "cu…@example.vn" in page.text
    done = send(client, step, typed=last_code()[1], follow=False)

    assert done.headers["Location"] == path
    assert client.get(path).status_code == 200


# --- the administrator's page ---


def test_administrator_adds_an_officer_and_sees_the_link_once(client):
    sign_in(client, make_user(Role.ADMIN))

    page = send(
        client,
        "/ql/tai-khoan/moi",
        name="Lê Văn Xã",
        email="xa@example.vn",
        role="commune_officer",
        fair_slug="",
        unit_code="28594",
    )

    path = re.search(r"http://localhost(/can-bo/[0-9a-f]{64})", page.text)[1]
    assert client.get(path).status_code == 200
    listed = client.get("/ql/tai-khoan").text
    assert ("xa@example.vn" in listed, path in listed) == (True, False)


def test_no_role_is_chosen_for_the_administrator_and_an_old_account_keeps_its_name(client):
    sign_in(client, make_user(Role.ADMIN))
    make_user(Role.REVIEWER, name="Nguyễn Văn Tâm", email="tam@example.vn")
    typed = {"name": "Khác Tên", "email": "tam@example.vn", "fair_slug": "", "unit_code": ""}

    assert "Hãy chọn vai trò." in send(client, "/ql/tai-khoan/moi", role="", **typed).text
    page = send(client, "/ql/tai-khoan/moi", role="organiser", **typed).text

    assert "Dành riêng cho Nguyễn Văn Tâm" in page
    assert "Khác Tên" not in page


def test_administrator_is_told_for_which_subjects_a_new_officer_decides_nothing(client):
    sign_in(client, make_user(Role.ADMIN))
    row = make_exhibitor("HTX Hòa Lộc")
    member = make_member(row)
    typed = {"name": "Lê Văn Xã", "role": "reviewer", "fair_slug": "", "unit_code": ""}

    told = send(client, "/ql/tai-khoan/moi", email=member.email, **typed).text
    other = send(client, "/ql/tai-khoan/moi", email="xa@example.vn", **typed).text

    assert f'<a href="/ql/chu-the/{row.public_id}">HTX Hòa Lộc</a>' in told
    assert "HTX Hòa Lộc" not in other


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.REVIEWER, Role.COMMUNE_OFFICER])
def test_other_staff_do_not_see_the_accounts(client, role):
    sign_in(client, make_user(role))

    assert client.get("/ql/tai-khoan").status_code == 403


# --- limits ---


@pytest.fixture
def strict_client(sqlite_url, tmp_path):
    """A browser of an application that counts."""
    app = create_app(make_config(sqlite_url, tmp_path / "strict", rate_limits=True))
    limiter.reset()
    yield app.test_client()
    limiter.reset()
    limiter.enabled = False


def test_sixth_password_in_a_quarter_of_an_hour_has_to_wait(strict_client):
    answers = [
        send(strict_client, "/dang-nhap/can-bo", email=EMAIL, password="x", totp="")
        for _ in range(6)
    ]

    assert [answer.status_code for answer in answers] == [400] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 900
    assert "Hãy đợi" in answers[-1].text
    other = send(strict_client, "/dang-nhap/can-bo", email="khac@example.vn", password="x")
    assert other.status_code == 400


def test_what_has_to_wait_keeps_what_was_typed(strict_client):
    for _ in range(61):
        answer = send(strict_client, "/dang-nhap", address="Út 0912 345 678")

    assert answer.status_code == 429
    assert '<input type="hidden" name="address" value="Út 0912 345 678" />' in answer.text


def test_codes_cannot_be_tried_for_ever(strict_client):
    statuses = {
        send(strict_client, "/dang-nhap/ma", at="/dang-nhap", typed="1").status_code
        for _ in range(40)
    }

    assert 429 in statuses


def test_link_token_in_the_database_is_a_hash(client):
    send(client, "/dang-nhap", address=EMAIL)
    token, _ = last_code()

    row = fresh().scalars(select(OneTimeCode)).one()
    assert row.token_hash == one_time_codes.digest(token)
