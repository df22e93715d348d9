"""Signs over booths and certificates of participation, read back from the page."""

from __future__ import annotations

import pypdfium2
import zxingcpp

from tgfair.documents.booth_sign import MAX_PRODUCTS, BoothSign, booth_signs
from tgfair.documents.letters import SAMPLE_LETTERHEAD, SAMPLE_SIGNER
from tgfair.documents.participation import Certificate, certificates

EVENT = "Lễ hội trái cây và sản phẩm OCOP – Tết Đoan Ngọ 2026"
LINK = "https://hoicho.example.vn/doan-ngo-2026/gian-hang/C12"
LONG_NAME = (
    "Hợp tác xã Nông nghiệp Dịch vụ Tổng hợp Sản xuất Chế biến và Tiêu thụ Trái cây "
    "Mỹ Phước Tây Cai Lậy"
)
SIGN = BoothSign(
    booth="C12",
    name="Cơ sở Mắm Út Hạnh",
    place="Khu C – Thực phẩm chế biến",
    products=[("Mắm tôm chà Gò Công", 4), ("Mắm còng", None)],
    link=LINK,
)


def pages(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def test_sign_says_who_stands_there_with_what():
    (text,) = pages(booth_signs([SIGN], event_name=EVENT))

    for expected in (
        EVENT,
        "C12",
        "Cơ sở Mắm Út Hạnh",
        "Khu C – Thực phẩm chế biến",
        "Mắm tôm chà Gò Công OCOP 4 sao",
        "Mắm còng",
    ):
        assert expected in text
    assert text.count("OCOP 4 sao") == 1


def test_code_of_a_sign_leads_to_the_booth():
    (page,) = pypdfium2.PdfDocument(booth_signs([SIGN], event_name=EVENT))

    (code,) = zxingcpp.read_barcodes(page.render(scale=2).to_pil().convert("L"))

    assert code.text == LINK


def test_a_long_name_and_many_products_keep_to_one_page():
    products = [(f"Sản phẩm thứ {number}", 3) for number in range(30)]
    sign = BoothSign("C12", LONG_NAME, "", products, LINK)

    (text,) = pages(booth_signs([sign], event_name=EVENT))

    assert LONG_NAME in text
    assert text.count("OCOP 3 sao") == MAX_PRODUCTS


def test_certificate_names_one_subject_a_page():
    found = [Certificate(name, f"đã tham gia {EVENT}.") for name in ("Cơ sở Mắm", LONG_NAME)]

    first, second = pages(
        certificates(found, letterhead=SAMPLE_LETTERHEAD, signer=SAMPLE_SIGNER, year=2026)
    )

    assert "GIẤY CHỨNG NHẬN" in first
    assert "Cơ sở Mắm" in first
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in first
    assert "năm 2026" in first
    assert LONG_NAME in second
