"""The printed badge: read by machine, by text extraction, and never with a letter missing."""

from __future__ import annotations

import json
import unicodedata
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageStat

from tgfair.core.badge import BadgeKind
from tgfair.core.badge_design import BadgeDesign, Sheet
from tgfair.documents.badge_layout import BadgeCard, Look
from tgfair.documents.badge_sheet import PAPERS, badge_image, badge_sheet, ruler_page

TOKENS = [
    case["text"]
    for case in json.loads(
        (Path(__file__).parents[1] / "data/the-qr-vectors.json").read_text("utf-8")
    )["valid"]
]
EVENT = "Hội chợ OCOP – Tết Đoan Ngọ"
DATES = "09/06/2027 – 12/06/2027"
LONG_NAME = (
    "Công Tằng Tôn Nữ Huỳnh Nguyễn Phương Thảo Ngọc Quỳnh Như Trường Xuân Ánh Nguyệt Diễm Thúy Vy"
)

LETTERS = "Đđ" + "".join(
    unicodedata.normalize("NFC", letter + mark)
    for letter in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for mark in ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
)


def card(token=TOKENS[0], **changes):
    values = {
        "token": token,
        "short_code": "01000018",
        "kind": BadgeKind.EXHIBITOR,
        "name": "Nguyễn Thị Út Hạnh",
        "organisation": "Cơ sở Mắm Út Hạnh",
        "booth": "C12",
    }
    return BadgeCard(**values | changes)


def sheet(cards, paper=Sheet.A4_FOUR, **design):
    return badge_sheet(cards, Look(EVENT, DATES, BadgeDesign(sheet=paper, **design)))


def jpeg(width, height):
    stream = BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(stream, "JPEG", quality=80)
    return stream.getvalue()


def words(pdf):
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range() for page in document]
    return " ".join(" ".join(texts).split())


def codes(pdf, dpi=200):
    return [
        code.text
        for page in pypdfium2.PdfDocument(pdf)
        for code in zxingcpp.read_barcodes(page.render(scale=dpi / 72).to_pil().convert("L"))
    ]


@pytest.mark.parametrize("paper", list(Sheet))
def test_sheet_codes_are_decoded_from_the_rendered_page(paper):
    pdf = sheet([card(token) for token in TOKENS[:9]], paper)

    assert sorted(codes(pdf)) == sorted(TOKENS[:9])
    pages = {"a4-4": 3, "a4-8": 2, "a5-2": 5, "a6-1": 9, "roll": 9}
    assert len(pypdfium2.PdfDocument(pdf)) == pages[paper]


@pytest.mark.parametrize("paper", list(Sheet))
@pytest.mark.parametrize("qr_mm", [35, 40])
def test_qr_is_as_large_as_the_design_says(paper, qr_mm):
    (page,) = pypdfium2.PdfDocument(sheet([card()], paper, qr_mm=qr_mm))
    dpi = 300
    (code,) = zxingcpp.read_barcodes(page.render(scale=dpi / 72).to_pil().convert("L"))

    corners = code.position
    side = (corners.top_right.x - corners.top_left.x) / dpi * 25.4

    assert abs(side - qr_mm) < 0.3


@pytest.mark.parametrize("paper", list(Sheet))
def test_paper_has_its_size(paper):
    (page,) = pypdfium2.PdfDocument(sheet([card()], paper))

    sizes = {
        "a4-4": (210, 297),
        "a4-8": (210, 297),
        "a5-2": (210, 148),
        "a6-1": (105, 148),
        "roll": (62, 100),
    }
    assert [round(length / 72 * 25.4) for length in page.get_size()] == list(sizes[paper])


def test_badge_for_other_days_bears_its_own():
    own = "Dùng 06/06/2027 – 07/06/2027"

    (page,) = pypdfium2.PdfDocument(sheet([card(dates=own), card(), card()]))

    text = page.get_textpage().get_text_range()
    assert (text.count(own), text.count(DATES)) == (1, 2)


def test_blocks_that_are_not_chosen_are_left_out():
    text = words(sheet([card()], blocks=frozenset()))

    assert text == "THẺ GIAN HÀNG Nguyễn Thị Út Hạnh"


@pytest.mark.parametrize("paper", list(Sheet))
def test_picture_of_a_badge_says_what_the_print_says(paper):
    """One drawing, two kinds of paper: the pixels differ by no more than the edges of letters."""
    look = Look(EVENT, DATES, BadgeDesign(sheet=paper, crop_marks=False))
    frame = PAPERS[paper].card
    image = Image.open(BytesIO(badge_image(card(), look))).convert("L")
    (page,) = pypdfium2.PdfDocument(badge_sheet([card()], look))
    printed = page.render(scale=10 * 25.4 / 72).to_pil().convert("L")
    x, y = PAPERS[paper].corner(0)
    left, top = round(x / 72 * 254), round((PAPERS[paper].height - y - frame.height) / 72 * 254)
    printed = printed.crop((left, top, left + image.width, top + image.height))

    small = (image.width // 10, image.height // 10)
    difference = ImageChops.difference(image.resize(small), printed.resize(small))

    assert ImageStat.Stat(difference).mean[0] < 6
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [TOKENS[0]]


def test_photo_and_logos_leave_the_code_readable():
    look = Look(EVENT, DATES, BadgeDesign(), (jpeg(400, 165), jpeg(200, 165)))

    pdf = badge_sheet([card(photo=jpeg(300, 400), name=LONG_NAME)], look)

    assert codes(pdf) == [TOKENS[0]]
    assert LONG_NAME in words(pdf)


def test_a_logo_is_kept_once_for_all_badges():
    logo = jpeg(400, 165)
    look = Look(EVENT, DATES, BadgeDesign(), (logo,))

    one, many = badge_sheet([card()], look), badge_sheet([card(t) for t in TOKENS[:9]], look)

    assert len(many) - len(one) < 9 * 4096


@pytest.mark.parametrize("paper", list(Sheet))
def test_ruler_page_measures_as_it_says(paper):
    pdf = ruler_page(card(), Look(EVENT, DATES, BadgeDesign(sheet=paper)))

    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 2
    assert "Vạch 50 phải đúng 50 mm" in words(pdf)
    page = document[1].get_textpage()
    found = page.search("10", match_whole_word=True).get_next()
    x, y, *_ = page.get_charbox(found[0])
    assert min(abs(x - 3 - (8 + 10) / 25.4 * 72 + 3), abs(y + 2 - (8 + 10) / 25.4 * 72)) < 4


def test_sheet_says_everything_a_person_needs():
    text = words(sheet([card()]))

    for expected in (
        EVENT,
        DATES,
        "THẺ GIAN HÀNG",
        "Nguyễn Thị Út Hạnh",
        "Cơ sở Mắm Út Hạnh",
        "C12",
        "0100-0018",
    ):
        assert expected in text


@pytest.mark.parametrize("paper", [Sheet.A4_FOUR, Sheet.A4_EIGHT, Sheet.ROLL])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_sheet_writes_every_letter_of_vietnamese_in_nfc(form, paper):
    names = ["".join(LETTERS[n : n + 6]) for n in range(0, len(LETTERS), 6)]
    cards = [card(name=unicodedata.normalize(form, name), organisation=name) for name in names]

    text = words(sheet(cards, paper))

    assert [text.count(name) for name in names] == [2] * len(names)


@pytest.mark.parametrize("paper", list(Sheet))
def test_sheet_keeps_a_name_of_90_letters(paper):
    photo = jpeg(300, 400)

    text = words(sheet([card(name=LONG_NAME, organisation=LONG_NAME, photo=photo)], paper))

    assert len(LONG_NAME) >= 90
    assert text.count(LONG_NAME) == 2


def test_sheet_leaves_a_line_for_a_missing_name():
    assert "Họ và tên (viết tay):" in words(sheet([card(name=" ")]))


@pytest.mark.parametrize("paper", list(Sheet))
def test_badge_adds_at_most_2_kilobytes(paper):
    one, many = sheet([card()], paper), sheet([card(token) for token in TOKENS[:25]], paper)

    assert (len(many) - len(one)) / 24 <= 2048


def test_sheet_is_equal_for_equal_input():
    assert sheet([card()]) == sheet([card()])


@pytest.mark.parametrize("kind", list(BadgeKind))
def test_sheet_prints_every_kind(kind):
    assert kind.label.upper() in words(sheet([card(kind=kind)]))
