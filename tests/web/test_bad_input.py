"""What people get wrong: each mistake gets its sentence, keeps what was typed, changes nothing.

Beside this: bad spreadsheets in test_imports.py, bad uploads and a late or double submission in
test_application_pages.py, impossible days in test_fair_pages.py, a taken booth in
test_allocation.py, a full window in test_slot_pages.py.
"""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select

from tests.support.builders import (
    csrf_of,
    install_plan,
    make_application,
    make_conference,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_member,
    make_user,
    sign_in,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.models import (
    Application,
    Attachment,
    Exhibitor,
    Fair,
    Gate,
    Invitation,
    OneTimeCode,
    Role,
)
from tgfair.services import one_time_codes
from tgfair.services.uow import reader, transaction

NAME_90 = (
    "Công Tằng Tôn Nữ Huỳnh Nguyễn Phương Thảo Ngọc Quỳnh Như Trường Xuân Ánh Nguyệt Diễm Thúy"
)
CLOSED = "Đã hết hạn đăng ký lúc"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


def open_now() -> dict[str, object]:
    now = clock.real_now()
    return {
        "registration_opens_at": now - timedelta(days=1),
        "registration_closes_at": now + timedelta(days=20),
        "opens_at": now + timedelta(days=40),
        "first_day": (now + timedelta(days=40)).date(),
        "last_day": (now + timedelta(days=43)).date(),
    }


def close(fair: Fair) -> None:
    with transaction() as session:
        session.merge(fair).registration_closes_at = clock.real_now() - timedelta(minutes=1)


def post(client, path, **fields):
    return client.post(path, data={"csrf_token": csrf_of(client), **fields})


def fresh(code: str) -> Application:
    reader().rollback()
    return reader().scalars(select(Application).where(Application.code == code)).one()


def count(model) -> int:
    reader().rollback()
    return reader().scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def draft(client):
    """A draft whose owner is signed in."""
    fair = make_fair(**open_now())
    install_plan(fair)
    exhibitor = make_exhibitor()
    sign_in(client, make_member(exhibitor))
    return make_application(fair, exhibitor, State.DRAFT)


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 600)).save(out, "JPEG")
    return out.getvalue()


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


# --- a fair that closed while somebody was typing ---


def test_steps_typed_after_the_deadline_are_kept(client, draft):
    close(draft.fair)

    step = post(client, f"/ho-so/{draft.code}/buoc/4", name1="Trần Văn Bé")
    saved = post(client, f"/ho-so/{draft.code}/luu/contact", name="Lê Thị Út", phone="0912345678")
    file = post(client, f"/ho-so/{draft.code}/buoc/5", other=(io.BytesIO(jpeg()), "giấy.jpg"))
    sent = post(client, f"/ho-so/{draft.code}/kiem-tra", consent="y")

    assert [answer.status_code for answer in (step, saved, file, sent)] == [303, 200, 303, 409]
    assert CLOSED in words(sent)
    answers = fresh(draft.code).answers
    assert (answers["people"]["name1"], answers["contact"]["name"], count(Attachment)) == (
        "Trần Văn Bé",
        "Lê Thị Út",
        1,
    )


NEWCOMER = {
    "name": "Cơ sở Bà Ba",
    "kind": "farm",
    "representative": "Lê Thị Ba",
    "phone": "0912345678",
    "address": "Xã Hòa Hưng",
}


def test_registering_after_the_deadline_keeps_the_form(client):
    fair = make_fair(**open_now())
    sign_in(client, make_user())
    close(fair)

    before = client.get(f"/dang-ky/{fair.slug}")
    answer = post(client, f"/dang-ky/{fair.slug}", **NEWCOMER)

    assert CLOSED in words(before)
    assert (answer.status_code, CLOSED in words(answer)) == (409, True)
    assert 'value="Cơ sở Bà Ba"' in answer.text
    assert (count(Exhibitor), count(Application)) == (0, 0)


def test_answering_a_conference_after_the_deadline_changes_nothing(client):
    conference, exhibitor = make_conference(**open_now()), make_exhibitor()
    make_invitation(conference, exhibitor)
    sign_in(client, make_member(exhibitor))
    close(conference)

    answer = post(
        client,
        f"/moi/{conference.slug}/{exhibitor.public_id}",
        answer="yes",
        headcount="2",
        note="Có 1 người ăn chay",
    )

    assert (answer.status_code, CLOSED in words(answer)) == (409, True)
    assert "Lời nhắn Có 1 người ăn chay" in words(answer)
    assert (count(Application), reader().scalars(select(Invitation.rsvp)).one()) == (0, None)


# --- links and codes ---


def test_expired_sign_in_link_and_code_say_to_ask_again(client):
    client.get("/dang-nhap")
    post(client, "/dang-nhap", address="ut.hanh@example.vn")
    row = reader().scalars(select(OneTimeCode)).one()
    token, digits = one_time_codes.secrets_of(row.id, row.nonce)
    with transaction() as session:
        session.merge(row).expires_at = clock.real_now() - timedelta(minutes=1)

    link = client.get(f"/vao/{token}")
    pressed = post(client, f"/vao/{token}")
    code = post(client, "/dang-nhap/ma", typed=digits)

    assert [answer.status_code for answer in (link, pressed)] == [410, 410]
    assert "Xin mã mới" in words(link)
    assert (code.status_code, "hết hạn" in words(code)) == (400, True)
    assert "Đăng nhập" in words(client.get("/ho-so/"))


# --- forms sent twice ---


def test_registering_twice_makes_one(client):
    fair = make_fair(**open_now())
    sign_in(client, make_user())

    pages = [
        post(client, f"/dang-ky/{fair.slug}", **NEWCOMER, idempotency_key="k").location
        for _ in range(2)
    ]

    assert pages[0] == pages[1]
    assert (count(Exhibitor), count(Application)) == (1, 1)


def test_inviting_and_naming_a_gate_twice_makes_one(client):
    fair, exhibitor = make_fair(**open_now()), make_exhibitor()
    sign_in(client, make_user(Role.ORGANISER))

    for _ in range(2):
        post(client, f"/ql/{fair.slug}/giay-moi/moi", scope="all")
        post(client, f"/ql/{fair.slug}/cong", label="Cổng chính", idempotency_key="k")

    assert (count(Invitation), count(Gate)) == (1, 1)
    assert exhibitor.name in words(client.get(f"/ql/{fair.slug}/giay-moi"))


def test_creating_a_fair_twice_makes_one(client):
    sign_in(client, make_user(Role.ADMIN))
    day = (clock.real_now() + timedelta(days=60)).strftime("%d/%m/%Y")
    page = client.get(f"/ql/su-kien/moi?buoc=tiep&mau=hoi-cho&khai_mac={day}").text
    form = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', page))
    form |= {"venue": "Quảng trường", "kind": "fair", "intake": "open"}

    answers = [post(client, "/ql/su-kien/moi", **form) for _ in range(2)]

    assert (answers[0].status_code, count(Fair)) == (303, 1)


# --- communes and names ---


def test_unknown_commune_keeps_the_form(client):
    sign_in(client, make_user(Role.ORGANISER))
    typed = {"name": "Cơ sở Bà Ba", "kind": "farm", "phones": "0912345678"}

    answer = post(client, "/ql/chu-the/moi", **typed, address="xã Không Có", unit_new="")

    assert (answer.status_code, count(Exhibitor)) == (400, 0)
    assert 'value="Cơ sở Bà Ba"' in answer.text
    assert "xã Không Có" in answer.text


def test_name_of_90_letters_is_taken_where_it_fits_and_kept_where_not(client, draft):
    person = post(client, f"/ho-so/{draft.code}/buoc/4", name1=NAME_90)
    contact = post(client, f"/ho-so/{draft.code}/buoc/1", name=NAME_90, phone="0912345678")
    sign = post(client, f"/ho-so/{draft.code}/buoc/3", booths="1", fascia=NAME_90)

    assert [answer.status_code for answer in (person, contact, sign)] == [303, 303, 400]
    assert f'value="{NAME_90}"' in sign.text
    assert "40" in re.search(r'id="fascia-error">(.*?)</span>\s*<input', sign.text, re.DOTALL)[1]


def test_name_of_90_letters_is_shown_whole_to_staff(client, draft):
    with transaction() as session:
        session.merge(draft.exhibitor).name = NAME_90
    sign_in(client, make_user(Role.ORGANISER))

    pages = [client.get(f"/ql/{draft.fair.slug}/{page}") for page in ("ho-so", "giay-moi/moi")]
    pages.append(client.get(f"/ql/{draft.fair.slug}/ho-so/{draft.code}"))

    assert [NAME_90 in page.text for page in pages] == [True] * 3
