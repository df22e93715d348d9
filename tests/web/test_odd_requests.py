"""Requests that no page of ours sends: an answer with a sentence, never a server error."""

from __future__ import annotations

import pytest

from tests.support.builders import csrf_of, make_fair, make_user, sign_in
from tgfair.models import FairStatus, Role


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def organiser(client):
    sign_in(client, make_user(Role.ORGANISER))
    return client


def test_a_form_token_that_is_not_ascii_is_refused(client):
    client.get("/dang-nhap")

    answer = client.post("/dang-nhap", data={"csrf_token": "é", "address": "a@example.vn"})

    assert answer.status_code == 403
    assert "Trang đã mở quá lâu" in answer.text


@pytest.mark.parametrize(
    "body", [{"address": ["a@example.vn", "\0"]}, {"\0": ["x"]}, {"address": ["a", "b\0"]}]
)
def test_what_cannot_be_stored_is_refused_wherever_it_stands(client, body):
    client.get("/dang-nhap")

    answer = client.post("/dang-nhap", data={"csrf_token": csrf_of(client), **body})

    assert answer.status_code == 400


def test_a_code_in_other_digits_is_no_code(client):
    client.get("/dang-nhap/can-bo")
    form = {"email": "a@example.vn", "password": "không phải", "totp": "٣٣٣٣٣٣"}

    answer = client.post("/dang-nhap/can-bo", data={"csrf_token": csrf_of(client), **form})

    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/khong-co-su-kien/", "/khong/co/trang/nay"])
def test_a_page_that_is_not_there_says_what_to_do(client, path):
    answer = client.get(path)

    lead = answer.text.partition('<p class="lead">')[2].partition("</p>")[0]
    assert answer.status_code == 404
    assert lead.endswith("Hãy mở lại từ thư hay tin nhắn đã nhận.")


def test_an_unknown_kind_narrows_nothing(organiser):
    fair = make_fair()

    assert organiser.get(f"/ql/{fair.slug}/giay-moi/moi?loai=xyz").status_code == 200


def test_ids_larger_than_any_row_invite_nobody(organiser):
    fair = make_fair()

    answer = organiser.post(
        f"/ql/{fair.slug}/giay-moi/moi",
        data={"csrf_token": csrf_of(organiser), "id": ["9999999999", "٣"]},
    )

    assert answer.status_code == 303


def test_an_endless_version_was_never_seen(organiser):
    fair = make_fair(status=FairStatus.DRAFT)

    answer = organiser.post(
        f"/ql/{fair.slug}/cai-dat/trang-thai",
        data={"csrf_token": csrf_of(organiser), "den": "open", "version": "9" * 5000},
    )

    assert answer.status_code == 409


def test_a_day_of_another_age_gets_a_sentence(organiser):
    fair = make_fair()
    form = {"kind": "load_in", "place": "Cổng 1", "first": "07:00", "last": "23:00"}
    form |= {"minutes": "30", "capacity": "5", "day": "31/12/9999"}

    answer = organiser.post(
        f"/ql/{fair.slug}/khung-gio", data={"csrf_token": csrf_of(organiser), **form}
    )

    assert answer.status_code == 400
    assert "Năm phải từ 1900 đến 2199" in answer.text


def test_a_staff_badge_is_for_the_days_around_the_fair(organiser):
    fair = make_fair()
    form = {"kind": "2", "name": "Lê Lan", "organisation": "Sở Công Thương"}
    form |= {"first_day": "01/01/2199", "last_day": "02/01/2199"}

    answer = organiser.post(
        f"/ql/{fair.slug}/the/them", data={"csrf_token": csrf_of(organiser), **form}
    )

    assert answer.status_code == 400
    assert "Thẻ chỉ dùng từ 19/04/2026 đến 20/08/2026" in answer.text
