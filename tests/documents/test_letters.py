"""Letters: one page each, the decree's parts in place, the link readable by machine and eye."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pypdfium2
import zxingcpp

from tgfair.documents.letters import (
    NOTICE,
    SAMPLE_LETTERHEAD,
    SAMPLE_SIGNER,
    InvitationLetter,
    LetterText,
    invitation_letters,
)

TEXT = LetterText(
    subject="Tham gia Hội chợ OCOP – Tết Đoan Ngọ năm 2027",
    opening=["Sở Công Thương trân trọng kính mời cơ sở tham gia:"],
    facts=[
        ("Thời gian", "09/6/2027 – 12/6/2027 (mùng 5 tháng 5 năm Đinh Mùi)"),
        ("Địa điểm", "Quảng trường Hùng Vương"),
    ],
    closing=["Rất mong cơ sở sắp xếp thời gian tham gia./."],
    deadline="17 giờ 00, Thứ Sáu 21/5/2027",
    hotline="0900 000 001",
    month_year="5 năm 2027",
    recipients=["Như trên;", "Lưu: VT, QLTM."],
)
LETTERS = [
    InvitationLetter("Cơ sở Mắm Út Hạnh", "Ấp Bắc, xã Tân Phú", "https://example.vn/m/Zk3v_9fQ"),
    InvitationLetter("HTX <Thanh long> & Bạn", "", "https://example.vn/m/" + "aB3_" * 12),
]


def letters_pdf(letters, text=TEXT):
    return invitation_letters(
        letters, letterhead=SAMPLE_LETTERHEAD, signer=SAMPLE_SIGNER, text=text
    )


def pages(pdf):
    return list(pypdfium2.PdfDocument(pdf))


def words(page):
    return " ".join(page.get_textpage().get_text_range().split())


def test_letter_has_the_parts_of_the_decree():
    text = words(pages(letters_pdf(LETTERS))[0])

    for expected in (
        "UBND TỈNH ĐỒNG THÁP (MẪU)",
        "SỞ CÔNG THƯƠNG (MẪU)",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "/GM-SCT",
        "tháng 5 năm 2027",
        "GIẤY MỜI",
        TEXT.subject,
        "Kính gửi: Cơ sở Mắm Út Hạnh",
        "mùng 5 tháng 5 năm Đinh Mùi",
        "17 giờ 00, Thứ Sáu 21/5/2027",
        "https://example.vn/m/Zk3v_9fQ",
        "Nơi nhận:",
        "PHÓ GIÁM ĐỐC",
    ):
        assert expected in text


def test_a_notice_is_no_invitation_and_asks_for_no_answer():
    notice = replace(TEXT, heading=NOTICE, subject="Đổi ngày tổ chức", deadline="", hotline="")

    text = words(pages(letters_pdf(LETTERS[:1], notice))[0])

    assert "/TB-SCT" in text
    assert "THÔNG BÁO Đổi ngày tổ chức Kính gửi: Cơ sở Mắm Út Hạnh" in text
    for absent in ("GIẤY MỜI", "GM-SCT", "Trả lời trước", "Hỗ trợ:"):
        assert absent not in text


def test_each_letter_is_one_page_with_its_own_link():
    found = [
        zxingcpp.read_barcode(page.render(scale=2).to_pil().convert("L")).text
        for page in pages(letters_pdf(LETTERS))
    ]

    assert found == [letter.link for letter in LETTERS]


def test_letter_shows_markup_as_text():
    assert "HTX <Thanh long> & Bạn" in words(pages(letters_pdf(LETTERS))[1])


def test_letter_writes_nfd_input_in_nfc():
    nfd = replace(LETTERS[0], addressee=unicodedata.normalize("NFD", "Cơ sở Ế Ộ Ữ Đặng"))

    assert "Cơ sở Ế Ộ Ữ Đặng" in words(pages(letters_pdf([nfd]))[0])


def test_long_letter_stays_on_its_page():
    long = replace(TEXT, opening=["Sở Công Thương trân trọng kính mời cơ sở. " * 12] * 4)

    text = words(pages(letters_pdf(LETTERS[:1], long))[0])

    assert len(pages(letters_pdf(LETTERS[:1], long))) == 1
    assert "Nơi nhận:" in text
    assert "(MẪU) Họ và tên" in text
