"""Subjects as a mail program reads them off the wire (A10)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.times import NOON
from tgfair.mail.render import RenderedMail
from tgfair.mail.transport import Courier, Envelope, PermanentError

LETTERS = "".join(
    unicodedata.normalize("NFC", letter + mark)
    for letter in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for mark in ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
)


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


def read_back(app, smtp_sink, subject: str) -> str:
    rendered = RenderedMail(subject=subject, text="x", html="<p>x</p>", attachments=())
    before = len(smtp_sink.messages)
    with app.app_context(), Courier() as courier:
        courier.send(rendered, Envelope(token="t", to="ai@example.vn", date=NOON))
    return str(smtp_sink.wait_for(before + 1)[-1]["Subject"])


@pytest.mark.parametrize(
    "subject",
    [
        "Hồ sơ HCT-X0XAZE đã được duyệt: Hội chợ OCOP và trái cây 2027",
        "Gian A07 tại Hội chợ OCOP và trái cây 2027: xin xác nhận trước 24/12/2026",
        "Plain words in English only",
        f"Đđ {LETTERS} ₫",
        "Đ " * 60 + "cuối",
    ],
)
def test_a_subject_arrives_with_every_letter_and_space(app, smtp_sink, subject):
    assert read_back(app, smtp_sink, subject) == subject


@given(
    words=st.lists(st.text(LETTERS + "Đđ0-9:–", min_size=1, max_size=14), min_size=1, max_size=24)
)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_vietnamese_subject_arrives_as_it_was_sent(app, smtp_sink, words):
    subject = " ".join(words)

    assert read_back(app, smtp_sink, subject) == subject


def test_a_mail_that_cannot_be_encoded_tells_nothing_of_its_text(app, smtp_sink):
    mail = RenderedMail("Mã đăng nhập", "123 456 \ud800", "<p>123 456 \ud800</p>")

    with app.app_context(), Courier() as courier, pytest.raises(PermanentError) as caught:
        courier.send(mail, Envelope("token", "a@example.vn", NOON))

    assert "123 456" not in str(caught.value)
