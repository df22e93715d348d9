"""Those whom no mail reaches: Zalo file, letters, ZNS and SMS against a provider that fails."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
from sqlalchemy import select

from tests.support.builders import (
    NOW,
    make_application,
    make_exhibitor,
    make_fair,
    make_invitation,
    make_staff,
)
from tests.support.faulty_http import FaultyHttp
from tgfair.config import ChannelConfig
from tgfair.core.errors import InvalidError
from tgfair.core.workflow import State
from tgfair.core.zns import COLUMNS
from tgfair.mail.enqueue import Links
from tgfair.models import Channel, DeliveryEvent, FairStatus, Message, MessageState, Role
from tgfair.services import unreached
from tgfair.services.notifications import notify_application, notify_exhibitor
from tgfair.services.short_messages import deliver_short
from tgfair.services.uow import reader, transaction

MORNING = datetime(2090, 6, 1, 3, tzinfo=UTC)  # ten o'clock in Vietnam, after all was queued


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def provider(app):
    server = FaultyHttp()
    app.config["TGFAIR"] = replace(
        app.config["TGFAIR"],
        channels=ChannelConfig(server.url, "key", "123", server.url, "sms-key"),
    )
    yield server
    server.close()


@pytest.fixture
def organiser():
    return make_staff(Role.ORGANISER)


def fair_with_calls(*phones):
    fair = make_fair()
    for number, phone in enumerate(phones):
        exhibitor = make_exhibitor(
            f"Hợp tác xã Nông nghiệp tổng hợp số {number}", email=None, phone=phone
        )
        application = make_application(fair, exhibitor, State.APPROVED)
        with transaction() as session:
            notify_application(session, "approved", session.merge(application), dedupe="x", now=NOW)
    return fair


def lines():
    reader().rollback()
    rows = reader().scalars(select(Message).order_by(Message.id))
    return [(row.channel, row.state) for row in rows]


def pages(pdf):
    found = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in found]


def story():
    reader().rollback()
    return list(reader().scalars(select(DeliveryEvent.outcome).order_by(DeliveryEvent.id)))


def test_the_call_list_becomes_a_zalo_file(organiser):
    fair = fair_with_calls("+84912345678", "+842733123456", None)

    data, fit, unfit = unreached.zns_campaign_file(organiser, fair, now=NOW)

    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert (fit, unfit, len(rows)) == (1, 2, 1)
    assert list(rows[0]) == list(COLUMNS)
    assert (rows[0]["phone"], rows[0]["ngay"]) == ("0912345678", "18/06/2026")
    assert max(len(value) for value in rows[0].values()) <= 30
    assert story() == ["listed_zns"]


def test_an_empty_call_list_has_nothing_to_print(organiser):
    with pytest.raises(InvalidError):
        unreached.unreached_letters(organiser, make_fair(), now=NOW)


def test_letters_are_one_pdf_with_a_page_for_each(organiser):
    fair = fair_with_calls("+84912345678", None)

    pdf = unreached.unreached_letters(organiser, fair, now=NOW)

    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 2
    assert story() == ["letter_printed", "letter_printed"]


def test_a_letter_says_what_its_notice_says(organiser):
    fair = make_fair()
    refused = make_application(
        fair, make_exhibitor("HTX Gò Công", email=None, phone="+84912345678"), State.REJECTED
    )
    guest = make_exhibitor("HTX Cai Lậy", email=None, phone="+84912345679")
    invitation = make_invitation(fair, guest)
    with transaction() as session:
        notify_application(
            session, "rejected", session.merge(refused), dedupe="x", now=NOW, reason="Hết chỗ."
        )
        notify_exhibitor(
            session,
            "invitation",
            session.merge(guest),
            dedupe="x",
            now=NOW,
            links=Links(fair_id=fair.id, invitation_id=invitation.id),
            proposed=False,
        )

    pdf = unreached.unreached_letters(organiser, fair, now=NOW)
    data, _, _ = unreached.zns_campaign_file(organiser, fair, now=NOW)

    invited, told = sorted(pages(pdf))
    assert "GIẤY MỜI V/v tham gia" in invited
    assert "/GM-SCT" in invited
    assert "Trả lời trước: 09:00 ngày 25/05/2026" in invited
    assert "Nơi nhận: - Như trên; - Lưu: VT." in invited
    title = f"THÔNG BÁO Kết quả hồ sơ {refused.code}: {fair.name}"
    assert f"{title} Kính gửi: HTX Gò Công Rất tiếc, hồ sơ {refused.code}" in told
    assert "/TB-SCT" in told
    assert "Lý do: Hết chỗ. Mong được đón cơ sở ở sự kiện sau." in told
    assert "Trả lời trước" not in told
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    assert [row["han"] for row in rows] == ["18/06/2026", "25/05/2026"]


def test_a_letter_points_to_its_code_where_a_mail_has_a_link(organiser):
    fair = make_fair()
    exhibitor = make_exhibitor("HTX Gò Công", email=None, phone="+84912345678")
    application = make_application(fair, exhibitor, State.CHANGES_REQUESTED)
    with transaction() as session:
        notify_application(session, "returned", session.merge(application), dedupe="x", now=NOW)

    [text] = pages(unreached.unreached_letters(organiser, fair, now=NOW))

    assert "trang có mã bên dưới" in text
    assert text.count("http") == 1


def test_channels_are_off_until_configured(organiser):
    fair = fair_with_calls("+84912345678")
    with pytest.raises(InvalidError):
        unreached.send_by(organiser, fair.slug, Channel.ZNS, now=NOW)
    assert deliver_short(owner="w") == 0


def test_a_notice_goes_out_by_zalo(organiser, provider):
    fair = fair_with_calls("+84912345678", None)

    assert unreached.send_by(organiser, fair.slug, Channel.ZNS, now=NOW) == 1
    assert deliver_short(owner="w", tick=lambda: MORNING) == 1

    headers, body = provider.requests[0]
    assert (headers["access_token"], body["phone"], body["template_id"]) == (
        "key",
        "84912345678",
        "123",
    )
    assert lines() == [(Channel.ZNS, MessageState.SENT), (Channel.CALL, MessageState.QUEUED)]
    assert story() == ["taken_by_zns"]


@pytest.mark.parametrize("number", [-108, -110, -111, -112, -114, -118, -119])
def test_what_zalo_never_brings_goes_back_to_the_call_list(organiser, provider, number):
    provider.answers = [(200, {"error": number, "message": "no"})]
    fair = fair_with_calls("+84912345678")
    unreached.send_by(organiser, fair.slug, Channel.ZNS, now=NOW)

    deliver_short(owner="w", tick=lambda: MORNING)

    assert lines() == [(Channel.CALL, MessageState.QUEUED)]
    assert story() == ["back_to_call"]


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"error": -124, "message": "token"}),
        (200, {"error": -115, "message": "money"}),
        (200, {"error": -144, "message": "quota"}),
        (200, {"error": -133, "message": "night"}),
        (200, {"error": -999, "message": "new"}),
        (500, {}),
        (429, {}),
        (401, {}),
    ],
)
def test_what_may_pass_later_is_tried_later(organiser, provider, answer):
    provider.answers = [answer]
    fair = fair_with_calls("+84912345678")
    unreached.send_by(organiser, fair.slug, Channel.ZNS, now=NOW)

    deliver_short(owner="w", tick=lambda: MORNING)
    assert lines() == [(Channel.ZNS, MessageState.FAILED)]
    deliver_short(owner="w", tick=lambda: MORNING + timedelta(minutes=16))

    assert lines() == [(Channel.ZNS, MessageState.SENT)]


@pytest.mark.parametrize(
    ("status", "told"),
    [(FairStatus.OPEN, "Hồ sơ bị hủy"), (FairStatus.CANCELLED, "Hủy sự kiện")],
    ids=["the-application", "the-fair"],
)
def test_zalo_says_what_was_cancelled(organiser, status, told):
    fair = make_fair(status=status)
    exhibitor = make_exhibitor(email=None, phone="+84912345678")
    application = make_application(fair, exhibitor, State.CANCELLED)
    with transaction() as session:
        notify_application(session, "cancelled", session.merge(application), dedupe="x", now=NOW)

    data, _, _ = unreached.zns_campaign_file(organiser, fair, now=NOW)

    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    assert [row["noi_dung"] for row in rows] == [told]


def test_zalo_is_told_no_days_of_a_fair_put_off(organiser, provider):
    fair = fair_with_calls("+84912345678")
    with transaction() as session:
        fair = session.merge(fair)
        fair.put_off_at = NOW

    with pytest.raises(InvalidError, match="đang hoãn"):
        unreached.zns_campaign_file(organiser, fair, now=NOW)
    with pytest.raises(InvalidError, match="đang hoãn"):
        unreached.send_by(organiser, fair.slug, Channel.ZNS, now=NOW)
    assert unreached.send_by(organiser, fair.slug, Channel.SMS, now=NOW) == 1


def test_nobody_is_woken_at_night(organiser, provider):
    fair = fair_with_calls("+84912345678")
    unreached.send_by(organiser, fair.slug, Channel.ZNS, now=NOW)

    assert deliver_short(owner="w", tick=lambda: MORNING + timedelta(hours=13)) == 0
    assert provider.requests == []


def test_a_text_message_goes_by_its_provider(organiser, provider):
    provider.answers = [(400, {})]
    fair = fair_with_calls("+84912345678", "+84912345679")
    unreached.send_by(organiser, fair.slug, Channel.SMS, now=NOW)

    assert deliver_short(owner="w", tick=lambda: MORNING) == 2

    headers, body = provider.requests[1]
    assert (headers["authorization"], body["to"]) == ("Bearer sms-key", "+84912345679")
    assert "đã được duyệt" in body["text"]
    assert lines() == [(Channel.CALL, MessageState.QUEUED), (Channel.SMS, MessageState.SENT)]
