"""The composer on its pages: write, check, send, take back."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.support.builders import (
    csrf_of,
    make_application,
    make_exhibitor,
    make_fair,
    make_user,
    sign_in,
)
from tgfair.core.workflow import State
from tgfair.models import Campaign, Message, MessageState, Role
from tgfair.services import jobs
from tgfair.services.uow import reader


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def fair():
    return make_fair()


@pytest.fixture
def officer(client):
    sign_in(client, make_user(Role.ORGANISER))
    return client


def post(client, url, **data):
    return client.post(url, data={"csrf_token": csrf_of(client), **data})


def begin(client, fair, start="mau:prepare"):
    answer = post(client, f"/ql/{fair.slug}/thong-bao/soan", title="Nhắc chuẩn bị", start=start)
    assert answer.status_code == 303
    return answer.location


def text_of(answer):
    page = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return " ".join(page.split())


def form(**changes):
    values = {
        "version": "1",
        "title": "Nhắc chuẩn bị",
        "source": "applications",
        "subject": "Chuẩn bị: {sự kiện}",
        "body": "Kính gửi {cơ sở},\n\nMời đến {ngày tổ chức}.\n{đường dẫn}",
        "language": "vi",
        "per_minute": "60",
    }
    return {**values, **changes}


def test_a_notice_is_written_checked_sent_and_taken_back(officer, fair):
    make_application(fair, make_exhibitor("HTX Gò Công"), State.APPROVED)
    make_application(fair, make_exhibitor("HTX Cai Lậy", email=None), State.WAITLISTED)
    here = begin(officer, fair)

    page = text_of(officer.get(here))
    assert "2 người nhận" in page
    assert "1 không có thư điện tử" in page

    saved = post(officer, here, **form(states=["approved"], next="check"))
    assert saved.location == f"{here}/kiem-tra"
    page = text_of(officer.get(saved.location))
    assert "Gửi cho 1 người" in page
    assert "Không thấy lỗi nào trong thư" in page
    preview = text_of(officer.get(f"{here}/xem"))
    assert "Xem như: HTX Gò Công" in preview
    assert "Kính gửi HTX Gò Công," in preview
    mail = officer.get(f"{here}/xem?ban=html")
    assert "script-src" not in mail.headers["Content-Security-Policy"]

    assert post(officer, f"{here}/gui", version="2").location == here
    jobs.run_due("w")
    report = text_of(officer.get(here))
    assert "Thu lại được đến" in report
    assert reader().scalars(select(Message.state)).all() == [MessageState.QUEUED]

    post(officer, f"{here}/viec", act="undo")
    reader().rollback()
    assert reader().scalars(select(Message.state)).all() == []
    assert "Bản nháp" in text_of(officer.get(here))


def test_an_error_in_the_text_is_shown_and_stops_the_sending(officer, fair):
    make_application(fair, make_exhibitor(), State.APPROVED)
    here = begin(officer, fair)
    post(officer, here, **form(body="MỜI HỌP tại [địa chỉ] http://bit.ly/x"))

    page = text_of(officer.get(f"{here}/kiem-tra"))

    assert "Còn chỗ chưa điền: “[địa chỉ]”" in page
    assert "Gửi cho" not in page
    answer = post(officer, f"{here}/gui", version="2")
    assert answer.status_code == 400
    assert "hãy sửa các lỗi dưới đây trước" in text_of(answer)


def test_what_was_typed_stays_when_it_is_refused(officer, fair):
    here = begin(officer, fair, start="")

    answer = post(officer, here, **form(title="", body="Chữ đã gõ"))

    assert answer.status_code == 400
    assert "Chữ đã gõ" in answer.get_data(as_text=True)


def test_two_officers_do_not_overwrite_each_other(officer, fair):
    here = begin(officer, fair)
    post(officer, here, **form())

    assert post(officer, here, **form(title="Bản của người sau")).status_code == 409


def test_filters_and_templates_are_kept_by_name(officer, fair):
    make_application(fair, make_exhibitor(), State.APPROVED)
    here = begin(officer, fair)
    post(
        officer,
        here,
        **form(states=["rejected"], filter_name="Không duyệt", template_name="Nhắc chung"),
    )
    post(officer, here, **form(version="2"))

    assert "1 người nhận" in text_of(officer.get(here))
    post(officer, f"{here}/bo-loc", filter="Không duyệt")
    assert "0 người nhận" in text_of(officer.get(here))
    templates = text_of(officer.get(f"/ql/{fair.slug}/thong-bao/mau"))
    assert "Nhắc chung 1 bản" in templates
    assert "Mẫu: Nhắc chung" in text_of(officer.get(f"/ql/{fair.slug}/thong-bao/soan"))


def test_a_notice_with_an_hour_leaves_then(officer, fair):
    make_application(fair, make_exhibitor(), State.APPROVED)
    here = begin(officer, fair)

    late = post(officer, f"{here}/gui", version="1", day="01/01/2020", hour="08:00")

    assert late.status_code == 400
    assert "Giờ hẹn gửi phải sau lúc này" in text_of(late)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"day": "", "hour": "17:30"}, "Đã ghi giờ mà chưa ghi ngày."),
        ({"day": "01/12/2099", "hour": ""}, "Đã ghi ngày mà chưa ghi giờ."),
    ],
    ids=["hour-alone", "day-alone"],
)
def test_half_an_appointment_sends_nothing(officer, fair, typed, sentence):
    make_application(fair, make_exhibitor(), State.APPROVED)
    here = begin(officer, fair)

    answer = post(officer, f"{here}/gui", version="1", **typed)

    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert "Bản nháp" in text_of(officer.get(here))


def test_pause_resume_and_stop_are_buttons(officer, fair):
    make_application(fair, make_exhibitor(), State.APPROVED)
    here = begin(officer, fair)
    post(officer, f"{here}/gui", version="1")
    jobs.run_due("w")
    seen = []
    for act in ("pause", "resume", "stop"):
        post(officer, f"{here}/viec", act=act)
        reader().rollback()
        seen.append(str(reader().scalars(select(Campaign.state)).one()))

    assert seen == ["paused", "sending", "cancelled"]


def test_who_has_no_mail_waits_for_a_call_and_for_no_hour(officer, fair):
    make_application(
        fair, make_exhibitor("HTX Cai Lậy", email=None, phone="+84912345678"), State.APPROVED
    )
    here = begin(officer, fair)
    post(officer, f"{here}/gui", version="1")
    jobs.run_due("w")

    report = text_of(officer.get(here))

    assert "HTX Cai Lậy 0912 345 678 Phải gọi" in report
    assert "Dự kiến" not in report


def test_a_draft_can_be_thrown_away(officer, fair):
    here = begin(officer, fair)
    post(officer, f"{here}/xoa")

    assert reader().scalars(select(Campaign.id)).all() == []
