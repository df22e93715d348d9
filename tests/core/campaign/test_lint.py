"""The checks of a notice before it goes out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgfair.core.campaign.chips import CHIPS, Piece, chips_in, fill, paragraphs
from tgfair.core.campaign.lint import Level, blocks, check_text, missing_values

GOOD_SUBJECT = "Giờ vào gian: Hội chợ OCOP"
GOOD_BODY = "Kính gửi {cơ sở},\n\nCơ sở vào gian trước {hạn xác nhận}.\n{đường dẫn}"


def codes(subject=GOOD_SUBJECT, body=GOOD_BODY, missing=()):
    found = check_text(subject, body, own_host="hoicho.vn", missing=missing)
    return [(finding.code, finding.level) for finding in found]


def test_a_good_text_has_no_finding():
    assert codes() == []


@pytest.mark.parametrize(
    ("subject", "body", "code", "level"),
    [
        ("", GOOD_BODY, "empty_subject", Level.ERROR),
        (GOOD_SUBJECT, "  \n", "empty_body", Level.ERROR),
        ("Gửi {cơ sở}", GOOD_BODY, "typed_in_subject", Level.ERROR),
        ("Gửi {NGUOI NHAN}", GOOD_BODY, "typed_in_subject", Level.ERROR),
        ("a" * 79, GOOD_BODY, "long_subject", Level.WARNING),
        (GOOD_SUBJECT, GOOD_BODY + "{ngày họp}", "unknown_chip", Level.ERROR),
        (GOOD_SUBJECT, GOOD_BODY + "{ }", "empty_placeholder", Level.ERROR),
        (GOOD_SUBJECT, GOOD_BODY + " tại ______", "empty_placeholder", Level.ERROR),
        (GOOD_SUBJECT, GOOD_BODY + " lúc ......", "empty_placeholder", Level.ERROR),
        (GOOD_SUBJECT, GOOD_BODY + " [điền tên]", "empty_placeholder", Level.ERROR),
        (GOOD_SUBJECT, GOOD_BODY + " XXX", "empty_placeholder", Level.ERROR),
        (GOOD_SUBJECT, "Kính mời cơ sở đến họp.", "no_deadline", Level.WARNING),
        ("THÔNG BÁO KHẨN", GOOD_BODY, "all_caps", Level.WARNING),
        (GOOD_SUBJECT, GOOD_BODY + "\nĐỀ NGHỊ CÓ MẶT ĐÚNG GIỜ", "all_caps", Level.WARNING),
        ("Xem https://hoicho.vn", GOOD_BODY, "link_in_subject", Level.ERROR),
        (GOOD_SUBJECT, GOOD_BODY + " http://hoicho.vn/a", "unsafe_link", Level.ERROR),
        (GOOD_SUBJECT, GOOD_BODY + " www.hoicho.vn", "unsafe_link", Level.ERROR),
        (GOOD_SUBJECT, GOOD_BODY + " https://bit.ly/x", "unsafe_link", Level.ERROR),
        (GOOD_SUBJECT, GOOD_BODY + " https://1.2.3.4/x", "unsafe_link", Level.ERROR),
        (GOOD_SUBJECT, GOOD_BODY + " https://vn@evil.vn/x", "unsafe_link", Level.ERROR),
        (GOOD_SUBJECT, GOOD_BODY + " https://xn--hoi-abc.vn", "unsafe_link", Level.ERROR),
        (GOOD_SUBJECT, GOOD_BODY + " javascript:alert(1)", "unsafe_link", Level.ERROR),
        (GOOD_SUBJECT, GOOD_BODY + " https://khac.vn/x.", "foreign_link", Level.WARNING),
    ],
)
def test_each_fault_is_found_alone(subject, body, code, level):
    assert codes(subject, body) == [(code, level)]


def test_the_sites_own_address_is_no_fault():
    assert codes(body=GOOD_BODY + " https://hoicho.vn/tin") == []


def test_a_value_that_some_lack_is_an_error():
    rows = [("HTX A", {"org": "HTX A", "confirm_until": "1/6", "url": "u"}), ("HTX B", {})]
    missing = missing_values(rows, GOOD_BODY)

    assert [(lack.key, lack.names) for lack in missing] == [
        ("org", ["HTX B"]),
        ("confirm_until", ["HTX B"]),
        ("url", ["HTX B"]),
    ]
    assert codes(missing=missing[:1]) == [("missing_value", Level.ERROR)]
    assert blocks(check_text("a", "b 1/6", own_host="x.vn")) is False


def test_chips_are_known_without_marks_and_filled_once():
    assert [chip.key for chip in chips_in("{co so} {Cơ  Sở} {gian hang}")] == ["org", "booths"]
    assert fill("{cơ sở}, {lạ}", {"org": "{đường dẫn}"}) == "{đường dẫn}, {lạ}"


def test_paragraphs_link_only_https():
    assert paragraphs("Chào\nhttps://a.vn/x.\r\n\r\nHết www.b.vn") == [
        [[Piece("Chào")], [Piece("https://a.vn/x", "https://a.vn/x"), Piece(".")]],
        [[Piece("Hết www.b.vn")]],
    ]


@given(st.text(), st.text())
def test_any_text_is_judged(subject, body):
    check_text(subject, body, own_host="x.vn")
    fill(body, {chip.key: "x" for chip in CHIPS})
    paragraphs(body)
