"""The printed badge: read by machine, by text extraction, and never with a letter missing."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from tgfair.core.badge import BadgeKind
from tgfair.documents.badge_sheet import QR_SIDE, BadgeCard, badge_sheet

TOKENS = [
    case["text"]
    for case in json.loads(
        (Path(__file__).parents[1] / "data/the-qr-vectors.json").read_text("utf-8")
    )["valid"]
]
EVENT = "Hội chợ OCOP – Tết Đoan Ngọ"
DATES = "09/06/2027 – 12/06/2027"
LONG_NAME = (
    "Công Tằng Tôn Nữ Huỳnh Nguyễn Phương Thảo Ngọc Quỳnh Như Trường Xuân Ánh Nguyệt Diễm Thúy"
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


def sheet(cards):
    return badge_sheet(cards, event_name=EVENT, dates=DATES)


def words(pdf):
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range() for page in document]
    return " ".join(" ".join(texts).split())


def test_sheet_codes_are_decoded_from_the_rendered_page():
    pdf = sheet([card(token) for token in TOKENS])

    document = pypdfium2.PdfDocument(pdf)
    found = [
        code.text
        for page in document
        for code in zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil().convert("L"))
    ]

    assert len(document) == 7
    assert sorted(found) == sorted(TOKENS)


def test_qr_is_at_least_35_mm():
    assert QR_SIDE / 72 * 25.4 >= 35


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


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_sheet_writes_every_letter_of_vietnamese_in_nfc(form):
    names = ["".join(LETTERS[n : n + 12]) for n in range(0, len(LETTERS), 12)]
    cards = [card(name=unicodedata.normalize(form, name), organisation=name) for name in names]

    text = words(sheet(cards))

    assert [text.count(name) for name in names] == [2] * len(names)


def test_sheet_keeps_a_name_of_90_letters():
    assert LONG_NAME in words(sheet([card(name=LONG_NAME, organisation=LONG_NAME)]))


def test_sheet_leaves_a_line_for_a_missing_name():
    assert "Họ và tên (viết tay):" in words(sheet([card(name=" ")]))


def test_badge_adds_at_most_4_kilobytes():
    one, many = sheet([card()]), sheet([card(token) for token in TOKENS[:25]])

    assert (len(many) - len(one)) / 24 <= 4096


def test_sheet_is_equal_for_equal_input():
    assert sheet([card()]) == sheet([card()])


@pytest.mark.parametrize("kind", list(BadgeKind))
def test_sheet_prints_every_kind(kind):
    assert kind.label.upper() in words(sheet([card(kind=kind)]))
