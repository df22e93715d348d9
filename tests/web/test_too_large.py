"""What is larger than a page takes: each kind of form says the truth about its limit."""

from __future__ import annotations

import re

import pytest

from tests.support.builders import csrf_of, make_fair, make_user, sign_in
from tgfair.models import Role

HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="to.xlsx"\r\n\r\n'


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def _in_app(app, client):
    with app.app_context():
        sign_in(client, make_user(Role.ORGANISER))
        yield


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def send(client, path: str, megabytes: int):
    return client.post(
        path,
        data=HEAD + b"0" * (megabytes * 1024 * 1024),
        content_type="multipart/form-data; boundary=x",
    )


def test_a_spreadsheet_is_no_photo(client):
    answer = send(client, "/ql/nhap-excel", 61)

    assert answer.status_code == 303
    page = words(client.get(answer.location))
    assert "Tệp lớn hơn 10 MB. Hãy xóa ảnh trong tệp hoặc chia nhỏ tệp. Phần đã lưu" in page


def test_a_plan_names_its_own_limit(client):
    answer = send(client, f"/ql/{make_fair().slug}/so-do/tep", 5)

    assert (answer.status_code, "nhỏ hơn 2 MB" in words(answer)) == (413, True)


def test_a_text_is_no_file(client):
    form = {"csrf_token": csrf_of(client), "address": "a" * 1_100_000}

    answer = client.post("/dang-nhap", data=form)

    assert (answer.status_code, "lớn hơn 1 MB" in words(answer)) == (413, True)
    assert "ảnh" not in words(answer).lower()
