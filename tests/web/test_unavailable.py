"""The database or the disk is gone: a page that keeps what was typed, never a server error."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import event, text
from wtforms import PasswordField

from tests.support.builders import (
    csrf_of,
    make_application,
    make_exhibitor,
    make_fair,
    make_member,
    make_user,
    sign_in,
)
from tgfair import clock
from tgfair.core.workflow import State
from tgfair.extensions import db
from tgfair.models import Exhibitor, Role
from tgfair.services.uow import reader
from tgfair.web.forms import BaseForm
from tgfair.web.sending_again import SECRET_FIELDS

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)" />')
NEWCOMER = {
    "name": 'Cơ sở "Bà Ba" & con',
    "kind": "farm",
    "representative": "Lê Thị Ba",
    "phone": "0912345678",
    "address": "Xã Hòa Hưng",
    "idempotency_key": "a1b2c3",
}


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


@contextmanager
def database_gone(app):
    """Take the database away from the site, as a fallen server or a lost disk does."""
    url = db.engine.url
    db.session.remove()
    db.engine.dispose()
    if url.get_backend_name() == "sqlite":
        file = Path(str(url.database))
        away = file.rename(file.with_suffix(".away"))
        file.mkdir()
        yield
        db.engine.dispose()
        file.rmdir()
        away.rename(file)
        return

    def refuse(dialect, record, arguments, options):
        options["port"] = 1

    event.listen(db.engine, "do_connect", refuse)
    yield
    event.remove(db.engine, "do_connect", refuse)
    db.engine.dispose()


def fair_open_now():
    now = clock.real_now()
    return make_fair(
        registration_opens_at=now - timedelta(days=1),
        registration_closes_at=now + timedelta(days=9),
        opens_at=now + timedelta(days=30),
        first_day=(now + timedelta(days=30)).date(),
        last_day=(now + timedelta(days=33)).date(),
    )


def test_a_page_without_database_says_so_and_keeps_the_number_to_call(app, client):
    fair = make_fair()
    path = f"/{fair.slug}/"
    client.get(path)

    with database_gone(app):
        page, missing, health = client.get(path), client.get("/khong/co"), client.get("/healthz")

    assert (page.status_code, missing.status_code, health.status_code) == (503, 404, 503)
    assert "Hệ thống đang bận" in page.text
    assert "tel:+84900000001" in page.text
    assert "Gửi lại" not in page.text
    assert client.get(path).status_code == 200


def test_a_signed_in_page_without_database_says_so(app, client):
    sign_in(client, make_user(Role.ORGANISER))

    with database_gone(app):
        page, api = client.get("/ql/"), client.get("/api/v1/gate/health")

    assert (page.status_code, api.status_code) == (503, 503)
    assert api.json == {
        "error": "unavailable",
        "message": "Máy chủ tạm thời không dùng được dữ liệu. Hãy thử lại sau ít phút.",
    }


def test_what_was_typed_is_sent_again_with_one_press(app, client):
    fair = fair_open_now()
    sign_in(client, make_user())
    path = f"/dang-ky/{fair.slug}?tu=trang-dau"

    with database_gone(app):
        page = client.post(path, data={"csrf_token": csrf_of(client), **NEWCOMER})

    assert page.status_code == 503
    assert f'action="{path}"' in page.text
    assert "Nội dung vừa nhập không mất" in page.text
    fields = {name: _plain(value) for name, value in HIDDEN.findall(page.text)}
    assert fields == {"csrf_token": csrf_of(client), **NEWCOMER}
    first, second = client.post(path, data=fields), client.post(path, data=fields)
    assert (first.status_code, first.location) == (303, second.location)
    assert len(reader().scalars(db.select(Exhibitor)).all()) == 1


def _plain(value: str) -> str:
    return value.replace("&#34;", '"').replace("&amp;", "&")


def test_a_form_of_another_site_is_not_kept(app, client):
    path = f"/dang-ky/{fair_open_now().slug}"
    sign_in(client, make_user())

    with database_gone(app):
        page = client.post(path, data=NEWCOMER)
        crossed = client.post(
            path,
            data={"csrf_token": csrf_of(client), **NEWCOMER},
            headers={"Sec-Fetch-Site": "cross-site"},
        )

    for answer in (page, crossed):
        assert (answer.status_code, "Bà Ba" in answer.text) == (503, False)


def test_a_password_is_not_kept(app, client):
    client.get("/dang-nhap/can-bo")
    form = {"email": "lan@example.vn", "password": "mùa-nước-nổi-9", "totp": "123456"}

    with database_gone(app):
        page = client.post("/dang-nhap/can-bo", data={"csrf_token": csrf_of(client), **form})

    assert (page.status_code, "Gửi lại" in page.text) == (503, False)
    assert "mùa-nước-nổi-9" not in page.text
    assert "123456" not in page.text


def test_every_password_field_counts_as_secret():
    kinds = list(BaseForm.__subclasses__())
    kinds += [one for kind in kinds for one in kind.__subclasses__()]
    names = {
        name
        for kind in kinds
        for name in dir(kind)
        if getattr(getattr(kind, name), "field_class", None) is PasswordField
    }

    assert names == {"password", "again"}
    assert names < SECRET_FIELDS


# The other database waits for the lock, here of the whole file.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_locked_file_is_busy_on_a_plain_read(client):
    path = f"/{make_fair().slug}/"
    db.session.remove()
    file = str(db.engine.url.database)
    db.engine.dispose()
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")

        @event.listens_for(db.engine, "connect")
        def impatient(connection, _record):
            connection.execute("PRAGMA busy_timeout=10")

        page = client.get(path)

    assert (page.status_code, "rất bận" in page.text) == (503, True)


def test_a_fault_of_ours_stays_a_fault_with_a_number_to_report(app, client, caplog):
    fair = make_fair()
    reader().execute(text("ALTER TABLE zone RENAME COLUMN label TO other"))
    reader().commit()
    app.config["TESTING"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    page = client.get(f"/{fair.slug}/so-do/")

    assert (page.status_code, "Hệ thống đang trục trặc" in page.text) == (500, True)
    number = re.search(r"Mã sự cố để báo lại: ([0-9a-f]{8})", page.text)[1]
    assert f"error id {number} in public.plan" in caplog.text
    assert "tel:+84900000001" in page.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_refuses_the_file_and_says_to_choose_it_again(client, monkeypatch):
    fair, exhibitor = fair_open_now(), make_exhibitor()
    sign_in(client, make_member(exhibitor))
    draft = make_application(fair, exhibitor, State.DRAFT)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    photo = io.BytesIO()
    Image.new("RGB", (900, 600)).save(photo, "JPEG")
    photo.seek(0)

    page = client.post(
        f"/ho-so/{draft.code}/buoc/5",
        data={"csrf_token": csrf_of(client), "other": (photo, "giấy.jpg")},
    )

    assert page.status_code == 503
    assert "Máy chủ sắp hết chỗ chứa" in page.text
    assert "Hãy quay lại chọn tệp lần nữa" in page.text
    assert "Gửi lại" not in page.text
